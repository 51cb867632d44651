"""The command line over two nights: what it says, on which stream, with which exit status."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from sharing_pipeline.cli import main
from sharing_pipeline.cli.docs import PAGE, commands_page
from sharing_pipeline.settings import PROJECT
from tests.support.night_helpers import Home, entries
from tests.support.officer import FIRST, SECOND, city_files, sharing

LENIENT = """
id: mount_rate/lenient
indicator: mount_rate
title: 试算
policy_clause: 试算
effective_from: 2026-01-01
official: false
verified: false
target_percent: 90
parameters: {mount_grace_working_days: 300}
"""


class Nights:
    """Two nights and the decision on what the second one held; results by what was done."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder, listed=[])
        city_files(self.home)
        definition = self.home.settings.catalog / "definitions" / "lenient.yaml"
        definition.write_text(LENIENT, encoding="utf-8")
        self.said: dict[str, Result] = {}
        self.run("first night", "nightly", "--date", FIRST)
        few = [*entries("A", range(40)), *entries("nobody", range(1))]
        self.home.put(f"catalogue/catalogue-{SECOND}.csv", few)
        self.run("strict", "nightly", "--date", SECOND, "--strict")
        self.run("second night", "nightly", "--date", SECOND, "--definition", "mount_rate/lenient")
        self.home.put(f"catalogue/again-{SECOND}.csv", [*few, *entries("nobody", range(1, 2))])
        self.run("troubled night", "nightly", "--date", SECOND)
        self.run("status while held", "status")
        for word in ("S000005", "S000006"):
            self.run(f"accept {word}", "submissions", "accept", word, "--org", "A")
        self.run("status after", "status")
        self.run("third run", "nightly", "--date", SECOND)
        self.run("status", "status", "--organisations")

    def run(self, name: str, *words: str) -> None:
        self.said[name] = sharing(self.home, *words)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    return Nights(tmp_path_factory.mktemp("nights"))


def test_a_clean_night_is_0_and_shows_the_rates_and_who_is_short(nights: Nights) -> None:
    said = nights.said["first night"]
    assert said.exit_code == 0
    assert "平台目录挂载率" in said.stdout
    assert "95.45%" in said.stdout
    assert "A局信息中心" in said.stdout.partition("差得最多")[2]
    assert "第 1 版，首次公布" in said.stdout


def test_strict_keeps_the_figures_unpublished_and_lists_why(nights: Nights) -> None:
    said = nights.said["strict"]
    assert said.exit_code == 1
    assert "S000005" in said.stderr
    assert "没有公布" in said.stderr
    # Intake stays: the night after it has nothing new to list, and publishes.
    assert nights.said["second night"].exit_code == 0


def test_a_night_with_held_and_quarantined_rows_is_3_and_lists_them(nights: Nights) -> None:
    said = nights.said["troubled night"]
    assert said.exit_code == 3
    assert "留待处理" in said.stderr
    assert "退回 2 行" in said.stderr


def test_definitions_asked_for_stand_beside_the_official_ones(nights: Nights) -> None:
    assert "mount_rate/lenient" in nights.said["second night"].stdout
    assert "mount_rate/lenient" not in nights.said["troubled night"].stdout


def test_a_new_revision_says_what_changed(nights: Nights) -> None:
    line = next(
        one
        for one in nights.said["third run"].stdout.splitlines()
        if "mount_rate/2023-1 第 2" in one
    )
    assert "60 个对象的结果变了" in line
    assert "报送" in line


def test_status_shows_what_waits_and_what_is_out_of_date(nights: Nights) -> None:
    held, after, now = (
        nights.said[name].stdout for name in ("status while held", "status after", "status")
    )
    assert "留待处理：2 个机构的部分" in held
    assert "留待处理：" not in after
    stale = after.partition("过期")[2]
    assert (SECOND in stale, "人工决定" in stale, FIRST in stale) == (True, True, False)
    assert "过期" not in now


def test_status_shows_rates_by_source_and_who_is_missing(nights: Nights) -> None:
    shown = nights.said["status"].stdout
    assert "规范目录文件" in shown.partition("按来源")[2]
    assert "缺报目录的 1 个" in shown
    assert "从未" in shown.partition("缺报目录")[2]


