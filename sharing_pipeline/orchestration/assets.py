"""The assets of each layer; an asset's key is its table's name.

A layer is one step of night.py, which makes all its tables. An asset performs the step and
reports what came of it; nothing is worked out here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.night import (
    ASSESSMENT,
    BULLETIN,
    FACTS,
    FIGURES,
    INTAKE,
    Night,
    Step,
    perform,
)
from sharing_pipeline.orchestration import metadata
from sharing_pipeline.orchestration.checks import suite_checks, suite_results
from sharing_pipeline.orchestration.resources import HomeFolder, known_failures
from sharing_pipeline.orchestration.tables import descriptions, made_from
from sharing_pipeline.published.sample_notice import notice_in_force, notice_received

Contracts = Mapping[str, Contract]
Partitions = dg.PartitionsDefinition


def intake(days: Partitions, contracts: Contracts, tables: Sequence[str]) -> dg.AssetsDefinition:
    """What arrived becomes accepted rows, quarantine and submissions."""

    @dg.multi_asset(**_layer(INTAKE, days, contracts, tables))
    def intake(
        context: dg.AssetExecutionContext, home: HomeFolder
    ) -> Iterator[dg.MaterializeResult]:
        """收件：读取收件箱，逐行检查，接收或退回。"""
        run = home.run
        with known_failures():
            perform(run, INTAKE)
        assert run.intake is not None
        shown = {
            "submission": metadata.of_intake(run.intake),
            "quarantine": metadata.of_quarantine(run.intake),
        }
        notice = notice_received(run.settings, run.ledger)
        for table in tables:
            _show(context, table, run.last.day, notice, shown[table])
        yield from map(dg.MaterializeResult, tables)

    return intake


def facts(
    days: Partitions, contracts: Contracts, tables: Sequence[str], checked: Sequence[str]
) -> dg.AssetsDefinition:
    """What is in force on the day; `checked`: the tables with an expectation suite."""

    @dg.multi_asset(
        **_layer(FACTS, days, contracts, tables), check_specs=suite_checks(contracts, checked)
    )
    def facts(
        context: dg.AssetExecutionContext, home: HomeFolder
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """整理业务日有效的数据，并给出各数据集的检查结果。"""
        run = home.run
        with known_failures():
            perform(run, FACTS)
        for night in run.nights:
            notice = _notice(home, night)
            for table in tables:
                shown = metadata.of_fact(run.settings, night.facts, table)
                _show(context, table, night.day, notice, shown)
        yield from map(dg.MaterializeResult, tables)
        submissions = run.intake.submissions if run.intake else []
        yield from suite_results(run, checked, submissions, _notice(home, run.last))

    return facts


def assessment(
    days: Partitions, contracts: Contracts, tables: Sequence[str]
) -> dg.AssetsDefinition:
    """One outcome per subject and definition."""

    @dg.multi_asset(**_layer(ASSESSMENT, days, contracts, tables))
    def assessment(
        context: dg.AssetExecutionContext, home: HomeFolder
    ) -> Iterator[dg.MaterializeResult]:
        """评定：按口径给每个对象一个结果和原因。"""
        with known_failures():
            perform(home.run, ASSESSMENT)
        for night in home.run.nights:
            shown = metadata.of_assessment(night.assessed)
            _show(context, "assessment", night.day, _notice(home, night), shown)
        yield from map(dg.MaterializeResult, tables)

    return assessment


def figures(days: Partitions, contracts: Contracts, tables: Sequence[str]) -> dg.AssetsDefinition:
    """Rates, ranks and issues, published as revisions."""

    @dg.multi_asset(**_layer(FIGURES, days, contracts, tables))
    def figures(
        context: dg.AssetExecutionContext, home: HomeFolder
    ) -> Iterator[dg.MaterializeResult]:
        """汇总三率与问题清单，按日期先后公布。"""
        run = home.run
        with known_failures():
            perform(run, FIGURES)
        for night in run.nights:
            notice = _notice(home, night)
            board = metadata.of_scoreboard(run.settings, night.day, night.revisions)
            issues = metadata.of_issue(run.settings, night.facts)
            _show(context, "scoreboard", night.day, notice, board)
            _show(context, "issue", night.day, notice, issues)
        yield from map(dg.MaterializeResult, tables)

    return figures


def bulletin(days: Partitions, contracts: Contracts, tables: Sequence[str]) -> dg.AssetsDefinition:
    """What people and their tools read: the page, the mart, the replies."""

    @dg.multi_asset(**_layer(BULLETIN, days, contracts, tables))
    def bulletin(
        context: dg.AssetExecutionContext, home: HomeFolder
    ) -> Iterator[dg.MaterializeResult]:
        """生成首页和供 BI 使用的文件。"""
        run = home.run
        with known_failures():
            perform(run, BULLETIN)
        paths = {"mart": run.settings.mart, "page": run.settings.site / "index.html"}
        notice = notice_received(run.settings, run.ledger)
        for table in tables:
            _show(context, table, run.last.day, notice, metadata.of_path(paths[table]))
        yield from map(dg.MaterializeResult, tables)

    return bulletin


def _layer(
    step: Step, days: Partitions, contracts: Contracts, tables: Sequence[str]
) -> dict[str, Any]:
    """What the assets of every layer have in common."""
    specs = [
        dg.AssetSpec(
            table,
            group_name=step.name,
            deps=made_from(contracts)[table],
            description=descriptions(contracts)[table],
            partitions_def=days,
        )
        for table in tables
    ]
    # A range is one run over its days in order: a night's trend needs the one before.
    in_order = dg.BackfillPolicy.single_run()
    return {
        "name": step.name, "specs": specs, "partitions_def": days, "backfill_policy": in_order,
    }  # fmt: skip


def _notice(home: HomeFolder, night: Night) -> str:
    """The notice that the day's entries are sample data; empty if none is."""
    return notice_in_force(home.run.settings, night.facts.files["catalogue"])


def _show(
    context: dg.AssetExecutionContext, table: str, day: date, notice: str, shown: metadata.Metadata
) -> None:
    """What the screen shows of a table on a day.

    A range of days is one result, which Dagster notes once for each of them: what a result itself
    says would be said of every day.
    """
    context.add_asset_metadata(metadata.with_notice(notice, shown), table, day.isoformat())
