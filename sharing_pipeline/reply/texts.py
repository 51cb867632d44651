"""What a reply says in Chinese beside the remarks themselves: comments, 问题 cells, what a level
means. Colours are in colours.py."""

from __future__ import annotations

from collections.abc import Sequence

from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.sheets.raw_table import REMARK_LEVELS

AUTHOR = "三率监测校验"
"""The author of our comments, by which they are known again."""

MEANINGS = {
    "critical": "这一行退回，没有生效；改正后重新报送",
    "held": "这一部分等人确认，暂不生效",
    "duplicate": "与前面的行完全相同，只留一行",
    "warning": "这一行已接收，这一处请核对改正",
}

DIVIDER = "————————"
"""Stands between a sender's own comment and ours."""

OPENING = f"【(?:{'|'.join(REMARK_LEVELS.values())})】"
"""A pattern for what every comment of ours begins with."""

_MOST_REMARKS = 20
"""In one comment: a merged cell may stand for thousands of rows."""
_LONGEST = 400
_MOST_ROWS = 12
_LAST_NARROW = "\u2e7f"
"""Letters behind it are as wide as two."""


def width_of(text: str) -> int:
    """How wide a text is in letters; a Chinese character is as wide as two."""
    return len(text) + sum(map(_LAST_NARROW.__lt__, text))


def gravest(remarks: Sequence[Remark]) -> str:
    """The level by which a cell is coloured."""
    order = list(REMARK_LEVELS)
    return min((remark.level for remark in remarks), key=order.index)


def comment(remarks: Sequence[Remark], row: int) -> str:
    """All remarks about the cell in that row as one text, the gravest first; each begins with its
    level and ends with its rule's id. Remarks on other rows of a merged cell name theirs."""
    order = list(REMARK_LEVELS)
    same: dict[tuple[str, str, str, str], list[int]] = {}
    for remark in sorted(remarks, key=lambda remark: order.index(remark.level)):
        about = (remark.level, remark.message, remark.what_to_do, remark.rule)
        same.setdefault(about, []).append(remark.row or row)
    blocks = []
    for (level, message, what_to_do, rule), rows in list(same.items())[:_MOST_REMARKS]:
        where = "" if rows == [row] else f"{_rows(rows)}："
        blocks.append(
            f"【{REMARK_LEVELS[level]}】{where}{_sentence(message)}\n"
            f"怎么改：{_sentence(what_to_do)}\n规则：{rule}"
        )
    more = len(same) - len(blocks)
    if more > 0:
        # Before the last block, so that the text still ends with a rule's id.
        blocks.insert(-1, f"（这里还有 {more} 种问题，见第一张工作表）")
    return "\n\n".join(blocks)


def problem(remarks: Sequence[Remark]) -> str:
    """All remarks about a row as the text of its 问题 cell, the gravest first."""
    order = list(REMARK_LEVELS)
    lines = []
    for remark in sorted(remarks, key=lambda remark: order.index(remark.level)):
        where = f"{remark.header}：" if remark.header else ""
        lines.append(
            f"【{REMARK_LEVELS[remark.level]}】{where}{_sentence(remark.message)}"
            f"{_sentence(remark.what_to_do)}规则：{remark.rule}"
        )
    return "\n".join(lines)


def _rows(rows: Sequence[int]) -> str:
    shown = "、".join(str(row) for row in sorted(set(rows))[:_MOST_ROWS])
    count = len(set(rows))
    return f"第 {shown} 行" if count <= _MOST_ROWS else f"第 {shown} 等 {count} 行"


def _sentence(text: str) -> str:
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return text if not text or text.endswith(("。", "！", "？")) else f"{text}。"
