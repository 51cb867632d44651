"""Commands that only look work on a home folder that they may not write to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sharing_pipeline.settings import PROJECT
from tests.support.night_helpers import Home
from tests.support.officer import FIRST, city_files

WAITING = "有 1 个文件等下一次运行"

AT = ("--date", FIRST)
LOOKING = (
    ("status", "--organisations"),
    ("explain", "mount_rate", *AT),
    ("explain", "mount_rate", *AT, "--subject", "A-000"),
    ("export", "assessment", *AT),
    ("export", "quarantine"),
    ("submissions", "list"),
    ("submissions", "show", "S000001"),
    ("definitions", "check"),
)

BEGIN_TO_WRITE = """
import os, sys
from datetime import datetime
from pathlib import Path
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import Ledger, ReceivedFile

ledger = Ledger.open(Settings(home=Path(sys.argv[1])))
with ledger.session() as session:
    session.add(ReceivedFile(source="catalogue", file_name="a.csv", sha256="", size=0,
                             modified_ns=0, received_at=datetime(2026, 11, 21)))
print("written", flush=True)
sys.stdin.read()
os._exit(1)
"""


RUN_EACH = """
import json, sys
from click.testing import CliRunner
from sharing_pipeline.cli import main

for words in json.load(sys.stdin):
    result = CliRunner().invoke(main, words)
    print(json.dumps([result.exit_code, result.stdout, result.stderr]))
"""
"""Runs commands one after the other in one process and prints what came of each."""


def bound(command: list[str]) -> list[str]:
    """The command as somebody whom file modes bind, which they don't bind root."""
    if os.geteuid():
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv can't give up its privilege")
    return ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override", *command]


def sharing(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    folders = ["--home", str(home.settings.home), "--catalog", str(home.settings.catalog)]
    program = "from sharing_pipeline.cli import main; main()"
    return subprocess.run(
        bound([sys.executable, "-W", "ignore", "-c", program, *words, *folders]),
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


def sharing_each(home: Home, commands: Sequence[Sequence[str]]) -> list[tuple[int, str, str]]:
    """Exit status, standard output and standard error of each command."""
    folders = ["--home", str(home.settings.home), "--catalog", str(home.settings.catalog)]
    done = subprocess.run(
        bound([sys.executable, "-W", "ignore", "-c", RUN_EACH]),
        input=json.dumps([[*words, *folders] for words in commands]),
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def lock_up(home: Home, *, away: bool) -> None:
    """Takes everybody's right to write to the home folder away, or gives it back."""
    for path in (home.settings.home, *home.settings.home.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222 if away else mode | 0o200)


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("published"), listed=[])
    city_files(home)
    home.night(FIRST)
    home.ledger.engine.dispose()
    return home


@pytest.fixture
def home(published_home: Home, tmp_path: Path) -> Iterator[Home]:
    copy = published_home.copied_to(tmp_path)
    yield copy
    lock_up(copy, away=False)


def test_every_looking_command_works_and_leaves_nothing(home: Home) -> None:
    expected = sharing_each(home, LOOKING)
    lock_up(home, away=True)
    before = files(home.settings.home)
    for writable, (status, output, errors) in zip(
        expected, sharing_each(home, LOOKING), strict=True
    ):
        assert (status, output) == (0, writable[1]), errors
    assert files(home.settings.home) == before


@pytest.mark.parametrize("killed", [False, True])
def test_what_a_run_has_committed_is_seen(home: Home, killed: bool) -> None:
    """Also while it stands in the write-ahead log only."""
    with subprocess.Popen(
        [sys.executable, "-c", BEGIN_TO_WRITE, str(home.settings.home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    ) as writer:  # fmt: skip
        assert writer.stdout and writer.stdout.readline() == "written\n"
        assert home.settings.ledger_file.with_name("ledger.db-wal").stat().st_size
        if killed:
            writer.kill()
            writer.wait()
        lock_up(home, away=True)
        replied = sharing(home, "status")
        writer.kill()
    assert (replied.returncode, WAITING in replied.stdout) == (0, True), replied.stderr


@pytest.mark.parametrize("words", [("submissions", "accept", "S000001"), ("nightly", *AT)])
def test_a_command_that_writes_says_that_it_may_not(home: Home, words: tuple[str, ...]) -> None:
    lock_up(home, away=True)
    replied = sharing(home, *words)
    assert (replied.returncode, replied.stdout) == (2, ""), replied.stderr
    assert "不能写入" in replied.stderr
    assert replied.stderr.count("\n") == 1
