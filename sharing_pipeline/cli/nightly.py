"""`sharing nightly`: the main job, and what came of it in a screenful."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from sharing_pipeline.cli.chinese import Command, date_option
from sharing_pipeline.cli.common import (
    command_name,
    open_published,
    output_may_end,
    with_settings,
    yesterday,
)
from sharing_pipeline.cli.labels import STATUS, input_name
from sharing_pipeline.cli.rates import print_rates, say_if_sample
from sharing_pipeline.cli.screen import heading, printed, progress, table
from sharing_pipeline.errors import NothingPublished
from sharing_pipeline.isolation.full_disk import full_disk_message, is_full
from sharing_pipeline.settings import Settings, system_clock

if TYPE_CHECKING:
    from sharing_pipeline.figures.publish import Revision
    from sharing_pipeline.night import NightReport
    from sharing_pipeline.receiving.inbox import Staged
    from sharing_pipeline.store.ledger import Submission

TROUBLED = 3
"""Exit status: published, and something of this run needs a person."""

_WEAKEST = 5
_KNOWN_SHOWN = 3
_EPILOG = """
\b
示例：
  sharing nightly --home /data/demo
  sharing nightly --home /data/demo --date 2026-11-22 --definition mount_rate/2026-draft
\b
退出状态：0 完成；1 失败，没有公布；2 用法或配置有误；
3 已公布，但本次有报送留待处理、被退回或有退回的行（列在标准错误）。
"""


@click.command(cls=Command, epilog=_EPILOG)
@date_option(help="业务日，默认昨天（北京时间）")
@click.option(
    "--definition",
    "definitions",
    metavar="ID",
    multiple=True,
    help="正式口径之外另算的口径，可以写多次",
)
@click.option("--strict", is_flag=True, help="有留待处理或退回的就不公布，退出状态 1")
@with_settings
def nightly(
    settings: Settings, day: date | None, definitions: tuple[str, ...], strict: bool
) -> int:
    """每日任务：收件、检查、评定、公布。定时任务运行的也是它。"""
    if day is not None and day > system_clock().date():
        click.echo(f"注意：业务日 {day} 还没有到，公布后就是最近的一晚。", err=True)
    with _full_disk_explained(settings):
        report = _run(settings, day or yesterday(), definitions, strict)
    with output_may_end():
        # What needs somebody comes first, so that the rates are what stays on the screen.
        _print_left(report.intake.staged)
        _print_troubled(report.intake.troubled)
        _print_revisions(report.revisions)
        weakest = _print_rates(settings, report)
        _print_where(settings, report.day, weakest)
    return TROUBLED if report.intake.troubled else 0


@contextmanager
def _full_disk_explained(settings: Settings) -> Iterator[None]:
    """A full disk is nobody's bug, whichever of our libraries comes upon it first: hence every
    exception, of which only those of a full disk stay here."""
    try:
        yield
    except Exception as error:
        if not is_full(error, settings.home):
            raise
        raise NothingPublished(full_disk_message(settings.home)) from error


def _run(settings: Settings, day: date, definitions: Sequence[str], strict: bool) -> NightReport:
    from sharing_pipeline.launch import run_nightly
    from sharing_pipeline.night import TroubledIntake

    try:
        with progress() as report:
            return run_nightly(
                settings, day, definitions=definitions, strict=strict, progress=report
            )
    except TroubledIntake as refused:
        _print_troubled(refused.submissions)
        raise


def _print_left(staged: Staged) -> None:
    """Files that were not taken: all that are still being written, some of those known before."""
    if staged.changing or staged.known or staged.misplaced:
        click.echo("", err=True)
    for name in staged.misplaced:
        click.echo(f"没有读：inbox/{printed(name)}。请放进 inbox/ 下它的来源的文件夹。", err=True)
    for name in staged.changing:
        click.echo(f"还在变化，留到下一晚：{printed(name)}", err=True)
    for name in staged.known[:_KNOWN_SHOWN]:
        click.echo(f"内容与已收过的文件相同，不再收：{printed(name)}", err=True)
    if len(staged.known) > _KNOWN_SHOWN:
        click.echo(f"内容与已收过的文件相同、不再收的共 {len(staged.known):,} 个。", err=True)


def _print_rates(settings: Settings, report: NightReport) -> str | None:
    """The rates and the weakest organisations; gives the code of the weakest, if any is short."""
    ids = {revision.definition.id for revision in report.revisions}
    published = open_published(settings)
    official = {
        publication.definition
        for publication in published.publications(report.day)
        if publication.official
    }
    board = [
        row
        for row in published.table("scoreboard", report.day).to_pylist()
        if row["definition"] in ids
    ]
    heading(f"{report.day} 三率")
    say_if_sample(published, report.day)
    print_rates([row for row in board if row["scope_type"] == "all"])
    return _print_weakest([row for row in board if row["definition"] in official])


def _print_weakest(board: Sequence[dict[str, Any]]) -> str | None:
    """The organisations with the most subjects short, all official indicators together."""
    from sharing_pipeline.assessment.indicators import INDICATORS

    short: dict[tuple[str, str], dict[str, int]] = {}
    for row in board:
        if row["scope_type"] == "org" and row["shortfall"]:
            by_indicator = short.setdefault((row["scope_code"], row["scope_name"]), {})
            by_indicator[row["indicator"]] = row["shortfall"]
    weakest = sorted(short.items(), key=lambda item: (-sum(item[1].values()), item[0]))[:_WEAKEST]
    if not weakest:
        return None
    heading(f"差得最多的 {len(weakest)} 个机构（还要达到几项才达标）")
    table(
        ("机构", "代码", *(each.short_title for each in INDICATORS.values()), "合计"),
        [
            (
                name,
                code,
                *(by_indicator.get(indicator, 0) for indicator in INDICATORS),
                sum(by_indicator.values()),
            )
            for (code, name), by_indicator in weakest
        ],
    )
    return weakest[0][0][0]


def _print_revisions(revisions: Sequence[Revision]) -> None:
    heading("版次")
    for revision in revisions:
        click.echo(f"{revision.definition.id} {_revision_text(revision)}")


def _revision_text(revision: Revision) -> str:
    if not revision.new:
        return f"第 {revision.revision} 版，结果与上次相同，没有新版"
    if revision.revision == 1:
        return "第 1 版，首次公布"
    changed = "、".join(input_name(name) for name in revision.inputs_changed) or "没有变化"
    moved = f"{revision.moved:,} 个对象的结果变了"
    what = moved if revision.moved else "结果都没变，变的是依据或日期"
    return f"第 {revision.revision} 版，{what}；变了的输入：{changed}"


def _print_where(settings: Settings, day: date, org_code: str | None) -> None:
    """Where to look next: the page, the screen, and the rows behind a figure."""
    page = settings.site / "index.html"
    program, home = command_name(), f"--home {settings.home}"
    click.echo(f"\n首页：{page}" if page.is_file() else "")
    click.echo(f"打开界面：{program} ui {home}")
    who = f" --org {org_code}" if org_code else ""
    click.echo(f"看一个数字背后的行：{program} explain mount_rate --date {day}{who} {home}")


def _print_troubled(troubled: Sequence[Submission]) -> None:
    """Lists on standard error what a person has to look at."""
    if not troubled:
        return
    click.echo(f"\n本次有 {len(troubled)} 份报送要处理：", err=True)
    for submission in troubled:
        file = f"{printed(submission.source)}/{printed(submission.file_name)}"
        counted = f"，退回 {submission.quarantined:,} 行" if submission.quarantined else ""
        why = f"：{printed(submission.why)}" if submission.why else ""
        click.echo(
            f"  {submission.submission_id} {file} {submission.dataset} "
            f"{STATUS[submission.status]}{counted}{why}",
            err=True,
        )
    click.echo("用 sharing submissions show 报送编号 看详情。", err=True)
