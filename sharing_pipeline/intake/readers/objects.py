"""json (a list of objects) and jsonl (an object a line): keys are the header."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.intake.readers.grid import Grid, check_size, text_column
from sharing_pipeline.settings import Limits

_HOW = '应是对象的列表，如 [{"目录代码": "…"}, …]。'


def read_json(text: str, limits: Limits) -> Grid:
    """A list of objects; the n-th object is row n + 1."""
    return _grid(_parse(text, ""), limits)


def read_json_lines(text: str, limits: Limits) -> Grid:
    """One object a line, blank lines aside; also one object over many lines."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and not _is_whole(lines[0][1]):
        return _grid([_parse(text, "")], limits)
    return _grid([_parse(line, f"第 {number} 行") for number, line in lines], limits)


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = where or f"第 {error.lineno} 行第 {error.colno} 个字符处"
        raise UnreadableFile(
            f"{place}不是正确的 JSON（{error.msg}）。请重新导出后重报。"
        ) from error
    except RecursionError:
        raise UnreadableFile(f"JSON 嵌套过深。{_HOW}") from None
    except ValueError as error:
        if "integer string conversion" in str(error):
            raise UnreadableFile(f"{where}JSON 里有一个几千位的整数，不是数据。{_HOW}") from error
        raise UnreadableFile(f"{where}JSON 里有读不了的内容：{error}。{_HOW}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that has a key twice would lose a value silently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"同一个对象里“{twice}”写了两次")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} 不是 JSON 的值")


def _grid(objects: Any, limits: Limits) -> Grid:
    if not isinstance(objects, list):
        raise UnreadableFile(f"JSON 的最外层不是列表。{_HOW}")
    odd = next((n for n, one in enumerate(objects, 1) if not isinstance(one, dict)), None)
    if odd is not None:
        raise UnreadableFile(f"JSON 列表的第 {odd} 个元素不是对象。{_HOW}")
    keys = list(dict.fromkeys(key for one in objects for key in one))
    check_size(len(objects), len(keys), limits)
    try:
        columns = [text_column([one.get(key) for one in objects]) for key in keys]
    except RecursionError:  # read just within the depth, and too deep to be written
        raise UnreadableFile(f"JSON 嵌套过深。{_HOW}") from None
    return Grid(sheet="", columns=columns, header=keys, first_row=2)
