"""A published table as a file for other programs: csv, json, parquet or xlsx.

How values are written is decided here (interface.md, inputs.md §6); which rows there are is
published/tables.py's business.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sharing_pipeline.errors import UsageError
from sharing_pipeline.published.sample_notice import NATURE
from sharing_pipeline.values.neutralised import NEUTRALISED_SQL, neutralised

TEXT_FORMATS = ("csv", "json")
"""Formats that a terminal can show."""

_SHEET_ROWS = 1_048_576
_TIMESTAMP = "strftime({}, '%Y-%m-%dT%H:%M:%S+08:00')"


def write_table(rows: pa.Table, form: str, path: Path, nature: str = "") -> None:
    """Writes a table as csv, json, parquet or xlsx; the file appears whole or not at all.

    `nature`: what the file says of its data, if its format has a place that no reader of the
    rows stumbles over. csv and json have none.
    """
    if not path.parent.is_dir():
        raise UsageError(f"没有文件夹 {path.parent}，{path.name} 写不了。请换一个位置。")
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        _WRITERS[form](rows, partial, nature)
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"文件 {path} 写不了：{error.strerror}。请换一个位置。") from error
    finally:
        partial.unlink(missing_ok=True)


def _write_csv(rows: pa.Table, path: Path, _nature: str) -> None:
    """UTF-8 without BOM, header, YYYY-MM-DD, ISO 8601 +08:00, true/false, empty for unknown."""
    _copy(rows, NEUTRALISED_SQL, path, "FORMAT csv, HEADER, DELIMITER ','")


def _write_json(rows: pa.Table, path: Path, _nature: str) -> None:
    """One list of objects; unknown is null."""
    _copy(rows, "{}", path, "FORMAT json, ARRAY true")


def _copy(rows: pa.Table, text: str, path: Path, options: str) -> None:
    path.touch()
    columns = ", ".join(
        f"{_as_written(field.type, text).format(_quoted(field.name))} AS {_quoted(field.name)}"
        for field in rows.schema
    )
    with duckdb.connect() as connection:
        connection.register("rows_", rows)
        name = str(path).replace("'", "''")
        connection.execute(f"COPY (SELECT {columns} FROM rows_) TO '{name}' ({options})")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_written(kind: pa.DataType, text: str) -> str:
    if pa.types.is_timestamp(kind):
        return _TIMESTAMP
    return text if pa.types.is_string(kind) else "{}"


def _write_parquet(rows: pa.Table, path: Path, nature: str) -> None:
    """Typed columns; timestamps know that they are Asia/Shanghai. The nature is metadata."""
    typed = _in_shanghai(rows)
    if nature:
        typed = typed.replace_schema_metadata({**(typed.schema.metadata or {}), NATURE: nature})
    pq.write_table(typed, path, compression="zstd")


def _in_shanghai(rows: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    for place, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            known = pc.assume_timezone(rows[field.name], "Asia/Shanghai")
            rows = rows.set_column(place, field.name, known)
    return rows


def _write_xlsx(rows: pa.Table, path: Path, nature: str) -> None:
    """One sheet; codes and rates stay text, dates and numbers are real ones. The nature stands
    on a sheet behind it, in the properties, and on every page that is printed."""
    from openpyxl import Workbook

    if rows.num_rows >= _SHEET_ROWS:
        raise UsageError(
            f"共 {rows.num_rows:,} 行，一张工作表放不下。请用 --format csv 或 parquet。"
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("export")
    sheet.append(rows.column_names)
    for batch in rows.to_batches(max_chunksize=10_000):
        columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
        for row in zip(*columns, strict=True):
            sheet.append(row)
    if nature:
        book.properties.title = sheet.oddHeader.center.text = nature
        book.create_sheet(NATURE).append([nature])
    book.save(path)


def _cell(value: object) -> object:
    from datetime import datetime

    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}+08:00"
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", neutralised(value))
    return value


_WRITERS: dict[str, Callable[[pa.Table, Path, str], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
    "xlsx": _write_xlsx,
}

FORMATS = tuple(_WRITERS)
"""What a table can be exported as."""
