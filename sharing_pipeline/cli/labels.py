"""What codes are called on the terminal. Texts of outcomes and reasons are in catalog/."""

from __future__ import annotations

STATUS = {
    "accepted": "已接收",
    "partly_held": "部分留待处理",
    "held": "留待处理",
    "rejected": "被退回",
}
"""A submission's or part's status."""

OUTCOME = {"met": "达到", "missed": "未达到", "excluded": "不计入"}
"""Outcomes as an option takes them; catalog/reasons.yaml has the same words for tables."""

_INPUTS = {
    "submissions": "报送",
    "decisions": "人工决定",
    "logs": "交换日志",
    "catalog": "catalog/ 的文件",
    "sql": "warehouse/ 的 SQL",
    "calendar": "工作日历",
}


def input_name(name: str) -> str:
    """What an input of a revision is called."""
    return _INPUTS.get(name, name)
