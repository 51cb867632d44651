"""Reading early: the same intake, whatever was read before it asked, and an end at any moment."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from sharing_pipeline.receiving import early_reading, inbox
from sharing_pipeline.receiving.early_reading import EarlyReading
from sharing_pipeline.receiving.take_in import take_in
from sharing_pipeline.settings import silent, system_clock
from tests.support.night_helpers import Home, batch, entry

DAY = date(2026, 11, 20)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.put("catalogue/a.csv", [entry("A-1", "A")])
    made.put("catalogue/b.csv", [entry("B-1", "B"), entry("B-2", "B")])
    made.put("exchange_log/log.csv", [batch("L-1", "A-1/r", "2026-11-20 08:00:00")])
    return made


def read(home: Home) -> EarlyReading:
    return EarlyReading(home.settings, home.ledger, system_clock, DAY)


def accepted(home: Home, reading: EarlyReading) -> dict[str, int]:
    report = take_in(home.settings, home.ledger, system_clock, DAY, silent, reading)
    return {submission.file_name: submission.accepted for submission in report.submissions}


ALL = {"organisations.csv": 8, "a.csv": 1, "b.csv": 2, "log.csv": 1}


@pytest.mark.parametrize("large", [1, 1 << 30], ids=["all are large", "none is"])
def test_large_files_are_taken_like_small_ones(
    home: Home, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(early_reading, "_LARGE_BYTES", large)
    with read(home) as reading:
        assert accepted(home, reading) == ALL


def test_a_file_that_is_staged_meanwhile_is_read_too(home: Home) -> None:
    with read(home) as reading:
        assert len(reading.staged().new) == len(ALL)
        home.put("catalogue/c.csv", [entry("C-1", "A")])
        new = inbox.unseen(home.settings, home.ledger)
        inbox.stage(home.settings, home.ledger, system_clock, new)
        assert accepted(home, reading) == ALL | {"c.csv": 1}


def test_what_was_read_and_not_taken_is_taken_by_the_next_run(home: Home) -> None:
    with read(home) as reading:
        reading.logs().results.result()
    with read(home) as reading:
        assert accepted(home, reading) == ALL


def test_leaving_ends_what_is_being_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it not ended, leaving would take the hour for which the look sleeps."""
    monkeypatch.setattr(early_reading.FileReader, "look", _endless)
    with read(home) as reading:
        reading.staged()
    monkeypatch.undo()
    with read(home) as reading:
        assert accepted(home, reading) == ALL


def _endless(_reader: object, sandbox: early_reading.Sandbox, _file: object) -> object:
    return sandbox.run(time.sleep, 3600)
