"""Click speaks Chinese: what is wrong with a command line, in the words of our catalogue."""

from __future__ import annotations

from gettext import GNUTranslations
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sharing_pipeline.cli import main
from sharing_pipeline.settings import PROJECT

WORDS = PROJECT / "sharing_pipeline/cli/locale/zh_CN/LC_MESSAGES/messages.po"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("nightly", "--date", "2026-13-40"),
            "'--date'：“2026-13-40”不是日期，要写成 2026-11-22 这样。",
        ),
        (("sample", "--entries", "0"), "'--entries'：“0”不行，要写 x>=1 的整数。"),
        (("sample", "--entries", "many"), "'--entries'：“many”不是整数。"),
        (("ui", "--port", "70000"), "'--port'：“70000”不行，要写 1<=x<=65535 的整数。"),
        (
            ("explain", "mount_rate", "--date", "2026-11-22", "--outcome", "lost"),
            "'--outcome'：“lost”不行，只能是 'met', 'missed', 'excluded'。",
        ),
        (("explain", "mount_rate"), "缺少选项 '--date'."),
        (("submissions", "show"), "缺少参数 'ID'."),
        (("nothing",), "没有命令 nothing。"),
        (("statuss",), "没有命令 statuss。 是不是 'status'？"),
        (("status", "--nothing"), "没有选项 --nothing。"),
        (("status", "--hom"), "没有选项 --hom。 是不是 '--home'？"),
        (("status", "--home"), "选项 --home 后面要有一个值。"),
        (("nightly", "--strict=1"), "选项 --strict 后面不能有值。"),
        (("status", "today", "now"), "多写了 today now。"),
    ],
)
def test_a_wrong_command_line_is_explained(words: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == message


def test_a_choice_may_be_given_by_its_chinese_name() -> None:
    words = ("submissions", "list", "--status", "留待处理", "--home", "nowhere")
    result = CliRunner().invoke(main, words)
    assert "nowhere 还没有用过" in result.stderr


def test_the_compiled_words_are_those_of_the_catalogue_and_clicks() -> None:
    from babel.messages.pofile import read_po

    with WORDS.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    modules = Path(click.__file__).parent.glob("*.py")
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    with WORDS.open("rb") as file:
        catalogue = [message for message in read_po(file) if message.id]
    for message in catalogue:
        if message.pluralizable:
            texts, (expected,) = message.id, message.string
            found = compiled.ngettext(*texts, 1)
        else:
            texts, expected = (message.id,), message.string
            found = compiled.gettext(message.id)
        assert found == expected, (
            "messages.po 改了，请运行 .venv/bin/pybabel compile -d sharing_pipeline/cli/locale"
        )
        assert all(f'"{text}"' in source for text in texts), texts
