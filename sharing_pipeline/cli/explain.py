"""`sharing explain`: the rows behind a figure, or everything behind one row."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from sharing_pipeline.cli.chinese import Command, NamedChoice, date_option
from sharing_pipeline.cli.common import open_published, with_settings
from sharing_pipeline.cli.export import to_standard_output
from sharing_pipeline.cli.labels import OUTCOME, input_name
from sharing_pipeline.cli.rates import say_if_sample
from sharing_pipeline.cli.screen import heading, percent, printed, table
from sharing_pipeline.errors import UsageError
from sharing_pipeline.settings import Settings

if TYPE_CHECKING:
    from sharing_pipeline.catalog.contracts import Contract
    from sharing_pipeline.published.explain import FigureRows, Question
    from sharing_pipeline.published.subject_history import SubjectHistory
    from sharing_pipeline.published.tables import Published

_EPILOG = """
\b
示例：
  sharing explain mount_rate --date 2026-11-22 --outcome missed --home /data/demo
  sharing explain update_timeliness --date 2026-11-22 --org 3611JY > 明细.csv
  sharing explain update_timeliness --date 2026-11-22 --subject 3611JY-0001
  sharing explain update_timeliness --date 2026-11-22 --revision 2 --moved
\b
指标是口径编号里斜线前的部分，口径见 sharing definitions list。
明细写到标准输出：屏幕上是表格，重定向时是 CSV；分子、分母、不计入写到标准错误。
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("indicator", metavar="INDICATOR", help="指标，见下")
@date_option(required=True, help="业务日")
@click.option("--org", metavar="CODE", help="只看这个机构；代码或名称")
@click.option("--tree", is_flag=True, help="连同它的下级机构")
@click.option("--subject", metavar="ID", help="一条目录或一项需求的来龙去脉")
@click.option("--definition", metavar="ID", help="口径，默认正式口径")
@click.option("--revision", type=click.IntRange(1), metavar="N", help="第几版，默认最新")
@click.option("--outcome", type=NamedChoice(OUTCOME), help="只看这种结果：达到、未达到、不计入")
@click.option("--moved", is_flag=True, help="只列这一版与上一版结果不同的对象")
@with_settings
def explain(settings: Settings, indicator: str, day: date, moved: bool, **narrowed: Any) -> None:
    """一个数字由哪些行得来：逐条列出，连同结果和原因。"""
    from sharing_pipeline.published.explain import Question, rows_behind
    from sharing_pipeline.published.subject_history import subject_history

    published = open_published(settings)
    question = Question(indicator, day, **narrowed)
    if moved:
        _print_moved(published, question)
        return
    figure_rows = rows_behind(published, question)
    if question.subject is not None and figure_rows.rows.num_rows:
        history = subject_history(published, question, figure_rows)
        _print_history(published, question, figure_rows, history)
    elif sys.stdout.isatty():
        _print_rows(figure_rows)
    else:
        to_standard_output(figure_rows.rows, "csv")
    _print_counts(figure_rows)
    say_if_sample(published, day, err=True)


def _print_moved(published: Published, question: Question) -> None:
    """What a revision changed against the one before it, subject by subject."""
    from sharing_pipeline.catalog.reasons import load_texts
    from sharing_pipeline.published.explain import find_publication

    if question.org or question.subject or question.outcome:
        raise UsageError("--moved 列出全部变动，不能和 --org、--subject、--outcome 一起用。")
    publication = find_publication(published, question)
    name = f"{publication.definition} 第 {publication.revision} 版"
    texts = load_texts(published.settings.catalog)

    rows = published.moved(publication)
    if publication.revision == 1:
        click.echo(f"{name}是首次公布，没有上一版可比。")
    elif not rows:
        click.echo(f"{name}与上一版结果都相同，变的只是依据或日期。")
    else:
        heading(f"{question.day} {name}比上一版变了 {len(rows):,} 个对象")
        table(
            ("编号", "机构", "上一版", "这一版"),
            [
                (row["subject_id"], row["org_code"],
                 texts.result(row["outcome_before"], row["reason_before"], absent="不在其中"),
                 texts.result(row["outcome_after"], row["reason_after"], absent="不在其中"))
                for row in rows
            ],
        )  # fmt: skip
    if publication.revision > 1:
        changed = "、".join(input_name(name) for name in publication.inputs_changed) or "没有"
        click.echo(f"变了的输入：{changed}")


