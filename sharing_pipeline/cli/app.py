"""The command line as a whole: its commands in the order of the help page."""

from __future__ import annotations

import click

from sharing_pipeline.cli.check import check
from sharing_pipeline.cli.chinese import Main, translate_click
from sharing_pipeline.cli.definitions import definitions
from sharing_pipeline.cli.explain import explain
from sharing_pipeline.cli.export import export
from sharing_pipeline.cli.nightly import nightly
from sharing_pipeline.cli.sample import sample
from sharing_pipeline.cli.status import status
from sharing_pipeline.cli.submissions import submissions
from sharing_pipeline.cli.template import template
from sharing_pipeline.cli.ui import ui

translate_click()


@click.group(
    cls=Main,
    # A fixed width, so that help reads the same on every screen and in docs/commands.md.
    context_settings={"terminal_width": 100},
    epilog="""
    \b
    示例：
      sharing sample --home /data/demo
      sharing nightly --home /data/demo
      sharing status --home /data/demo
    \b
    退出状态：0 完成；1 失败，没有公布；2 用法或配置有误；
    3 已公布，但本次有报送留待处理、被退回或有退回的行。
    """,
)
def main() -> None:
    """政务数据共享三率监测：平台目录挂载率、数据更新及时率、供需对接清单总体完成率。"""


for _command in (
    sample,
    nightly,
    status,
    check,
    template,
    submissions,
    explain,
    export,
    definitions,
    ui,
):
    main.add_command(_command)
