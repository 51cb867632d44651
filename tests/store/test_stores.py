"""Ledger, lake and mart: nothing is ever half there, and others may read meanwhile.

architecture.md (stores), interface.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import duckdb
import psycopg
import pytest

from sharing_pipeline.errors import NothingPublished
from sharing_pipeline.figures import publish
from sharing_pipeline.published.tables import Published
from tests.support.night_helpers import D, Home, batch, entry, item, resource
from tests.support.pipeline import as_text

MOUNT = "mount_rate/2023-1"


class Killed(Exception):
    """The process ends here."""


def fill(home: Home) -> None:
    home.put("catalogue/目录-2026-11-01.csv", [entry("A-1", "A"), entry("B-1", "B")])
    home.put("catalogue/资源-2026-11-01.csv", [resource("R-1", "A-1")])
    home.put("demand/清单.csv", [item("I-1")])
    home.put("exchange_log/log.csv", [batch("b1", "R-1", "2026-11-20 10:00:00")])


@pytest.fixture(scope="module")
def interrupted(
    tmp_path_factory: pytest.TempPathFactory, new_ledger_url: Callable[[], str]
) -> Home:
    """A run that ends at any moment leaves the last published night whole."""
    made = Home(tmp_path_factory.mktemp("killed"), ledger_url=new_ledger_url())
    fill(made)
    made.night(D)
    made.put("catalogue/新-2026-11-23.csv", [entry("A-1", "A"), entry("A-2", "A")])
    return made


def tables(interrupted: Home) -> list[object]:
    names = ("assessment", "scoreboard", "issue", "catalogue", "resource", "demand")
    return [
        Published(interrupted.settings, interrupted.ledger).latest_day(),
        *map(interrupted.table, names),
    ]


@pytest.mark.parametrize(
    ("step", "taken_in"), [("检查政务数据目录", False), ("评定", True), ("汇总并公布", True)]
)
def test_between_the_steps(interrupted: Home, step: str, taken_in: bool) -> None:
    before = tables(interrupted)

    def die(about: str, *_: int) -> None:
        if about == step:
            raise Killed

    with pytest.raises(Killed):
        interrupted.night("2026-11-23", progress=die)
    assert tables(interrupted) == before
    assert (("新-2026-11-23.csv", "catalogue") in interrupted.submissions()) == taken_in


def test_in_the_middle_of_publishing(interrupted: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables(interrupted)

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(publish, "_totals", die)
    with pytest.raises(Killed):
        interrupted.night("2026-11-23")
    assert tables(interrupted) == before


def test_strictly_nothing_is_published_with_something_quarantined(interrupted: Home) -> None:
    before = tables(interrupted)
    interrupted.put("catalogue/错-2026-11-23.csv", [entry("", "A"), entry("C-1", "C")])
    with pytest.raises(NothingPublished, match="--strict"):
        interrupted.night("2026-11-23", strict=True)
    assert tables(interrupted) == before
    assert interrupted.counts("错-2026-11-23.csv") == (2, 1, 0, 1)


def test_the_next_run_takes_nothing_twice_and_publishes(interrupted: Home) -> None:
    before = interrupted.table("submission", None)
    report = interrupted.night("2026-11-23")
    assert interrupted.table("submission", None) == before
    assert [(made.revision, made.new) for made in report.revisions] == [(1, True)] * 3
    assert set(interrupted.outcomes("2026-11-23")) == {"A-1", "A-2", "B-1", "C-1"}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, new_ledger_url: Callable[[], str]) -> Home:
    """What other programs may read, and when."""
    made = Home(tmp_path_factory.mktemp("stores"), ledger_url=new_ledger_url())
    fill(made)
    made.night(D)
    return made


def published_nights(home: Home) -> int:
    """How many nights another program sees, which waits for nobody."""
    count = "SELECT count(*) FROM published_night"
    if home.settings.ledger_url:
        with psycopg.connect(home.settings.ledger_url) as reader:
            reader.execute("SET lock_timeout = 1")
            [(nights,)] = reader.execute(count).fetchall()
            return int(nights)
    path = home.settings.ledger_file
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0)) as reader:
        assert reader.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
        [(nights,)] = reader.execute(count).fetchall()
        return int(nights)


def test_the_ledger_can_be_read_while_a_run_writes(
    stores: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the middle of the transaction that publishes."""
    between_steps: list[int] = []
    while_publishing: list[int] = []
    totals = publish._totals

    def look_and_go_on(*given: Any) -> Any:
        while_publishing.append(published_nights(stores))
        return totals(*given)

    monkeypatch.setattr(publish, "_totals", look_and_go_on)
    stores.put("catalogue/目录-2026-11-23.csv", [entry("A-1", "A"), entry("C-1", "C")])
    stores.night("2026-11-23", progress=lambda *_: between_steps.append(published_nights(stores)))
    assert len(between_steps) > 3
    assert set(between_steps) == {1, 2}
    assert while_publishing == [1]


def test_the_mart_has_the_latest_night_and_all_scoreboards(stores: Home) -> None:
    stores.night("2026-11-24")
    with duckdb.connect(str(stores.settings.mart), read_only=True) as mart:
        for name in ("assessment", "issue", "catalogue", "resource", "field", "demand"):
            rows = mart.sql(f"FROM {name}").to_arrow_table()
            exported = stores.table(name, "2026-11-24")
            assert sorted(map(str, as_text(rows.to_pylist()))) == sorted(map(str, exported))
            assert not exported or list(rows.column_names) == list(exported[0])
        boards = as_text(mart.sql("FROM scoreboard").to_arrow_table().to_pylist())
    nights = (D, "2026-11-23", "2026-11-24")
    expected = [row for day in nights for row in stores.table("scoreboard", day)]
    assert sorted(map(str, boards)) == sorted(map(str, expected))


def test_the_mart_follows_a_new_revision_of_an_old_night(stores: Home) -> None:
    stores.put("catalogue/迟报-2026-11-22.csv", [entry("B-1", "B"), entry("B-2", "B")])
    stores.night(D)
    with duckdb.connect(str(stores.settings.mart), read_only=True) as mart:
        select = f"SELECT DISTINCT as_of, revision FROM scoreboard WHERE definition = '{MOUNT}'"
        found = {str(day): revision for day, revision in mart.sql(select).fetchall()}
    assert found == {D: 2, "2026-11-23": 1, "2026-11-24": 1}
