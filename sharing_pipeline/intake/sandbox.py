"""Untrusted files are read in a child process that may be killed; this starts, feeds and ends it.

Guards against accident and exhaustion: time, address space, a crashing parser. Knows nothing
of file formats. A bug in a reader rejects the one file that met it and is written down with the
child's traceback, where a developer finds it.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from sharing_pipeline.bug_reports import keep_report
from sharing_pipeline.errors import ReadingBug, SharingError, UnreadableFile
from sharing_pipeline.settings import Limits

Result = TypeVar("Result")

_START = "from sharing_pipeline.intake.sandbox import serve; serve()"
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

    It starts with the first call and again after a crash, a timeout or a passed limit.
    """

    def __init__(self, limits: Limits | None = None, home: Path | None = None) -> None:
        """Nothing is started yet; bugs are written down in the logs of `home`."""
        self._limits = limits or Limits()
        self._stopped = False
        self._home = home or Path(tempfile.gettempdir())
        self._child: _Child | None = None

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
        of time or memory, or crashed; as ReadingBug: the function has a bug.
        """
        request = pickle.dumps((function, args), protocol=5)
        fresh = self._child is None
        seconds = seconds or self._limits.seconds
        try:
            try:
                return self._call(request, seconds)
            except MemoryError:
                if fresh or self._stopped:
                    raise
                # Earlier files may have left too little memory behind: a file's fate must not
                # depend on the one before it, so a fresh child tries again.
                return self._call(request, seconds)
        except MemoryError:
            gib = self._limits.memory_bytes / (1 << 30)
            raise UnreadableFile(_OUT_OF_MEMORY.format(gib=gib)) from None

    def stop(self) -> None:
        """End what the child is doing for another thread, whose `run` then fails, as does each
        later one."""
        self._stopped = True
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        """End the child; the next `run` starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _call(self, request: bytes, seconds: int) -> Any:
        """One request and its answer; the child is gone after any failure but a SharingError."""
        child = self._child = self._child or _Child(self._limits.memory_bytes)
        if self._stopped:  # only now: stop() may have come while the child was being started
            child.kill()
            raise UnreadableFile(_STOPPED)
        try:
            child.pipe.send_bytes(request)
            if not child.pipe.poll(seconds):
                self.close()
                raise UnreadableFile(_TOO_SLOW.format(seconds=seconds))
            outcome, value = pickle.loads(child.pipe.recv_bytes())
        except (EOFError, ConnectionError):
            failure = child.failure(self._home)
            self.close()
            raise failure from None
        if outcome == "result":
            return value
        if isinstance(value, MemoryError):
            self.close()
        raise value


class _Child:
    """The process with its pipe and what it printed."""

    def __init__(self, memory_bytes: int) -> None:
        """Start it; it limits itself before it reads anything."""
        with ExitStack() as stack:
            self._said = stack.enter_context(tempfile.TemporaryFile())
            mine, theirs = socket.socketpair()
            stack.enter_context(theirs)
            self.pipe = stack.enter_context(Connection(mine.detach()))
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno()), str(memory_bytes)],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                start_new_session=True,
            )
            theirs.close()
            self._open = stack.pop_all()

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()

    def end(self) -> None:
        """Kill it and let go of what it held."""
        self.kill()
        self._process.wait()
        self._open.close()

    def failure(self, home: Path) -> Exception:
        """What the child's sudden end means: the file's fault, or a bug of ours, which is kept in
        the logs of `home`."""
        status = self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace")[-4000:]
        # The system's own memory killer; Rust; C++.
        if status == -signal.SIGKILL or "memory allocation of" in said or "bad_alloc" in said:
            return MemoryError()
        if status < 0 or "PanicException" in said:  # so a Rust parser gives up on what it gets
            return UnreadableFile(CRASHED)
        details = f"reading process ended with status {status}:\n{said}"
        return ReadingBug(_BUG.format(report=keep_report(home, details)), details)


def load(*modules: str) -> None:
    """For `run`: imports modules, so that the child is ready when there is something to read."""
    for name in modules:
        importlib.import_module(name)


def _environment() -> dict[str, str]:
    """What the child needs to import the same code; no secrets of the parent."""
    paths = [str(Path(path).absolute()) for path in sys.path]
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR", "TZ") if key in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        # Arenas and pools reserve address space per thread, which the limit would count.
        "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


def serve() -> None:
    """The child's loop: one pickled call after the other, until the parent hangs up."""
    descriptor, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # millions of cells and no cycles: collecting costs a tenth of the time
    with Connection(descriptor) as pipe:
        while True:
            try:
                request = pipe.recv_bytes()
            except (EOFError, ConnectionError):
                return
            pipe.send_bytes(_answer(request))
            gc.collect()
            gc.freeze()  # what is left are modules: the next collection need not look at them


def _answer(request: bytes) -> bytes:
    """The pickled outcome of one call; anything but a known failure ends the child."""
    try:
        function, args = pickle.loads(request)
        return pickle.dumps(("result", function(*args)), protocol=5)
    except SharingError as error:
        return pickle.dumps(("error", error), protocol=5)
    except MemoryError:
        return pickle.dumps(("error", MemoryError()), protocol=5)
