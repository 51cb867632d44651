"""docs/commands.md, made from the help pages: `python -m sharing_pipeline.cli.docs --write`.

A test holds the two together, so that the page can't describe commands that don't exist.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from sharing_pipeline.cli.app import main
from sharing_pipeline.settings import PROJECT

PAGE = PROJECT / "docs" / "commands.md"

_HEAD = """# 命令

这一页由各命令的 `--help` 生成，不要手改；改了命令之后运行：

    python -m sharing_pipeline.cli.docs --write
"""


def commands_page() -> str:
    """The page's text."""
    root = click.Context(main, info_name="sharing", terminal_width=100)
    pages = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in _helps(main, root)]
    return "\n".join([_HEAD, *pages])


def _helps(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from _helps(one, click.Context(one, info_name=name, parent=context))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(commands_page(), encoding="utf-8")
    else:
        sys.stdout.write(commands_page())
