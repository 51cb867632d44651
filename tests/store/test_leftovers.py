"""What a killed run leaves in the lake goes with the next one, and nothing else does."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from sharing_pipeline.night import run_night
from sharing_pipeline.sample import make_city
from sharing_pipeline.settings import Settings, system_clock
from sharing_pipeline.store import leftovers
from sharing_pipeline.store.lake import RECEIVED
from sharing_pipeline.store.ledger import Base, Ledger
from tests.support.killed import kill, stopped_night

DAY = date(2026, 11, 22)


@pytest.fixture
def settings(tmp_path: Path, ledger_url: str) -> Settings:
    """A home with a small city's files in its inbox."""
    settings = Settings(home=tmp_path / "home", ledger_url=ledger_url)
    make_city(
        settings.inbox, entries=60, days=3, log_rows_per_day=40, demands=10, date=DAY
    )  # fmt: skip
    return settings


def in_lake(settings: Settings) -> set[str]:
    """The names of all files but the received ones."""
    paths = (path for path in settings.lake.rglob("*") if path.is_file())
    names = {path.relative_to(settings.lake).as_posix() for path in paths}
    return {name for name in names if not name.startswith(f"{RECEIVED}/")}


def text_of_ledger(settings: Settings) -> str:
    """Every cell of the ledger, in one text."""
    with Ledger.open(settings).engine.connect() as connection:
        rows = [
            row
            for table in Base.metadata.sorted_tables
            for row in connection.execute(table.select())
        ]
    return "\n".join(map(str, rows))


def unnamed(settings: Settings) -> set[str]:
    ledger = text_of_ledger(settings)
    return {name for name in in_lake(settings) if name not in ledger}


@pytest.mark.parametrize("step", ["检查信息项", "汇总并公布"])
def test_the_next_run_removes_what_a_killed_one_left(settings: Settings, step: str) -> None:
    kill(stopped_night(settings, step))
    left = unnamed(settings) - {leftovers.MARK}
    assert left
    unfinished_copy = settings.lake / RECEIVED / "a.partial"
    growing_copy = settings.lake / RECEIVED / "b.partial"
    unfinished_mart = settings.home / ".a.duckdb"
    workplace = settings.lake / "exchange_log" / ".work-a"
    spilt = settings.home / ".a.duckdb.tmp"
    for folder in (workplace, spilt):
        folder.mkdir(parents=True)
    for path in (unfinished_copy, growing_copy, unfinished_mart, workplace / "x", spilt / "x"):
        path.touch()
    os.utime(unfinished_copy, (0, 0))
    run_night(settings, DAY, clock=system_clock)
    assert unnamed(settings) == set()
    assert not left & in_lake(settings)
    assert (unfinished_copy.exists(), growing_copy.exists()) == (False, True)
    assert not any(path.exists() for path in (unfinished_mart, workplace, spilt))


def test_only_a_cut_off_run_has_the_lake_listed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_night(settings, DAY, clock=system_clock)
    monkeypatch.setattr(leftovers, "_remove", None)
    run_night(settings, DAY, clock=system_clock)


def test_what_is_older_than_the_cut_off_run_stays(settings: Settings) -> None:
    run_night(settings, DAY, clock=system_clock)
    somebody_elses = settings.lake / "assessment" / "kept.parquet"
    somebody_elses.touch()
    os.utime(somebody_elses, (0, 0))
    for _ in range(2):
        leftovers.begin(settings, Ledger.open(settings))
    assert somebody_elses.exists()
