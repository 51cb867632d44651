"""A received file as raw text tables under canonical column names, one per dataset.

Says what can't be taken and why, per dataset. Judges no value: a cell is handed on as it was
written. Runs inside the sandbox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import datasets, with_belongings
from sharing_pipeline.catalog.source_keys import headers_of
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.formats import Reading, read_file
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.settings import Limits
from sharing_pipeline.sheets.cell_places import blanks, surplus
from sharing_pipeline.sheets.columns import build_frame, empty_frame
from sharing_pipeline.sheets.data_rows import fill_merged, rows_of
from sharing_pipeline.sheets.form_resources import with_named_resources
from sharing_pipeline.sheets.header_findings import (
    ask,
    doubts,
    no_header,
    notes,
    unpublished,
    unread,
    unsure,
    where,
    why_not,
)
from sharing_pipeline.sheets.headers import (
    HEADER_WITHIN,
    Assigned,
    Header,
    assign,
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
    Part,
    RawTable,
    Skipped,
    read_as,
)
from sharing_pipeline.sheets.resource_beside_entry import with_resources_beside
from sharing_pipeline.sheets.returned_reply import as_sent, own_sheets
from sharing_pipeline.sheets.stacked import tables_of


@dataclass(frozen=True)
class _Sheet:
    """One sheet read for one dataset, as `source` declares; `why`: it can't be taken."""

    source: Source
    grid: Grid
    header: Header | None
    assigned: Assigned
    rows: list[int]
    why: str | None


def read_tables(
    path: Path,
    file_name: str,
    source: Source,
    contracts: Mapping[str, Contract],
    limits: Limits | None = None,
) -> FileTables:
    """The file's datasets; UnreadableFile when it can't be read at all.

    `file_name` is the sender's name of it. There is always at least one table: a file without
    any fitting header gives one that is rejected, under the source's own dataset.
    """
    reading = read_file(
        path, file_name, limits or Limits(), source.shape, (REPORT_SHEET, FILLS_SHEET)
    )
    sheets: dict[str, list[_Sheet]] = {}
    own = own_sheets(reading.grids)
    ours = (f"工作表“{own.report}”", f"工作表“{own.fills}”")
    said = [note for note in reading.notes if not any(name in note for name in ours)]
    skipped: list[Skipped] = []
    refused: list[str] = []
    found = _found(reading, source, contracts)
    for number, (grid, header, dataset) in enumerate(found):
        form = refusing_form(grid, header, contracts) if source.canonical else None
        if form is not None:
            refused.append(f"{where(grid)}：{form.refused}")
            continue
        if dataset is None:
            said.extend(_unfit(grid))
            continue
        others = {one for place, (*_, one) in enumerate(found) if one and place != number}
        grid, header, reader, beside = _with_resources(grid, header, source, contracts, others)
        said.extend(filter(None, [beside]))
        dataset = header.dataset if header is not None and reader is not source else dataset
        made = []
        for each in [dataset, *reader.derives]:
            sheet, passed_over = _read_sheet(grid, header, each, reader, contracts)
            sheets.setdefault(each, []).append(sheet)
            made.append(sheet)
            skipped.extend(passed_over if each == dataset else [])
        said.extend([] if beside else _unread(made, source, contracts))
    if any(grid.sheet == GUIDE_SHEET for grid in reading.grids):
        said.extend(_without_empty(sheets))
    tables = [
        _table(dataset, sheets[dataset], source, contracts[dataset])
        for dataset in datasets(contracts)
        if dataset in sheets
    ]
    if tables:
        said.extend(refused)
    else:
        grids = [grid for grid, *_ in found]
        tables = [_nothing_found(grids, source, contracts, "".join(refused))]
    how = reading.format, reading.encoding, reading.compression
    tables = [replace(table, read_as=read_as(*how)) for table in tables]
    said = list(dict.fromkeys(said))
    return FileTables(*how, tables, said, skipped, source.shape, own)


