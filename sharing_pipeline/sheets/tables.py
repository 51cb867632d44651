"""A received file as raw text tables under canonical column names, one for each dataset.

Decides which sheet is which dataset, and tells the sender what can't be taken and why. Values are
not judged: cells are passed on as they were written. This code runs in the limited child process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import datasets, with_belongings
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.formats import Reading, read_file
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.settings import Limits
from sharing_pipeline.sheets.columns import empty_frame
from sharing_pipeline.sheets.dataset_sheets import DatasetSheet, join_sheets, read_sheet
from sharing_pipeline.sheets.form_resources import with_named_resources
from sharing_pipeline.sheets.header_findings import ask, unread, unsure, where
from sharing_pipeline.sheets.headers import (
    HEADER_WITHIN,
    Header,
    dataset_of_sheet,
    find_header,
    refusing_form,
)
from sharing_pipeline.sheets.matching import form_of, known_keys
from sharing_pipeline.sheets.raw_table import (
    FILLS_SHEET,
    GUIDE_SHEET,
    REPORT_SHEET,
    FileTables,
    RawTable,
    Skipped,
    read_as,
)
from sharing_pipeline.sheets.resource_beside_entry import with_resources_beside
from sharing_pipeline.sheets.returned_reply import as_sent, own_sheets
from sharing_pipeline.sheets.stacked import tables_of


@dataclass(frozen=True)
class _FoundTable:
    """A sheet, or one of several tables on a sheet, with its header and the dataset that it is."""

    grid: Grid
    header: Header | None
    dataset: str | None


@dataclass
class _Taken:
    """What has been read from a file so far: sheets by dataset, and messages to the sender."""

    notes: list[str]
    sheets: dict[str, list[DatasetSheet]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def read_tables(
    path: Path,
    file_name: str,
    source: Source,
    contracts: Mapping[str, Contract],
    limits: Limits | None = None,
) -> FileTables:
    """The datasets of a file; UnreadableFile if it can't be read at all.

    `file_name` is what its sender called it. There is always at least one table: a file without
    any fitting header gives a rejected table of the source's own dataset.
    """
    reading = read_file(
        path, file_name, limits or Limits(), source.shape, (REPORT_SHEET, FILLS_SHEET)
    )
    own = own_sheets(reading.grids)
    own_names = (f"工作表“{own.report}”", f"工作表“{own.fills}”")
    taken = _Taken([note for note in reading.notes if not any(name in note for name in own_names)])
    found = _find_tables(reading, source, contracts)
    for place, table in enumerate(found):
        others = {other.dataset for other in found[:place] + found[place + 1 :] if other.dataset}
        _take(table, others, source, contracts, taken)
    if any(grid.sheet == GUIDE_SHEET for grid in reading.grids):
        taken.notes += _drop_empty(taken.sheets)
    tables = [
        join_sheets(dataset, taken.sheets[dataset], source, contracts[dataset])
        for dataset in datasets(contracts)
        if dataset in taken.sheets
    ]
    if tables:
        taken.notes += taken.refused
    else:
        grids = [table.grid for table in found]
        tables = [_nothing_found(grids, source, contracts, "".join(taken.refused))]
    how_read = reading.format, reading.encoding, reading.compression
    tables = [replace(table, read_as=read_as(*how_read)) for table in tables]
    notes = list(dict.fromkeys(taken.notes))
    return FileTables(*how_read, tables, notes, taken.skipped, source.shape, own)


def _find_tables(
    reading: Reading, source: Source, contracts: Mapping[str, Contract]
) -> list[_FoundTable]:
    grids = [
        table
        for grid in as_sent(reading.grids, source.shape)
        for table in tables_of(grid, source, contracts)
    ]
    headers = [find_header(grid, source, contracts) for grid in grids]
    any_certain = any(header is not None and header.certain for header in headers)
    return [
        _FoundTable(grid, header, _dataset(grid, header, source, contracts, any_certain))
        for grid, header in zip(grids, headers, strict=True)
    ]


def _dataset(
    grid: Grid,
    header: Header | None,
    source: Source,
    contracts: Mapping[str, Contract],
    any_certain: bool,
) -> str | None:
    """The dataset that a sheet claims to be; None for a sheet that fits none.

    A header that only resembles the source's dataset counts when no sheet has a better one, so
    that the sender is told what is missing in it.
    """
    if header is not None and (header.certain or not any_certain):
        return header.dataset
    named = dataset_of_sheet(grid, contracts) if source.canonical else None
    return named if grid.row_count else None


def _take(
    table: _FoundTable,
    others: Collection[str],
    source: Source,
    contracts: Mapping[str, Contract],
    taken: _Taken,
) -> None:
    """Reads a table as the datasets that its rows hold; `others` are those of other tables."""
    form = refusing_form(table.grid, table.header, contracts) if source.canonical else None
    if form is not None:
        taken.refused.append(f"{where(table.grid)}：{form.refused}")
        return
    dataset = table.dataset
    if dataset is None:
        taken.notes += _not_recognised(table.grid)
        return
    grid, header, reader, note = _with_resources(
        table.grid, table.header, source, contracts, others
    )
    if header is not None and reader is not source:
        dataset = header.dataset
    sheets = []
    for row_dataset in [dataset, *reader.derives]:
        sheet, skipped = read_sheet(grid, header, row_dataset, reader, contracts)
        taken.sheets.setdefault(row_dataset, []).append(sheet)
        sheets.append(sheet)
        taken.skipped += skipped if row_dataset == dataset else []
    taken.notes += [note] if note else _unread_columns(sheets, source, contracts)


def _with_resources(
    grid: Grid,
    header: Header | None,
    source: Source,
    contracts: Mapping[str, Contract],
    others: Collection[str],
) -> tuple[Grid, Header | None, Source, str]:
    """The sheet, its header and the source by which it is read, changed if its rows have resources
    too; and a note on resource columns that aren't read."""
    named, reader = with_named_resources(grid, header, source, contracts)
    if header is None or reader is not source:
        return named, header, reader, ""
    return with_resources_beside(grid, header, source, contracts, others)


