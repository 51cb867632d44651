"""A ledger in PostgreSQL, as SHARING_LEDGER_URL names it: the commands do the same with it, and
nobody ever reads its password."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from sharing_pipeline.cli import main
from sharing_pipeline.settings import PROJECT, Settings
from sharing_pipeline.store.ledger import Failure, LakeDigest, Ledger
from tests.support.night_helpers import D, Home, entry
from tests.support.officer import FIRST, city_files, sharing
from tests.support.postgres import PASSWORD, Postgres, free_port

pytestmark = pytest.mark.system

SECRETS = (PASSWORD, PASSWORD.replace("%", "%25"), "7Xq")
AT = ("--date", FIRST)
LOOKING = (
    ("status", "--organisations"),
    ("explain", "mount_rate", *AT),
    ("explain", "mount_rate", *AT, "--subject", "A-000"),
    *(("export", name, *AT) for name in ("assessment", "scoreboard", "issue", "catalogue")),
    *(("export", name, *AT) for name in ("resource", "field", "demand")),
    *(("export", name) for name in ("submission", "quarantine", "definition")),
    ("submissions", "list"),
    ("submissions", "show", "S000001"),
    ("definitions", "check"),
)


def a_night(folder: Path, ledger_url: str = "") -> Home:
    """The officers' city after its first night, with organisations whose codes a dictionary
    sorts in another order than their characters' numbers do."""
    home = Home(folder, listed=[], ledger_url=ledger_url)
    city_files(home)
    codes = ("a", "B1", "Z", "z-1", "Ä")
    listed = home.inbox / "organisation" / "organisations.csv"
    lines = "".join(f"{code},{code}局,市,市本级,\n" for code in codes)
    listed.write_text(listed.read_text(encoding="utf-8") + lines, encoding="utf-8")
    rows = [entry(f"E-{code}", code, name=f"{code}的信息") for code in codes]
    home.put(f"catalogue/多个部门-{FIRST}.csv", [*rows, *(dict(row, name="") for row in rows)])
    home.night(FIRST)
    return home


def replies(home: Home, words: tuple[str, ...]) -> str:
    result = sharing(home, *words)
    assert result.exit_code == 0, result.output
    return result.stdout.replace(str(home.settings.home.parent), "FOLDER")


@pytest.fixture(scope="module")
def homes(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """The same night with a ledger in SQLite and with one in PostgreSQL."""
    folder = tmp_path_factory.mktemp("homes")
    return a_night(folder / "sqlite"), a_night(folder / "postgresql", server.new_database())


def test_a_night_has_the_same_results(homes: tuple[Home, Home]) -> None:
    in_file, in_server = homes
    expected = {words: replies(in_file, words) for words in LOOKING}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHARING_LEDGER_URL", in_server.settings.ledger_url)
        assert {words: replies(in_server, words) for words in LOOKING} == expected
    assert not in_server.settings.ledger_file.exists()


def test_a_check_says_the_same(homes: tuple[Home, Home], tmp_path: Path) -> None:
    """It works on a copy of the ledger, here row by row."""
    name = f"多个部门-{FIRST}.csv"
    replied = []
    for home in homes:
        file = tmp_path / name
        file.write_bytes((home.inbox / "catalogue" / name).read_bytes())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHARING_LEDGER_URL", home.settings.ledger_url)
            result = sharing(home, "check", str(file), "--reply", str(tmp_path / "回执.xlsx"))
        replied.append((result.exit_code, result.stdout))
    assert replied[0] == replied[1]
    assert replied[0][0] == 3


def test_settings_are_shown_without_the_url(server: Postgres, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ledger_url=server.url())
    assert not [secret for secret in SECRETS if secret in f"{settings} {settings!r}"]


def test_a_character_that_the_server_cant_hold_stops_nothing(
    server: Postgres, tmp_path: Path
) -> None:
    ledger = Ledger.open(Settings(home=tmp_path, ledger_url=server.new_database()))
    with ledger.session() as session:
        moment = datetime(2026, 11, 23, 2)
        session.add(Failure(day=moment.date(), failed_at=moment, step="检查", reason="表头 a\0b"))
    with ledger.session() as session:
        assert session.scalars(select(Failure.reason)).all() == ["表头 a␀b"]


def test_the_nightly_command_leaves_its_password_nowhere(server: Postgres, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/目录-2026-11-01.csv", [entry("A-1")])
    folders = ["--home", str(home.settings.home), "--catalog", str(home.settings.catalog)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from sharing_pipeline.cli import main; main()",
         "nightly", "--date", D, *folders],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(PROJECT),
             "SHARING_LEDGER_URL": server.new_database()},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "mount_rate/2023-1" in done.stdout
    assert not home.settings.ledger_file.exists()
    written = [path.read_bytes() for path in home.settings.home.rglob("*") if path.is_file()]
    texts = [done.stdout.encode(), done.stderr.encode(), *written]
    assert not [secret for secret in SECRETS if any(secret.encode() in text for text in texts)]


def test_whoever_looks_cant_write(homes: tuple[Home, Home]) -> None:
    looking = Ledger.open_to_read(homes[1].settings)
    with pytest.raises(DBAPIError, match="read-only"), looking.session() as session:
        session.add(LakeDigest(path="a", sha256="", size=0))


def with_url(url: str, home: Path, *words: str) -> Result:
    """A command with a ledger elsewhere."""
    variables = {"SHARING_LEDGER_URL": url}
    return CliRunner().invoke(main, [*words, "--home", str(home)], env=variables)


@pytest.mark.parametrize("words", [("status",), ("nightly", "--date", D)])
@pytest.mark.parametrize("fault", ["password", "port", "database", "scheme", "garbled"])
def test_a_server_that_cant_be_used_is_said_in_one_line(
    server: Postgres, tmp_path: Path, fault: str, words: tuple[str, ...]
) -> None:
    urls = {
        "password": server.url(password=f"{PASSWORD}x"),
        "port": server.url(port=free_port()),
        "database": server.url(database="not_there"),
        "scheme": server.url().replace("postgresql", "mysql"),
        "garbled": "postgresql://user:geheim-/7Xq@localhost/ledger",
    }
    result = with_url(urls[fault], tmp_path / "home", *words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert "SHARING_LEDGER_URL" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not [secret for secret in (*SECRETS, "geheim") if secret in result.stderr]


def test_an_empty_database_is_a_home_that_was_never_used(server: Postgres, tmp_path: Path) -> None:
    result = with_url(server.new_database(), tmp_path, "status")
    assert (result.exit_code, "还没有用过" in result.stderr) == (2, True), result.output
