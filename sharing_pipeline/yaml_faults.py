"""What is wrong with the form of a YAML file, in Chinese, and in which line a key of it stands.

Nothing of the file's own text is repeated: it may hold what must not be seen. What a key may hold
is in strict_yaml.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml


class SaidTwice(yaml.MarkedYAMLError):
    """A key that stands twice in one group; the last one would win silently."""

    def __init__(self, key: str, mark: yaml.Mark | None) -> None:
        super().__init__(problem=f"键 {key} 写了两次", problem_mark=mark)


_PROBLEMS = (
    ("mapping values are not allowed", "这里不能再有“: ”；值里有冒号的，给值加上引号"),
    ("could not find expected ':'", "键的后面缺少“: ”，冒号后要有空格"),
    ("found character '\\t'", "缩进用了制表符（Tab），请改成空格"),
    ("found character", "值不能以这个符号开头，请给值加上引号"),
    ("found unexpected end of stream", "引号没有收尾"),
    ("expected ',' or ']'", "方括号没有收尾，或缺少逗号"),
    ("expected ',' or '}'", "花括号没有收尾，或缺少逗号"),
    ("expected the node content", "这里缺少值，或括号没有收尾"),
    ("expected <block end>", "缩进没有和上面的行对齐"),
    ("sequence entries are not allowed", "这里不能写“- ”开头的一项，请核对缩进"),
    ("block sequence entries are not allowed", "这里不能写“- ”开头的一项，请核对缩进"),
    ("found undefined alias", "以 * 开头的值要加上引号"),
    ("expected alphabetic or numeric character", "以 & 或 * 开头的值要加上引号"),
    ("found unknown escape character", "双引号里的 \\ 要写成 \\\\，或改用单引号"),
    ("could not determine a constructor", "以 ! 开头的值要加上引号"),
    ("found unhashable key", "键只能是文字"),
    ("expected a single document", "只能有一份内容，请删去单独成行的 ---"),
    ("expected '<document start>'", "缩进没有和上面的行对齐"),
)
"""How PyYAML's words begin, and what they mean to whoever wrote the file."""
_SOMETHING = "写法不对，请核对缩进、冒号、引号和括号"
_BEGINS_EARLIER = ("found unexpected end of stream", "expected ',' or")
"""What is noticed at the end of the file, but begins where an opening quote or bracket stands."""


def fault(error: yaml.YAMLError) -> str:
    """Where the form breaks, and why: 第 3 行第 5 列附近：缩进……"""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "不是 UTF-8 文本，或有看不见的控制字符"
    problem, mark = error.problem or "", error.problem_mark
    if problem.startswith(_BEGINS_EARLIER) and error.context_mark is not None:
        mark = error.context_mark
    said = next((words for begins, words in _PROBLEMS if problem.startswith(begins)), _SOMETHING)
    if isinstance(error, SaidTwice):
        said = problem
    return f"第 {mark.line + 1} 行第 {mark.column + 1} 列附近：{said}"


def line_of(content: bytes, place: Sequence[str | int]) -> int | None:
    """The line, from 1, of the deepest key on the way to `place` that the file has."""
    try:
        node = yaml.compose(content, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return None
    line = None
    for part in place:
        found = _inside(node, part)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return line


def _inside(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key, or the item itself, and the value at one step down."""
    if isinstance(node, yaml.MappingNode):
        pairs = ((key, value) for key, value in node.value if key.value == str(part))
        return next(pairs, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
