"""Runs one side of benchmarks.intake in a process of its own:
`python -m benchmarks.intake_sides SIDE PATH DATE FOLDER`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path


def take_in(home: Path, day: date, _folder: Path) -> None:
    """Intake as the night does it: the inbox of a home folder becomes accepted rows."""
    from sharing_pipeline.receiving.early_reading import EarlyReading
    from sharing_pipeline.receiving.take_in import take_in
    from sharing_pipeline.settings import Settings, silent, system_clock
    from sharing_pipeline.store.ledger import Ledger

    settings = Settings.read(home)
    ledger = Ledger.open(settings)
    with EarlyReading(settings, ledger, system_clock, day) as reading:
        report = take_in(settings, ledger, system_clock, day, silent, reading)
    books = [submission for submission in report.submissions if submission.dataset == "catalogue"]
    [book] = books
    assert book.accepted == book.rows_read, book.why


def keep_frames(home: Path, day: date, folder: Path) -> None:
    """Keeps the frames that intake gives to Great Expectations; this is never measured."""
    from benchmarks.frames import keep_frames

    keep_frames(home, day, folder)


def read_workbook(book: Path, _day: date, _folder: Path) -> None:
    """Every cell of the workbook, as python-calamine gives it."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()


def suites(frames: Path, _day: date, _folder: Path) -> None:
    """Great Expectations on intake's frames, its import included."""
    from benchmarks.floor_suites import run_suites
    from sharing_pipeline.settings import PROJECT

    run_suites(frames, PROJECT / "expectations")


def take_log(log: Path, _day: date, folder: Path) -> None:
    """Takes a log from its bytes to Parquet and its counts, as the child process does."""
    from sharing_pipeline.catalog.codes import load_codes
    from sharing_pipeline.catalog.contracts import load_contracts
    from sharing_pipeline.catalog.sources import load_source
    from sharing_pipeline.logs.log_reading import LogRequest, take_log
    from sharing_pipeline.logs.log_source import LogSource
    from sharing_pipeline.settings import PROJECT
    from sharing_pipeline.sheets.first_look import sniff

    catalog = PROJECT / "catalog"
    contracts = load_contracts(catalog)
    look = sniff(log, load_source(catalog, "exchange_log"), contracts)
    source = LogSource(
        log, look.mapping, look.encoding or "", look.compression, look.delimiter or ",",
        look.header_row,
    )  # fmt: skip
    out = folder / "taken" / "log.parquet"
    out.parent.mkdir(exist_ok=True)
    take_log(LogRequest(source, out, contracts["exchange_log"], load_codes(catalog)))


def read_log(log: Path, _day: date, _folder: Path) -> None:
    """Reads the log's records batch by batch with pyarrow, the fastest reader of GB18030 here."""
    from pyarrow.csv import ReadOptions, open_csv

    for _ in open_csv(log, read_options=ReadOptions(encoding="gb18030", block_size=16 << 20)):
        pass


SIDES = {
    "take-in": take_in,
    "keep-frames": keep_frames,
    "read-workbook": read_workbook,
    "suites": suites,
    "take-log": take_log,
    "read-log": read_log,
}

if __name__ == "__main__":
    side, path, day, folder = sys.argv[1:]
    SIDES[side](Path(path), date.fromisoformat(day), Path(folder))
