"""A published table as a file for other programs: csv, json, parquet or xlsx.

How values are written is decided here (interface.md, inputs.md §6); which rows there are is
published/tables.py's business.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sharing_pipeline.errors import UsageError
from sharing_pipeline.published.sample_notice import NATURE
from sharing_pipeline.store.engine import write_csv, write_json
from sharing_pipeline.values.neutralised import FORMULA_START, NUMBER, neutralised

TEXT_FORMATS = ("csv", "json")
"""Formats that a terminal can show."""

_SHEET_ROWS = 1_048_576


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
    typed = _with_columns(rows, pa.types.is_string, _neutralised)
    write_csv(_with_columns(typed, pa.types.is_timestamp, _iso_8601), path)


def _write_json(rows: pa.Table, path: Path, _nature: str) -> None:
    """One list of objects; unknown is null."""
    write_json(_with_columns(rows, pa.types.is_timestamp, _iso_8601), path)


def _with_columns(
    rows: pa.Table,
    is_meant: Callable[[pa.DataType], bool],
    written: Callable[[pa.ChunkedArray], pa.ChunkedArray],
) -> pa.Table:
    """The rows with the columns of a type written in another way."""
    for place, field in enumerate(rows.schema):
        if is_meant(field.type):
            rows = rows.set_column(place, field.name, written(rows[field.name]))
    return rows


def _iso_8601(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    seconds = moments.cast(pa.timestamp("s"), safe=False)
    return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%S+08:00")


def _neutralised(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts neutralised; an empty one is unknown."""
    import pyarrow.compute as pc

    is_formula = pc.and_not(
        pc.match_substring_regex(texts, f"^{FORMULA_START}"),
        pc.match_substring_regex(texts, f"^({NUMBER})$"),
    )
    written = pc.if_else(is_formula, pc.binary_join_element_wise("'", texts, ""), texts)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), written)


def _write_parquet(rows: pa.Table, path: Path, nature: str) -> None:
    """Typed columns; timestamps know that they are Asia/Shanghai. The nature is metadata."""
    typed = _with_columns(rows, pa.types.is_timestamp, _in_shanghai)
    if nature:
        typed = typed.replace_schema_metadata({**(typed.schema.metadata or {}), NATURE: nature})
    pq.write_table(typed, path, compression="zstd")


def _in_shanghai(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.assume_timezone(moments, "Asia/Shanghai")


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
