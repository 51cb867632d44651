"""JSON tables that aren't a list of objects, as pandas and CKAN's datastore write them: by columns,
by numbered rows, or as column names with lists of cells.

Anything else is left to objects.py, which tells the sender what a file should be like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sharing_pipeline.errors import UnreadableFile

_NAMES_AND_ROWS = (("columns", "data"), ("fields", "records"))
"""Where pandas and CKAN put the names of the columns and the lists of cells."""

Object = dict[str, Any]


def as_objects(document: Any) -> list[Object] | None:
    """The rows of such a table as objects; None for anything else.

    Raises UnreadableFile where a value would be lost: for a row with more cells than there are
    names, and for a name that comes twice.
    """
    if isinstance(document, list):
        return _under_names(document[0], document[1:]) if _are_lists(document) else None
    if not isinstance(document, Mapping):
        return None
    for names, rows in _NAMES_AND_ROWS:
        if _are_lists(document.get(rows)):
            return _under_names(document.get(names), document[rows])
    columns = list(document.values())
    if len(columns) > 1 and _are_lists(columns) and len(set(map(len, columns))) == 1:
        return _under_names(list(document), list(zip(*columns, strict=True)))
    if columns and all(isinstance(column, dict) for column in columns):
        if all(_are_numbers(column) for column in columns) and len(set(map(len, columns))) == 1:
            return _under_names(list(document), list(zip(*map(dict.values, columns), strict=True)))
        return columns if _are_numbers(document) else None
    return None


def _are_lists(value: Any) -> bool:
    """Whether a value is a list of lists without any object in them."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(cells, list) for cells in value)
        and not any(isinstance(cell, dict) for cells in value for cell in cells)
    )


def _are_numbers(keys: Mapping[str, Any]) -> bool:
    """Whether the keys are 0, 1, 2 and so on, as pandas numbers rows."""
    return len(keys) > 0 and list(keys) == [str(number) for number in range(len(keys))]


def _under_names(names: Any, rows: Sequence[Sequence[Any]]) -> list[Object] | None:
    """Each row as an object. CKAN's names are objects themselves, whose id is the name."""
    if not isinstance(names, list):
        return None
    ids = [name.get("id") if isinstance(name, dict) else name for name in names]
    headers = [header for header in ids if isinstance(header, str)]
    if len(headers) < len(ids):
        return None
    twice = next((header for header, count in Counter(headers).items() if count > 1), None)
    if twice is not None:
        raise UnreadableFile(f"JSON 里的列名“{twice}”写了两次。请改正后重报。")
    too_long = next((number for number, row in enumerate(rows, 1) if len(row) > len(headers)), None)
    if too_long is not None:
        raise UnreadableFile(f"JSON 里第 {too_long} 行的值比列名多。请核对后重新导出。")
    # Only the first row gets every name: to fill up all rows could take any amount of memory.
    objects = [dict(zip(headers, row, strict=False)) for row in rows]
    return [dict.fromkeys(headers) | first for first in objects[:1]] + objects[1:]