def _found(
    reading: Reading, source: Source, contracts: Mapping[str, Contract]
) -> list[tuple[Grid, Header | None, str | None]]:
    """The file's sheets, or the tables on them, with the header and the dataset of each."""
    grids = [
        table
        for grid in as_sent(reading.grids, source.shape)
        for table in tables_of(grid, source, contracts)
    ]
    headers = [find_header(grid, source, contracts) for grid in grids]
    any_certain = any(header is not None and header.certain for header in headers)
    return [
        (grid, header, _dataset(grid, header, source, contracts, any_certain))
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

    A header that only resembles the source's dataset counts when no sheet has a better one:
    the sender then hears what is missing in it.
    """
    if header is not None and (header.certain or not any_certain):
        return header.dataset
    named = dataset_of_sheet(grid, contracts) if source.canonical else None
    return named if grid.row_count else None


def _with_resources(
    grid: Grid,
    header: Header | None,
    source: Source,
    contracts: Mapping[str, Contract],
    others: Collection[str],
) -> tuple[Grid, Header | None, Source, str]:
    """The sheet, its header and the source by which it is read, where its rows have resources,
    too; and what is to be said of resource columns that aren't read."""
    named, reader = with_named_resources(grid, header, source, contracts)
    if header is None or reader is not source:
        return named, header, reader, ""
    return with_resources_beside(grid, header, source, contracts, others)


def _unfit(grid: Grid) -> list[str]:
    if not grid.from_workbook or not any(any(column) for column in grid.columns):
        return []
    if grid.sheet == GUIDE_SHEET:
        return []
    return [f"工作表“{grid.sheet}”认不出是哪种数据，没有读。"]


def _read_sheet(
    grid: Grid,
    header: Header | None,
    dataset: str,
    source: Source,
    contracts: Mapping[str, Contract],
) -> tuple[_Sheet, list[Skipped]]:
    contract = contracts[dataset]
    if header is None:
        return _Sheet(source, grid, None, Assigned({}), [], no_header(grid, contract)), []
    if dataset != header.dataset:
        header = header.of(contract, source)
    assigned = assign(header, source, contract)
    why = why_not(grid, header, assigned, source, contract)
    fill_merged(grid, header)
    rows, skipped = rows_of(grid, header, assigned.columns, contract)
    if dataset != source.dataset and grid.without_items:
        # A row derives its resource from an item: where there is none, there is no resource.
        rows = [place for place in rows if place not in grid.without_items]
    return _Sheet(source, grid, header, assigned, rows, why), skipped


def _unread(made: Sequence[_Sheet], source: Source, contracts: Mapping[str, Contract]) -> list[str]:
    """A note on columns that no dataset of the sheet has; a source's YAML says which it wants."""
    read = [(one, one.header) for one in made if one.header is not None and one.why is None]
    if (
        not read
        or not source.canonical
        or any(form_of(read[0][1].names, one) for one in contracts.values())
    ):
        return []
    used: set[int] = set()
    for sheet, header in read:
        used.update(*header.matches.values(), sheet.assigned.columns.values())
        contract = contracts[header.dataset]
        said = doubts(sheet.grid.sheet, header, sheet.assigned, sheet.source, contract)
        used.update(one.place - 1 for one in said)
    grid, header = read[0][0].grid, read[0][1]
    above = {name: contracts[name] for name in with_belongings(contracts) if name != header.dataset}
    return unread(grid, header, used, known_keys(above, source) if above else ())


def _without_empty(sheets: dict[str, list[_Sheet]]) -> list[str]:
    """Of our own form, takes out the datasets that were left empty beside one that was filled in;
    what to say of them. In any other file a header without rows may be a failed export."""
    filled = {name for name, made in sheets.items() if any(one.rows or one.why for one in made)}
    left = [one for name in sheets.keys() - filled for one in sheets.pop(name)] if filled else []
    titles = sorted({one.grid.sheet for one in left})
    return [f"工作表“{title}”没有填，这次没有报；以前报的不变。" for title in titles]


def _table(dataset: str, sheets: list[_Sheet], source: Source, contract: Contract) -> RawTable:
    """The sheets of one dataset joined in their order; rejected if any of them can't be taken."""
    grids = [sheet.grid for sheet in sheets]
    from_workbook = any(grid.from_workbook and not grid.sent_as_text for grid in grids)
    reasons = [sheet.why for sheet in sheets if sheet.why is not None]
    if not reasons and not any(sheet.rows for sheet in sheets):
        place = where(sheets[0].grid, sheets[0].header)
        reasons = [f"{place}下没有数据行。请填好后重报。"]
    if reasons:
        return RawTable(
            dataset, empty_frame(), from_workbook=from_workbook, rejected="".join(reasons)
        )
    taken = [(sheet, sheet.header) for sheet in sheets if sheet.header is not None]
    frames = [
        build_frame(sheet.grid, header, sheet.rows, sheet.assigned, sheet.source, contract)
        for sheet, header in taken
    ]
    parts = [_part(sheet, header, dataset) for sheet, header in taken]
    doubtful = [
        one
        for sheet, header in taken
        for one in doubts(sheet.grid.sheet, header, sheet.assigned, sheet.source, contract)
    ]
    frame = _joined(frames, contract)
    return RawTable(
        dataset=dataset,
        frame=frame,
        headers={name: text for part in reversed(parts) for name, text in part.headers.items()},
        from_workbook=from_workbook,
        notes=[one.message for one in doubtful]
        + notes([header for _, header in taken], source, contract)
        + unpublished(frame, doubtful, contract),
        parts=parts,
        doubts=doubtful,
        surplus=[one for sheet, header in taken for one in surplus(sheet.grid, header, sheet.rows)],
        blanks={
            at: place for sheet, header in taken for at, place in _blanks(sheet, header, contract)
        },
        folds=any(
            one.source.row_is == "resource" and dataset == one.source.dataset for one in sheets
        ),
    )


def _joined(frames: list[pa.Table], contract: Contract) -> pa.Table:
    """One table with the contract's order of columns, whatever each sheet had."""
    table = pa.concat_tables(frames, promote_options="default")
    behind = [name for name in table.column_names if name not in contract.names]
    return table.select([name for name in contract.names if name in table.column_names] + behind)


def _part(sheet: _Sheet, header: Header, dataset: str) -> Part:
    declared = sheet.source.mapping(dataset).columns
    headers = {}
    for name, place in sheet.assigned.columns.items():
        value = declared.get(name)
        plain = value is None or isinstance(value, str)
        written = str(header.names[place])
        headers[name] = written if plain or value is None else "、".join(headers_of(value))
    columns = {name: place + 1 for name, place in sheet.assigned.columns.items()}
    return Part(sheet.grid.sheet, header.row, headers, columns)


def _blanks(
    sheet: _Sheet, header: Header, contract: Contract
) -> Iterable[tuple[tuple[str, int, str], int]]:
    codes = [name for name in sheet.assigned.columns if contract[name].type == "code"]
    declared = sheet.source.mapping(contract.table).columns
    joined = {name: declared[name] for name in codes if name in declared}
    return blanks(sheet.grid, header, sheet.rows, joined).items()


def _nothing_found(
    grids: list[Grid], source: Source, contracts: Mapping[str, Contract], refused: str
) -> RawTable:
    contract = contracts[source.dataset]
    if refused:
        why = refused
    elif not any(any(column) for grid in grids for column in grid.columns):
        why = "文件里没有内容，没有数据行。请检查导出是否成功后重报。"
    else:
        hints = "".join(unsure(grid, contract) for grid in grids)
        why = f"前 {HEADER_WITHIN} 行里找不到表头。{hints}{ask(contract)}"
    return RawTable(contract.table, empty_frame(), rejected=why)
