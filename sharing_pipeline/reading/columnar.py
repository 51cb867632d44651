"""JSON that holds a table otherwise than as a list of objects, as pandas and CKAN's datastore write
it: by columns, by numbered rows, or as column names and lists of cells.

What is no such table is left to objects.py, which says what a file should be like.
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
    """The table's rows as objects; None for anything else.

    UnreadableFile for a list of cells that is longer than the names, and for a name that comes
    twice: a value would be lost.
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
    if columns and all(isinstance(one, dict) for one in columns):
        if all(_are_numbers(one) for one in columns) and len(set(map(len, columns))) == 1:
            return _under_names(list(document), list(zip(*map(dict.values, columns), strict=True)))
        return columns if _are_numbers(document) else None
    return None


def _are_lists(value: Any) -> bool:
    """Whether it is a list of lists of plain cells, which none of a list of objects is."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(one, list) for one in value)
        and not any(isinstance(cell, dict) for one in value for cell in one)
    )


def _are_numbers(keys: Mapping[str, Any]) -> bool:
    """Whether rows are named 0, 1, 2 and so on."""
    return len(keys) > 0 and list(keys) == [str(number) for number in range(len(keys))]


def _under_names(names: Any, rows: Sequence[Sequence[Any]]) -> list[Object] | None:
    """Each row as an object; CKAN's names are objects themselves, with an id."""
    if not isinstance(names, list):
        return None
    given = [one.get("id") if isinstance(one, dict) else one for one in names]
    named = [one for one in given if isinstance(one, str)]
    if len(named) < len(given):
        return None
    twice = next((one for one, count in Counter(named).items() if count > 1), None)
    if twice is not None:
        raise UnreadableFile(f"JSON 里的列名“{twice}”写了两次。请改正后重报。")
    long = next((at for at, row in enumerate(rows, 1) if len(row) > len(named)), None)
    if long is not None:
        raise UnreadableFile(f"JSON 里第 {long} 行的值比列名多。请核对后重新导出。")
    # Only the first row has every name: filling up all of them could take any amount of memory.
    objects = [dict(zip(named, row, strict=False)) for row in rows]
    return [dict.fromkeys(named) | one for one in objects[:1]] + objects[1:]
