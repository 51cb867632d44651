"""What the pages call things: inputs, dates, numbers.

Names of indicators and their parameters are in assessment/, texts of reasons and outcomes in
catalog/reasons.yaml, titles of datasets in the contracts.
"""

from __future__ import annotations

from datetime import date, datetime

INPUTS = {
    "submissions": "报送",
    "logs": "交换日志",
    "catalog": "配置（catalog）",
    "sql": "计算规则（warehouse）",
    "calendar": "工作日历",
}
"""Inputs of a revision."""

_WEEKDAYS = "一二三四五六日"


def items(number: int) -> str:
    """How many of the indicators: 一项, 两项, 三项."""
    return f"{'一两三四五六七八九'[number - 1]}项"


def long_date(day: date) -> str:
    """2026年11月22日 星期日."""
    return f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}"


def short_date(day: date) -> str:
    """11月22日."""
    return f"{day.month}月{day.day}日"


def moment(at: datetime) -> str:
    """2026-11-23 02:03."""
    return f"{at:%Y-%m-%d %H:%M}"


def thousands(number: int) -> str:
    """1,782."""
    return f"{number:,}"
