"""What an empty form tells its officer: each column, what may stand in it, what will be checked.

Plain texts out of contracts, code tables, suites and rules; nothing is said twice by hand. How
they are laid out in a workbook is in form.py and guide_sheet.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sharing_pipeline.catalog.codes import CodeTable
from sharing_pipeline.catalog.contracts import Column, Contract
from sharing_pipeline.catalog.rules import Rule, load_rules
from sharing_pipeline.catalog.suites import load_suite
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.judging.row_organisations import PROVIDER
from sharing_pipeline.settings import Settings

BOOLEANS = ("是", "否")

TYPES = {
    "code": "编码，按文本填",
    "text": "文字",
    "label": "选项，从下拉列表里选",
    "organisation": "机构的代码或名称",
    "dates": "日期，可以有几个，用分号分开",
    "date": "日期",
    "timestamp": "日期和时间",
    "integer": "整数，不写单位",
    "boolean": "是或否",
}
"""What an officer is told about a column's type."""

SEVERITY_NAMES = {"critical": "严重", "warning": "警告", "info": "提示"}
"""What a rule's severity is called; what it means is in the advice."""

_ANY_COLUMN = "这一列"
_ANY_VALUE = "…"

_WHOLE = (
    "每次报全量：本机构上次报过、这次没有写进来的，会当作已经取消。只报增加和修改的，"
    "请在文件名里写上“增量”。"
)
_REPLACES = {
    "full": _WHOLE,
    "upsert": "按{key}更新：这次没有写进来的{row}保持不变。",
    "log": "同一{key}在同一天只留一条，已报过的不用重报。",
    "list": "每次报整张名单，替换原来的名单。",
}
"""What becomes of what was sent before, by how a dataset is loaded (inputs.md §5)."""


@dataclass(frozen=True)
class RuleLine:
    """One check: of which columns, how bad, of what kind, what is said and what is to be done."""

    columns: str
    level: str
    dimension: str
    message: str
    what_to_do: str


def choices(column: Column, codes: Mapping[str, CodeTable]) -> tuple[str, ...]:
    """What a drop-down of the column offers, in the code table's order; empty without one.

    A value that is only an identifier is offered by its Chinese label, which means the same.
    """
    if column.type == "boolean":
        return BOOLEANS
    if column.codes is None:
        return ()
    table = codes.get(column.codes)
    if table is None:
        raise ConfigurationError(f"{column.title}要用的代码表 {column.codes} 不在 codes/ 下。")
    return tuple(_in_chinese(value, table) for value in table.values)


def _in_chinese(value: str, table: CodeTable) -> str:
    if not value.isascii():
        return value
    labels = (label for label, meant in table.labels.items() if meant == value)
    return next((label for label in labels if not label.isascii()), value)


def described(column: Column, codes: Mapping[str, CodeTable]) -> tuple[str, ...]:
    """名称, 是否必填, 类型, 可选值, 说明 and 例子 of a column."""
    required = "必填" if column.required else "选填"
    offered = "、".join(choices(column, codes))
    return column.title, required, TYPES[column.type], offered, column.note, column.example


def advice(contracts: Sequence[Contract]) -> list[str]:
    """How to fill in a workbook with these sheets, one sentence or two per line."""
    lines = [
        "带 * 的深色表头是必填的列；其余的列知道就填，不知道就空着，不要写“无”或“/”。",
        "从第 2 行起填，一行一条，不要改表头。鼠标停在表头上，能看到这一列的说明。",
        "编码和文字的列已经设为文本。从别处粘贴时请选“只粘贴值”，"
        "以免长编码变成 3.61E+17，或丢掉开头的 0。",
        "日期写成 2026-03-05 这样；选项从下拉列表里选；没有下拉列表的按例子写。",
    ]
    lines.append("检查结果分两级：严重的，这一行退回；警告的，这一行收下，列入问题清单。")
    if len(contracts) > 1:
        lines.append("不报的工作表空着，或整张删去；以前报的不变。")
        lines.append("请留着这一张“填写说明”：有它，空着的工作表就当作没有填，不会退回。")
    else:
        lines.append("这一张“填写说明”可以留着，也可以删去，不影响报送。")
    return [*lines, *dict.fromkeys(map(_replaces, contracts))]


def _replaces(contract: Contract) -> str:
    """What a new file of a dataset does to what was sent before."""
    key = "、".join(contract[name].title for name in contract.key)
    return _REPLACES[contract.traits.load].format(key=key, row=contract.traits.row)


def rule_lines(contract: Contract, settings: Settings) -> list[RuleLine]:
    """Every check of a dataset, the severe ones first; equal ones of several columns are one."""
    alike: dict[RuleLine, list[RuleLine]] = {}
    for line in _checks(contract, settings):
        general = line.message.replace(line.columns, _ANY_COLUMN)
        alike.setdefault(replace(line, columns="", message=general), []).append(line)
    merged = []
    for general_line, lines in alike.items():
        columns = list(dict.fromkeys(line.columns for line in lines))
        line = lines[0] if len(columns) == 1 else general_line
        merged.append(replace(line, columns="、".join(columns)))
    levels = list(SEVERITY_NAMES.values())
    return sorted(merged, key=lambda line: levels.index(line.level))


def _checks(contract: Contract, settings: Settings) -> Iterator[RuleLine]:
    """One line per check and column, as they are made."""
    rules = load_rules(settings.catalog)
    for name, column, called in _settled(contract):
        rule = _rule(rules, name)
        message, what_to_do = rule.texts(
            title=called, value=_ANY_VALUE, other=_ANY_VALUE, row=contract.traits.row
        )
        title, level = contract[column].title, SEVERITY_NAMES[rule.severity]
        yield RuleLine(title, level, rule.dimension, f"{message}。", f"{what_to_do}。")
    for text in load_suite(contract.traits.suite, settings.expectations).texts.values():
        title, level = contract[text.column].title, SEVERITY_NAMES[text.severity]
        message = text.message.replace("{value}", _ANY_VALUE)
        yield RuleLine(title, level, text.dimension, message, text.what_to_do)


def _rule(rules: Mapping[str, Rule], name: str) -> Rule:
    if name not in rules:
        raise ConfigurationError(f"rules.yaml 里没有规则 {name}。请按程序自带的写法补上。")
    return rules[name]


def _settled(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """Rule, column and what the message calls it, of the checks made before the suites."""
    codes = [column for column in contract.columns if column.type == "code" and column.required]
    is_log = contract.traits.load == "log"
    for column in codes:
        yield f"{column.name}_missing" if is_log else "key_missing", column.name, column.title
        yield "code_damaged", column.name, column.title
    if contract.owner is not None:
        for kind in ("missing", "unknown", "ambiguous"):
            yield f"organisation_{kind}", contract.owner.code, PROVIDER
    key = contract.key[0]
    if not is_log:
        yield "conflicting_duplicate", key, contract[key].title
    if "owned_by_other" in contract.traits.holds:
        yield "code_owned_by_other", key, contract[key].title
