"""What the screen shows of each asset: numbers that it plots, and short tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq

from sharing_pipeline.assessment.assess import Assessed
from sharing_pipeline.assessment.definitions import INDICATORS
from sharing_pipeline.facts.build import Facts
from sharing_pipeline.figures.publish import Revision
from sharing_pipeline.intake.receive import IntakeReport
from sharing_pipeline.published import Published
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger

Metadata = Mapping[str, Any]

SHOWN_ROWS = 1000
"""How many rows a table on the screen has at most; the rest is in the exports."""


def of_intake(report: IntakeReport) -> Metadata:
    """Counts of what came in, and each submission that needs somebody."""
    kinds = ("rows_read", "accepted", "duplicate", "quarantined")
    names = ("读入行", "接收行", "重复行", "退回行")
    totals = {
        name: sum(getattr(one, kind) for one in report.submissions)
        for kind, name in zip(kinds, names, strict=True)
    }
    return {
        "报送数": len(report.submissions),
        **totals,
        "同样内容未再收": len(report.staged.known),
        "还在写入、留到下次": len(report.staged.changing),
        "需要处理的报送": _table(
            [
                {"编号": one.submission_id, "文件": one.file_name, "状态": one.status,
                 "退回行": one.quarantined, "原因": one.why}
                for one in report.troubled
            ]
        ),
    }  # fmt: skip


def of_quarantine(report: IntakeReport) -> Metadata:
    """How many rows went back tonight."""
    return {"退回行": sum(one.quarantined for one in report.submissions)}


def of_fact(settings: Settings, facts: Facts, name: str) -> Metadata:
    """How many rows are in force."""
    file = facts.files.get("exchange_state" if name == "exchange_daily" else name)
    rows = pq.read_metadata(Lake(settings).path(file)).num_rows if file else 0
    label = "日志中的资源数" if name == "exchange_daily" else "行数"
    return {label: rows, "业务日": facts.day.isoformat()}


def of_assessment(assessed: Sequence[Assessed]) -> Metadata:
    """How many subjects each definition judged."""
    return {f"{one.definition.id} 对象数": one.rows for one in assessed}


def of_scoreboard(settings: Settings, day: date, revisions: Sequence[Revision]) -> Metadata:
    """The three rates as numbers, so that they are plotted over the nights, and each
    organisation's own, furthest from the targets first."""
    board = Published(settings, Ledger.open(settings)).table("scoreboard", day).to_pylist()
    official = {one.definition.id for one in revisions if one.definition.official}
    mine = [row for row in board if row["definition"] in official]
    shown: dict[str, Any] = {}
    for row in mine:
        if row["scope_type"] == "all":
            title = INDICATORS[row["indicator"]]
            if row["rate_display"]:
                shown[f"{title} %"] = float(row["rate_display"])
            shown[f"{title} 还差"] = row["shortfall"]
    return {
        **shown,
        "版次": "、".join(f"{one.definition.id} 第 {one.revision} 版" for one in revisions),
        "各机构三率": _table(_by_organisation(mine)),
    }


def _by_organisation(board: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per organisation with subjects: its three rates and what it is short of."""
    rows: dict[str, dict[str, Any]] = {}
    for one in board:
        if one["scope_type"] != "org" or not one["denominator"]:
            continue
        row = rows.setdefault(
            one["scope_code"],
            {"机构": one["scope_name"], "代码": one["scope_code"]}
            | dict.fromkeys([f"{title} %" for title in INDICATORS.values()], "")
            | {"合计还差": 0},
        )
        row[f"{INDICATORS[one['indicator']]} %"] = one["rate_display"]
        row["合计还差"] += one["shortfall"]
    return sorted(rows.values(), key=lambda row: (-row["合计还差"], row["代码"]))


def of_issue(settings: Settings, day: date) -> Metadata:
    """How many issues there are, new and resolved, and how many each organisation has open."""
    issues = Published(settings, Ledger.open(settings)).table("issue", day)
    status = issues["status"].to_pylist()
    open_by = Counter(
        code
        for code, state in zip(issues["org_code"].to_pylist(), status, strict=True)
        if state != "resolved"
    )
    names = {"new": "新增", "continuing": "延续", "resolved": "已解决"}
    return {title: status.count(name) for name, title in names.items()} | {
        "各机构未解决": _table(
            [{"机构代码": code, "问题数": count} for code, count in open_by.most_common()]
        )
    }


def of_path(path: Path) -> Metadata:
    """Where a file is."""
    return {"文件": dg.MetadataValue.path(str(path))}


def _table(records: Sequence[Mapping[str, Any]]) -> dg.TableMetadataValue | str:
    if not records:
        return "无"
    return dg.MetadataValue.table(
        [
            dg.TableRecord({k: "" if v is None else v for k, v in one.items()})
            for one in records[:SHOWN_ROWS]
        ]
    )
