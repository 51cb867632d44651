"""A child process that computes what it is asked: started, asked, answered, ended.

Knows nothing of what is computed. The child ends by itself when its parent hangs up.
"""

from __future__ import annotations

import errno
import os
import pickle
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sharing_pipeline.errors import SharingError
from sharing_pipeline.isolation.full_disk import is_full

_START = "from sharing_pipeline.isolation.child import serve; serve()"
_LONGEST_OUTPUT = 4000
_SAME_LIMIT = -1


class Child:
    """The process with its pipe and what it printed; one call at a time."""

    def __init__(self, memory_bytes: int = _SAME_LIMIT) -> None:
        """Start it; it limits its address space before it does anything, by default to what this
        process may have."""
        with ExitStack() as stack:
            self._output = stack.enter_context(tempfile.TemporaryFile())
            parent_end, child_end = socket.socketpair()
            stack.enter_context(child_end)
            self._pipe = stack.enter_context(Connection(parent_end.detach()))
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(child_end.fileno()), str(memory_bytes)],
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                pass_fds=[child_end.fileno()],
                env=_environment(),
                start_new_session=True,
            )
            child_end.close()
            self._open = stack.pop_all()

    def ask(self, function: Callable[..., Any], *args: Any) -> None:
        """Have it call a module-level function. EOFError or ConnectionError: it is gone."""
        self._pipe.send_bytes(pickle.dumps((function, args), protocol=5))

    def answer(self, seconds: float | None = None) -> Any:
        """What the function returned, waited for as long as it may take.

        A SharingError or MemoryError of the function is raised here, and OSError where it found
        the disk full. TimeoutError: it took too long and goes on. EOFError or ConnectionError: it
        is gone, by a crash or a bug.
        """
        if not self._pipe.poll(seconds):
            raise TimeoutError
        outcome, value = pickle.loads(self._pipe.recv_bytes())
        if outcome == "error":
            raise value
        return value

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()

    def end(self) -> None:
        """Kill it and let go of what it held."""
        self.kill()
        self._process.wait()
        self._open.close()

    def last_output(self) -> tuple[int, str]:
        """Of a child that is gone: its exit status, and the end of what it printed."""
        status = self._process.wait()
        self._output.seek(0)
        return status, self._output.read().decode("utf-8", "replace")[-_LONGEST_OUTPUT:]


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
    if memory_bytes != _SAME_LIMIT:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as pipe:
        while True:
            try:
                request = pipe.recv_bytes()
            except (EOFError, ConnectionError):
                return
            pipe.send_bytes(_outcome(request))


def _outcome(request: bytes) -> bytes:
    """The pickled outcome of one call; any but a known failure ends the child. A full disk is
    known whichever library meets it, and none is imported here to name its exceptions."""
    try:
        function, args = pickle.loads(request)
        return pickle.dumps(("result", function(*args)), protocol=5)
    except SharingError as error:
        return pickle.dumps(("error", error), protocol=5)
    except MemoryError:
        return pickle.dumps(("error", MemoryError()), protocol=5)
    except Exception as error:
        if not is_full(error):
            raise
        return pickle.dumps(("error", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))), protocol=5)
