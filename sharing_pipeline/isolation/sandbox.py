"""Untrusted files are read in a child process that may be killed; this starts, feeds and ends it.

Guards against accident and exhaustion: time, address space, a crashing parser. Knows nothing
of file formats. A bug in a reader rejects the one file that met it and is written down with the
child's traceback, where a developer finds it.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sharing_pipeline.errors import ReadingBug, UnreadableFile
from sharing_pipeline.isolation.bug_reports import keep_report
from sharing_pipeline.isolation.child import Child
from sharing_pipeline.settings import Limits

Result = TypeVar("Result")

_OUT_OF_MEMORY = (
    "文件太大或结构异常，读取时超过了 {gib:.3g} GiB 内存上限。"
    "请拆成几个文件，或删去多余的行列后重报。"
)
_TOO_SLOW = "读取超过了 {seconds} 秒的时间上限。请拆成几个文件，或删去多余的行列后重报。"
CRASHED = "文件结构损坏，读不下去。请用表格软件打开，核对后另存为 xlsx，再重报。"
_STOPPED = "本次运行已经中断，没有读这个文件；下次运行会读。"
_BUG = (
    "读取程序遇到没有料到的内容，没有读完。请用表格软件打开后另存为 xlsx，再重报；"
    "同时请把 {report} 发给维护人员。"
)


class Sandbox:
    """One child process, reused for many files; `run` from one thread at a time.

    It starts with the first call, and again after a crash, a timeout or a passed limit.
    """

    def __init__(self, limits: Limits | None = None, home: Path | None = None) -> None:
        """Nothing is started yet; bugs are written down in the logs of `home`."""
        self._limits = limits or Limits()
        self._stopped = False
        self._home = home or Path(tempfile.gettempdir())
        self._child: Child | None = None

    def __enter__(self) -> Sandbox:
        """Itself, for `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the child."""
        self.close()

    def run(
        self, function: Callable[..., Result], *args: Any, seconds: int | None = None
    ) -> Result:
        """What the module-level `function` returns for these arguments, computed in the child.

        `seconds` it may take; without it, as the limits say.
        A SharingError of the function comes back as it is. UnreadableFile: the child ran out
        of time or memory, or crashed; as ReadingBug: the function has a bug. OSError: the disk
        is full, and the file isn't to blame.
        """
        fresh = self._child is None
        seconds = seconds or self._limits.seconds
        try:
            try:
                return self._call(function, args, seconds)
            except MemoryError:
                if fresh or self._stopped:
                    raise
                # Earlier files may have left too little memory behind: a file's fate must not
                # depend on the one before it, so a fresh child tries again.
                return self._call(function, args, seconds)
        except MemoryError:
            gib = self._limits.memory_bytes / (1 << 30)
            raise UnreadableFile(_OUT_OF_MEMORY.format(gib=gib)) from None

    def stop(self) -> None:
        """End what the child is doing for another thread, whose `run` then fails, as does each
        later one."""
        self._stopped = True
        child = self._child  # the other thread may let go of it at any moment
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child; the next `run` starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _call(self, function: Callable[..., Result], args: tuple[Any, ...], seconds: int) -> Result:
        """One question and its answer; the child is gone after any failure but a SharingError."""
        child = self._child = self._child or Child(self._limits.memory_bytes)
        if self._stopped:  # only now: stop() may have come while the child was being started
            child.kill()
            raise UnreadableFile(_STOPPED)
        try:
            child.ask(function, *args)
            return child.answer(seconds)
        except TimeoutError:
            self.close()
            raise UnreadableFile(_TOO_SLOW.format(seconds=seconds)) from None
        except (EOFError, ConnectionError):
            failure = _failure(child, self._home)
            self.close()
            raise failure from None
        except MemoryError:
            self.close()
            raise


def _failure(child: Child, home: Path) -> Exception:
    """What the child's sudden end means: the file's fault, or a bug of ours, which is kept in
    the logs of `home`."""
    status, output = child.last_output()
    # The system's own memory killer; Rust; C++.
    if status == -signal.SIGKILL or "memory allocation of" in output or "bad_alloc" in output:
        return MemoryError()
    if status < 0 or "PanicException" in output:  # so a Rust parser gives up on what it gets
        return UnreadableFile(CRASHED)
    details = f"reading process ended with status {status}:\n{output}"
    return ReadingBug(_BUG.format(report=keep_report(home, details)), details)
