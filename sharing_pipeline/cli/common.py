"""What every command shares: which home folder, who opens it, and where a bug is written down.

No output of any command is made here; tables and progress are in screen.py.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from sharing_pipeline.errors import UsageError
from sharing_pipeline.isolation.bug_reports import keep_report
from sharing_pipeline.settings import Settings, system_clock

if TYPE_CHECKING:
    from sharing_pipeline.published.tables import Published
    from sharing_pipeline.store.ledger import Ledger

_HOME = "主目录；默认取环境变量 SHARING_HOME，再默认 var/"
_CATALOG = "配置目录；默认取环境变量 SHARING_CATALOG，再默认 catalog/"


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command --home and --catalog, and calls it with the Settings that they make."""

    @click.option("--home", metavar="DIR", help=_HOME)
    @click.option("--catalog", metavar="DIR", help=_CATALOG)
    @functools.wraps(command)
    def wrapper(home: str | None, catalog: str | None, **given: Any) -> Any:
        settings = Settings.read(home, catalog)
        before = sys.excepthook
        sys.excepthook = functools.partial(_write_bug, settings.home)
        result = command(settings, **given)
        # Only reached without an exception: the hook has to outlive whatever is raised.
        sys.excepthook = before
        return result

    return wrapper


def _write_bug(
    home: Path, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Keeps the traceback of a bug in a file and says in one line where it is."""
    text = "".join([f"{' '.join(sys.argv)}\n", *traceback.format_exception(kind, error, trace)])
    path = keep_report(home, text)
    click.echo(
        f"程序出错，没有运行完（{kind.__name__}）。公布过的每一版都还在，见 sharing status。\n"
        f"详情记在 {path}，请把这个文件发给维护人员。",
        err=True,
    )


def command_name() -> str:
    """How this program was called, so that what is printed can be typed: .venv/bin/sharing."""
    called = Path(sys.argv[0])
    if called.name != "sharing" or shutil.which("sharing") == str(called):
        return "sharing"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


@contextmanager
def output_may_end() -> Iterator[None]:
    """For what is printed after the work is done: that nobody reads it any more, or that it can't
    be written, changes nothing about the work and its exit status."""
    try:
        yield
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def yesterday() -> date:
    """The business date that a night is run for by default."""
    return system_clock().date() - timedelta(days=1)


def open_ledger(settings: Settings, *, to_write: bool = False) -> Ledger:
    """The ledger of a home folder that is in use; UsageError for one that isn't.

    For commands that work on what is there: they don't make a home folder out of a mistyped name.
    """
    from sharing_pipeline.store.ledger import Ledger

    if not Ledger.exists(settings):
        raise UsageError(
            f"主目录 {settings.home} 还没有用过。请核对 --home，或先运行 sharing nightly。"
        )
    return Ledger.open(settings) if to_write else Ledger.open_to_read(settings)


def open_published(settings: Settings) -> Published:
    """What a home folder has published."""
    from sharing_pipeline.published.tables import Published

    return Published(settings, open_ledger(settings))
