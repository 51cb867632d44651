"""What the pages call things: parameters and their values, inputs, dates, changes.

Texts of reasons and outcomes are in catalog/reasons.yaml, titles of datasets in the contracts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby

PARAMETERS = {
    "count_not_shareable": "不予共享的目录是否计入",
    "mount_grace_working_days": "发布后多少个工作日内未挂载不计入",
    "unknown_cycle": "更新周期为空或不能识别时",
    "api_rule": "资源全部是接口时",
    "api_window_days": "接口最近一次成功调用距业务日最多多少天",
    "evidence": "更新依据",
    "resource_rule": "一条目录有多个资源时",
    "roll_to_working_day": "没有宽限的周期，到期日遇休息日是否顺延",
    "grace_working_days": "到期后的宽限（工作日）",
    "soon_days": "到期前多少天算即将到期",
    "method": "计算方法",
    "period_threshold": "期次法：实际次数达到应有次数的多少算达到",
    "window": "期次法：考核期间",
    "completion": "怎样算完成",
    "stage_working_days": "各环节时限（工作日）",
    "max_extension_days": "有条件共享的答复最多延长多少个工作日",
}
"""Parameters of the definitions."""

_VALUES = {
    ("count_not_shareable", True): "计入",
    ("count_not_shareable", False): "不计入",
    ("unknown_cycle", "missed"): "算未达到",
    ("unknown_cycle", "excluded"): "不计入",
    ("api_rule", "calls"): "有调用记录的看调用，没有的看更新周期",
    ("api_rule", "exclude"): "不计入",
    ("api_rule", "cycle"): "看更新周期",
    ("evidence", "exchange_first"): "有归集日志的只看日志，没有的看填报日期",
    ("evidence", "exchange_only"): "只看归集日志",
    ("evidence", "declared_only"): "只看填报日期",
    ("evidence", "latest_of_both"): "日志和填报日期取较晚的",
    ("resource_rule", "any"): "看最近更新的一个",
    ("resource_rule", "all"): "看最久未更新的一个",
    ("roll_to_working_day", True): "顺延到下一个工作日",
    ("roll_to_working_day", False): "不顺延",
    ("soon_days", None): "7 天（短于 7 天的周期 0 天）",
    ("method", "deadline"): "看是否超过截止日",
    ("method", "periods"): "期次法（看期间内更新了几次）",
    ("window", None): "上一个完整季度",
    ("completion", "delivered"): "已交付",
    ("completion", "confirmed"): "已交付并经需求方确认",
}

_PARTS = {
    "review": "受理",
    "reply_unconditional": "答复（无条件共享）",
    "reply_conditional": "答复（有条件共享）",
    "provision": "同意后提供数据",
    "from": "自",
    "to": "至",
}
"""Parts of a parameter that has several; cycles are called by their own names."""

INPUTS = {
    "submissions": "报送",
    "logs": "交换日志",
    "catalog": "配置（catalog）",
    "sql": "计算规则（warehouse）",
    "calendar": "工作日历",
}
"""Inputs of a revision."""

UNITS = {"demand_completion": "项"}
"""The measure word of an indicator's subjects; entries are 条."""

_WEEKDAYS = "一二三四五六日"


def unit_of(indicator: str) -> str:
    """The measure word for an indicator's subjects."""
    return UNITS.get(indicator, "条")


def parameter_rows(parameters: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """(id, Chinese name, value) of every parameter, in the order given.

    A parameter with several parts is one row, neighbours with the same value together.
    """
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            together = groupby(value, key=value.__getitem__)
            shown = "；".join(
                f"{'、'.join(_PARTS.get(part, part) for part in parts)} {each}"
                for each, parts in together
            )
        else:
            shown = _VALUES.get((name, value), f"{value}")
        yield name, PARAMETERS[name], shown


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
