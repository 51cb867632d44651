"""Reads Parquet: typed columns become the text that they would be in a csv."""

from __future__ import annotations

import pyarrow as pa

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.grid import Cell, Grid, check_size, text_column
from sharing_pipeline.settings import Limits


def read_parquet(data: bytes, limits: Limits) -> Grid:
    """The whole table. The first row is number 2, as if the names stood in row 1."""
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        check_size(file.metadata.num_rows, file.metadata.num_columns, limits)
        table = file.read()
        names, columns = table.column_names, [_text(column) for column in table.columns]
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            "Parquet 文件不完整或已损坏，可能没有传完。请重新导出后重报。"
        ) from error
    return Grid(sheet="", columns=columns, header=names, first_row=2)


def _text(column: pa.ChunkedArray) -> list[Cell]:
    """A column as text. Integers keep all their digits; floats are written as in number cells."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.cast(kind.value_type))
    if pa.types.is_integer(kind):
        column = column.cast(pa.string())
    elif pa.types.is_timestamp(kind):
        # Nanoseconds would come out as pandas objects; no rule needs them.
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [cell and cell.decode("utf-8", "replace") for cell in column.to_pylist()]
    return text_column(column.to_pylist())
