"""What the screen shows of each asset: numbers that it plots, and short tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sharing_pipeline.assessment.assess import Assessed
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.facts.build import Facts
from sharing_pipeline.figures.publish import Revision
from sharing_pipeline.published.sample_notice import NATURE
from sharing_pipeline.published.tables import Published
from sharing_pipeline.receiving.take_in import IntakeReport
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger

Metadata = Mapping[str, Any]

SHOWN_ROWS = 1000
"""How many rows a table on the screen has at most; the rest is in the exports."""


def with_notice(notice: str, metadata: Metadata) -> Metadata:
    """The metadata behind the notice that they are of sample data, if there is one."""
    return {NATURE: notice, **metadata} if notice else metadata


def of_intake(report: IntakeReport) -> Metadata:
    """Counts of what came in, and each submission that needs somebody."""
    kinds = ("rows_read", "accepted", "duplicate", "quarantined")
    names = ("读入行", "接收行", "重复行", "退回行")
    totals = {
        name: sum(getattr(submission, kind) for submission in report.submissions)
        for kind, name in zip(kinds, names, strict=True)
    }
    return {
        "报送数": len(report.submissions),
        **totals,
        "同样内容未再收": len(report.staged.known),
        "还在写入、留到下次": len(report.staged.changing),
        "需要处理的报送": _table(
            [
                {"编号": submission.submission_id, "文件": submission.file_name,
                 "状态": submission.status, "退回行": submission.quarantined,
                 "原因": submission.why}
                for submission in report.troubled
            ]
        ),
    }  # fmt: skip


def of_quarantine(report: IntakeReport) -> Metadata:
    """How many rows went back tonight."""
    return {"退回行": sum(submission.quarantined for submission in report.submissions)}


def of_fact(settings: Settings, facts: Facts, name: str) -> Metadata:
    """How many rows are in force."""
    file = facts.files.get("exchange_state" if name == "exchange_daily" else name)
    rows = pq.read_metadata(Lake(settings).path(file)).num_rows if file else 0
    label = "日志中的资源数" if name == "exchange_daily" else "行数"
    return {label: rows, "业务日": facts.day.isoformat()}


def of_assessment(assessed: Sequence[Assessed]) -> Metadata:
    """How many subjects each definition judged."""
    return {f"{assessment.definition.id} 对象数": assessment.rows for assessment in assessed}


def of_scoreboard(settings: Settings, day: date, revisions: Sequence[Revision]) -> Metadata:
    """The rates as numbers, so that they are plotted over the nights, and each
    organisation's own, furthest from the targets first."""
    board = Published(settings, Ledger.open(settings)).table("scoreboard", day).to_pylist()
    official = {revision.definition.id for revision in revisions if revision.definition.official}
    rows = [row for row in board if row["definition"] in official]
    numbers: dict[str, Any] = {}
    for row in rows:
        if row["scope_type"] == "all":
            title = INDICATORS[row["indicator"]].title
            if row["rate_display"]:
                numbers[f"{title} %"] = float(row["rate_display"])
            if row["change_from_previous_night"]:
                numbers[f"{title} 比前一日"] = float(row["change_from_previous_night"])
            numbers[f"{title} 还差"] = row["shortfall"]
    return {
        **numbers,
        "版次": "、".join(
            f"{revision.definition.id} 第 {revision.revision} 版" for revision in revisions
        ),
        "各机构三率": _table(_by_organisation(rows)),
    }


