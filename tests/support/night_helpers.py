"""A home folder for a test: files go in, nights are run, and published tables come out.

Everything goes through run_night and Published. Nothing of the pipeline is replaced; only the wait
between the two looks at a new file is shorter.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.night import NightReport, run_night
from sharing_pipeline.published.tables import Published
from sharing_pipeline.receiving import inbox
from sharing_pipeline.settings import PROJECT, SHANGHAI, Settings
from sharing_pipeline.store.ledger import Ledger
from tests.reference.city import Row
from tests.support.cases import ENTRY, ITEM, RESOURCE, supply
from tests.support.pipeline import TextRow, as_text

CONTRACTS = load_contracts(PROJECT / "catalog")

D = "2026-11-22"
"""The Sunday of the worked examples."""


def entry(code: str, org: str = "A", **fields: str) -> Row:
    """An ordinary published entry, whose name has no number that counts up."""
    name = code.translate(str.maketrans("0123456789", "甲乙丙丁戊己庚辛壬癸")) + "信息"
    return {**ENTRY, "catalogue_code": code, "org_code": org, "name": name, **fields}


def entries(org: str, numbers: range, **fields: str) -> list[Row]:
    """Ordinary entries <org>-<number> of an organisation."""
    return [entry(f"{org}-{number:03d}", org, **fields) for number in numbers]


def resource(code: str, of: str, **fields: str) -> Row:
    """A mounted 库表 under an entry."""
    return {**RESOURCE, "resource_id": code, "catalogue_code": of, **fields}


def item(code: str, org: str = "A", **fields: str) -> Row:
    """An ordinary demand item that `org` must provide."""
    return {**ITEM, "demand_id": code, "requester_org": "B", "provider_org": org, **fields}


def batch(code: str, of: str, finished_at: str, rows: int | str = 10, **fields: str) -> Row:
    """A successful supply of a resource."""
    return {**supply(finished_at, rows, **fields), "batch_id": code, "resource_id": of}


def organisations(*codes: str) -> list[Row]:
    """Organisations of the city level with the name <code>局."""
    return [
        {"org_code": code, "org_name": f"{code}局", "level": "市", "region": "市本级"}
        for code in codes
    ]


class Home:
    """A home folder with a catalog of its own, and the organisations A to H unless others are
    listed."""

    def __init__(
        self,
        folder: Path,
        *,
        listed: Sequence[Row] | None = None,
        sources: Mapping[str, str] | None = None,
        ledger_url: str = "",
    ) -> None:
        self.settings = Settings(
            home=folder / "home", catalog=folder / "catalog", ledger_url=ledger_url
        )
        if not self.settings.catalog.exists():
            shutil.copytree(PROJECT / "catalog", self.settings.catalog)
        for name, yaml in (sources or {}).items():
            path = self.settings.catalog / "sources" / f"{name}.yaml"
            path.write_text(yaml, encoding="utf-8")
        if listed is None:
            listed = organisations(*"ABCDEFGH")
        if listed:
            self.put("organisation/organisations.csv", listed)

    def copied_to(self, folder: Path) -> Home:
        """A copy of the home and its catalog, for a test that changes them."""
        shutil.copytree(self.settings.home, folder / "home")
        shutil.copytree(self.settings.catalog, folder / "catalog")
        return Home(folder, listed=[])

    @property
    def inbox(self) -> Path:
        return self.settings.inbox

    def put(self, name: str, rows: Sequence[Row]) -> Path:
        """Puts a csv file of these rows into the inbox; its header has every column that occurs."""
        text = io.StringIO()
        columns = dict.fromkeys(column for row in rows for column in row)
        writer = csv.DictWriter(text, list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
        return self.put_bytes(name, text.getvalue().encode())

    def put_bytes(self, name: str, content: bytes) -> Path:
        """Puts a file of these bytes into the inbox."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def put_workbook(self, name: str, sheets: Mapping[str, Sequence[Row] | Sequence[str]]) -> Path:
        """Puts a workbook into the inbox. Each dataset's sheet has its rows, or only a header."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for dataset, rows in sheets.items():
            sheet = book.create_sheet(CONTRACTS[dataset].sheet)
            listed = [row for row in rows if isinstance(row, dict)]
            header = list(listed[0]) if listed else [str(column) for column in rows]
            sheet.append(header)
            for row in listed:
                sheet.append([row.get(column) or None for column in header])
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    def night(
        self,
        day: str = D,
        *,
        at: datetime | None = None,
        definitions: Sequence[str] = (),
        strict: bool = False,
        progress: Callable[[str, int, int], None] = lambda *_: None,
    ) -> NightReport:
        """Runs the night of a business date, at 02:00 of the next morning unless `at` is given."""
        on = date.fromisoformat(day)
        moment = at or datetime.combine(on, datetime.min.time(), SHANGHAI) + timedelta(hours=26)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inbox, "SECOND_LOOK_SECONDS", 0.01)
            return run_night(
                self.settings,
                on,
                clock=lambda: moment,
                definitions=definitions,
                strict=strict,
                progress=progress,
            )

    @property
    def ledger(self) -> Ledger:
        return Ledger.open(self.settings)

    def table(
        self,
        name: str,
        day: str | None = D,
        definition: str | None = None,
        revision: int | None = None,
    ) -> list[TextRow]:
        """A published table as `sharing export --format csv` prints it."""
        on = date.fromisoformat(day) if day else None
        published = Published(self.settings, self.ledger)
        return as_text(published.table(name, on, definition, revision).to_pylist())

    def in_force(self, day: str = D, table: str = "catalogue", value: str = "") -> TextRow:
        """What is in force on a day: key → the column `value`, which is the organisation unless it
        is given."""
        key = CONTRACTS[table].key[0]
        value = value or {"resource": "catalogue_code", "demand": "provider_org"}.get(
            table, "org_code"
        )
        return {row[key]: row[value] for row in self.table(table, day)}

    def outcomes(
        self, day: str = D, indicator: str = "mount_rate", revision: int | None = None
    ) -> TextRow:
        """Subject → outcome and reason under the official definition of an indicator."""
        rows = self.table("assessment", day, f"{indicator}/2023-1", revision)
        return {row["subject_id"]: f"{row['outcome']} {row['reason']}" for row in rows}

    def submissions(self) -> dict[tuple[str, str], TextRow]:
        """Every submission by file name and dataset; the last one if a file came twice."""
        rows = self.table("submission", None)
        return {(row["file_name"], row["dataset"]): row for row in rows}

    def received(self, file_name: str, dataset: str = "catalogue") -> TextRow:
        """The submission of a file."""
        return self.submissions()[file_name, dataset]

    def counts(self, file_name: str, dataset: str = "catalogue") -> tuple[int, int, int, int]:
        """rows_read, accepted, duplicate, quarantined of a submission."""
        row = self.received(file_name, dataset)
        names = ("rows_read", "accepted", "duplicate", "quarantined")
        read, accepted, duplicate, quarantined = (int(row[name]) for name in names)
        return read, accepted, duplicate, quarantined

    def issues(self, day: str = D, rule: str | None = None) -> dict[str, TextRow]:
        """The issue list of a day by subject, of one rule or indicator."""
        return {
            row["subject_id"]: row
            for row in self.table("issue", day)
            if rule in (None, row["indicator_or_rule"])
        }

    def lake(self) -> dict[str, str]:
        """Every file in the lake, with the hash of its bytes."""
        return {
            str(path.relative_to(self.settings.lake)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.settings.lake.rglob("*")
            if path.is_file()
        }
