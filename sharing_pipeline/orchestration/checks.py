"""Asset checks: each expectation suite as one check with its counts and worst rows."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from sharing_pipeline.facts.build import Facts
from sharing_pipeline.facts.findings import Standing, standing_findings
from sharing_pipeline.intake.receive import IntakeReport
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import Ledger

SUITES = {
    "organisation": "机构清单检查",
    "catalogue": "目录检查",
    "resource": "挂载资源检查",
    "field": "信息项检查",
    "demand": "供需清单检查",
    "exemption": "免考核检查",
    "exchange_daily": "交换日志检查",
}
"""The assets with an expectation suite, and what their check is called."""


def suite_checks() -> list[dg.AssetCheckSpec]:
    """One check per suite, run by Great Expectations when rows come in."""
    return [
        dg.AssetCheckSpec(
            "expectations",
            asset=name,
            description=f"{title}：用 Great Expectations 逐条检查本次收到的行，"
            "并列出业务日有效的行中仍未改正的问题。",
        )
        for name, title in SUITES.items()
    ]


def suite_results(
    settings: Settings, facts: Facts, report: IntakeReport | None
) -> Iterator[dg.AssetCheckResult]:
    """The suites' results: tonight's counts per rule, and what is still wrong in force."""
    found = standing_findings(settings, Ledger.open(settings), facts, list(SUITES))
    for name in SUITES:
        tonight = report.reports.get(name) if report else None
        still = found[name]
        critical = sum(
            one.failed for one in (tonight.results if tonight else []) if one.severity == "critical"
        )
        yield dg.AssetCheckResult(
            asset_key=name,
            check_name="expectations",
            passed=not critical and not still.total,
            severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
            metadata={
                "本次检查的条数": max((one.evaluated for one in tonight.results), default=0)
                if tonight
                else 0,
                "本次未通过": sum(one.failed for one in tonight.results) if tonight else 0,
                "有效行中的问题": still.total,
                "规则": _by_rule(still),
                "最差的行": _worst(still),
            },
        )


def _by_rule(found: Standing) -> dg.TableMetadataValue:
    records = [
        dg.TableRecord(
            {"规则": rule, "级别": severity, "行数": count, "说明": message, "怎么办": do}
        )
        for rule, severity, count, message, do in found.by_rule
    ]
    return dg.MetadataValue.table(records, schema=_schema("规则", "级别", "行数", "说明", "怎么办"))


def _worst(found: Standing) -> dg.TableMetadataValue:
    records = [
        dg.TableRecord({"机构": org, "对象": subject, "列": column, "值": value, "说明": message})
        for org, subject, column, value, message in found.worst
    ]
    return dg.MetadataValue.table(records, schema=_schema("机构", "对象", "列", "值", "说明"))


def _schema(*names: str) -> dg.TableSchema:
    return dg.TableSchema(
        [dg.TableColumn(name, type="int" if name == "行数" else "string") for name in names]
    )
