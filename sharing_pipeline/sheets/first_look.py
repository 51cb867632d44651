"""Looks at the beginning of a text file: which dataset it is, its header and its delimiter.

This is meant for logs of 10⁵ to 10⁸ rows, which are not read as cells (logs/log_reading.py). What
remains unclear here is left to tables.py, which tells the sender what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.content import PARQUET, identify, unpack_head
from sharing_pipeline.reading.delimited import find_delimiter, read_head
from sharing_pipeline.reading.grid import Grid, text_column
from sharing_pipeline.reading.text import decode
from sharing_pipeline.sheets.headers import HEADER_WITHIN, assign, find_header

_HEAD_BYTES = 1 << 20


@dataclass(frozen=True)
class Sniffed:
    """What the first MiB of a file shows.

    `dataset` is set only for a csv, a tsv or a database's Parquet whose header has every required
    column without a doubt. Then `mapping` gives the header of each canonical column as it is
    written, `columns` its place (from 1), and `header_row` the number of the header's record.
    """

    format: str
    encoding: str | None = None
    compression: str | None = None
    delimiter: str | None = None
    dataset: str | None = None
    header: list[str] = field(default_factory=list)
    header_row: int = 0
    mapping: dict[str, str] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)


def sniff(path: Path, source: Source, contracts: Mapping[str, Contract]) -> Sniffed:
    """Looks at the first MiB; UnreadableFile for a file that is no table.

    Bytes further down may still contradict the encoding. Parquet is looked into only if it comes
    from a database: then it has text columns alone, and may have any number of rows.
    """
    with path.open("rb") as file:
        data, compression = unpack_head(file.read(_HEAD_BYTES))
    # A zip's directory stands at its end, so identify() can't look into the beginning of a zip.
    form = "zip" if data.startswith(b"PK\x03\x04") else identify(data)
    if form == PARQUET and source.database is not None:
        return _sniff_parquet(path, source, contracts)
    if form != "csv":
        return Sniffed(form, compression=compression)
    text, encoding = decode(data, whole=False)
    form = identify(data, text)
    if form != "csv":
        return Sniffed(form, encoding, compression)
    delimiter = find_delimiter(text)
    form = "tsv" if delimiter == "\t" else "csv"
    look = Sniffed(form, encoding, compression, delimiter)
    records = read_head(text, delimiter, HEADER_WITHIN + 1)
    grid = Grid("", [text_column(column) for column in zip_longest(*records)])
    return _with_header(look, grid, source, contracts)


def _sniff_parquet(path: Path, source: Source, contracts: Mapping[str, Contract]) -> Sniffed:
    look = Sniffed(PARQUET)
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return look
    if not all(pa.types.is_string(kind) for kind in schema.types):
        return look
    grid = Grid("", [[] for _ in schema.names], header=schema.names)
    return _with_header(look, grid, source, contracts)


def _with_header(
    look: Sniffed, grid: Grid, source: Source, contracts: Mapping[str, Contract]
) -> Sniffed:
    header = find_header(grid, source, contracts)
    if header is None or not header.certain:
        return look
    contract = contracts[header.dataset]
    assigned = assign(header, source, contract)
    in_doubt = {column.name for column in contract.columns if column.required} & (
        assigned.doubtful.keys()
    )
    is_clear = not assigned.missing and not in_doubt
    return Sniffed(
        look.format,
        look.encoding,
        look.compression,
        look.delimiter,
        dataset=header.dataset if is_clear else None,
        header=[name or "" for name in header.names],
        header_row=header.row,
        mapping={name: str(header.names[place]) for name, place in assigned.columns.items()},
        columns={name: place + 1 for name, place in assigned.columns.items()},
    )
