"""`sharing template`: an empty form that an officer fills in."""

from __future__ import annotations

from pathlib import Path

import click

from sharing_pipeline.cli.chinese import Command
from sharing_pipeline.cli.common import with_settings
from sharing_pipeline.settings import Settings

_EPILOG = """
\b
示例：
  sharing template catalogue -o 目录.xlsx
  sharing template 供需清单 -o 供需清单.xlsx
\b
数据集：catalogue 目录（连同挂载资源、信息项三张工作表）、resource 挂载资源、field 信息项、
demand 供需清单、exchange_log 交换日志、organisation 机构、exemption 免考核。
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("dataset", metavar="DATASET", help="数据集，写英文名或中文名，见下")
@click.option("-o", "output", metavar="F.xlsx", required=True, help="写到这个文件；已有的不会覆盖")
@with_settings
def template(settings: Settings, dataset: str, output: str) -> None:
    """写一个空白的填报模板：中文表头、下拉选项和填写说明。"""
    from sharing_pipeline.template.form import write_template

    path = Path(output)
    sheets = write_template(dataset, path, settings)
    click.echo(f"已写入 {path}：工作表 {'、'.join(sheets)}。")
