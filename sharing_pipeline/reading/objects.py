"""Reads json (a list of objects) and jsonl (an object on each line); the keys are the header.

How nested objects become rows and headers is in nested.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.columnar import as_objects
from sharing_pipeline.reading.grid import Cell, Grid, check_size, text_column
from sharing_pipeline.reading.nested import Nested, nested, only_list, records_of
from sharing_pipeline.settings import Limits

Result = TypeVar("Result")

_EXPECTED = '应是对象的列表，如 [{"目录代码": "…"}, …]。'


def read_json(text: str, limits: Limits, shape: Shape | None = None) -> tuple[str, Grid]:
    """A json file as `json` and its grid. The first row is number 2, as if the names stood in row
    1."""
    document = _parse(text, "")
    return "json", _grid(as_objects(document) or document, limits, shape)


def read_json_lines(text: str, limits: Limits, shape: Shape | None = None) -> tuple[str, Grid]:
    """A file that begins with an object as `jsonl` and its grid: an object on each line that isn't
    blank, or a single object over many lines.

    A single object may hold the list of objects, or be a table by columns; then it is `json`.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and not _is_json(lines[0][1]):
        objects = [_parse(text, "")]
    else:
        objects = [_parse(line, f"第 {number} 行") for number, line in lines]
    if len(objects) == 1 and isinstance(objects[0], dict):
        document = objects[0]
        records = _within_depth(
            lambda: (
                records_of(document, shape)
                if shape
                else as_objects(document) or only_list(document)
            )
        )
        if records is not None:
            return "json", _grid(records, limits, shape)
    return "jsonl", _grid(objects, limits, shape)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _parse(text: str, line_name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = line_name or f"第 {error.lineno} 行第 {error.colno} 个字符处"
        raise UnreadableFile(
            f"{place}不是正确的 JSON，文件可能没有传完或被改动过。请重新导出后重报。"
        ) from error
    except RecursionError:
        raise UnreadableFile(f"JSON 嵌套过深。{_EXPECTED}") from None
    except ValueError as error:
        if "integer string conversion" in str(error):
            raise UnreadableFile(
                f"{line_name}JSON 里有一个几千位的整数，不是数据。{_EXPECTED}"
            ) from error
        raise UnreadableFile(f"{line_name}JSON 里有读不了的内容：{error}。{_EXPECTED}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object from its pairs; ValueError for a key that comes twice, as a value would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"同一个对象里“{twice}”写了两次")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} 不是 JSON 的值")


def _grid(objects: Any, limits: Limits, shape: Shape | None) -> Grid:
    if not isinstance(objects, list):
        raise UnreadableFile(f"JSON 的最外层不是列表。{_EXPECTED}")
    others = (number for number, item in enumerate(objects, 1) if not isinstance(item, dict))
    if (number := next(others, None)) is not None:
        raise UnreadableFile(f"JSON 列表的第 {number} 个元素不是对象。{_EXPECTED}")
    return _within_depth(lambda: _rows(objects, limits, shape))


def _rows(objects: list[dict[str, Any]], limits: Limits, shape: Shape | None) -> Grid:
    explode = shape.explode if shape else None
    records = [nested(fields, explode) if shape else Nested(fields, [{}]) for fields in objects]
    keys = list(dict.fromkeys(key for record in records for key in record.headers()))
    check_size(sum(len(record.rows) for record in records), len(keys), limits)
    rows = [row for record in records for row in record.rows] if explode else []
    return Grid(
        sheet="",
        columns=[_column(records, key, explode is not None) for key in keys],
        header=keys,
        first_row=2,
        without_items=frozenset(place for place, row in enumerate(rows) if not row),
    )


def _column(records: list[Nested], key: str, exploded: bool) -> list[Cell]:
    if not exploded:
        return text_column([record.fields.get(key) for record in records])
    return text_column(
        [row.get(key, record.fields.get(key)) for record in records for row in record.rows]
    )


def _within_depth(work: Callable[[], Result]) -> Result:
    """The result of `work`. UnreadableFile for a document that could just be parsed, but is nested
    too deeply to be walked through or written."""
    try:
        return work()
    except RecursionError:
        raise UnreadableFile(f"JSON 嵌套过深。{_EXPECTED}") from None