def test_submissions_are_listed_and_shown(nights: Nights) -> None:
    listed = sharing(nights.home, "submissions", "list")
    assert f"catalogue-{SECOND}.csv" in listed.stdout
    assert "共 0 份报送" in sharing(nights.home, "submissions", "list", "--status", "held").stdout
    shown = sharing(nights.home, "submissions", "show", "S000006").stdout
    assert "organisation_unknown" in shown
    assert "人工决定" in shown


@pytest.mark.parametrize(
    "words",
    [
        ("submissions", "accept", "S000006"),
        ("submissions", "accept", "S009999"),
        ("submissions", "reject", "S000001", "--why", "试"),
        ("submissions", "reject", "S000006"),
        ("submissions", "list", "--status", "lost"),
        ("nightly", "--date", "2026-13-40"),
        ("nightly", "--date", "2020-01-01"),
        ("nightly", "--definition", "mount_rate/none"),
        (
            "definitions",
            "compare",
            "mount_rate/2023-1",
            "demand_completion/2023-1",
            "--date",
            FIRST,
        ),
        ("definitions", "compare", "mount_rate/2023-1", "mount_rate/none", "--date", FIRST),
        ("sample", "--entries", "0"),
        ("sample",),
        ("nothing",),
        ("status", "--nothing"),
    ],
)
def test_wrong_use_is_2_in_one_chinese_message(nights: Nights, words: tuple[str, ...]) -> None:
    said = sharing(nights.home, *words)
    assert said.exit_code == 2
    assert said.stderr.strip()
    assert not {"Error", "Usage", "Traceback"} & set(said.stderr.replace(":", " ").split())
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said.stderr)


def test_a_rejected_part_leaves_in_force_what_was(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put(f"catalogue/catalogue-{FIRST}.csv", entries("A", range(60)))
    home.night(FIRST)
    home.put(f"catalogue/catalogue-{SECOND}.csv", entries("A", range(10)))
    home.night(SECOND)
    said = sharing(home, "submissions", "reject", "S000003", "--why", "漏报了二级单位")
    assert "被退回" in said.stdout
    assert home.received(f"catalogue-{SECOND}.csv")["status"] == "rejected"
    home.night(SECOND)
    assert len(home.table("catalogue", SECOND)) == 60


def test_definitions_are_listed_and_compared(nights: Nights) -> None:
    assert "mount_rate/lenient" in sharing(nights.home, "definitions", "list").stdout
    ids = ("mount_rate/2023-1", "mount_rate/lenient")
    unpublished = sharing(nights.home, "definitions", "compare", *ids, "--date", FIRST).stdout
    assert "没有公布" in unpublished
    assert "结果不同的对象：110 个" in unpublished
    published = sharing(nights.home, "definitions", "compare", *ids, "--date", SECOND).stdout
    assert "按已公布的结果" in published
    assert "有效期" not in unpublished + published


def test_a_comparison_says_which_definition_is_not_effective_on_the_day(nights: Nights) -> None:
    ids = ("mount_rate/2023-1", "mount_rate/lenient")
    said = sharing(nights.home, "definitions", "compare", *ids, "--date", "2025-12-31")
    (line,) = [one for one in said.stdout.splitlines() if "有效期" in one]
    assert "mount_rate/lenient 自 2026-01-01 起" in line
    assert "2025-12-31 不在它的有效期内" in line


def test_definitions_check_names_every_broken_file(nights: Nights, tmp_path: Path) -> None:
    assert sharing(nights.home, "definitions", "check").exit_code == 0
    catalog = shutil.copytree(nights.home.settings.catalog, tmp_path / "catalog")
    words = ["definitions", "check", "--catalog", str(catalog), "--home", str(tmp_path / "none")]
    lenient = catalog / "definitions" / "lenient.yaml"
    lenient.write_text(LENIENT.replace("official: false", "official: true"), encoding="utf-8")
    said = CliRunner().invoke(main, words)
    assert (said.exit_code, "同时生效" in said.stderr) == (2, True)
    lenient.write_text(
        LENIENT.replace("target_percent: 90", "target_percent: 900"), encoding="utf-8"
    )
    said = CliRunner().invoke(main, words)
    assert (said.exit_code, f"不能用 {lenient}" in said.stdout) == (2, True)


@pytest.mark.parametrize(
    "name", ["calendar.yaml", "codes/update_cycle.yaml", "sources/nantong.yaml"]
)
def test_definitions_check_reads_the_other_files_too(tmp_path: Path, name: str) -> None:
    catalog = tmp_path / "catalog"
    shutil.copytree(PROJECT / "catalog", catalog)
    (catalog / name).write_text("a: [", encoding="utf-8")
    words = ["definitions", "check", "--catalog", str(catalog), "--home", str(tmp_path / "none")]
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 2
    assert name.rpartition("/")[2] in said.stdout


def test_nobody_reading_changes_nothing_about_a_night(tmp_path: Path) -> None:
    home = Home(tmp_path, listed=[])
    city_files(home)
    folders = ["--home", str(home.settings.home), "--catalog", str(home.settings.catalog)]
    command = [sys.executable, "-c", "from sharing_pipeline.cli import main; main()"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, "nightly", "--date", FIRST, *folders], stdout=full,
            stderr=subprocess.PIPE, text=True, cwd=PROJECT, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sharing(home, "status").exit_code == 0


@pytest.mark.parametrize("words", [("nightly",), ("sample", "--days", "1")])
def test_a_home_that_cannot_be_written_is_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "file"
    file.touch()
    said = CliRunner().invoke(main, [*words, "--home", str(file / "home")], catch_exceptions=False)
    assert said.exit_code == 2
    assert "不能写入" in said.stderr


@pytest.mark.parametrize(
    "words", [("status",), ("submissions", "list"), ("export", "submission"),
              ("explain", "mount_rate", "--date", FIRST)]
)  # fmt: skip
def test_looking_does_not_make_a_home_folder(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*words, "--home", str(tmp_path / "mistyped")])
    assert said.exit_code == 2
    assert not (tmp_path / "mistyped").exists()


