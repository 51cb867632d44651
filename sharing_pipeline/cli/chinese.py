"""Click in Chinese: help pages, usage errors and the kinds of value that options take.

Click's own words are English; here stand ours. What the commands do is in their own modules.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click

from sharing_pipeline.errors import SharingError


class _ChineseHelp(click.Command):
    """A command whose help page has Chinese headings."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        fields.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **fields)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_section(ctx, formatter, "参数", click.Argument, self.get_params(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_section(ctx, formatter, "选项", click.Option, self.get_params(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


def _write_section(
    ctx: click.Context,
    formatter: click.HelpFormatter,
    title: str,
    kind: type[click.Parameter],
    parameters: Sequence[click.Parameter],
) -> None:
    records = [one.get_help_record(ctx) for one in parameters if isinstance(one, kind)]
    if records:
        with formatter.section(title):
            formatter.write_dl(
                [
                    (name, text.replace("[required]", "[必写]"))
                    for name, text in filter(None, records)
                ]
            )


class Command(_ChineseHelp):
    """One command."""


class Group(_ChineseHelp, click.Group):
    """Commands under one name."""

    command_class = Command

    def __init__(self, *args: Any, **fields: Any) -> None:
        """As click's, with a Chinese word for the command."""
        fields.setdefault("subcommand_metavar", "命令 …")
        super().__init__(*args, **fields)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options and then the commands, in the order in which they were added."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands with the first sentence of each."""
        commands = [(name, one.get_short_help_str(60)) for name, one in self.commands.items()]
        with formatter.section("命令"):
            formatter.write_dl(commands)


class Main(Group):
    """The whole command line: turns what goes wrong into a message and an exit status.

    A bug is nobody's message; it passes through, to whoever writes it down (common.py).
    """

    group_class = Group

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs a command line and ends the process with its status."""
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except SharingError as error:
            status = _fail(str(error), error.exit_code)
        except click.exceptions.NoArgsIsHelpError as error:
            status = _fail(error.format_message(), error.exit_code)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "sharing"
            status = _fail(f"{in_chinese(error)}\n用法见：{path} --help", error.exit_code)
        except click.Abort:
            status = _fail("已中断。没有公布的不会公布，已公布的没有变化；重新运行即可。", 1)
        sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int) -> int:
    click.echo(message, err=True)
    return status


def in_chinese(error: click.UsageError) -> str:
    """What is wrong with a command line."""
    if isinstance(error, click.MissingParameter):
        return f"缺少{_named(error)}。"
    if isinstance(error, click.BadParameter):
        return f"{_named(error)}：{error.message}"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。{_meant(error.possibilities)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"没有命令 {error.command_name}。{_meant(error.possibilities)}"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 后面要有一个值。"
    return f"命令写得不对：{error.message}"


def _named(error: click.BadParameter) -> str:
    if error.param is None or error.ctx is None:
        return "参数"
    kind = "选项" if isinstance(error.param, click.Option) else "参数"
    shown = error.param.opts[0] if kind == "选项" else error.param.make_metavar(error.ctx)
    return f"{kind} {shown}"


def _meant(possibilities: Sequence[str] | None) -> str:
    return f"是不是 {'、'.join(possibilities)}？" if possibilities else ""


class Day(click.ParamType[date]):
    """A business date, written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that is written; BadParameter for anything else."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError as error:
            message = f"“{value}”不是日期，要写成 2026-11-22 这样。"
            raise click.BadParameter(message, ctx, param) from error

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the option's value looks on the help page."""
        return "YYYY-MM-DD"


class Whole(click.ParamType[int]):
    """A whole number from `least` to `most`."""

    name = "integer"

    def __init__(self, least: int = 1, most: int = 1 << 40) -> None:
        """Both bounds are inclusive."""
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number that is written; BadParameter outside the bounds."""
        text = str(value)
        if re.fullmatch(r"-?\d+", text, re.ASCII) and self.least <= int(text) <= self.most:
            return int(text)
        message = f"“{value}”不行，要写 {self.least} 至 {self.most} 的整数。"
        raise click.BadParameter(message, ctx, param)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the option's value looks on the help page."""
        return "N"


class OneOf(click.ParamType[str]):
    """One of a few words; each may have a Chinese name, which means the same."""

    name = "choice"

    def __init__(self, words: Mapping[str, str]) -> None:
        """`words`: what is meant, and its Chinese name or ''."""
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word that is meant; BadParameter names the possible ones."""
        for word, name in self.words.items():
            if value in (word, name):
                return word
        message = f"“{value}”不行，只能是 {'、'.join(self.words)}。"
        raise click.BadParameter(message, ctx, param)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the option's value looks on the help page."""
        return "|".join(self.words)
