"""`sharing export`: a published table for other programs."""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sharing_pipeline.cli.chinese import Command, date_option
from sharing_pipeline.cli.common import open_published, with_settings
from sharing_pipeline.cli.rates import say_nature
from sharing_pipeline.errors import UsageError
from sharing_pipeline.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

_BY_DEFINITION = ("assessment", "scoreboard")
_FORMATS = ("csv", "json", "parquet", "xlsx")
_EPILOG = """
\b
示例：
  sharing export scoreboard --date 2026-11-22 --home /data/demo
  sharing export assessment --date 2026-11-22 --format xlsx -o 明细.xlsx --home /data/demo
\b
表：assessment 评定明细、scoreboard 三率汇总、issue 问题清单、catalogue 目录、resource 挂载资源、
field 信息项、demand 供需清单、submission 报送、quarantine 退回的行、definition 口径。
csv 是 UTF-8，有表头；日期 YYYY-MM-DD，时间带 +08:00，布尔 true/false，未知为空。
样例数据在标准错误上说明；xlsx 另有一张说明的工作表，parquet 在文件的元数据里注明。
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("name", metavar="TABLE", help="表名，见下")
@date_option(help="业务日；submission、quarantine、definition 可以不写")
@click.option("--definition", metavar="ID", help="只要这个口径的（assessment、scoreboard）")
@click.option(
    "--revision",
    type=click.IntRange(1),
    metavar="N",
    help="第几版，默认最新（assessment、scoreboard）",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="csv", help="格式，默认 csv")
@click.option("-o", "output", metavar="F", help="写到这个文件；csv、json 默认写到标准输出")
@with_settings
def export(
    settings: Settings,
    name: str,
    day: date | None,
    definition: str | None,
    revision: int | None,
    form: str,
    output: str | None,
) -> None:
    """导出一张公布的表，csv 默认写到标准输出。"""
    _refuse_unfitting(settings, name, day, definition, revision)
    published = open_published(settings)
    rows, nature = published.table(name, day, definition, revision), published.nature(name, day)
    if output is not None:
        _to_file(rows, form, Path(output), nature)
    else:
        to_standard_output(rows, form, nature)
    say_nature(nature, err=True)


def _refuse_unfitting(
    settings: Settings,
    name: str,
    day: date | None,
    definition: str | None,
    revision: int | None,
) -> None:
    from sharing_pipeline.published.tables import WITHOUT_DAY, exportable

    known = exportable(settings)
    if name not in known:
        raise UsageError(f"没有表 {name}。可以导出的有：{'、'.join(known)}。")
    if name not in WITHOUT_DAY and day is None:
        raise UsageError(f"表 {name} 按业务日公布，请用 --date 指定，例如 --date 2026-11-22。")
    if name not in _BY_DEFINITION and (definition or revision):
        raise UsageError(f"表 {name} 不分口径和版次，请去掉 --definition 和 --revision。")


def _to_file(rows: pa.Table, form: str, path: Path, nature: str) -> None:
    from sharing_pipeline.published.export import write_table

    write_table(rows, form, path, nature)
    click.echo(f"已写入 {path}：{rows.num_rows:,} 行。", err=True)


def to_standard_output(rows: pa.Table, form: str, nature: str = "") -> None:
    """Writes a table to standard output; UsageError where a terminal could not show it."""
    from sharing_pipeline.published.export import TEXT_FORMATS, write_table

    if form not in TEXT_FORMATS and sys.stdout.isatty():
        raise UsageError(f"{form} 不能显示在屏幕上，请用 -o 指定文件。")
    with tempfile.TemporaryDirectory(prefix="sharing-") as folder:
        path = Path(folder) / f"export.{form}"
        write_table(rows, form, path, nature)
        with path.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
