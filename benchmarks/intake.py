"""Compares the intake of a large file with the barest reading of the same: `make bench-intake`.

The files are a workbook of 50,000 rows × 20 columns, from its bytes to accepted Parquet with all
checks; a log of 5 million rows in GB18030; and a workbook of 2,000 rows, a tenth of them wrong, for
`sharing check`. Each side runs in a process of its own, by turns; only ratios of neighbouring runs
count.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.intake_files import DAY, make_log, make_organisations, make_workbook
from benchmarks.process import Measured, measure
from sharing_pipeline.cli.check import FINDINGS

_GIB = 1 << 30


def main() -> None:
    """Makes the files, measures both sides of each, and prints the ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--log-rows", type=int, default=5_000_000)
    parser.add_argument("--check-rows", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sharing-bench-") as name:
        _workbook(Path(name), options.rows, options.rounds)
        _log(Path(name), options.log_rows, options.rounds)
        _check(Path(name), options.check_rows, options.rounds)


def _workbook(folder: Path, rows: int, rounds: int) -> None:
    book = folder / "目录.xlsx"
    make_workbook(book, rows)
    frames = folder / "frames"
    _side("keep-frames", _home(folder, book), frames)
    taken = [_side("take-in", _home(folder, book), folder) for _ in range(rounds)]
    bare = [_side("read-workbook", book, folder) for _ in range(rounds)]
    suites = [_side("suites", frames, folder) for _ in range(rounds)]
    print(f"\n工作簿，{rows:,} 行 × 20 列")
    _print("收件（读、查、写 Parquet）", taken)
    _print("python-calamine 只读", bare)
    _print("GX 自己（含导入）", suites)
    bound = [3 * read.wall_seconds + gx.wall_seconds for read, gx in zip(bare, suites, strict=True)]
    _print_ratio("收件 ÷（3 × 只读 + GX）", [
        intake.wall_seconds / limit for intake, limit in zip(taken, bound, strict=True)
    ])  # fmt: skip


def _log(folder: Path, rows: int, rounds: int) -> None:
    log = folder / "日志.csv"
    make_log(log, rows)
    pairs = [
        (_side("take-log", log, folder), _side("read-log", log, folder)) for _ in range(rounds)
    ]
    print(f"\nGB18030 日志，{rows:,} 行")
    _print("收下（读、查、写 Parquet、按日汇总）", [taking for taking, _ in pairs])
    _print("pyarrow 只读", [reading for _, reading in pairs])
    ratios = [taking.wall_seconds / reading.wall_seconds for taking, reading in pairs]
    _print_ratio("收下 ÷ 只读", ratios)


def _check(folder: Path, rows: int, rounds: int) -> None:
    book, frames = folder / "报送.xlsx", folder / "frames-of-check"
    make_workbook(book, rows, wrong_every=10)
    _side("keep-frames", _home(folder, book), frames)
    command = [str(Path(sys.executable).with_name("sharing")), "check", str(book)]
    command += ["--reply", str(folder / "校验结果.xlsx")]
    measure(command, folder / "side.out")  # the first run warms the disk's cache
    pairs = [
        (measure(command, folder / "side.out"), _side("suites", frames, folder))
        for _ in range(rounds)
    ]
    assert all(check.status == FINDINGS for check, _ in pairs)
    print(f"\nsharing check，{rows:,} 行，十分之一有错")
    _print("从启动到写好校验结果", [check for check, _ in pairs])
    _print("GX 自己（含导入）", [suites for _, suites in pairs])
    ratios = [check.wall_seconds / suites.wall_seconds for check, suites in pairs]
    _print_ratio("检查 ÷ GX", ratios)


def _home(folder: Path, book: Path) -> Path:
    """A home folder that knows the organisations and has the workbook in its inbox."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "inbox" / "catalogue").mkdir(parents=True)
    (home / "inbox" / "organisation").mkdir()
    make_organisations(home / "inbox" / "organisation" / "organisations.csv")
    shutil.copy(book, home / "inbox" / "catalogue")
    return home


def _side(side: str, path: Path, folder: Path) -> Measured:
    command = [sys.executable, "-m", "benchmarks.intake_sides", side, str(path), DAY, str(folder)]
    measured = measure(command, path.parent / "side.out")
    if measured.status:
        last_lines = "\n".join(line for _, line in measured.lines[-30:])
        raise SystemExit(f"{side} 没有运行完：\n{last_lines}")
    return measured


def _print(title: str, runs: Sequence[Measured]) -> None:
    wall = median(run.wall_seconds for run in runs)
    cpu = median(run.cpu_seconds for run in runs)
    memory = max(run.tree_bytes for run in runs) / _GIB
    print(f"  {title}：{wall:.1f} 秒，处理器 {cpu:.1f} 秒，内存峰值 {memory:.2f} GiB")


def _print_ratio(title: str, ratios: Sequence[float]) -> None:
    print(f"  {title}：{median(ratios):.2f}（最小 {min(ratios):.2f}，最大 {max(ratios):.2f}）")


if __name__ == "__main__":
    main()
