"""Turns nested JSON into flat rows: finds the records, makes a row of each item of a list, and
joins the keys into dotted headers.

DCAT, CKAN and other catalogues are nested like this. Parsing and the limits are in objects.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.errors import UnreadableFile

_SEVERAL_SHOWN = 5
_PAIRS = "extras"
"""CKAN keeps an organisation's own fields in a list of this name, each as {key, value}."""

Object = dict[str, Any]


@dataclass(frozen=True)
class Nested:
    """The fields of an object, and for each row that it makes the fields of that row alone.

    An object without items makes a single row, which has no fields of its own.
    """

    fields: Object
    rows: Sequence[Object]

    def headers(self) -> Iterator[str]:
        """Every header of the object, in the order in which they come up."""
        yield from self.fields
        for row in self.rows:
            yield from row


def records_of(document: Object, shape: Shape) -> list[Any] | None:
    """The records inside an object; None when the object is a record itself.

    They are the items of the list that the source declares, or of the only list of objects.
    UnreadableFile when the declared list isn't there, or when there are several lists and the
    source declares none of them.
    """
    if shape.explode and _at(document, shape.explode) is not None:
        return None
    lists = dict(_lists(document, ""))
    if shape.records:
        records = _at(document, shape.records)
        if isinstance(records, list | dict):
            return records if isinstance(records, list) else [records]
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
    """The only list of objects in an object, which holds the records of a source that declares
    nothing; None where there are several lists or none."""
    lists = [records for _, records in _lists(document, "")]
    return lists[0] if len(lists) == 1 else None


def _named(lists: Iterable[str]) -> str:
    shown = "、".join(list(lists)[:_SEVERAL_SHOWN])
    return f"对象的列表有：{shown}" if shown else "也没有别的对象的列表"


def _at(node: Any, path: str) -> Any:
    """The value at a dotted path, None if there is none; a key may have dots itself."""
    if not isinstance(node, dict):
        return None
    if path in node:
        return node[path]
    head, dot, rest = path.partition(".")
    return _at(node.get(head), rest) if dot else None


def _lists(node: Object, under: str) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects with its path; lists inside of lists are not looked for."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{under}{key}.")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            yield f"{under}{key}", value


def nested(record: Object, explode: str | None) -> Nested:
    """A record taken apart into its own fields and its rows, all under dotted headers."""
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
    is_flat = not any(type(value) is dict for value in record.values()) and _PAIRS not in record
    if is_flat and not under:
        return record
    fields: Object = {}
    for key, value in record.items():
        _take_apart(fields, f"{under}{key}", value)
    return fields


def _take_apart(fields: Object, header: str, value: Any) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _take_apart(fields, f"{header}.{key}", inner)
    elif header.rpartition(".")[2] == _PAIRS and _are_pairs(value):
        for pair in value:
            _take_apart(fields, f"{header}.{pair['key']}", pair["value"])
    elif header in fields:
        # {"a.b": 1, "a": {"b": 2}} gives the header a.b twice: neither value may be lost.
        fields[header] = [fields[header], value]
    else:
        fields[header] = value


def _are_pairs(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, dict) and {"key", "value"} <= pair.keys() for pair in value
    )
