"""Says in Chinese why a file is no YAML, and finds the line in which a key stands.

The file's own text is never repeated, because it may hold secrets. What is wrong with the keys and
values of proper YAML is said in strict_yaml.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml


class RepeatedKey(yaml.MarkedYAMLError):
    """A key stands twice in a group, where PyYAML would silently take the last one."""

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
"""The beginnings of PyYAML's messages, and what they mean to whoever wrote the file."""
_OTHER_PROBLEM = "写法不对，请核对缩进、冒号、引号和括号"
_BEGINS_EARLIER = ("found unexpected end of stream", "expected ',' or")
"""Problems that PyYAML notices only at the end of the file: what is wrong is the opening quote or
bracket."""


def fault(error: yaml.YAMLError) -> str:
    """The place and the kind of the fault, such as 第 3 行第 5 列附近：缩进……"""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "不是 UTF-8 文本，或有看不见的控制字符"
    problem, mark = error.problem or "", error.problem_mark
    if problem.startswith(_BEGINS_EARLIER) and error.context_mark is not None:
        mark = error.context_mark
    meanings = (meaning for beginning, meaning in _PROBLEMS if problem.startswith(beginning))
    meaning = problem if isinstance(error, RepeatedKey) else next(meanings, _OTHER_PROBLEM)
    return f"第 {mark.line + 1} 行第 {mark.column + 1} 列附近：{meaning}"


def line_of(content: bytes, place: Sequence[str | int]) -> int | None:
    """The line (from 1) of the deepest key on the path `place` that the file has; None if it has
    none of them."""
    try:
        node = yaml.compose(content, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return None
    line = None
    for part in place:
        entry = _entry(node, part)
        if entry is None:
            break
        key, node = entry
        line = key.start_mark.line + 1
    return line


def _entry(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value of this name in a group; of a list, its item as both."""
    if isinstance(node, yaml.MappingNode):
        pairs = ((key, value) for key, value in node.value if key.value == str(part))
        return next(pairs, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
