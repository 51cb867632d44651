"""The list of planted faults: what each is, and in what share of which rows it is planted.

Every fault that was seen in real files (inputs.md) has a row here, so that a test can compare what
the pipeline finds with what was planted.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharing_pipeline.sample.draw import share_of


@dataclass(frozen=True)
class Defect:
    """A kind of fault. It takes a `share` of the rows of `base`: entry, resource, log, demand or
    exemption."""

    name: str
    base: str
    share: float
    title: str


DEFECTS = (
    Defect("exact_duplicate", "entry", 0.02, "目录：完全重复的行"),
    Defect("conflicting_duplicate", "entry", 0.004, "目录：代码相同、内容不同的行"),
    Defect("foreign_code", "entry", 0.001, "目录：使用了别的机构的目录代码"),
    Defect("unknown_organisation", "entry", 0.003, "目录：提供方不存在"),
    Defect("empty_code", "entry", 0.002, "目录：目录代码为空"),
    Defect("scientific_code", "entry", 0.003, "目录：目录代码变成科学计数法"),
    Defect("unreadable_date", "entry", 0.006, "目录：发布日期读不出"),
    Defect("future_date", "entry", 0.005, "目录：最近更新日期在将来"),
    Defect("declared_not_in_log", "entry", 0.008, "目录：自报已更新，日志里没有"),
    Defect("unknown_cycle", "entry", 0.006, "目录：更新周期的写法不认识"),
    Defect("bare_digit_cycle", "entry", 0.004, "目录：更新周期只写了一个数字"),
    Defect("condition_missing", "entry", 0.01, "目录：有条件共享，没有写条件"),
    Defect("basis_missing", "entry", 0.003, "目录：不予共享，没有写依据"),
    Defect("method_contradiction", "entry", 0.005, "目录：共享方式与挂载资源的类型不符"),
    Defect("padded_label", "entry", 0.01, "目录：更新周期后面有空格"),
    Defect("drag_fill", "entry", 0.001, "目录：名称拖拽填充（每处 4 行）"),
    Defect("same_name_thrice", "entry", 0.001, "目录：同一名称的三种写法（每处 3 行）"),
    Defect("parent_and_child", "entry", 0.001, "目录：上下级机构各报一次"),
    Defect("system_name", "entry", 0.002, "目录：名称写成了系统名"),
    Defect("resource_duplicate", "resource", 0.005, "挂载资源：完全重复的行"),
    Defect("resource_unit", "resource", 0.004, "挂载资源：数据量带单位"),
    Defect("resource_full_width", "resource", 0.004, "挂载资源：数据量是全角数字"),
    Defect("resource_orphan", "resource", 0.002, "挂载资源：目录代码没有对应的目录"),
    Defect("zero_rows", "log", 0.002, "日志：归集成功但数据量为 0"),
    Defect("failed_supply", "log", 0.006, "日志：归集失败"),
    Defect("repeated_batch", "log", 0.003, "日志：同一批次重复出现"),
    Defect("running_then_done", "log", 0.001, "日志：先是执行中，后有结果"),
    Defect("crosses_midnight", "log", 0.001, "日志：跨零点的批次"),
    Defect("end_before_start", "log", 0.0005, "日志：结束早于开始"),
    Defect("unknown_resource", "log", 0.001, "日志：资源标识不存在"),
    Defect("late_arrival", "log", 0.002, "日志：迟到的记录（前几日的，今日才到）"),
    Defect("log_unit", "log", 0.0003, "日志：数据量带单位"),
    Defect("log_full_width", "log", 0.0003, "日志：数据量是全角数字"),
    Defect("demand_duplicate", "demand", 0.01, "需求：完全重复的行"),
    Defect("demand_unknown_provider", "demand", 0.006, "需求：提供方不存在"),
    Defect("demand_unknown_requester", "demand", 0.006, "需求：需求方不存在"),
    Defect("demand_empty_id", "demand", 0.004, "需求：需求编号为空"),
    Defect("demand_unreadable_date", "demand", 0.008, "需求：承诺日期读不出"),
    Defect("exemption_no_approver", "exemption", 0.03, "免考核：没有批准人"),
)


def declared(base: str, base_count: int) -> dict[str, int]:
    """How many of each fault on that base the table asks for."""
    return {
        defect.name: share_of(defect.share, base_count) for defect in DEFECTS if defect.base == base
    }
