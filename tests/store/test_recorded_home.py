"""A home of the version before migrations: three nights, one of them with a second revision.

recorded/version-3.tar.xz holds it as that version left it, and what that version exported from it.
Pages, replies and Dagster's files are left out, and received files unless their replies are made
again.
"""

from __future__ import annotations

import re
import sqlite3
import tarfile
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from sharing_pipeline.cli import main
from sharing_pipeline.night import run_night
from sharing_pipeline.receiving import inbox
from sharing_pipeline.settings import SHANGHAI, Settings
from tests.support.night_helpers import entry

ARCHIVE = Path(__file__).parent / "recorded" / "version-3.tar.xz"
OF_A_NIGHT = re.compile(r"(?P<table>[a-z]+)-(?P<day>\d{4}-\d\d-\d\d)(-(?P<revision>\d))?")
NEXT = date(2026, 11, 23)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def expected(recorded: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (recorded / "exports").iterdir()}


def export(recorded: Path, name: str) -> bytes:
    """What is exported under the name of a recorded export: table, day, revision."""
    of_night = OF_A_NIGHT.fullmatch(name)
    words = ["export", name]
    if of_night:
        words = ["export", of_night["table"], "--date", of_night["day"]]
        words += ["--revision", of_night["revision"]] if of_night["revision"] else []
    out = recorded / "exported.csv"
    folders = ["--home", str(recorded / "home"), "-o", str(out)]
    result = CliRunner().invoke(main, [*words, *folders], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out.read_bytes()


def copies(recorded: Path) -> list[Path]:
    return list((recorded / "home").glob("ledger-before/*"))


def rows(ledger: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of a SQLite file."""
    with closing(sqlite3.connect(ledger)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}


def test_whoever_looks_sees_every_figure_and_changes_nothing(recorded: Path) -> None:
    known = expected(recorded)
    assert len(known) == 28
    ledger = (recorded / "home" / "ledger.db").read_bytes()
    assert {name: export(recorded, name) for name in known} == known
    assert (recorded / "home" / "ledger.db").read_bytes() == ledger
    assert copies(recorded) == []


def test_a_new_night_runs_and_leaves_every_figure_as_it_was(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=recorded / "home")
    before = rows(settings.ledger_file)
    folder = settings.inbox / "catalogue"
    folder.mkdir(parents=True)
    new = entry("N-1", "361100005")
    (folder / f"新增-{NEXT}.csv").write_text(f"{','.join(new)}\n{','.join(new.values())}\n")
    monkeypatch.setattr(inbox, "SECOND_LOOK_SECONDS", 0.01)
    report = run_night(settings, NEXT, clock=lambda: datetime(2026, 12, 2, 2, tzinfo=SHANGHAI))
    assert [submission.accepted for submission in report.intake.submissions] == [1]
    assert [(made.revision, made.new) for made in report.revisions] == [(1, True)] * 3

    assert not (settings.home / "logs").exists()  # where bugs are written down
    [copy] = copies(recorded)
    assert re.fullmatch(r"ledger-3-\d{8}-\d{6}\.db", copy.name)
    assert rows(copy) == before
    nights = {name: text for name, text in expected(recorded).items() if OF_A_NIGHT.match(name)}
    assert {name: export(recorded, name) for name in nights} == nights
    assert export(recorded, f"catalogue-{NEXT}").count(b"N-1") > 0
