"""Asset checks: one per dataset with an expectation suite, with its counts and worst rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import suites
from sharing_pipeline.catalog.rules import load_rules
from sharing_pipeline.catalog.suites import rule_texts
from sharing_pipeline.facts.findings import Found, findings_by_suite
from sharing_pipeline.night import Run
from sharing_pipeline.orchestration.metadata import legible, with_notice
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import Submission


def suite_checks(
    contracts: Mapping[str, Contract], tables: Sequence[str]
) -> list[dg.AssetCheckSpec]:
    """One check per suite; rows are judged when they come in."""
    judged = suites(contracts)
    return [
        dg.AssetCheckSpec(
            "expectations",
            asset=table,
            description=f"{contracts[judged[table]].traits.check_title}：逐条检查本次收到的行"
            "（键、归属、重复，再用 Great Expectations），"
            "列出本次退回的行，和业务日有效的行中仍未改正的问题。",
        )
        for table in tables
    ]


def suite_results(
    run: Run, tables: Sequence[str], received: Sequence[Submission], notice: str
) -> Iterator[dg.AssetCheckResult]:
    """The tables' results: what went back of what was received, and what is still wrong in
    force on the run's last day."""
    tonight = [submission.id for submission in received]
    found = findings_by_suite(run.settings, run.ledger, run.last.facts, tonight)
    dimensions = _dimensions(run.settings)
    judged = suites(load_contracts(run.settings.catalog))
    for table in tables:
        dataset = judged[table]
        of_table = [submission for submission in received if submission.dataset == dataset]
        yield _result(table, of_table, found[table], dimensions, notice)


def _result(
    table: str,
    received: Sequence[Submission],
    found: Found,
    dimensions: Mapping[str, str],
    notice: str,
) -> dg.AssetCheckResult:
    returned = sum(submission.quarantined for submission in received)
    return dg.AssetCheckResult(
        asset_key=table,
        check_name="expectations",
        passed=not returned and not found.total,
        severity=dg.AssetCheckSeverity.ERROR if returned else dg.AssetCheckSeverity.WARN,
        metadata=with_notice(
            notice,
            {
                "本次检查的条数": sum(submission.rows_read for submission in received),
                "本次退回的行": returned,
                "本次警告": found.warnings,
                "有效行中的问题": found.total,
                "规则": _table(_RULE, _by_rule(found, dimensions)),
                "最差的行": _table(_WORST, found.worst),
            },
        ),
    )


_LEVELS = {"critical": "严重", "warning": "警告", "info": "提示"}
_RULE = ("规则", "级别", "维度", "行数", "说明", "怎么办")
_WORST = ("文件", "工作表", "行", "列", "值", "说明", "怎么办")


def _by_rule(found: Found, dimensions: Mapping[str, str]) -> list[tuple[str | int, ...]]:
    """Critical rules count the rows that went back tonight, the others rows in force."""
    return [
        (rule, _LEVELS[severity], dimensions.get(rule, ""), count, message, do)
        for rule, severity, count, message, do in found.returned + found.standing
    ]


def _dimensions(settings: Settings) -> dict[str, str]:
    """The GB/T 36344 dimension of every rule, settled before the suites or by one."""
    settled = {rule: text.dimension for rule, text in load_rules(settings.catalog).items()}
    suites = {rule: text.dimension for rule, text in rule_texts(settings.expectations).items()}
    return settled | suites


_NUMBERS = ("行", "行数")


def _table(names: Sequence[str], rows: Sequence[Sequence[str | int]]) -> dg.TableMetadataValue:
    columns = [
        dg.TableColumn(name, "int" if name in ("行", "行数") else "string") for name in names
    ]
    records = [dg.TableRecord(dict(zip(names, map(legible, row), strict=True))) for row in rows]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))
