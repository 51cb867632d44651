"""`sharing submissions`: what was received, what became of it, and a person's word on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sharing_pipeline.cli.chinese import Group, NamedChoice
from sharing_pipeline.cli.common import open_ledger, open_published, with_settings
from sharing_pipeline.cli.labels import STATUS
from sharing_pipeline.cli.screen import heading, printed, table
from sharing_pipeline.settings import Settings, system_clock

if TYPE_CHECKING:
    from sharing_pipeline.receiving.decisions import Decided
    from sharing_pipeline.store.ledger import Ledger, Submission

_FIRST_ROWS = 20


@click.group(
    cls=Group,
    epilog="""
    \b
    示例：
      sharing submissions list --home /data/demo --status held
      sharing submissions show S000012 --home /data/demo
      sharing submissions accept S000012 --org 3611JY --home /data/demo
    """,
)
def submissions() -> None:
    """收到的报送：列出、查看、接收或退回留待处理的部分。"""


@submissions.command(
    "list",
    epilog="""
    \b
    示例：
      sharing submissions list --home /data/demo
      sharing submissions list --home /data/demo --status held
    """,
)
@click.option("--status", type=NamedChoice(STATUS), help="只列这种状态；held 含部分留待处理的")
@with_settings
def list_(settings: Settings, status: str | None) -> None:
    """列出收到的报送，一行是一个文件中的一个数据集。"""
    from sqlalchemy import select

    from sharing_pipeline.store.ledger import Submission

    wanted = select(Submission).order_by(Submission.id)
    if status:
        statuses = ("held", "partly_held") if status == "held" else (status,)
        wanted = wanted.where(Submission.status.in_(statuses))
    with open_ledger(settings).session() as session:
        found = session.scalars(wanted).all()
    print_submissions(found)
    click.echo(f"共 {len(found):,} 份报送。")


def print_submissions(found: Sequence[Submission]) -> None:
    """One line per submission."""
    headers = ("报送编号", "来源", "文件名", "数据集", "收到时间", "生效日", "读入", "接收", "重复",
               "退回", "状态", "原因")  # fmt: skip
    table(
        headers,
        [
            (submission.submission_id, submission.source, submission.file_name, submission.dataset,
             submission.received_at, submission.effective_on, submission.rows_read,
             submission.accepted, submission.duplicate, submission.quarantined,
             STATUS[submission.status], submission.why)
            for submission in found
        ],
    )  # fmt: skip


@submissions.command(
    epilog="""
    \b
    示例：
      sharing submissions show S000012 --home /data/demo
    """
)
@click.argument("submission", metavar="ID", help="报送编号，例如 S000012")
@with_settings
def show(settings: Settings, submission: str) -> None:
    """一份报送的详情：行数、各机构的部分、按规则的问题数、最先退回的行。"""
    from sharing_pipeline.receiving.decisions import find_submission

    ledger = open_ledger(settings)
    with ledger.session() as session:
        found = find_submission(session, submission)
    print_submissions([found])
    click.echo(f"SHA-256 {found.sha256}，{found.size:,} 字节，报送方 {printed(found.sender)}")
    _print_parts(ledger, found)
    _print_findings(settings, ledger, found)


def _print_parts(ledger: Ledger, submission: Submission) -> None:
    from sqlalchemy import select

    from sharing_pipeline.store.ledger import Decision, Part

    with ledger.session() as session:
        parts = session.scalars(
            select(Part).where(Part.submission == submission.id).order_by(Part.org_code)
        ).all()
        decisions = session.scalars(
            select(Decision).where(Decision.submission == submission.id).order_by(Decision.id)
        ).all()
    if parts:
        heading("各机构的部分")
        table(
            ("机构代码", "行数", "原有", "状态", "原因"),
            [(p.org_code, p.rows, p.in_force_before, STATUS[p.status], p.why) for p in parts],
        )
    if decisions:
        heading("人工决定")
        table(
            ("时间", "机构代码", "决定", "理由"),
            [
                (d.decided_at, d.org_code, "接收" if d.verdict == "accept" else "退回", d.why)
                for d in decisions
            ],
        )


def _print_findings(settings: Settings, ledger: Ledger, submission: Submission) -> None:
    from sharing_pipeline.catalog.rules import FINDING
    from sharing_pipeline.in_force.snapshots import files_of
    from sharing_pipeline.store.engine import Engine
    from sharing_pipeline.store.lake import Lake

    lake = Lake(settings)
    with ledger.session() as session:
        files = files_of(session, "finding", [submission.id])
    with Engine(settings) as engine:
        engine.load_files("finding", [lake.path(name) for name in files], FINDING)
        by_rule = engine.query("cli/findings_by_rule", submission=submission.id)
        first = engine.query("cli/first_returned", submission=submission.id, places=_FIRST_ROWS)
    rules = [
        ("严重" if severity == "critical" else "警告", *counted) for severity, *counted in by_rule
    ]
    if rules:
        heading("按规则")
        table(("级别", "规则", "处数", "例"), rules)
    if first:
        heading(f"最先退回的 {len(first)} 处")
        table(("工作表", "行", "列", "值", "说明", "怎么办"), first)


@submissions.command(
    epilog="""
    \b
    示例：
      sharing submissions accept S000012 --home /data/demo
      sharing submissions accept S000012 --org 3611JY --home /data/demo
    """
)
@click.argument("submission", metavar="ID", help="报送编号，例如 S000012")
@click.option("--org", metavar="CODE", help="只接收这个机构的部分")
@with_settings
def accept(settings: Settings, submission: str, org: str | None) -> None:
    """接收留待处理的部分，从它的生效日起替换原有的目录。"""
    _decide(settings, submission, "accept", org=org)


@submissions.command(
    epilog="""
    \b
    示例：
      sharing submissions reject S000012 --why "漏报了二级单位" --home /data/demo
    """
)
@click.argument("submission", metavar="ID", help="报送编号，例如 S000012")
@click.option("--org", metavar="CODE", help="只退回这个机构的部分")
@click.option("--why", metavar="T", required=True, help="为什么退回，留在记录里")
@with_settings
def reject(settings: Settings, submission: str, org: str | None, why: str) -> None:
    """退回留待处理的部分，原有的目录继续有效。"""
    _decide(settings, submission, "reject", org=org, why=why)


def _decide(settings: Settings, submission: str, verdict: str, **given: Any) -> None:
    from sharing_pipeline.night import locked
    from sharing_pipeline.receiving.decisions import decide

    ledger = open_ledger(settings, to_write=True)
    with locked(settings, lambda: click.echo("等待另一个运行结束……", err=True)):
        decided = decide(ledger, system_clock, submission, verdict, **given)
    word = "接收" if verdict == "accept" else "退回"
    click.echo(
        f"已{word}报送 {decided.submission_id} 中 {'、'.join(decided.org_codes)} 的部分，"
        f"报送现在的状态：{STATUS[decided.status]}。"
    )
    if verdict == "accept":
        _say_what_next(settings, decided)


def _say_what_next(settings: Settings, decided: Decided) -> None:
    from sqlalchemy import select

    from sharing_pipeline.store.ledger import PublishedNight

    with open_published(settings).ledger.session() as session:
        nights = session.scalars(
            select(PublishedNight.as_of)
            .where(PublishedNight.as_of >= decided.effective_on)
            .order_by(PublishedNight.as_of)
        ).all()
    click.echo(f"从 {decided.effective_on} 起生效。")
    if nights:
        click.echo(
            f"已公布的 {'、'.join(map(str, nights[:5]))}{' 等' if len(nights) > 5 else ''} "
            f"{len(nights)} 天没有变，要按它重算请运行 sharing nightly --date 业务日。"
        )
