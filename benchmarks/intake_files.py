"""Makes the large files of benchmarks.intake; everything in them is fictional."""

from __future__ import annotations

import csv
import shutil
import tempfile
from datetime import date
from pathlib import Path

import openpyxl

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.sample import make_city
from sharing_pipeline.settings import PROJECT

DAY = "2026-11-22"
_ORGANISATIONS = 45
_COLUMNS = 20
_CHUNK = 1 << 22


def make_organisations(path: Path) -> None:
    """A list of municipal organisations."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["org_code", "org_name", "level", "region"])
        for number in range(_ORGANISATIONS):
            writer.writerow([_organisation(number), f"样例{number:02d}局", "市", "样例市"])


def make_workbook(path: Path, rows: int, *, wrong_every: int = 0) -> None:
    """A catalogue on one sheet: the contract's columns by their titles, and more up to twenty.

    Every `wrong_every`-th row has an unknown update cycle; none if it is 0.
    """
    contract = load_contracts(PROJECT / "catalog")["catalogue"]
    columns = [column for column in contract.columns if column.name != "lacks"]
    spare = [f"备注{number}" for number in range(1, _COLUMNS - len(columns) + 1)]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(contract.sheet)
    sheet.append([column.title for column in columns] + spare)
    for row in range(rows):
        number = row * _ORGANISATIONS // rows
        own = {
            "catalogue_code": f"{_organisation(number)}{row:09d}",
            "name": f"样例第{row}号登记信息",
            "org_code": _organisation(number),
            "org_name": f"样例{number:02d}局",
            "published_on": f"2026-0{row % 9 + 1}-{row % 28 + 1:02d}",
        }
        if wrong_every and row % wrong_every == 0:
            own["update_cycle"] = "经常"
        cells = [own.get(column.name, column.example) for column in columns]
        sheet.append([*cells, *[f"样例{row % 97}"] * len(spare)])
    book.save(path)


def make_log(path: Path, rows: int) -> None:
    """A day's log of a sample city, in GB18030."""
    with tempfile.TemporaryDirectory(prefix="sharing-bench-") as name:
        make_city(
            Path(name), entries=20_000, days=1, log_rows_per_day=rows, demands=1,
            date=date.fromisoformat(DAY),
        )  # fmt: skip
        [log] = (Path(name) / "exchange_log").glob("*.csv")
        with (
            log.open(encoding="utf-8", newline="") as source,
            path.open("w", encoding="gb18030", newline="") as target,
        ):
            shutil.copyfileobj(source, target, _CHUNK)


def _organisation(number: int) -> str:
    return f"3611{number + 1:05d}"