def _by_organisation(board: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per organisation with subjects: its rates, what it is short of, and how the
    rates moved since the night before."""
    figures: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in board:
        if row["scope_type"] == "org" and row["denominator"]:
            figures.setdefault(row["scope_code"], {})[row["indicator"]] = row
    missing = {code: sum(row["shortfall"] for row in own.values()) for code, own in figures.items()}
    return [
        _organisation_row(figures[code], missing[code])
        for code in sorted(figures, key=lambda code: (-missing[code], code))
    ]


def _organisation_row(own: Mapping[str, Mapping[str, Any]], missing: int) -> dict[str, Any]:
    rates = {
        f"{indicator.short_title} %": own[indicator.id]["rate_display"]
        if indicator.id in own
        else ""
        for indicator in INDICATORS.values()
    }
    name = next(iter(own.values()))["scope_name"]
    return {"机构": _on_one_line(name), **rates, "还差": missing, "比前一日": _moved(own)}


def _moved(own: Mapping[str, Mapping[str, Any]]) -> str:
    """Which rates moved since the night before and by how much, in percentage points."""
    changes = {
        indicator.short_title: own[indicator.id]["change_from_previous_night"]
        for indicator in INDICATORS.values()
        if indicator.id in own and own[indicator.id]["change_from_previous_night"]
    }
    moved = [f"{short} {float(by):+.2f}" for short, by in changes.items() if float(by)]
    return "，".join(moved) or ("持平" if changes else "")


_STATUS = {"new": "新增", "continuing": "延续", "resolved": "已解决"}


def of_issue(settings: Settings, facts: Facts) -> Metadata:
    """How many issues there are, how many each organisation has open, and the issues."""
    issues = Published(settings, Ledger.open(settings)).table("issue", facts.day)
    names = {
        code: organisation.org_name for code, organisation in facts.organisations.by_code.items()
    }
    unsolved = issues.filter(pc.field("status") != "resolved")
    open_by = Counter(_named(names, code) for code in unsolved["org_code"].to_pylist())
    count = Counter(issues["status"].to_pylist())
    listed = _most_urgent(issues, SHOWN_ROWS)
    return {
        **{title: count[status] for status, title in _STATUS.items()},
        "问题清单": _table([_issue_row(names, issue) for issue in listed]),
        "清单共有": f"{len(issues)} 条，这里列出 {len(listed)} 条。"
        "全部问题用 sharing export issue 导出。",
        "各机构未解决": _table(
            [
                {"机构": _on_one_line(name), "问题数": number}
                for name, number in open_by.most_common()
            ]
        ),
    }


def _most_urgent(issues: pa.Table, how_many: int) -> list[dict[str, Any]]:
    """By organisation, those that concern none last; what is missed and most overdue first."""
    keys = pa.table(
        {
            "org": pc.if_else(pc.equal(issues["org_code"], ""), None, issues["org_code"]),
            "is_resolved": pc.equal(issues["status"], "resolved"),
            "is_missed": pc.equal(issues["severity"], "missed"),
            "overdue": pc.coalesce(issues["overdue_days"], 0),
            "id": issues["issue_id"],
        }
    )
    order = pc.sort_indices(
        keys,
        sort_keys=[
            ("org", "ascending"), ("is_resolved", "ascending"), ("is_missed", "descending"),
            ("overdue", "descending"), ("id", "ascending"),
        ],
    )  # fmt: skip
    records: list[dict[str, Any]] = issues.take(order[:how_many]).to_pylist()
    return records


def _issue_row(names: Mapping[str, str], issue: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "机构": _named(names, issue["org_code"]),
        "方面": _concern(issue["indicator_or_rule"]),
        "对象": issue["subject_id"],
        "说明": issue["message"],
        "怎么办": issue["what_to_do"],
        "情况": _standing(issue),
    }


def _concern(indicator_or_rule: str) -> str:
    """The indicator that an issue is about, or that it is about a rule of the checks."""
    indicator = INDICATORS.get(indicator_or_rule)
    return indicator.short_title if indicator else "检查"


def _standing(issue: Mapping[str, Any]) -> str:
    """Since when there is an issue, and how far it is overdue: one column, for narrow screens."""
    overdue = f"，逾期 {issue['overdue_days']} 天" if issue["overdue_days"] else ""
    return f"{_STATUS[issue['status']]}，自 {issue['since']}{overdue}"


def _named(names: Mapping[str, str], code: str | None) -> str:
    return names.get(code or "") or code or "未归到机构"


def of_path(path: Path) -> Metadata:
    """Where a file is."""
    return {"文件": dg.MetadataValue.path(str(path))}


_TOGETHER = re.compile(r"[\u4e00-\u9fff]{2,4}")
"""Characters that stay on one line: the screen gives Chinese columns the width of a single one as
soon as others ask for more. More than four would make tables wider than the screen."""
_JOINER = "\u2060"


def legible(value: Any) -> Any:
    """A table's cell as the screen should get it; codes and numbers can still be copied."""
    if isinstance(value, str):
        return _TOGETHER.sub(lambda found: _on_one_line(found[0]), value)
    return "" if value is None else value


def _on_one_line(text: str) -> str:
    return _JOINER.join(text)


def _table(records: Sequence[Mapping[str, Any]]) -> dg.TableMetadataValue | str:
    if not records:
        return "无"
    return dg.MetadataValue.table(
        [
            dg.TableRecord({name: legible(value) for name, value in record.items()})
            for record in records[:SHOWN_ROWS]
        ]
    )
