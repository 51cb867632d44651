"""What appears on a terminal: tables, lines and progress, all through rich.

Text of others (names, file names) is shown as it is, without markup and without anything that
a terminal would obey. What the rows mean is the commands' business.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from rich.console import Console

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNBROKEN = re.compile(r"[!-~]{0,40}")
_ENDLESS = 10_000
"""Columns of what is no terminal: a table there takes as many as its cells need."""


def printed(value: object) -> str:
    """A value as people read it: nothing for unknown, 是/否, no control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{value:,}"
    return _CONTROL.sub(" ", str(value))


def percent(rate_display: str | None) -> str:
    """A rate as published, with its sign; without subjects it says so."""
    return f"{rate_display}%" if rate_display else "无考核对象"


def rate_of(numerator: int, denominator: int) -> str:
    """A rate rounded down to two decimals, as scoreboards have it (indicators.md §5)."""
    if not denominator:
        return percent(None)
    hundredths = numerator * 10_000 // denominator
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def heading(text: str) -> None:
    """A line that begins a section."""
    click.secho(f"\n{text}", bold=True)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, indent: int = 0) -> None:
    """Prints rows under Chinese headers; numbers are set right, codes and dates not broken."""
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    listed = [list(row) for row in rows]
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, header in enumerate(headers):
        cells = [row[place] for row in listed]
        numbers = bool(cells) and all(_is_number(cell) for cell in cells)
        # A code broken over two lines can't be copied; names and reasons can give way.
        whole = all(_UNBROKEN.fullmatch(printed(cell)) for cell in cells)
        shown.add_column(
            header, justify="right" if numbers else "left", overflow="fold", no_wrap=whole
        )
    for row in listed:
        shown.add_row(*(Text(printed(cell)) for cell in row))
    _console(sys.stdout).print(Padding(shown, (0, 0, 0, indent), expand=False))


def _is_number(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or value is None


def _console(file: TextIO) -> Console:
    from rich.console import Console

    width = None if file.isatty() else _ENDLESS
    return Console(file=file, width=width, markup=False, highlight=False, emoji=False)


Report = Callable[[str, int, int], None]
"""Told of each step: what it is about, how many are done, how many there are."""


@contextmanager
def progress() -> Iterator[Report]:
    """Shows steps on standard error: a bar on a terminal, else about ten lines a step."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_console(sys.stderr), transient=True) as bar:
        task = bar.add_task("启动", total=None)

        def report(message: str, done: int, total: int) -> None:
            bar.update(task, description=printed(message), completed=done, total=total or None)

        yield report


def _lines() -> Report:
    """A line for every tenth of a step's way."""
    last: tuple[int, int] | None = None

    def report(message: str, done: int, total: int) -> None:
        nonlocal last
        tenth = (total, done * 10 // total if total else 0)
        if tenth == last and done:
            return
        last = tenth
        counted = f"（{done}/{total}）" if total > 1 else ""
        click.echo(f"{printed(message)}{counted}", err=True)

    return report
