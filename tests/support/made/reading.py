"""Reading a file and judging its rows as a night would, without a home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.organisations import Organisation, Organisations
from sharing_pipeline.catalog.rules import load_rules
from sharing_pipeline.catalog.sources import Source, load_source
from sharing_pipeline.judging.batch import Arrival, read_batch
from sharing_pipeline.judging.judged_batch import Judged
from sharing_pipeline.judging.row_verdicts import judge
from sharing_pipeline.judging.suite_report import Suites
from sharing_pipeline.settings import PROJECT
from sharing_pipeline.sheets.raw_table import FileTables, RawTable
from sharing_pipeline.sheets.tables import read_tables

CATALOG = PROJECT / "catalog"
CONTRACTS = load_contracts(CATALOG)
CODES = load_codes(CATALOG)
RULES = load_rules(CATALOG)
SUITES = Suites(PROJECT / "expectations")
D = date(2026, 11, 22)
NAMES = ("市民政局", "市住房和城乡建设局", "市自然资源局")
ORGANISATIONS = Organisations(
    Organisation(f"36110000{number}", name, "市", "全市") for number, name in enumerate(NAMES, 1)
)


def source(name: str = "catalogue") -> Source:
    return load_source(CATALOG, name)


def read(folder: Path, data: bytes, name: str, source_name: str = "catalogue") -> FileTables:
    path = folder / "bytes"
    path.write_bytes(data)
    return read_tables(path, name, source(source_name), CONTRACTS)


def only(tables: FileTables) -> RawTable:
    [table] = tables.tables
    return table


def cells(table: RawTable, *columns: str) -> list[list[Any]]:
    """The rows' raw cells in these canonical columns."""
    picked = table.frame.select(list(columns)).to_pydict()
    return [list(row) for row in zip(*picked.values(), strict=True)]


@dataclass(frozen=True)
class Verdict:
    """What became of one file's rows: counts, values of accepted rows by row number, and
    findings as (row, canonical column, severity, rule)."""

    rows_read: int
    accepted: int
    duplicate: int
    quarantined: int
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    findings: frozenset[tuple[int, str, str, str]] = frozenset()


def verdicts(tables: Sequence[RawTable]) -> list[Verdict]:
    """Judges tables of one dataset together, as one night does; each is a file of its own."""
    contract = CONTRACTS[tables[0].dataset]
    arrivals = [_arrival(number, table) for number, table in enumerate(tables)]
    frame = read_batch(contract, arrivals, CODES, D)
    surplus = _surplus(frame, tables)
    judged = judge(contract, frame, RULES, ORGANISATIONS, set(), set(), SUITES, surplus, {})
    return [_verdict(judged, number, contract.names) for number in range(len(tables))]


def _surplus(frame: pd.DataFrame, tables: Sequence[RawTable]) -> pd.Series:
    """Filled cells beyond the header, by the position of their row."""
    beyond = {
        (number, cell.sheet, cell.row): cell.value
        for number, table in enumerate(tables)
        for cell in table.surplus
    }
    places = zip(frame["submission"], frame["sheet"].fillna(""), frame["row"], strict=True)
    values = pd.Series([beyond.get(place) for place in places], dtype="str")
    return values.dropna()


def _arrival(number: int, table: RawTable) -> Arrival:
    return Arrival(
        number, source(), table.dataset, f"{number}", None, "", 0, datetime(2026, 11, 22), D, table
    )


def _verdict(judged: Judged, number: int, names: list[str]) -> Verdict:
    mine = judged.frame["submission"] == number
    accepted = judged.accepted[mine.reindex(judged.accepted.index)]
    found = judged.findings[judged.findings["position"].isin(judged.frame.index[mine])]
    rows = judged.frame["row"]
    values = accepted.set_index("row")[names].astype(object)
    return Verdict(
        rows_read=int(mine.sum()),
        accepted=len(accepted),
        duplicate=int(judged.duplicate[mine].sum()),
        quarantined=int((judged.refused & ~judged.duplicate)[mine].sum()),
        values=values.where(values.notna(), None).to_dict(orient="index"),
        findings=frozenset(
            (int(rows[finding.position]), finding.column, finding.severity, finding.rule)
            for finding in found.itertuples()
        ),
    )
