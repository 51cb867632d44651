"""A night or a reply on a disk without room says so in one message, wherever it ran out."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sharing_pipeline.isolation.full_disk import is_full
from sharing_pipeline.sample import make_city
from sharing_pipeline.settings import PROJECT
from tests.support.workbooks import damaged_workbook

SHARING = [sys.executable, "-W", "ignore", "-c", "from sharing_pipeline.cli import main; main()"]
SMALL_DISK = """
mount -t tmpfs -o size=$1 tmpfs "$2" && cp -r "$3" "$2/inbox" && shift 3 && exec "$@"
"""
OTHER_DISK = """
mount -t tmpfs -o $1 tmpfs "$2" && shift 2 && "$@"; status=$?; ls -A "$OUT"; exit $status
"""


@pytest.fixture(scope="module")
def may_mount() -> None:
    if os.geteuid() or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("a disk of its own can't be mounted here")


@pytest.fixture(scope="module")
def inbox(may_mount: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city") / "inbox"
    make_city(
        folder, entries=300, days=5, log_rows_per_day=200, demands=20, date=date(2026, 11, 22)
    )
    return folder


@pytest.mark.parametrize("size", ["1400k", "2600k", "3800k"])
def test_a_full_disk_is_no_bug(inbox: Path, tmp_path: Path, size: str) -> None:
    night = [*SHARING, "nightly", "--date", "2026-11-22"]
    said = subprocess.run(
        ["unshare", "-m", "sh", "-c", SMALL_DISK, "sh", size, tmp_path, inbox,
         *night, "--home", tmp_path],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    last = said.stderr.splitlines()[-1]
    assert (said.returncode, said.stdout) == (1, ""), said.stderr
    assert "磁盘满了" in last and "请腾出空间" in last
    assert "程序出错" not in said.stderr


@pytest.mark.parametrize(
    ("options", "why"), [("size=8k", "磁盘满了"), ("ro", "Read-only file system")]
)
def test_a_reply_that_cannot_be_written_is_no_bug(
    may_mount: None, tmp_path: Path, options: str, why: str
) -> None:
    file = damaged_workbook(tmp_path / "a.xlsx")
    out = tmp_path / "out"
    out.mkdir()
    said = subprocess.run(
        ["unshare", "-m", "sh", "-c", OTHER_DISK, "sh", options, out,
         *SHARING, "check", file, "--reply", out / "b.xlsx"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OUT": str(out)},
    )  # fmt: skip
    assert said.stderr.splitlines()[-1] == f"{out / 'b.xlsx'} 写不了：{why}。请用 --reply 换一个。"
    assert (said.returncode, said.stdout) == (2, "")


class OperationalError(Exception):
    """As SQLAlchemy calls what SQLite met."""


def test_a_broken_disk_and_a_bug_are_no_full_disk(tmp_path: Path) -> None:
    assert not is_full(OperationalError("disk I/O error"), tmp_path)
    assert not is_full(ValueError("database or disk is full"), tmp_path)
    assert not is_full(PermissionError(13, "No space left on device"), tmp_path)
    assert is_full(OperationalError("database or disk is full"), tmp_path)
