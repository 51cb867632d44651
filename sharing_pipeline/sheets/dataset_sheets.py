"""The sheets of a dataset: a sheet read as one dataset, and all of them joined into a raw table.

Which sheets of a file belong to which dataset is decided in tables.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.source_keys import headers_of
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.sheets.cell_places import blanks, surplus
from sharing_pipeline.sheets.columns import build_frame, empty_frame
from sharing_pipeline.sheets.data_rows import fill_merged, rows_of
from sharing_pipeline.sheets.header_findings import (
    doubts,
    no_header,
    notes,
    reason_to_reject,
    unpublished,
    where,
)
from sharing_pipeline.sheets.headers import Assigned, Header, assign
from sharing_pipeline.sheets.raw_table import Doubt, Part, RawTable, Skipped


@dataclass(frozen=True)
class DatasetSheet:
    """A sheet read as one dataset, in the way that `source` declares.

    `rows` are the places of its data rows, from 0. If it can't be taken, `rejected` says why.
    """

    source: Source
    grid: Grid
    header: Header | None
    assigned: Assigned
    rows: list[int]
    rejected: str | None

    def doubts(self, header: Header, contract: Contract) -> list[Doubt]:
        """The doubts about the sheet's optional columns."""
        return doubts(self.grid.sheet, header, self.assigned, self.source, contract)


def read_sheet(
    grid: Grid,
    header: Header | None,
    dataset: str,
    source: Source,
    contracts: Mapping[str, Contract],
) -> tuple[DatasetSheet, list[Skipped]]:
    """The sheet as this dataset, and the lines with text that are no rows."""
    contract = contracts[dataset]
    if header is None:
        return DatasetSheet(source, grid, None, Assigned({}), [], no_header(grid, contract)), []
    if dataset != header.dataset:
        header = header.of(contract, source)
    assigned = assign(header, source, contract)
    rejected = reason_to_reject(grid, header, assigned, source, contract)
    fill_merged(grid, header)
    rows, skipped = rows_of(grid, header, assigned.columns, contract)
    if dataset != source.dataset and grid.without_items:
        # A row derives its resource from an item: where there is none, there is no resource.
        rows = [place for place in rows if place not in grid.without_items]
    return DatasetSheet(source, grid, header, assigned, rows, rejected), skipped


def join_sheets(
    dataset: str, sheets: Sequence[DatasetSheet], source: Source, contract: Contract
) -> RawTable:
    """The sheets of a dataset joined in their order; rejected if any of them can't be taken."""
    grids = [sheet.grid for sheet in sheets]
    from_workbook = any(grid.from_workbook and not grid.sent_as_text for grid in grids)
    rejected = _reasons_to_reject(sheets)
    if rejected:
        return RawTable(dataset, empty_frame(), from_workbook=from_workbook, rejected=rejected)
    taken = [(sheet, sheet.header) for sheet in sheets if sheet.header is not None]
    frame = _joined(
        [
            build_frame(sheet.grid, header, sheet.rows, sheet.assigned, sheet.source, contract)
            for sheet, header in taken
        ],
        contract,
    )
    parts = [_part(sheet, header, dataset) for sheet, header in taken]
    all_doubts = [doubt for sheet, header in taken for doubt in sheet.doubts(header, contract)]
    return RawTable(
        dataset=dataset,
        frame=frame,
        headers={name: text for part in reversed(parts) for name, text in part.headers.items()},
        from_workbook=from_workbook,
        notes=[doubt.message for doubt in all_doubts]
        + notes([header for _, header in taken], source, contract)
        + unpublished(frame, all_doubts, contract),
        parts=parts,
        doubts=all_doubts,
        surplus=[
            cell for sheet, header in taken for cell in surplus(sheet.grid, header, sheet.rows)
        ],
        blanks=dict(blank for sheet, header in taken for blank in _blanks(sheet, header, contract)),
        folds=any(
            sheet.source.row_is == "resource" and dataset == sheet.source.dataset
            for sheet in sheets
        ),
    )


def _reasons_to_reject(sheets: Sequence[DatasetSheet]) -> str:
    """Why a dataset can't be taken; empty if it can."""
    reasons = [sheet.rejected for sheet in sheets if sheet.rejected is not None]
    if not reasons and not any(sheet.rows for sheet in sheets):
        place = where(sheets[0].grid, sheets[0].header)
        reasons = [f"{place}下没有数据行。请填好后重报。"]
    return "".join(reasons)


def _joined(frames: list[pa.Table], contract: Contract) -> pa.Table:
    """One table with the columns in the contract's order, whichever each sheet had."""
    table = pa.concat_tables(frames, promote_options="default")
    behind = [name for name in table.column_names if name not in contract.names]
    return table.select([name for name in contract.names if name in table.column_names] + behind)


def _part(sheet: DatasetSheet, header: Header, dataset: str) -> Part:
    declared = sheet.source.mapping(dataset).columns
    headers = {}
    for name, place in sheet.assigned.columns.items():
        value = declared.get(name)
        if value is None or isinstance(value, str):
            headers[name] = str(header.names[place])
        else:
            headers[name] = "、".join(headers_of(value))
    columns = {name: place + 1 for name, place in sheet.assigned.columns.items()}
    return Part(sheet.grid.sheet, header.row, headers, columns)


def _blanks(
    sheet: DatasetSheet, header: Header, contract: Contract
) -> Iterable[tuple[tuple[str, int, str], int]]:
    codes = [name for name in sheet.assigned.columns if contract[name].type == "code"]
    declared = sheet.source.mapping(contract.table).columns
    joined = {name: declared[name] for name in codes if name in declared}
    return blanks(sheet.grid, header, sheet.rows, joined).items()
