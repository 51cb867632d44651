"""Turns the rows of a sheet into an Arrow table: canonical text columns, position, fingerprint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.source_keys import headers_of
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.derived_columns import derived
from sharing_pipeline.sheets.headers import Assigned, Header
from sharing_pipeline.sheets.matching import header_key

POSITION = (("row", pa.int64()), ("sheet", pa.string()), ("cells", pa.string()))
"""The columns that every table has behind its canonical ones."""
_DATES = ("date", "timestamp", "dates")
_SERIAL = re.compile(r"(\d{4,5})(\.\d+)?")
_DAYS_TO_1904 = 1462
"""From day 0 of Excel's serial dates to day 0 of those of old Macs."""
_CELL_END, _NAME_END = "\x1f", "\x1e"


def empty_frame() -> pa.Table:
    """A table without canonical columns and without rows."""
    return pa.schema(POSITION).empty_table()


def build_frame(
    grid: Grid,
    header: Header,
    rows: list[int],
    assigned: Assigned,
    source: Source,
    contract: Contract,
) -> pa.Table:
    """The rows at these places (from 0), in those of the contract's columns that the sheet has."""
    cells = [_picked(column, rows) for column in grid.columns]
    columns = _canonical(cells, header, assigned, source, contract, len(rows))
    if grid.epoch_1904:
        dates = {column.name for column in contract.columns if column.type in _DATES}
        for name in columns.keys() & dates:
            columns[name] = [_from_1904(cell) for cell in columns[name]]
    sent = [texts(column) for column in cells]
    # Most canonical columns are a column of the sender's: those need no second Arrow array.
    arrays_by_id = {id(column): array for column, array in zip(cells, sent, strict=True)}
    in_order = {name: columns[name] for name in contract.names if name in columns}
    arrays = {
        name: arrays_by_id[id(column)] if id(column) in arrays_by_id else texts(column)
        for name, column in in_order.items()
    }
    arrays["row"] = pa.array([grid.first_row + place for place in rows], pa.int64())
    arrays["sheet"] = texts([grid.sheet] * len(rows))
    arrays["cells"] = fingerprints(header.names, sent, len(rows))
    return pa.table(arrays)


def _picked(column: list[Cell], rows: list[int]) -> list[Cell]:
    """The column's cells at these ascending places."""
    if rows and rows[-1] - rows[0] + 1 == len(rows):
        return column[rows[0] : rows[-1] + 1]
    return [column[place] for place in rows]


def _from_1904(cell: Cell) -> Cell:
    """A serial date that counts from 1904 as one that counts from 1900, which is usual."""
    serial = _SERIAL.fullmatch(cell) if cell else None
    return f"{int(serial[1]) + _DAYS_TO_1904}{serial[2] or ''}" if serial else cell


def _canonical(
    cells: list[list[Cell]],
    header: Header,
    assigned: Assigned,
    source: Source,
    contract: Contract,
    row_count: int,
) -> dict[str, list[Cell]]:
    mapping = source.mapping(contract.table)
    columns = {name: cells[place] for name, place in assigned.columns.items()}
    for name, value in mapping.columns.items():
        if name in columns and not isinstance(value, str):
            sent = _sent(headers_of(value), header.names, cells)
            is_key = contract[name].type == "code"
            columns[name] = derived(value, sent, row_count, whole=is_key)
    columns.update({name: [value] * row_count for name, value in mapping.constants.items()})
    if source.lacks and "lacks" in contract.names:
        columns["lacks"] = [";".join(source.lacks)] * row_count
    return columns


def _sent(
    headers: list[str], names: list[Cell], cells: list[list[Cell]]
) -> Mapping[str, list[Cell]]:
    """The sender's columns by the header that the source declares."""
    keys = [header_key(name) for name in names]
    return {header: cells[keys.index(header_key(header))] for header in headers}


def texts(cells: list[Cell]) -> pa.Array:
    """Cells as an Arrow text array; UnreadableFile for half a surrogate pair."""
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError as error:
        raise UnreadableFile(
            f"文件里有不完整的字符（{error.object[error.start : error.end]!r}）。请重新导出后重报。"
        ) from error


def fingerprints(names: list[Cell], cells: list[pa.Array], row_count: int) -> pa.Array:
    """For each row a 128-bit hash of all the sender's cells with their headers.

    Rows with equal hashes are exact duplicates (inputs.md §8). White space around a cell and the
    order of columns don't matter; an empty cell equals a missing one, and 1 equals 1.0.
    """
    named = {}
    for place, (name, column) in enumerate(zip(names, cells, strict=True)):
        key = header_key(name) or f"#{place}"
        named[key if key not in named else f"{key}#{place}"] = column
    marked = [_marked(key, named[key]) for key in sorted(named)]
    if not marked:
        return texts([""] * row_count)
    joined = pc.binary_join_element_wise(*marked, _CELL_END, null_handling="skip")
    return texts(
        [
            hashlib.blake2b(row, digest_size=16).hexdigest()
            for row in pc.cast(joined, pa.binary()).to_pylist()
        ]
    )


def _marked(name: str, column: pa.Array) -> pa.Array:
    """A column's cells, each with the column's name before it; null where the cell is empty."""
    cells = pc.utf8_trim_whitespace(column)
    # To look first whether there is anything to replace is five times as fast.
    if pc.any(pc.match_substring(cells, ".0")).as_py():
        cells = pc.replace_substring_regex(cells, r"^([+-]?[0-9]+)\.0+$", r"\1")
    # A separator inside a cell is doubled, so that different rows never give the same text.
    if pc.any(pc.match_substring(cells, _CELL_END)).as_py():
        cells = pc.replace_substring(cells, _CELL_END, _CELL_END * 2)
    return pc.binary_join_element_wise(name, cells, _NAME_END)
