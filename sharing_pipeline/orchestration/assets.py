"""The assets, one group per layer; an asset's key is its table's name.

A layer is one step: its tables are made together. Steps of one run hand each other what they
made through the NightRun resource; what they publish is in the lake and the ledger.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sharing_pipeline.orchestration import metadata
from sharing_pipeline.orchestration.checks import suite_checks, suite_results
from sharing_pipeline.orchestration.resources import NightRun, told_in_chinese

TABLES = {
    "submission": ("intake", [], "报送登记：每个文件的每个数据集读入、接收、重复、退回各多少行"),
    "quarantine": ("intake", ["submission"], "退回的行：在哪里、为什么、怎么改"),
    "organisation": ("facts", ["submission"], "机构清单：级别、地区、上下级、承接关系"),
    "catalogue": ("facts", ["submission", "organisation"], "业务日有效的目录，一行一条"),
    "resource": ("facts", ["submission", "catalogue"], "业务日有效的挂载资源"),
    "field": ("facts", ["submission", "catalogue"], "业务日有效的信息项"),
    "demand": ("facts", ["submission", "organisation"], "供需对接清单，一行一项需求"),
    "exemption": ("facts", ["submission"], "免考核清单"),
    "exchange_daily": ("facts", ["submission"], "交换日志按日汇总：每个资源每天成功、失败、行数"),
    "assessment": (
        "assessment",
        ["catalogue", "resource", "demand", "exemption", "exchange_daily", "organisation"],
        "评定明细：每个对象一个结果、一个原因，所有数字都从这里数出来",
    ),
    "scoreboard": ("figures", ["assessment", "organisation"], "三率：各机构、地区、级别和全市"),
    "issue": ("figures", ["assessment", "quarantine"], "问题清单：哪里没达到、怎么办、找谁"),
    "mart": ("bulletin", ["scoreboard", "issue"], "供 BI 工具读取的 DuckDB 文件"),
    "page": ("bulletin", ["scoreboard", "issue"], "首页：三率、排名、口径、缺报与过期"),
}
"""Every asset: its layer, what it is made from, and what it is, for the screen."""


def _specs(group: str, partitions: dg.PartitionsDefinition) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(name, group_name=layer, deps=deps, description=text, partitions_def=partitions)
        for name, (layer, deps, text) in TABLES.items()
        if layer == group
    ]


def _days(context: dg.AssetExecutionContext) -> list[date]:
    """The business dates of a run, in their order."""
    return sorted(date.fromisoformat(key) for key in context.partition_keys)


# A range is one run over its days in order: a night's trend needs the one before.
IN_ORDER = dg.BackfillPolicy.single_run()


def build_assets(partitions: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The five layers over one partitioning by business date."""
    layers = (_intake, _facts, _assess, _publish, _announce)
    return [layer(partitions) for layer in layers]


def _intake(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="intake",
        specs=_specs("intake", partitions),
        partitions_def=partitions,
        backfill_policy=IN_ORDER,
    )
    def intake(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[NightRun]
    ) -> Iterator[dg.MaterializeResult]:
        """收件：读取收件箱，逐行检查，接收或退回。"""
        with told_in_chinese():
            report = home.take_in(last := _days(context)[-1])
        nature = home.nature_received()
        _tell(context, "submission", last, nature, metadata.of_intake(report))
        _tell(context, "quarantine", last, nature, metadata.of_quarantine(report))
        yield dg.MaterializeResult("submission")
        yield dg.MaterializeResult("quarantine")

    return intake


def _facts(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = _specs("facts", partitions)
    names = [spec.key.to_user_string() for spec in specs]

    @dg.multi_asset(
        name="facts",
        specs=specs,
        check_specs=suite_checks(),
        partitions_def=partitions,
        backfill_policy=IN_ORDER,
    )
    def facts(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[NightRun]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """整理业务日有效的数据，并给出各数据集的检查结果。"""
        for day in _days(context):
            with told_in_chinese():
                made = home.facts(day)
            for name in names:
                shown = metadata.of_fact(home.settings, made, name)
                _tell(context, name, day, home.nature(day), shown)
        yield from map(dg.MaterializeResult, names)
        yield from suite_results(home.settings, made, home.intake, home.nature(day))

    return facts


def _assess(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="assess",
        specs=_specs("assessment", partitions),
        partitions_def=partitions,
        backfill_policy=IN_ORDER,
    )
    def assess(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[NightRun]
    ) -> dg.MaterializeResult:
        """评定：按口径给每个对象一个结果和原因。"""
        for day in _days(context):
            with told_in_chinese():
                assessed = home.assessed(day)
            _tell(context, "assessment", day, home.nature(day), metadata.of_assessment(assessed))
        return dg.MaterializeResult("assessment")

    return assess


def _publish(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="publish",
        specs=_specs("figures", partitions),
        partitions_def=partitions,
        backfill_policy=IN_ORDER,
    )
    def publish(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[NightRun]
    ) -> Iterator[dg.MaterializeResult]:
        """汇总三率与问题清单，按日期先后公布。"""
        for day in (days := _days(context)):
            with told_in_chinese():
                revisions = home.publish(day)
            if day == days[-1]:
                home.begin_mart(day)
            board = metadata.of_scoreboard(home.settings, day, revisions)
            issues = metadata.of_issue(home.settings, home.facts(day))
            _tell(context, "scoreboard", day, home.nature(day), board)
            _tell(context, "issue", day, home.nature(day), issues)
        yield dg.MaterializeResult("scoreboard")
        yield dg.MaterializeResult("issue")

    return publish


def _announce(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="announce",
        specs=_specs("bulletin", partitions),
        partitions_def=partitions,
        backfill_policy=IN_ORDER,
    )
    def announce(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[NightRun]
    ) -> Iterator[dg.MaterializeResult]:
        """生成首页和供 BI 使用的文件。"""
        with told_in_chinese():
            home.announce(last := _days(context)[-1])
        page = home.settings.site / "index.html"
        for name, path in (("mart", home.settings.mart), ("page", page)):
            _tell(context, name, last, home.nature(last), metadata.of_path(path))
            yield dg.MaterializeResult(name)

    return announce


def _tell(
    context: dg.AssetExecutionContext, name: str, day: date, nature: str, shown: metadata.Metadata
) -> None:
    """What the screen shows of a table on a day.

    A range of days is one result, which Dagster notes once for each of them: what a result itself
    says would be said of every day.
    """
    context.add_asset_metadata(metadata.with_nature(nature, shown), name, day.isoformat())