def test_sample_fills_an_inbox_and_refuses_one_with_real_files(tmp_path: Path) -> None:
    small = ["--entries", "50", "--days", "2", "--log-rows-per-day", "5", "--demands", "5"]
    made = CliRunner().invoke(main, ["sample", *small, "--home", str(tmp_path)])
    assert (made.exit_code, (tmp_path / "inbox" / "样例说明.txt").is_file()) == (0, True)
    (tmp_path / "inbox" / "样例说明.txt").unlink()
    assert CliRunner().invoke(main, ["sample", *small, "--home", str(tmp_path)]).exit_code == 2


def test_a_bug_is_written_to_a_file_and_not_to_the_screen(nights: Nights, tmp_path: Path) -> None:
    home = shutil.copytree(nights.home.settings.home, tmp_path / "home")
    for path in (home / "lake" / "scoreboard").iterdir():
        path.write_bytes(b"no parquet")
    words = ["export", "scoreboard", "--date", SECOND, "--home", str(home)]
    code = f"from sharing_pipeline.cli import main; main({words!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (log,) = (home / "logs").iterdir()
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text(encoding="utf-8")


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    below = [_commands(one, (*path, name)) for name, one in command.commands.items()]
    return [path, *(one for listed in below for one in listed)]


@pytest.mark.parametrize("path", _commands(main), ids=" ".join)
def test_every_command_has_an_example_and_no_english_heading(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*path, "--help"])
    assert said.exit_code == 0
    assert "示例：" in said.stdout
    assert " ".join(("  sharing", *path)) in said.stdout
    assert not {"Usage:", "Options:", "Commands:", "Arguments:"} & set(said.stdout.split())


def test_help_comes_at_once() -> None:
    """Nothing slow is imported for it."""
    code = (
        "import atexit, sys; from sharing_pipeline.cli import main; "
        "atexit.register(lambda: print(*sys.modules)); main(['--help'])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=PROJECT
    )
    slow = {"dagster", "duckdb", "great_expectations", "pandas", "pyarrow", "rich", "sqlalchemy"}
    assert not slow & set(said.stdout.split())


def test_the_commands_page_is_what_help_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == commands_page(), (
        "docs/commands.md 与 --help 不一致，请运行 python -m sharing_pipeline.cli.docs --write"
    )
