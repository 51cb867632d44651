"""SQL of plain access: the rows of a table, and those of Parquet and csv files as they are.

Nothing here chooses rows or means anything; what does stands under warehouse/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path

from sharing_pipeline.store.warehouse_text import identifier, identifiers, literal


def rows_of(table: str, columns: Sequence[str], order_by: Sequence[str]) -> str:
    """SELECT of a table's rows, or of some columns of them."""
    order = f" ORDER BY {identifiers(order_by)}" if order_by else ""
    return f"SELECT {identifiers(columns) or '*'} FROM {table}{order}"


def from_files(paths: Iterable[Path], columns: Mapping[str, str]) -> str:
    """SELECT of columns from Parquet files, or of no rows."""
    files = list(paths)
    if files:
        return f"SELECT {identifiers(columns)} FROM read_parquet({_list(files)})"
    typed = ", ".join(
        f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in columns.items()
    )
    return f"SELECT {typed} WHERE false"


def all_columns(paths: Sequence[Path], *, numbered: bool = False, of_file: bool = False) -> str:
    """All columns of Parquet files, at least one; with a row's position in its file as
    `file_row_number` if they are `numbered`, and with the file's path as `filename`."""
    options = {
        "union_by_name": len(paths) > 1,
        "file_row_number": numbered,
        "filename": of_file,
    }
    wanted = "".join(f", {option} = true" for option, is_wanted in options.items() if is_wanted)
    return f"FROM read_parquet({_list(paths)}{wanted})"


def csv_files(
    paths: Sequence[Path],
    columns: Sequence[str],
    skip: int,
    delimiter: str,
    compression: str,
    padded: bool,
) -> str:
    """The records of csv files as text columns, as Engine.view_csv has them."""
    names = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return " UNION ALL ".join(
        f"FROM read_csv({literal(path)}, auto_detect=false, header=false, skip={skipped}, "
        f"columns={{{names}}}, delim={literal(delimiter)}, quote='\"', escape='\"', "
        f"compression={literal(compression)}, null_padding={padded})"
        for path, skipped in zip(paths, chain([skip], repeat(0)), strict=False)
    )


def _list(paths: Sequence[Path]) -> str:
    return f"[{', '.join(literal(path) for path in paths)}]"
