"""`sharing check`: what intake would say about files, before they are sent."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sharing_pipeline.cli.chinese import Command
from sharing_pipeline.cli.common import with_settings
from sharing_pipeline.cli.screen import heading, printed, progress, table
from sharing_pipeline.errors import UsageError
from sharing_pipeline.isolation.full_disk import is_full
from sharing_pipeline.settings import Settings, system_clock

if TYPE_CHECKING:
    from sharing_pipeline.check.checking import Checked, CheckedFile
    from sharing_pipeline.isolation.sandbox import Sandbox
    from sharing_pipeline.judging.suite_process import SuiteProcess

FINDINGS = 3
"""Exit status: there is something to mend."""

_FIRST = 10
_WOULD_BE = {
    "accepted": "可以接收",
    "partly_held": "部分留待处理",
    "held": "留待处理",
    "rejected": "整份退回",
}
_EPILOG = """
\b
示例：
  sharing check 目录.xlsx
  sharing check 目录.xlsx --reply 目录-校验结果.xlsx
  sharing check 报送/ --source nantong --reply 校验结果/
  sharing check 目录.xlsx --home /data/demo
\b
不收件，不写主目录。给了 --home（或 SHARING_HOME），就按那里的机构清单和现有目录核对归属、
减少超过 20% 等；没有给，就只按 catalog/ 的机构清单。
有问题时把原文件标上颜色和批注写成校验结果，默认写在当前文件夹，已有的文件不覆盖。
\b
退出状态：0 没有问题；2 用法或配置有误；3 有问题。
"""


def _with_suites(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command a process for the suites, the slowest to get ready, before anything else."""

    @functools.wraps(command)
    def wrapper(**given: Any) -> int:
        from sharing_pipeline.judging.suite_process import SuiteProcess

        with SuiteProcess() as suites:
            return command(suites=suites, **given)

    return wrapper


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, help="文件，或装着文件的文件夹")
@click.option("--source", metavar="S", help="来源名；默认是规范文件，由表头分辨")
@click.option("--dataset", metavar="D", help="只检查这个数据集（如 catalogue），或表头分不清时指定")
@click.option("--reply", metavar="OUT", help="校验结果写到这个文件；几个文件时写到这个文件夹")
@_with_suites
@with_settings
def check(
    settings: Settings,
    files: Sequence[str],
    source: str | None,
    dataset: str | None,
    reply: str | None,
    suites: SuiteProcess,
) -> int:
    """报送之前检查文件：行数、问题，和标好颜色批注的校验结果。"""
    from sharing_pipeline.check.checking import check_files
    from sharing_pipeline.isolation.sandbox import Sandbox

    with Sandbox(settings.limits, settings.home) as sandbox, progress() as report:
        checked = check_files(
            settings,
            [Path(name) for name in files],
            source=source,
            dataset=dataset,
            use_home=_home_given(),
            sandbox=sandbox,
            run_suite=suites.run,
            clock=system_clock,
            progress=report,
        )
        replies = _write_replies(settings, sandbox, checked, reply)
    for file in checked.files:
        _print_file(file, replies.get(file.path))
    _print_how(settings, checked)
    return 0 if all(file.report.clean for file in checked.files) else FINDINGS


def _home_given() -> bool:
    """Whether a home folder was asked for; the default one isn't meant by a sender."""
    given = click.get_current_context().params.get("home")
    return bool(given or os.environ.get("SHARING_HOME"))


