"""`sharing definitions`: which there are, whether they are sound, and how two of them differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sharing_pipeline.cli.chinese import Group, date_option
from sharing_pipeline.cli.common import open_ledger, with_settings
from sharing_pipeline.cli.screen import heading, rate_of, table
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import Settings

if TYPE_CHECKING:
    from sharing_pipeline.assessment.definitions import Definition
    from sharing_pipeline.published.compare import Comparison


@click.group(
    cls=Group,
    epilog="""
    \b
    示例：
      sharing definitions list
      sharing definitions check
      sharing definitions compare mount_rate/2023-1 mount_rate/2026-draft --date 2026-11-22
    """,
)
def definitions() -> None:
    """口径：列出、检查、比较。"""


@definitions.command(
    "list",
    epilog="""
    \b
    示例：
      sharing definitions list
      sharing definitions list --catalog /data/catalog
    """,
)
@with_settings
def list_(settings: Settings) -> None:
    """列出 catalog/definitions 里的口径和参数。"""
    from sharing_pipeline.assessment.definitions import load_definitions, parameters_json
    from sharing_pipeline.assessment.indicators import INDICATORS

    known = load_definitions(settings.catalog)
    table(
        ("口径", "指标", "名称", "目标", "正式", "已核实", "从", "到"),
        [
            (definition.id, INDICATORS[definition.indicator].title, definition.title,
             f"{definition.target_text}%", definition.official, definition.verified,
             definition.effective_from, definition.effective_to)
            for definition in known
        ],
    )  # fmt: skip
    heading("参数")
    for definition in known:
        click.echo(f"{definition.id} {parameters_json(definition)}")


@definitions.command(
    epilog="""
    \b
    示例：
      sharing definitions check
      sharing definitions check --home /data/demo
    \b
    退出状态：0 都能用；2 有不能用的。
    """
)
@with_settings
def check(settings: Settings) -> None:
    """检查每个口径文件，以及它们合在一起有没有矛盾；其余的配置文件也一并检查。"""
    from sharing_pipeline.assessment.definitions import load_definitions, refuse_overlaps

    paths = sorted((settings.catalog / "definitions").rglob("*.yaml"))
    broken = sum(not _check_file(settings, path) for path in paths)
    broken += _check_rest(settings)
    if broken:
        raise ConfigurationError(f"有 {broken} 处不能用，请按上面的说明改正。")
    known = load_definitions(settings.catalog)
    refuse_overlaps(known)
    _refuse_changed(settings, known)
    click.echo(f"共 {len(known)} 个口径，都能用。")


def _check_rest(settings: Settings) -> int:
    """Reads every other file that people edit; how many kinds of them can't be used."""
    from sharing_pipeline.assessment.working_days import WorkingDays
    from sharing_pipeline.catalog.codes import load_codes
    from sharing_pipeline.catalog.contracts import load_contracts
    from sharing_pipeline.catalog.reasons import load_texts
    from sharing_pipeline.catalog.rules import load_rules
    from sharing_pipeline.catalog.sources import load_sources
    from sharing_pipeline.catalog.suites import load_suite

    catalog, suites = settings.catalog, sorted(settings.expectations.glob("*.yaml"))
    kinds: dict[str, Callable[[], object]] = {
        "表结构": lambda: load_contracts(catalog),
        "代码表": lambda: load_codes(catalog),
        "工作日": lambda: WorkingDays.load(catalog),
        "文字": lambda: (load_texts(catalog), load_rules(catalog)),
        "来源": lambda: load_sources(catalog),
        "数据检查规则": lambda: [load_suite(path.stem, path.parent) for path in suites],
    }
    broken = 0
    for title, load in kinds.items():
        try:
            load()
        except ConfigurationError as error:
            click.echo(f"不能用 {title}：{error}")
            broken += 1
        else:
            click.echo(f"能用　 {title}")
    return broken


def _check_file(settings: Settings, path: Path) -> bool:
    from sharing_pipeline.assessment.definitions import read_definition

    try:
        definition = read_definition(settings.catalog, path)
    except ConfigurationError as error:
        click.echo(f"不能用 {error}")
        return False
    click.echo(f"能用　 {path}：{definition.id} {definition.title}")
    return True


def _refuse_changed(settings: Settings, known: Sequence[Definition]) -> None:
    """A definition with published results can't change; only a home in use has any."""
    from sharing_pipeline.figures.publish import refuse_changed
    from sharing_pipeline.store.ledger import Ledger

    if Ledger.exists(settings):
        with open_ledger(settings).session() as session:
            refuse_changed(session, known)


@definitions.command(
    epilog="""
    \b
    示例：
      sharing definitions compare mount_rate/2023-1 mount_rate/2026-draft --date 2026-11-22
    \b
    当日已公布的直接比较；没有公布的按当日有效数据另算一次，不公布。
    """
)
@click.argument("first", metavar="A", help="口径")
@click.argument("second", metavar="B", help="同一指标的另一个口径")
@date_option(required=True, help="业务日")
@with_settings
def compare(settings: Settings, first: str, second: str, day: date) -> None:
    """两个口径在同一天：各有多少达到、未达到、不计入，哪些对象结果不同。"""
    from sharing_pipeline.night import locked
    from sharing_pipeline.published.compare import compare as compare_definitions

    ledger = open_ledger(settings, to_write=True)
    with locked(settings, lambda: click.echo("等待另一个运行结束……", err=True)):
        found = compare_definitions(settings, ledger, [first, second], day)
    source = "按已公布的结果" if found.published else "按当日有效数据另算，没有公布"
    heading(f"{day} {first} 与 {second}（{source}）")
    for definition in found.definitions:
        if not definition.effective_on_day(day):
            click.echo(f"注意：{definition.period}，{day} 不在它的有效期内，结果只供比较。")
    _print_counts(settings, found)
    _print_differing(settings, found)


def _print_counts(settings: Settings, found: Comparison) -> None:
    from sharing_pipeline.catalog.reasons import load_texts

    texts = load_texts(settings.catalog)
    rows: list[tuple[object, ...]] = []
    for outcome, title in texts.outcomes.items():
        rows.append((title, "", *(_sum(counts, outcome) for counts in found.counts)))
        reasons = sorted({r for counts in found.counts for o, r in counts if o == outcome})
        rows += [
            ("", texts.reasons[reason].says, *(counts[outcome, reason] for counts in found.counts))
            for reason in reasons
        ]
    met = [_sum(counts, "met") for counts in found.counts]
    missed = [_sum(counts, "missed") for counts in found.counts]
    rates = [rate_of(m, m + n) for m, n in zip(met, missed, strict=True)]
    rows.append(("比率", "", *rates))
    rows.append(("目标", "", *(f"{definition.target_text}%" for definition in found.definitions)))
    table(("结果", "原因", *(definition.id for definition in found.definitions)), rows)


def _sum(counts: Counter[tuple[str, str]], outcome: str) -> int:
    return sum(count for (of, _), count in counts.items() if of == outcome)


def _print_differing(settings: Settings, found: Comparison) -> None:
    from sharing_pipeline.catalog.reasons import load_texts

    heading(f"结果不同的对象：{len(found.differing):,} 个")
    if not found.differing:
        return
    texts = load_texts(settings.catalog)

    first, second = (definition.id for definition in found.definitions)
    table(
        ("编号", "机构代码", first, second),
        [
            (subject.subject_id, subject.org_code,
             texts.result(subject.outcome, subject.reason, absent="没有这个对象"),
             texts.result(subject.other_outcome, subject.other_reason, absent="没有这个对象"))
            for subject in found.differing
        ],
    )  # fmt: skip
