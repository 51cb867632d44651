"""An exchange log as received, turned into something that DuckDB reads in parallel.

Knows bytes, encodings, delimiters and broken quotes; nothing of what the cells mean. The ways
to read a csv are tried from the fastest to the one that reads anything.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.logs.transcode import file_to_utf8, stream_to_utf8
from sharing_pipeline.reading.content import PARQUET
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.warehouse_text import identifier

_BEYOND = 3
"""Cells beyond the header that the fast path has room for; a wider record takes the slow one."""
_RECORDS_AT_ONCE = 50_000
_LONGEST_RECORD_LINES = 100
"""A quote that is not closed within this many lines is a stray one."""
_FIELD_CHARACTERS = 1 << 24


@dataclass(frozen=True)
class LogSource:
    """How a received log is written.

    `mapping`: canonical column → the sender's header. `encoding`: of a csv, or PARQUET, which then
    has text columns. `header_row`: the number of the header's record, titles and blank lines
    counted, from 1.
    """

    path: Path
    mapping: Mapping[str, str]
    encoding: str = "utf-8"
    compression: str | None = None
    delimiter: str = ","
    header_row: int = 1


@dataclass(frozen=True)
class Reading:
    """A way to read a log: the files that it became, and where in them its columns are.

    `columns`: canonical column → SQL of its cell. `beyond`: SQL of the first filled cell beyond the
    header. `cells`: names of a csv's cells in their order, none of Parquet. `padded`: whether short
    records are filled up.
    """

    source: LogSource
    paths: Sequence[Path]
    columns: Mapping[str, str]
    beyond: str
    cells: Sequence[str] = ()
    compression: str = "none"
    padded: bool = False

    def view(self, engine: Engine) -> None:
        """Makes the view `received`: canonical text columns and `beyond`, in file order."""
        if self.cells:
            engine.view_csv(
                "received_cells",
                self.paths,
                self.cells,
                skip=self.source.header_row,
                delimiter=self.source.delimiter,
                compression=self.compression,
                padded=self.padded,
            )
        else:
            engine.view_parquet("received_cells", self.paths)
        texts = [
            f"CAST({cell} AS VARCHAR) AS {identifier(name)}" for name, cell in self.columns.items()
        ]
        engine.view(
            "received", "logs/received", {"columns": ", ".join(texts), "beyond": self.beyond}
        )


def readings(source: LogSource, folder: Path, processes: int = 1) -> Iterator[Reading]:
    """The ways to read a log; each is only worth trying when the engine refused the one before.
    Files that have to be rewritten are put into `folder`, by so many processes."""
    if source.encoding == PARQUET:
        headers = {name: identifier(header) for name, header in source.mapping.items()}
        yield Reading(source, [source.path], headers, "NULL")
        return
    header = read_header(source)
    places = {name: _place(header, title) for name, title in source.mapping.items()}
    columns = {name: "NULL" if place is None else f"s{place}" for name, place in places.items()}
    cells = [f"s{place}" for place in range(len(header))]
    beyond = [f"x{number}" for number in range(_BEYOND)]
    paths, compression = _as_utf8(source, folder, processes)
    # Padding and quoted line ends don't go together in DuckDB's parallel reader; with its
    # serial one they do, but there a quote that is never closed swallows rows in silence.
    first_beyond = f"COALESCE({', '.join(beyond)})"
    yield Reading(source, paths, columns, first_beyond, [*cells, *beyond], compression, padded=True)
    yield Reading(source, paths, columns, "NULL", cells, compression)
    records = folder / "records.parquet"
    _write_records(source, records, [*cells, beyond[0]])
    yield Reading(source, [records], columns, beyond[0])


def read_header(source: LogSource) -> list[str]:
    """The header cells as written; of a csv that ends before its header an UnreadableFile."""
    csv.field_size_limit(_FIELD_CHARACTERS)
    with _text(source) as lines:
        records = csv.reader(lines, delimiter=source.delimiter)
        header = next(islice(records, source.header_row - 1, None), None)
    if not header:
        raise UnreadableFile(
            f"{source.path.name} 的第 {source.header_row} 行没有表头。请核对后重报。"
        )
    return header


def _place(header: list[str], title: str) -> int | None:
    """Where a header stands: as written, else without the white space around it."""
    if title in header:
        return header.index(title)
    stripped = [cell.strip() for cell in header]
    return stripped.index(title.strip()) if title.strip() in stripped else None


def _as_utf8(source: LogSource, folder: Path, processes: int) -> tuple[list[Path], str]:
    """The log as UTF-8, in one file or several, and its compression; rewritten only when it is
    in another encoding."""
    if codecs.lookup(source.encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return [source.path], source.compression or "none"
    plain = folder / "utf8.csv"
    if source.compression is None:
        return file_to_utf8(source.path, source.encoding, plain, processes), "none"
    with _bytes(source) as received:
        stream_to_utf8(received, source.encoding, plain)
    return [plain], "none"


def _bytes(source: LogSource) -> gzip.GzipFile | io.BufferedReader:
    if source.compression == "gzip":
        return gzip.open(source.path, "rb")
    return source.path.open("rb")


def _text(source: LogSource) -> IO[str]:
    """The log's lines with their ends as they are; what can't be decoded is marked, not lost."""
    encoding = "utf-8-sig" if source.encoding == "utf-8" else source.encoding
    return io.TextIOWrapper(_bytes(source), encoding, errors="replace", newline="")


def _write_records(source: LogSource, path: Path, names: list[str]) -> None:
    """Writes the records below the header as Parquet; the last name is for cells beyond it."""
    width = len(names) - 1
    schema = pa.schema([(name, pa.string()) for name in names])
    with _text(source) as lines, pq.ParquetWriter(path, schema, compression="snappy") as writer:
        records = islice(_records(lines, source.delimiter, width), source.header_row, None)
        filled = (_fitted(record, width) for record in records if record)
        while batch := list(islice(filled, _RECORDS_AT_ONCE)):
            arrays = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))


def _fitted(record: list[str], width: int) -> list[str | None]:
    """A record as `width` cells and the first filled one beyond them; empty cells are None."""
    cells: list[str | None] = [cell or None for cell in record[:width]]
    beyond = next((cell for cell in record[width:] if cell.strip()), None)
    return [*cells, *[None] * (width - len(cells)), beyond]


def _records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[list[str]]:
    """The records of a csv whose quotes may be broken; no line is lost to a quote left open."""
    source, ahead = iter(lines), deque[str]()
    while (line := ahead.popleft() if ahead else next(source, None)) is not None:
        record = _one_record([line], delimiter)
        if record is not None:
            yield record
            continue
        ahead.extend(islice(source, max(0, _LONGEST_RECORD_LINES - len(ahead))))
        count, record = _over_lines(line, list(ahead), delimiter, width)
        for _ in range(count):
            ahead.popleft()
        yield record


def _over_lines(line: str, ahead: list[str], delimiter: str, width: int) -> tuple[int, list[str]]:
    """The record that begins with `line`, and how many of the lines ahead belong to it.

    It must reach the header's width; else the quote is a stray one and stays in its cell.
    """
    for count, last in enumerate(ahead, start=1):
        if '"' not in last:
            continue
        record = _one_record([line, *ahead[:count]], delimiter)
        if record is not None and len(record) >= width:
            return count, record
    return 0, next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE))


def _one_record(lines: list[str], delimiter: str) -> list[str] | None:
    """The record that these lines are together, None if they aren't exactly one."""
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None
