"""Nested JSON as flat rows: where the records are, one row per item of a list, dotted headers.

DCAT, CKAN and other catalogues come so. Parsing the text, and the limits, are in objects.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.errors import UnreadableFile

_SEVERAL_SHOWN = 5
_PAIRS = "extras"
"""CKAN's own fields stand in a list under this name, each as {key, value}."""

Object = dict[str, Any]


@dataclass(frozen=True)
class Nested:
    """An object's own fields, and the fields of each row that it makes beside them.

    An object without items makes one row that has no fields of its own.
    """

    fields: Object
    rows: Sequence[Object]

    def headers(self) -> Iterator[str]:
        """Every header of the record, in the order in which it comes up."""
        yield from self.fields
        for row in self.rows:
            yield from row


def records_of(document: Object, shape: Shape) -> list[Any] | None:
    """The records in one object: those of the declared list, or of the only list of objects in
    it; None when it is a record itself.

    UnreadableFile when the declared list isn't there, or when there are several and none is
    declared.
    """
    if shape.explode and _at(document, shape.explode) is not None:
        return None
    lists = dict(_lists(document, ""))
    if shape.records:
        found = _at(document, shape.records)
        if isinstance(found, list | dict):
            return found if isinstance(found, list) else [found]
        raise UnreadableFile(
            f"JSON 里没有来源声明的 records“{shape.records}”，{_named(lists)}。"
            "请核对文件，或改正来源的 YAML。"
        )
    if len(lists) > 1:
        raise UnreadableFile(
            f"JSON 里不止一个对象的列表，{_named(lists)}。"
            "请在来源的 YAML 里用 records 写明是哪一个。"
        )
    return next(iter(lists.values()), None)


def only_list(document: Object) -> list[Any] | None:
    """The records in one object of a source that declares nothing: its only list of objects."""
    lists = [found for _, found in _lists(document, "")]
    return lists[0] if len(lists) == 1 else None


def _named(lists: Iterable[str]) -> str:
    shown = "、".join(list(lists)[:_SEVERAL_SHOWN])
    return f"对象的列表有：{shown}" if shown else "也没有别的对象的列表"


def _at(node: Any, path: str) -> Any:
    """What stands at a path, None if nothing does; a key may have dots itself."""
    if not isinstance(node, dict):
        return None
    if path in node:
        return node[path]
    head, dot, rest = path.partition(".")
    return _at(node.get(head), rest) if dot else None


def _lists(node: Object, under: str) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects with its path; what is inside lists isn't looked at."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{under}{key}.")
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            yield f"{under}{key}", value


def nested(record: Object, explode: str | None) -> Nested:
    """A record with its rows, all fields under dotted headers."""
    if explode is None:
        return Nested(flat(record), [{}])
    items = _at(record, explode)
    listed = items if isinstance(items, list) else [items]
    rows = [
        flat(item, f"{explode}.") if isinstance(item, dict) else {explode: item}
        for item in listed
        if item not in (None, "", {})
    ]
    fields = flat(record)
    if not isinstance(items, dict):
        fields = {header: cell for header, cell in fields.items() if header != explode}
    return Nested(fields, rows or [{}])


def flat(record: Object, under: str = "") -> Object:
    """The object with nested objects taken apart: {"a": {"b": 1}} becomes {"a.b": 1}.

    CKAN's extras become extras.<key>; other lists stay as they are, and so do empty objects.
    """
    if not under and not any(type(one) is dict for one in record.values()) and _PAIRS not in record:
        return record
    found: Object = {}
    for key, value in record.items():
        _take_apart(found, f"{under}{key}", value)
    return found


def _take_apart(found: Object, header: str, value: Any) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _take_apart(found, f"{header}.{key}", inner)
    elif header.rpartition(".")[2] == _PAIRS and _are_pairs(value):
        for pair in value:
            _take_apart(found, f"{header}.{pair['key']}", pair["value"])
    elif header in found:
        # Two ways of writing lead to one header: neither value may be lost.
        found[header] = [found[header], value]
    else:
        found[header] = value


def _are_pairs(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and {"key", "value"} <= one.keys() for one in value
    )