def _not_recognised(grid: Grid) -> list[str]:
    if not grid.from_workbook or not any(any(column) for column in grid.columns):
        return []
    if grid.sheet == GUIDE_SHEET:
        return []
    return [f"工作表“{grid.sheet}”认不出是哪种数据，没有读。"]


def _unread_columns(
    sheets: Sequence[DatasetSheet], source: Source, contracts: Mapping[str, Contract]
) -> list[str]:
    """A note on columns that belong to no dataset of the sheet, which was read as each of `sheets`.

    There is none for a source that declares the columns it wants, nor for a known form.
    """
    read = [
        (sheet, sheet.header)
        for sheet in sheets
        if sheet.header is not None and sheet.rejected is None
    ]
    if not read or not source.canonical:
        return []
    grid, header = read[0][0].grid, read[0][1]
    if any(form_of(header.names, contract) for contract in contracts.values()):
        return []
    used: set[int] = set()
    for sheet, sheet_header in read:
        used.update(*sheet_header.matches.values(), sheet.assigned.columns.values())
        doubts = sheet.doubts(sheet_header, contracts[sheet_header.dataset])
        used.update(doubt.place - 1 for doubt in doubts)
    above = {name: contracts[name] for name in with_belongings(contracts) if name != header.dataset}
    return unread(grid, header, used, known_keys(above, source) if above else ())


def _drop_empty(sheets: dict[str, list[DatasetSheet]]) -> list[str]:
    """Drops the datasets that were left empty in our own form beside filled ones; gives notes.

    In any other file a header without rows may be a failed export, and is rejected.
    """
    filled = {
        dataset
        for dataset, of_dataset in sheets.items()
        if any(sheet.rows or sheet.rejected for sheet in of_dataset)
    }
    empty = sheets.keys() - filled if filled else set()
    titles = sorted({sheet.grid.sheet for dataset in empty for sheet in sheets.pop(dataset)})
    return [f"工作表“{title}”没有填，这次没有报；以前报的不变。" for title in titles]


def _nothing_found(
    grids: list[Grid], source: Source, contracts: Mapping[str, Contract], refused: str
) -> RawTable:
    """The rejected table of a file without any dataset."""
    contract = contracts[source.dataset]
    if refused:
        reason = refused
    elif not any(any(column) for grid in grids for column in grid.columns):
        reason = "文件里没有内容，没有数据行。请检查导出是否成功后重报。"
    else:
        hints = "".join(unsure(grid, contract) for grid in grids)
        reason = f"前 {HEADER_WITHIN} 行里找不到表头。{hints}{ask(contract)}"
    return RawTable(contract.table, empty_frame(), rejected=reason)
