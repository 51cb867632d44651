"""`sharing sample`: a fictional city in a home folder's inbox."""

from __future__ import annotations

from datetime import date

import click

from sharing_pipeline.cli.chinese import Command, date_option
from sharing_pipeline.cli.common import with_settings, yesterday
from sharing_pipeline.cli.screen import printed, progress
from sharing_pipeline.errors import ConfigurationError, UsageError
from sharing_pipeline.settings import Settings

_EPILOG = """
\b
示例：
  sharing sample --home /data/demo
  sharing sample --home /data/small --entries 500 --days 30 --date 2026-11-22
"""
_SIGNED = "样例说明.txt"
"""make_city puts this file into every inbox that it fills."""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--entries", type=click.IntRange(1), metavar="N", default=6000, help="目录条数，默认 6000"
)
@click.option(
    "--days", type=click.IntRange(1), metavar="N", default=180, help="交换日志的天数，默认 180"
)
@click.option(
    "--log-rows-per-day",
    type=click.IntRange(1),
    metavar="N",
    default=3000,
    help="每天的日志行数，默认 3000",
)
@click.option(
    "--demands", type=click.IntRange(1), metavar="N", default=800, help="供需清单的项数，默认 800"
)
@date_option(help="数据的最后一天，默认昨天")
@click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="N",
    default=1,
    help="随机种子，默认 1；相同的参数得到相同的文件",
)
@with_settings
def sample(
    settings: Settings,
    entries: int,
    days: int,
    log_rows_per_day: int,
    demands: int,
    day: date | None,
    seed: int,
) -> None:
    """在收件箱里造一座虚构的城市，供演示和试用。"""
    from sharing_pipeline.sample import make_city

    _refuse_real_files(settings)
    try:
        with progress() as report:
            made = make_city(
                settings.inbox,
                entries=entries,
                days=days,
                log_rows_per_day=log_rows_per_day,
                demands=demands,
                date=day or yesterday(),
                seed=seed,
                progress=report,
            )
    except OSError as error:
        raise ConfigurationError(
            f"收件箱 {settings.inbox} 不能写入：{error.strerror}。"
            "请用 --home 指定一个可写的文件夹。"
        ) from error
    counts = "，".join(f"{table} {printed(rows)} 行" for table, rows in made.counts.items())
    click.echo(
        f"已在 {settings.inbox} 造好样例城市（虚构），业务日 {made.first_day} 至 {made.last_day}。"
    )
    click.echo(f"{counts}。有意放入的问题见 {settings.inbox / _SIGNED}。")
    click.echo(f"接着运行：sharing nightly --home {settings.home} --date {made.last_day}")


def _refuse_real_files(settings: Settings) -> None:
    """Made-up rows beside a department's own would be taken for real ones."""
    inbox = settings.inbox
    if (inbox / _SIGNED).exists() or not inbox.is_dir():
        return
    if any(path.is_file() for path in inbox.rglob("*")):
        raise UsageError(
            f"收件箱 {inbox} 里已有不是样例的文件，不能混入虚构的数据。请用 --home 另选一个主目录。"
        )
