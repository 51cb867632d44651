"""`sharing status`: the last night and what waits for somebody, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from sharing_pipeline.cli.chinese import Command
from sharing_pipeline.cli.common import open_ledger, with_settings
from sharing_pipeline.cli.labels import input_name
from sharing_pipeline.cli.rates import print_rates, say_if_sample
from sharing_pipeline.cli.screen import heading, printed, rate_of, table
from sharing_pipeline.errors import UsageError
from sharing_pipeline.settings import Settings

if TYPE_CHECKING:
    from sharing_pipeline.published.staleness import StaleNight
    from sharing_pipeline.published.tables import Published
    from sharing_pipeline.store.ledger import Ledger, Publication

_SHOWN = 20
"""How many of a long list are named; the rest is counted."""

_EPILOG = """
\b
示例：
  sharing status --home /data/demo
  sharing status --home /data/demo --organisations
"""


_MOST_QUARANTINED = 5
"""How many organisations are named beside the count of quarantined rows."""


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--organisations", is_flag=True, help="列出每个机构最近一次报送，不只是缺报的")
@with_settings
def status(settings: Settings, organisations: bool) -> None:
    """最近一晚的三率、各来源的报送，以及留待处理、被退回、缺报和过期的。"""
    from sharing_pipeline.published.tables import Published

    ledger = open_ledger(settings)
    published = Published(settings, ledger)
    try:
        day = published.latest_day()
    except UsageError:
        click.echo(f"主目录 {settings.home} 还没有公布过任何一天。")
        day = None
    _print_failures(ledger)
    if day is not None:
        _print_night(published, day)
    _print_sent(settings, ledger)
    _print_waiting(ledger)
    if day is not None:
        _print_organisations(settings, ledger, day, organisations)
        _print_stale(settings, ledger)


def _print_failures(ledger: Ledger) -> None:
    from sharing_pipeline.published.failures import standing_failures

    failures = standing_failures(ledger)
    if failures:
        heading(f"没有运行完、之后也没有公布的业务日：{len(failures)} 天")
        table(
            ("业务日", "时间", "步骤", "原因", "运行"),
            [(failure.day, failure.failed_at, failure.step, failure.reason, failure.run_id)
             for failure in failures[-_SHOWN:]],
        )  # fmt: skip


def _print_night(published: Published, day: date) -> None:
    night = published.night(day)
    publications = published.publications(day)
    official = [publication for publication in publications if publication.official]
    heading(f"最近公布的业务日：{day}（{night.published_at} 公布）")
    say_if_sample(published, day)
    ids = {publication.definition for publication in official}
    board = published.table("scoreboard", day).to_pylist()
    print_rates([r for r in board if r["scope_type"] == "all" and r["definition"] in ids])
    others = [publication.definition for publication in publications if not publication.official]
    if others:
        click.echo(f"同时另算的口径：{'、'.join(others)}")
    click.echo(f"收件时退回的行（不在分母里）：{night.totals['quarantined']:,}")
    quarantined_by = night.totals["quarantined_by"][:_MOST_QUARANTINED]
    if quarantined_by:
        named = (f"{organisation['org_name']} {organisation['rows']:,}"
                 for organisation in quarantined_by)  # fmt: skip
        click.echo(f"其中最多的机构：{'、'.join(named)}")
    _print_attainment(night.totals["attainment"])
    _print_by_source(published, day, official)


def _print_attainment(attainment: dict[str, dict[str, int]]) -> None:
    """How many organisations and regions reach how many targets, all of them first."""
    from sharing_pipeline.site.texts import items

    numbers = sorted(map(int, attainment["org"]), reverse=True)
    titles = [items(number) if number else "没有" for number in numbers]
    heading(f"{titles[0]}都达标、达标{'、'.join(titles[1:])}达标的各有多少")
    kinds = {"org": "机构", "region": "地区"}
    table(
        ("", *titles),
        [
            (name, *(attainment[kind][str(number)] for number in numbers))
            for kind, name in kinds.items()
        ],
    )


def _print_by_source(published: Published, day: date, official: Sequence[Publication]) -> None:
    from sharing_pipeline.assessment.indicators import INDICATORS
    from sharing_pipeline.catalog.sources import load_source
    from sharing_pipeline.published.overview import count_by_source

    counts = count_by_source(published, day, official)
    titles = {
        source: load_source(published.settings.catalog, source).title
        for source in {count.source for count in counts}
        if source
    }
    indicators = {publication.definition: publication.indicator for publication in official}
    order = list(INDICATORS)
    heading("按来源")
    table(
        ("来源", "名称", "指标", "对象", "达到", "未达到", "不计入", "比率"),
        [
            (count.source, titles.get(count.source, ""),
             INDICATORS[indicators[count.definition]].title, count.subjects, count.met,
             count.missed, count.excluded, rate_of(count.met, count.met + count.missed))
            for count in sorted(
                counts, key=lambda count: (count.source, order.index(indicators[count.definition]))
            )
        ],
    )  # fmt: skip


def _print_sent(settings: Settings, ledger: Ledger) -> None:
    from sharing_pipeline.catalog.contracts import load_contracts
    from sharing_pipeline.published.overview import sent_by_source, waiting_files

    titles = {name: contract.title for name, contract in load_contracts(settings.catalog).items()}
    heading("报送")
    table(
        ("来源", "数据集", "份数", "其中被退回", "接收行", "退回行", "最近收到", "最近生效日"),
        [
            (sent.source, titles[sent.dataset], sent.submissions, sent.rejected, sent.accepted_rows,
             sent.quarantined_rows, sent.last_received_at, sent.last_effective_on)
            for sent in sent_by_source(ledger)
        ],
    )  # fmt: skip
    waiting = waiting_files(settings, ledger)
    if waiting:
        click.echo(f"有 {waiting} 个文件等下一次运行。")


def _print_waiting(ledger: Ledger) -> None:
    from sharing_pipeline.published.overview import held_parts, rejected_files

    held = held_parts(ledger)
    if held:
        heading(f"留待处理：{len(held)} 个机构的部分，用 sharing submissions accept 或 reject 决定")
        table(
            ("报送编号", "来源", "文件名", "机构代码", "原有", "现有", "原因"),
            [
                (submission.submission_id, submission.source, submission.file_name, part.org_code,
                 part.in_force_before, part.rows, part.why)
                for submission, part in held
            ],
        )  # fmt: skip
    rejected = rejected_files(ledger)
    if rejected:
        heading(f"被退回、还没有补来的文件：{len(rejected)} 个")
        table(
            ("报送编号", "来源", "文件名", "收到时间", "原因"),
            [
                (
                    submission.submission_id,
                    submission.source,
                    submission.file_name,
                    submission.received_at,
                    submission.why,
                )
                for submission in rejected[-_SHOWN:]
            ],
        )


def _print_organisations(settings: Settings, ledger: Ledger, day: date, every: bool) -> None:
    from sharing_pipeline.published.overview import LATE_AFTER_DAYS, sent_by_organisation

    listed = sent_by_organisation(settings, ledger, day)
    if not listed:
        return
    missing = [organisation for organisation in listed if organisation.missing_on(day)]
    heading(
        f"机构清单里有效的机构 {len(listed)} 个，缺报目录的 {len(missing)} 个"
        f"（从未报过，或超过 {LATE_AFTER_DAYS} 天没有报）"
    )
    wanted = listed if every else missing[:_SHOWN]
    if wanted:
        table(
            ("机构代码", "机构", "最近一次", "行数", "留待处理"),
            [
                (organisation.org_code, organisation.org_name, organisation.last_on or "从未",
                 organisation.rows, organisation.held)
                for organisation in wanted
            ],
        )  # fmt: skip
    if not every:
        click.echo("各机构的报送：sharing status --organisations")


def _print_stale(settings: Settings, ledger: Ledger) -> None:
    from sharing_pipeline.published.staleness import stale_nights

    stale = stale_nights(settings, ledger)
    by_data = [night for night in stale if night.by_data]
    if by_data:
        heading(f"过期：公布之后又来了与之有关的数据的业务日，{len(by_data)} 天")
        table(
            ("业务日", "变了的输入"),
            [(night.day, _inputs(night)) for night in by_data[-_SHOWN:]],
        )
        click.echo("要按现有数据重算，请运行 sharing nightly --date 业务日；原来的版次仍在。")
    configured = [night for night in stale if not night.by_data]
    if configured:
        days = f"{configured[0].day} 至 {configured[-1].day}"
        click.echo(
            f"\n公布之后只有配置改过的业务日：{len(configured)} 天（{printed(days)}，"
            f"{_inputs(configured[-1])}）"
        )


def _inputs(night: StaleNight) -> str:
    return "、".join(input_name(name) for name in night.changed)
