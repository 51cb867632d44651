"""Measures a process from outside: its time, its memory with all its children, its output."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Measured:
    """What a process took.

    `tree_bytes` is the resident memory of the process and all its descendants together at the
    worst moment, where shared pages count once for each; `largest_bytes` is that of the largest
    process. `own_cpu_seconds` is the processor time without that of descendants. `lines` are those
    of standard error, each with the seconds since the start.
    """

    status: int
    wall_seconds: float
    cpu_seconds: float
    own_cpu_seconds: float
    largest_bytes: int
    tree_bytes: int
    lines: list[tuple[float, str]]


def measure(
    command: Sequence[str], output_file: Path, on_line: Callable[[str], None] = lambda line: None
) -> Measured:
    """Runs a command to its end; its standard output goes into `output_file`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines: list[tuple[float, str]] = []
    started = time.monotonic()
    with output_file.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            env=_user_environment(),
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        assert process.stderr is not None
        for line in process.stderr:
            lines.append((time.monotonic() - started, line.rstrip("\n")))
            on_line(lines[-1][1])
        status = process.wait()
        wall = time.monotonic() - started
        sampler.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(
        status=status,
        wall_seconds=wall,
        cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        own_cpu_seconds=sampler.own_cpu_seconds,
        largest_bytes=sampler.largest,
        tree_bytes=sampler.peak,
        lines=lines,
    )


def _user_environment() -> dict[str, str]:
    """The environment of a user, in which Python keeps compiled modules; without them, each process
    would compile all that it imports."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class _Sampler(threading.Thread):
    """Samples a process's own processor time, and its memory with that of its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.own_cpu_seconds = 0.0
        self.peak = 0
        self.largest = 0

    def run(self) -> None:
        """Samples until it is stopped."""
        while not self._over.wait(_SAMPLE_SECONDS):
            sizes = [_resident(pid) for pid in _tree(self._pid)]
            self.peak = max(self.peak, sum(sizes))
            self.largest = max(self.largest, *sizes)
            self.own_cpu_seconds = max(self.own_cpu_seconds, _cpu_seconds(self._pid))

    def stop(self) -> None:
        """Ends the sampling."""
        self._over.set()
        self.join()


def _tree(pid: int) -> Iterator[int]:
    """The ids of the process and its descendants; one that ends meanwhile is left out."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from _tree(int(child))


def _resident(pid: int) -> int:
    """A process's bytes in memory; 0 when it has ended."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _cpu_seconds(pid: int) -> float:
    """A process's processor time without its children; 0 when it has ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
