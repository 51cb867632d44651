"""Compares the night with its floor, or with a night of a longer history: `make bench`.

Each side runs in a process of its own, by turns, and is measured from outside. Machines are noisy,
so only ratios of neighbouring runs count, and the median of several rounds is printed. The
benchmark fails if both sides come to different figures, and never because of a ratio.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import takewhile
from pathlib import Path
from statistics import median

from benchmarks.city import DONE, NIGHT, Size, fresh_home, prepare
from benchmarks.process import Measured, measure
from benchmarks.same import refuse_difference

_SHORT_HISTORY = 90
_PARALLEL_STEP = "读取日志"
"""The step of the night that runs in a child process while others go on, and so ends none."""

_FLOOR_STEPS = ("读取文件", "读取日志", "评定汇总", "GX")
_GIB = 1 << 30


def main() -> None:
    """Prepares what isn't there yet, measures both sides, and prints the ratios."""
    options = _options()
    with _folder(options.folder) as folder:
        size = Size(
            entries=options.entries,
            days=_SHORT_HISTORY,
            log_rows=options.log_rows,
            history_rows=options.history_rows_per_day,
            demands=options.demands,
            day=options.date.isoformat(),
            seed=options.seed,
        )
        if options.days == _SHORT_HISTORY:
            _against_floor(folder / _name(size), size, options.rounds)
        else:
            _against_history(folder, size, options.days, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.night", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--log-rows", type=int, default=5_000_000)
    parser.add_argument("--history-rows-per-day", type=int, default=20_000)
    parser.add_argument("--demands", type=int, default=20_000)
    parser.add_argument(
        "--days", type=int, default=_SHORT_HISTORY,
        help=f"other than {_SHORT_HISTORY}: this history against one of {_SHORT_HISTORY} days",
    )  # fmt: skip
    parser.add_argument("--date", type=date.fromisoformat, default=date(2026, 11, 22))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--folder", type=Path,
        help="where the sample city is kept for the next time (default: thrown away)",
    )  # fmt: skip
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="sharing-bench-") as name:
        yield Path(name)


def _name(size: Size) -> str:
    return f"{size.days}-days"


def _against_floor(folder: Path, size: Size, rounds: int) -> None:
    prepare(folder, size, _say)
    day = date.fromisoformat(size.day)
    pairs, compared = [], ""
    for number in range(1, rounds + 1):
        night = _night(folder, day)
        floor = _checked(
            measure(
                [sys.executable, "-m", "benchmarks.floor", str(folder), size.day],
                folder / "floor.out",
            ),
            (0,),
        )
        compared = refuse_difference(folder / "run", folder / "floor", day)
        pairs.append((night, floor))
        _say(
            f"第 {number}/{rounds} 轮：一晚 {night.wall_seconds:.1f} 秒，"
            f"下限 {floor.wall_seconds:.1f} 秒，{_load()}"
        )
    nights, floors = [night for night, _ in pairs], [floor for _, floor in pairs]
    print(f"\n两边的结果相同：{compared}")
    _print_ratios("一晚 ÷ 下限", pairs)
    _print_side("一晚", nights, _night_step)
    _print_side("下限", floors, _floor_step)


def _against_history(folder: Path, short: Size, days: int, rounds: int) -> None:
    long = replace(short, days=days)
    for size in (short, long):
        prepare(folder / _name(size), size, _say)
    day = date.fromisoformat(short.day)
    pairs = []
    for number in range(1, rounds + 1):
        long_night, short_night = (_night(folder / _name(size), day) for size in (long, short))
        pairs.append((long_night, short_night))
        _say(
            f"第 {number}/{rounds} 轮：{days} 天 {long_night.wall_seconds:.1f} 秒，"
            f"{short.days} 天 {short_night.wall_seconds:.1f} 秒，{_load()}"
        )
    _print_ratios(f"{days} 天历史 ÷ {short.days} 天历史", pairs)
    for place, title in enumerate((f"{days} 天", f"{short.days} 天")):
        _print_side(title, [pair[place] for pair in pairs], _night_step)


def _night(folder: Path, day: date) -> Measured:
    """A night on a fresh copy of the home folder, which stays until the next one."""
    home = fresh_home(folder)
    os.sync()
    command = [*NIGHT, "--home", str(home), "--date", day.isoformat()]
    return _checked(measure(command, folder / "night.out"), DONE)


def _checked(measured: Measured, accepted: Sequence[int]) -> Measured:
    if measured.status not in accepted:
        last_lines = "\n".join(line for _, line in measured.lines[-40:])
        raise SystemExit(f"没有运行完（状态 {measured.status}）：\n{last_lines}")
    return measured


def _night_step(line: str) -> str | None:
    """The step that begins with a line of the night's output, None if none begins."""
    if line.startswith(_PARALLEL_STEP):
        return None
    return "读取文件" if line.startswith("读取") else line.split("（")[0]


def _floor_step(line: str) -> str | None:
    return line if line in _FLOOR_STEPS else None


def _step_seconds(measured: Measured, step_of: Callable[[str], str | None]) -> dict[str, float]:
    """Seconds by step. The time before the first line is the step 启动; no step begins behind the
    first empty line."""
    spent: dict[str, float] = {}
    step, since = "启动", 0.0
    timed_lines = takewhile(lambda timed_line: timed_line[1] != "", measured.lines)
    for seconds, line in timed_lines:
        next_step = step_of(line)
        if next_step is not None and next_step != step:
            spent[step] = spent.get(step, 0.0) + seconds - since
            step, since = next_step, seconds
    spent[step] = spent.get(step, 0.0) + measured.wall_seconds - since
    return spent


def _print_ratios(title: str, pairs: Sequence[tuple[Measured, Measured]]) -> None:
    wall = [first.wall_seconds / second.wall_seconds for first, second in pairs]
    cpu = [first.cpu_seconds / second.cpu_seconds for first, second in pairs]
    _print_ratio(f"{title}，耗时", wall)
    _print_ratio(f"{title}，处理器时间", cpu)


def _print_ratio(title: str, ratios: Sequence[float]) -> None:
    print(f"{title}：{median(ratios):.2f}（最小 {min(ratios):.2f}，最大 {max(ratios):.2f}）")


def _print_side(title: str, runs: Sequence[Measured], step_of: Callable[[str], str | None]) -> None:
    walls = [run.wall_seconds for run in runs]
    cpu = median(run.cpu_seconds for run in runs)
    own = median(run.own_cpu_seconds for run in runs)
    tree = max(run.tree_bytes for run in runs) / _GIB
    largest = max(run.largest_bytes for run in runs) / _GIB
    print(
        f"\n{title}：{median(walls):.1f} 秒（最小 {min(walls):.1f}，最大 {max(walls):.1f}），"
        f"处理器 {cpu:.1f} 秒，其中子进程 {cpu - own:.1f} 秒；"
        f"内存峰值 {tree:.2f} GiB（含子进程），单个进程 {largest:.2f} GiB"
    )
    rounds = [_step_seconds(run, step_of) for run in runs]
    for step in rounds[0]:
        seconds = median(steps.get(step, 0.0) for steps in rounds)
        print(f"  {seconds:7.1f} 秒 {seconds / median(walls):6.1%}  {step}")


def _load() -> str:
    return f"机器负载 {os.getloadavg()[0]:.1f}（{os.cpu_count()} 核）"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
