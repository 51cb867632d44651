"""Click in Chinese. Its own words are translated by a gettext catalogue under locale/; here stand
the few that it takes from elsewhere, and the values that our options take.

What the commands do is in their own modules.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from sharing_pipeline.errors import SharingError


def translate_click() -> None:
    """Has Click take its words from our catalogue, whatever language the system speaks."""
    os.environ["LANGUAGE"] = "zh_CN"
    gettext.bindtextdomain("messages", str(Path(__file__).with_name("locale")))


class Command(click.Command):
    """A command whose usage line is in Chinese."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        fields.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **fields)


class Group(Command, click.Group):
    """Commands under one name, listed in the order in which they were added."""

    command_class = Command

    def __init__(self, *args: Any, **fields: Any) -> None:
        fields.setdefault("subcommand_metavar", "命令 …")
        super().__init__(*args, **fields)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(self.commands)


class Main(Group):
    """The whole command line: an error of ours is shown by its message, and the exit status is
    what the error has, or what a command returns.

    A bug passes through, to whoever writes it down (common.py).
    """

    group_class = Group

    def invoke(self, ctx: click.Context) -> None:
        """Runs the command that was asked for."""
        try:
            status = super().invoke(ctx)
        except SharingError as error:
            click.echo(str(error), err=True)
            status = error.exit_code
        ctx.exit(status or 0)


def date_option(*, help: str, required: bool = False) -> Callable[..., Any]:
    """The option --date, which gives a command `day`: a business date."""
    return click.option(
        "--date",
        "day",
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_date_of,
        metavar="YYYY-MM-DD",
        required=required,
        help=help,
    )


def _date_of(_ctx: click.Context, _param: click.Parameter, at: datetime | None) -> date | None:
    return at.date() if at else None


class NamedChoice(click.Choice[str]):
    """One of a few words, each of which may also be given by its Chinese name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names`: word → Chinese name."""
        self._words = {name: word for word, name in names.items()}
        super().__init__(list(names))

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """The word that is meant, where there is such a word."""
        return self._words.get(str(choice), str(choice))
