"""Works out the columns that a source declares: joined columns, rules and lookups.

These are pure functions on columns of text cells; what a source may declare is in sources.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache

from sharing_pipeline.catalog.codes import clean
from sharing_pipeline.catalog.source_keys import Joined, Rule
from sharing_pipeline.reading.grid import Cell

_EMPTY = {"", "[]", "{}"}
_SEPARATORS = re.compile(r"[,，;；、|/\s]+")


def derived(
    value: Joined | Rule, cells: Mapping[str, list[Cell]], row_count: int, *, whole: bool
) -> list[Cell]:
    """The column that a declaration gives; `cells` holds the sender's columns by header.

    With `whole`, a joined value with an empty part is empty, because a key must not lose a part;
    otherwise empty parts are left out. A header that the file doesn't have is an empty column.
    """
    nothing: list[Cell] = [None] * row_count
    if isinstance(value, Joined):
        parts = [cells.get(header, nothing) for header in value.headers]
        return [_join(row, value.join, whole) for row in zip(*parts, strict=True)]
    decide = cache(_decision(value))
    return [decide(cell) for cell in cells.get(value.when, nothing)]


def _join(parts: tuple[Cell, ...], separator: str, whole: bool) -> Cell:
    filled = [part.strip() for part in parts if part is not None]
    if not filled or (whole and len(filled) < len(parts)):
        return None
    return separator.join(filled)


def _decision(rule: Rule) -> Callable[[Cell], Cell]:
    """The rule as a function of a cell."""
    if rule.map is not None:
        table = {clean(written): then for written, then in rule.map.items()}
        return lambda cell: table.get(clean(cell or ""), rule.otherwise)
    test = _test(rule)
    return lambda cell: rule.then if test(cell) else rule.otherwise


def _test(rule: Rule) -> Callable[[Cell], bool]:
    if rule.state is not None:
        return lambda cell: _is_empty(cell) == (rule.state == "empty")
    wanted = {clean(item) for item in rule.among or rule.has or rule.only or []}
    if rule.among is not None:
        return lambda cell: clean(cell or "") in wanted
    if rule.has is not None:
        return lambda cell: bool(_items(cell) & wanted)
    return lambda cell: bool(_items(cell)) and _items(cell) <= wanted


def _is_empty(cell: Cell) -> bool:
    return cell is None or cell.strip() in _EMPTY


def _items(cell: Cell) -> set[str]:
    """The items of a cell that is a JSON or Python list, or a text with separators."""
    if cell is None or _is_empty(cell):
        return set()
    text = cell.strip()
    if text.startswith("["):
        try:
            return {clean(str(item)) for item in json.loads(text.replace("'", '"'))}
        except (ValueError, RecursionError):
            text = text.strip("[]")
    return {clean(item) for item in _SEPARATORS.split(text) if item}