def _print_rows(figure_rows: FigureRows) -> None:
    names = ("subject_id", "name", "org_name", "outcome_text", "reason_text", "due_on",
             "deadline_on", "overdue_days", "evidence_at")  # fmt: skip
    headers = ("编号", "名称", "机构", "结果", "原因", "应更新日", "截止日", "超期天数", "依据日期")
    rows = figure_rows.rows.to_pylist()
    table(headers, [[row[name] for name in names] for row in rows])


def _print_counts(figure_rows: FigureRows) -> None:
    figure, publication = figure_rows.figure, figure_rows.publication
    click.echo(
        f"{figure['scope_name']}（{figure['scope_type']}）：分子 {figure['numerator']:,}，"
        f"分母 {figure['denominator']:,}，不计入 {figure['excluded']:,}，"
        f"比率 {percent(figure['rate_display'])}，目标 {figure['target_percent']}%；"
        f"口径 {publication.definition} 第 {publication.revision} 版；"
        f"列出 {figure_rows.rows.num_rows:,} 行",
        err=True,
    )


def _print_history(
    published: Published, question: Question, figure_rows: FigureRows, history: SubjectHistory
) -> None:
    from sharing_pipeline.assessment.indicators import INDICATORS

    indicator = INDICATORS[question.indicator]
    row = history.assessed
    click.echo(f"{row['subject_id']} {printed(row['name'])}")
    click.echo(f"{printed(row['org_name'])}（{row['org_code']}）")
    heading(f"{question.day} {indicator.title}")
    click.echo(f"结果：{row['outcome_text']}，第 {history.rule} 条规则：{row['reason_text']}")
    _print_dates(published, row)
    publication = figure_rows.publication
    click.echo(
        f"口径 {publication.definition} 第 {publication.revision} 版，参数 {history.parameters}"
    )
    _print_subject(published, indicator.subject.dataset, history)
    if indicator.subject.has_resources:
        _print_resources(history)
    if history.exemptions:
        heading("免考核")
        table(
            ("从", "到", "批准", "来自"),
            [
                (row["valid_from"], row["valid_to"], row["approved_by"], row["origin"])
                for row in history.exemptions
            ],
        )


def _print_dates(published: Published, row: dict[str, Any]) -> None:
    from sharing_pipeline.catalog.contracts import load_contracts
    from sharing_pipeline.catalog.reasons import load_texts

    contract = load_contracts(published.settings.catalog)["assessment"]
    states = load_texts(published.settings.catalog).states
    source = {"exchange": "交换日志", "declared": "目录自报"}
    words = {"state": states, "evidence_source": source}
    for name in (
        "evidence_source",
        "evidence_at",
        "due_on",
        "deadline_on",
        "overdue_days",
        "state",
    ):
        if row[name] is not None:
            value = words.get(name, {}).get(row[name], row[name])
            click.echo(f"{contract[name].title}：{printed(value)}")


def _print_subject(published: Published, dataset: str, history: SubjectHistory) -> None:
    """Every filled cell of the subject's row in force, and where the row came from."""
    from sharing_pipeline.catalog.contracts import load_contracts

    contract: Contract = load_contracts(published.settings.catalog)[dataset]
    heading(f"当日有效的{contract.title}")
    filled = [
        (column.title, history.subject[column.name])
        for column in contract.columns
        if history.subject.get(column.name) not in (None, "")
    ]
    table(("项", "值"), [*filled, ("来自", history.subject["origin"])])


def _print_resources(history: SubjectHistory) -> None:
    heading(f"当日有效的资源：{len(history.resources)} 个")
    if history.resources:
        table(
            ("资源标识", "类型", "挂载状态", "资源状态", "挂载日期", "算挂载", "来自"),
            [
                (row["resource_id"], row["resource_type"], row["mount_status"],
                 row["resource_status"], row["mounted_on"], row["mounted"], row["origin"])
                for row in history.resources
            ],
        )  # fmt: skip
    heading(f"这些资源的交换记录（按日，新的在前）：{len(history.records)} 条")
    if history.records:
        table(
            ("日期", "资源标识", "方向", "次数", "成功", "失败", "有效更新", "行数", "来自"),
            [
                (row["day"], row["resource_id"], row["direction"], row["attempts"],
                 row["successes"], row["failures"], row["effective_updates"], row["rows"],
                 row["origin"])
                for row in history.records
            ],
        )  # fmt: skip