def _write_replies(
    settings: Settings, sandbox: Sandbox, checked: Checked, reply: str | None
) -> dict[Path, Path]:
    """Writes the replies; where each file's is."""
    from sharing_pipeline.reply.outgoing import send
    from sharing_pipeline.reply.write import Job

    wanted = [file for file in checked.files if reply is not None or not file.report.clean]
    places = _places(wanted, len(checked.files), reply)
    at = system_clock()
    for file in wanted:
        out = places[file.path]
        if out.resolve() in {checked_file.path.resolve() for checked_file in checked.files}:
            raise UsageError(f"校验结果不能写到被检查的文件 {out} 上。请用 --reply 换一个。")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            # Tried here, because a folder that only the child finds locked would pass for a bug.
            tempfile.TemporaryFile(dir=out.parent).close()
            send(sandbox, Job(file.path, file.report, at, out, settings.limits))
        except OSError as error:
            why = "磁盘满了" if is_full(error) else error.strerror
            raise UsageError(f"{out} 写不了：{why}。请用 --reply 换一个。") from error
    return places


def _places(wanted: Sequence[CheckedFile], count: int, reply: str | None) -> dict[Path, Path]:
    from sharing_pipeline.check.checking import REPLIES_FOLDER
    from sharing_pipeline.reply.names import reply_names, unused

    if reply is not None and count == 1 and not Path(reply).is_dir():
        if Path(reply).suffix.lower() not in (".xlsx", ".xlsm"):
            raise UsageError(f"校验结果是工作簿，文件名要以 .xlsx 结尾：{reply}。")
        return {file.path: Path(reply) for file in wanted}
    names = reply_names([file.report.file_name for file in wanted])
    if reply is not None:
        paths = [Path(reply) / name for name in names]
    else:
        folder = Path() if count == 1 else Path(REPLIES_FOLDER)
        paths = [unused(folder / name) for name in names]
    return {file.path: path for file, path in zip(wanted, paths, strict=True)}


def _print_file(checked: CheckedFile, reply: Path | None) -> None:
    report = checked.report
    heading(f"{printed(report.file_name)}（{printed(report.source)}）")
    table(
        ("数据集", "读入", "接收", "重复", "退回", "警告", "状态"),
        [
            (dataset.title, dataset.rows_read, dataset.accepted, dataset.duplicate,
             dataset.quarantined, dataset.warnings, _WOULD_BE[dataset.status])
            for dataset in report.datasets
        ],
    )  # fmt: skip
    for dataset in report.datasets:
        if dataset.why:
            click.echo(f"{dataset.title}：{printed(dataset.why)}")
    for note in report.notes:
        click.echo(printed(note))
    _print_first(checked)
    if report.clean:
        click.echo("没有发现问题。")
    if reply is not None:
        click.echo(f"校验结果：{reply}")


def _print_first(checked: CheckedFile) -> None:
    from sharing_pipeline.sheets.raw_table import REMARK_LEVELS

    order = list(REMARK_LEVELS)
    remarks = sorted(checked.report.remarks, key=lambda remark: order.index(remark.level))
    if not remarks:
        return
    shown = remarks[:_FIRST]
    which = f"最要紧的 {len(shown)} 处" if len(shown) < len(remarks) else "全部"
    heading(f"问题 {len(remarks):,} 处，{which}：")
    table(
        ("级别", "工作表", "行", "列", "值", "说明", "怎么办"),
        [
            (REMARK_LEVELS[remark.level], remark.sheet, remark.row, remark.header, remark.value,
             remark.message, remark.what_to_do)
            for remark in shown
        ],
    )  # fmt: skip


def _print_how(settings: Settings, checked: Checked) -> None:
    """What was not checked, and why."""
    click.echo("")
    if checked.instead_of:
        click.echo(
            f"{checked.instead_of}的数据由夜间任务从数据库读取，这里没有连数据库，"
            "只按它的列对应检查了给出的文件。"
        )
    if not checked.organisations_known:
        click.echo(
            "没有机构清单，提供方、需求方是否存在没有核对。"
            "请用 --home 指定用过的主目录，或填写 catalog/organisations.csv。"
        )
    if not checked.home_used:
        unused_home = f"主目录 {settings.home} 还没有用过，" if _home_given() else ""
        click.echo(
            f"{unused_home}没有与现有目录比较：归属、比上次少多少条、"
            "日志里的资源标识是否存在没有核对。"
        )
