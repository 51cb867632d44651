"""From what intake kept of a file to what its sender is told: a remark with the cell of each.

Findings come from the ledger's lake files as intake kept them; what is no finding there, a
repeated row or one that waits for a person, is added here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import loaded
from sharing_pipeline.catalog.rules import FINDING, Rule
from sharing_pipeline.catalog.suites import Suite, load_suite
from sharing_pipeline.in_force.snapshots import Store, files_of, load_rows
from sharing_pipeline.logs.broken_rows import notes_of, places_of, with_rows
from sharing_pipeline.reply.file_report import DatasetReport, FileReport, Remark
from sharing_pipeline.sheets.first_look import Sniffed
from sharing_pipeline.sheets.raw_table import REMARK_LEVELS, FileTables, Part, RawTable
from sharing_pipeline.store.ledger import Part as HeldPart
from sharing_pipeline.store.ledger import Submission

_LOGS = "exchange_log"


@dataclass(frozen=True)
class Received:
    """A file as it was received: its submissions, and what was read of it as cells, or for a log
    what a look at its beginning showed."""

    file_name: str
    source: str
    submissions: Sequence[Submission]
    tables: FileTables | None = None
    look: Sniffed | None = None


def file_reports(
    store: Store, rules: Mapping[str, Rule], files: Sequence[Received], expectations: Path
) -> list[FileReport]:
    """What is to be said about each of the files, all settled in this ledger already.

    `expectations`: the folder of the suites, which tell where to show that a column is missing.
    """
    numbers = [submission.id for file in files for submission in file.submissions]
    found = _findings(store, numbers)
    held = _held_rows(store, numbers)
    return [_file_report(store, rules, file, found, held, expectations) for file in files]


def with_findings(store: Store, numbers: Sequence[int]) -> set[int]:
    """Which of these submissions have findings."""
    return {number for number, found in _findings(store, numbers).items() if found}


_Finding = dict[str, Any]
_HeldRow = tuple[str, int, str, str]
"""Sheet, row, organisation, why."""


def _findings(store: Store, numbers: Sequence[int]) -> dict[int, list[_Finding]]:
    """Every finding of these submissions as intake kept it."""
    paths = [store.lake.path(name) for name in files_of(store.session, "finding", numbers)]
    store.engine.load_files("finding", paths, FINDING)
    order = ["submission", "sheet", "row", "severity", "column", "rule"]
    found: dict[int, list[_Finding]] = {number: [] for number in numbers}
    for row in store.engine.table("finding", order_by=order).to_pylist():
        if row["submission"] in found:
            found[row["submission"]].append(row)
    return found


def _held_rows(store: Store, numbers: Sequence[int]) -> dict[int, list[_HeldRow]]:
    """The rows of parts that wait for a person, by submission."""
    why = {
        (part.submission, part.org_code): part.why
        for part in store.session.scalars(
            select(HeldPart).where(HeldPart.submission.in_(numbers), HeldPart.status == "held")
        )
    }
    rows: dict[int, list[_HeldRow]] = {}
    if not why:
        return rows
    for dataset in loaded(store.contracts, "full"):
        owner = store.contracts[dataset].owner
        if owner is None:
            continue
        load_rows(store, dataset, sorted({number for number, _ in why}))
        columns = ("submission", "org_code", "sheet", "row")
    for number, org, sheet, row in store.engine.distinct("incoming", *columns):
        if (number, org) in why:
            rows.setdefault(number, []).append((sheet, row, org, why[number, org]))
    return rows


def _file_report(
    store: Store,
    rules: Mapping[str, Rule],
    file: Received,
    found: Mapping[int, list[_Finding]],
    held: Mapping[int, list[_HeldRow]],
    expectations: Path,
) -> FileReport:
    tables = {table.dataset: table for table in file.tables.tables} if file.tables else {}
    datasets = []
    for submission in file.submissions:
        contract = store.contracts[submission.dataset]
        table = tables.get(submission.dataset)
        places = _Places(contract, table, file.look, expectations)
        findings = found[submission.id]
        if submission.dataset == _LOGS:
            where = places_of(table, file.look)
            findings = with_rows(store, submission, findings, places.names, where)
        remarks = [places.remark(each) for each in findings]
        if table is not None and submission.dataset != _LOGS:
            remarks += _repeated(table, rules["exact_duplicate"], places, remarks)
        remarks += [places.held(rules["part_held"], *row) for row in held.get(submission.id, [])]
        datasets.append(_dataset(submission, contract, sorted(remarks, key=places.order)))
    parts = [part for table in tables.values() for part in table.parts]
    headers = {part.sheet: part.header_row for part in reversed(parts)}
    seen = _as_read(file)
    if file.look is not None:
        headers[""] = file.look.header_row
        logs = [log for log in file.submissions if log.dataset == _LOGS and log.rows_read]
        seen["skipped"] = tuple(note for log in logs for note in notes_of(store, log, file.look))
    return FileReport(file.file_name, file.source, tuple(datasets), headers, **seen)


def _as_read(file: Received) -> dict[str, Any]:
    """What reading the file showed; nothing for one that could not be read."""
    seen = file.tables or file.look
    shown: dict[str, Any] = {}
    if seen is not None:
        shown = {name: getattr(seen, name) for name in ("format", "encoding", "compression")}
    if file.tables is not None:
        own = [note for table in file.tables.tables for note in table.notes]
        shown |= {
            "notes": (*file.tables.notes, *own),
            "skipped": tuple(file.tables.skipped),
            "shape": file.tables.shape,
            "own_sheets": file.tables.own_sheets,
        }
    return shown


def _dataset(
    submission: Submission, contract: Contract, remarks: Iterable[Remark]
) -> DatasetReport:
    return DatasetReport(
        submission.dataset,
        contract.title,
        contract.sheet,
        submission.rows_read,
        submission.accepted,
        submission.duplicate,
        submission.quarantined,
        submission.status,
        submission.why,
        tuple(remarks),
    )


class _Places:
    """From a finding's sheet, row and header to the sender's cell."""

    def __init__(
        self,
        contract: Contract,
        table: RawTable | None,
        look: Sniffed | None,
        expectations: Path,
    ) -> None:
        self._contract, self._expectations = contract, expectations
        headers = table.headers if table else {}
        parts = table.parts if table else []
        if look is not None:
            headers = look.mapping
            parts = [Part("", look.header_row, look.mapping, look.columns)]
        self._parts: dict[str, list[Part]] = {}
        for part in parts:
            self._parts.setdefault(part.sheet, []).append(part)
        known = [*(part.headers for part in reversed(parts)), headers]
        self.names = {text: name for by_name in known for name, text in reversed(by_name.items())}
        self._sheets = {sheet: place for place, sheet in enumerate(self._parts)}
        self._doubts = {
            (doubt.sheet, doubt.row, doubt.header): doubt.place
            for doubt in (table.doubts if table else [])
        }
        self._surplus = {
            (cell.sheet, cell.row): cell.place for cell in (table.surplus if table else [])
        }
        self._blanks = table.blanks if table else {}
        self._key = contract.key[0]
        self._titles = {
            column.name: column.title
            for column in contract.columns
            if column.name not in headers.values()
        }

    def order(self, remark: Remark) -> tuple[int, int, int, int, str]:
        """From the top of the first sheet down, the gravest first."""
        sheet = self._sheets.get(remark.sheet, len(self._sheets))
        grave = list(REMARK_LEVELS).index(remark.level)
        return sheet, remark.row or 0, remark.column, grave, remark.rule

    def remark(self, finding: _Finding) -> Remark:
        """A finding as a remark on its cell."""
        sheet, row, header = finding["sheet"] or "", finding["row"], finding["column"] or ""
        level = finding["severity"] if finding["severity"] in REMARK_LEVELS else "warning"
        column = self._column(sheet, row, header)
        if header in self._titles:  # intake's own name: the file has no such column
            column = self._cause(sheet, row, finding["rule"]) or column
            header = self._titles[header]
        if finding["rule"] == "cells_beyond_header":
            column = self._surplus.get((sheet, row), column)
        return Remark(
            level, finding["rule"], sheet, row, column, header, finding["value"] or "",
            finding["message"], finding["what_to_do"],
        )  # fmt: skip

    def whole_row(self, rule: Rule, sheet: str, row: int, value: str, other: str) -> Remark:
        """A remark on a row as a whole, at its key."""
        row_name = self._contract.traits.row
        message, what_to_do = rule.texts(value=value, other=other, row=row_name)
        column = self._column(sheet, row, "")
        return Remark(rule.severity, rule.name, sheet, row, column, "", value, message, what_to_do)

    def again(self, remark: Remark, sheet: str, row: int) -> Remark:
        """A remark on a row that is repeated, for the same cell of its repetition."""
        column = remark.column
        if self._part(sheet, row) is not self._part(remark.sheet, remark.row):
            column = self._column(sheet, row, remark.header)
        return replace(remark, sheet=sheet, row=row, column=column, again=True)

    def held(self, rule: Rule, sheet: str, row: int, org: str, why: str) -> Remark:
        """A row that waits for a person."""
        return self.whole_row(rule, sheet, row, org, why)

    def _part(self, sheet: str, row: int | None) -> Part | None:
        """Of the tables of a sheet, which stand below each other, the one with that row."""
        parts = self._parts.get(sheet, [])
        above = [part for part in parts if row is not None and part.header_row <= row]
        return next(iter([*reversed(above), *parts]), None)

    def _cause(self, sheet: str, row: int | None, rule: str) -> int | None:
        """The column of another cell that a rule looks at: what made it miss the blamed one."""
        part = self._part(sheet, row)
        if part is None or self._suite is None:
            return None
        names = self._suite.names_in(rule)
        return next((part.columns[name] for name in names if name in part.columns), None)

    @cached_property
    def _suite(self) -> Suite | None:
        """The dataset's suite, read only when it is asked for."""
        name = self._contract.table
        written = (self._expectations / f"{name}.yaml").is_file()
        return load_suite(name, self._expectations) if written else None

    def _column(self, sheet: str, row: int | None, header: str) -> int:
        """The column of a header, else of the key, else the sheet's first that was read."""
        if (sheet, row, header) in self._doubts:
            return self._doubts[sheet, row or 0, header]
        part = self._part(sheet, row)
        if part is None or not part.columns:
            return 1
        named = self.names.get(header, header)
        if (sheet, row or 0, named) in self._blanks:
            return self._blanks[sheet, row or 0, named]
        return part.columns.get(named) or part.columns.get(self._key) or min(part.columns.values())


def _repeated(
    table: RawTable, rule: Rule, places: _Places, remarks_of_table: Iterable[Remark]
) -> list[Remark]:
    """The rows all of whose cells equal an earlier row's. What is to be mended there is to be
    mended here, too: mended alone, the two would contradict each other."""
    of_row: dict[tuple[str, int | None], list[Remark]] = {}
    for remark in remarks_of_table:
        of_row.setdefault((remark.sheet, remark.row), []).append(remark)
    firsts: dict[str, tuple[str, int]] = {}
    remarks: list[Remark] = []
    names = ("cells", "sheet", "row")
    for cells, sheet, row in zip(*(table.frame[name].to_pylist() for name in names), strict=True):
        first_sheet, first = firsts.setdefault(cells, (sheet, row))
        if (first_sheet, first) != (sheet, row):
            where = f"工作表“{first_sheet}”" if first_sheet != sheet else ""
            remarks.append(places.whole_row(rule, sheet, row, "", f"{where}第 {first} 行"))
            of_first = of_row.get((first_sheet, first), ())
            remarks += [places.again(remark, sheet, row) for remark in of_first]
    return remarks
