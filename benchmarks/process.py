"""One process measured from outside: its time, its memory with all its children, what it says.

Knows nothing of nights and floors.
"""

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
    """What a process took. `tree_bytes` adds up the resident memory of the process and all its
    descendants at the worst moment, shared pages counted once for each; `largest_bytes` is the
    largest single process. `own_cpu_seconds` leaves out what descendants used. `lines` are those
    of its standard error, with seconds since its start.
    """

    status: int
    wall_seconds: float
    cpu_seconds: float
    own_cpu_seconds: float
    largest_bytes: int
    tree_bytes: int
    lines: list[tuple[float, str]]


def measure(
    command: Sequence[str], said: Path, on_line: Callable[[str], None] = lambda line: None
) -> Measured:
    """Runs a command to its end; its standard output goes into the file `said`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines: list[tuple[float, str]] = []
    started = time.monotonic()
    with said.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            env=_as_at_a_users(),
        )
        watch = _Watch(process.pid)
        watch.start()
        assert process.stderr is not None
        for line in process.stderr:
            lines.append((time.monotonic() - started, line.rstrip("\n")))
            on_line(lines[-1][1])
        status = process.wait()
        wall = time.monotonic() - started
        watch.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(
        status=status,
        wall_seconds=wall,
        cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        own_cpu_seconds=watch.own_cpu_seconds,
        largest_bytes=watch.largest,
        tree_bytes=watch.peak,
        lines=lines,
    )


def _as_at_a_users() -> dict[str, str]:
    """Where Python keeps what it has compiled: otherwise each process compiles all it imports."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class _Watch(threading.Thread):
    """Samples a process's own time, and its memory with that of all that descend from it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.own_cpu_seconds = 0.0
        self.peak = 0
        self.largest = 0

    def run(self) -> None:
        """Until told to stop."""
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
    """The process and its descendants; one that ends meanwhile is left out."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from _tree(int(child))


def _resident(pid: int) -> int:
    """Bytes of a process in memory; none when it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process without its children; none when it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
