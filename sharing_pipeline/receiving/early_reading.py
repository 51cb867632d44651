"""Begins to read what has arrived as early as possible, in parallel with everything else.

The bytes are kept first, and then child processes read the files while the program is still being
loaded. Only received files are noted in the ledger here; whether their content is taken in is
decided later.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date
from queue import SimpleQueue

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.night_intake import new_intake
from sharing_pipeline.logs.log_intake import LogReading, log_reader
from sharing_pipeline.receiving.inbox import Staged, seen_twice, stage, waiting
from sharing_pipeline.receiving.pull import pull_databases
from sharing_pipeline.receiving.received_file import Content, FileReader, as_arrivals
from sharing_pipeline.settings import Clock, Progress, Settings, silent
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, ReceivedFile

_READERS = 2
"""How many files are read at the same time."""

_LARGE_BYTES = 32 << 20
"""A file of this size takes a tenth of a second or more to copy, so that the others don't wait for
it. Too low or too high, and files wait for each other a little longer."""


class EarlyReading:
    """The reading of what has arrived for a run; it begins when this context is entered.

    The home folder's lock must be held, so that no other run takes the same files. When the context
    is left, files that are still being read are given up.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        clock: Clock,
        day: date,
        progress: Progress = silent,
    ) -> None:
        """Prepares the reading; nothing begins yet."""
        self._settings, self._ledger, self._clock = settings, ledger, clock
        self._day, self._progress = day, progress
        self._reader = FileReader(settings, Lake(settings), load_contracts(settings.catalog))
        self._sandboxes = [Sandbox(settings.limits, settings.home) for _ in range(_READERS + 1)]
        self._log_sandbox, *self._table_sandboxes = self._sandboxes
        self._free_sandboxes = SimpleQueue[Sandbox]()
        for sandbox in self._table_sandboxes:
            self._free_sandboxes.put(sandbox)
        self._looks: dict[int, Future[Content]] = {}
        self._contents: dict[int, Future[Content]] = {}
        self._table_threads = ThreadPoolExecutor(_READERS)
        # A child does one thing at a time, so the child for logs has a single thread.
        self._log_thread = ThreadPoolExecutor(1)
        self._other_threads = ThreadPoolExecutor(3)

    def __enter__(self) -> EarlyReading:
        """Begins to keep and to read what has arrived."""
        self._files = self._other_threads.submit(self._keep_and_read)
        self._logs = self._other_threads.submit(self._begin_logs)
        return self

    def __exit__(self, *_: object) -> None:
        """Gives up the files that are still being read."""
        for sandbox in self._sandboxes:
            sandbox.stop()
        for threads in (self._table_threads, self._log_thread, self._other_threads):
            threads.shutdown(cancel_futures=True)
        for sandbox in self._sandboxes:
            sandbox.close()

    def staged(self) -> Staged:
        """What staging found; waits until every file that arrived is kept."""
        return self._files.result()[0]

    def content(self, file: ReceivedFile) -> Content:
        """What a file holds; a file that came later is read now."""
        self._submit([file], self._table_threads)
        return self._contents[file.id].result()

    def logs(self) -> LogReading:
        """The reading of the logs among the files, which are not read as cells."""
        return self._logs.result()

    @contextmanager
    def sandbox(self) -> Iterator[Sandbox]:
        """A child process for the caller alone."""
        sandbox = self._free_sandboxes.get()
        try:
            yield sandbox
        finally:
            self._free_sandboxes.put(sandbox)

    def end_spare_children(self) -> None:
        """Ends all but one of the children that read tables, once every file is read: an idle
        child still holds its libraries and what the largest file left behind, 200 MB and more."""
        for _ in self._table_sandboxes[1:]:
            with self.sandbox() as sandbox:
                sandbox.close()

    def _keep_and_read(self) -> tuple[Staged, Sequence[ReceivedFile]]:
        """Keeps what has arrived and begins to read it; gives what staging found, and the files.

        Small files are read before large ones are copied.
        """
        settings, ledger, clock = self._settings, self._ledger, self._clock
        whole, staged = seen_twice(settings, ledger)
        small = [file for file in whole if file.size < _LARGE_BYTES]
        large = [file for file in whole if file.size >= _LARGE_BYTES]
        keeping = self._other_threads.submit(stage, settings, ledger, clock, large)
        staged += stage(settings, ledger, clock, small)
        self._submit(self._waiting(), self._table_threads)
        pull_databases(settings, ledger, clock, self._progress)
        staged += keeping.result()
        files = self._waiting()
        # A large file may be a log: the child for logs looks at it while small files are read.
        self._submit(files, self._log_thread, self._log_sandbox)
        return staged, files

    def _waiting(self) -> list[ReceivedFile]:
        with self._ledger.session() as session:
            return waiting(session)

    def _submit(
        self, files: Sequence[ReceivedFile], threads: Executor, sandbox: Sandbox | None = None
    ) -> None:
        """Begins to look at the files and to read them, unless that has begun already. `sandbox`
        looks at them, or else any child that is free."""
        new = [file for file in files if file.id not in self._contents]
        for file in new:
            self._looks[file.id] = threads.submit(self._look, file, sandbox)
        for file in new:
            self._contents[file.id] = self._table_threads.submit(self._read, file)

    def _look(self, file: ReceivedFile, sandbox: Sandbox | None) -> Content:
        with nullcontext(sandbox) if sandbox else self.sandbox() as looking:
            return self._reader.look(looking, file)

    def _read(self, file: ReceivedFile) -> Content:
        looked = self._looks[file.id].result()
        with self.sandbox() as sandbox:
            return self._reader.read(sandbox, file, looked)

    def _begin_logs(self) -> LogReading:
        """Begins to read the logs as soon as it is known which files are logs."""
        _, files = self._files.result()
        looks = [(file, self._looks[file.id].result()) for file in files]
        logs = [(file, content) for file, content in looks if content.look is not None]
        # Everything else waits for the tables, which need a core; logs are judged later.
        cores = (os.cpu_count() or 2) - (len(logs) < len(files))
        with Engine(self._settings) as engine, self._ledger.session() as session:
            contracts = load_contracts(self._settings.catalog)
            store = Store(engine, Lake(self._settings), session, contracts)
            intake = new_intake(self._settings, store, self._day)
            arrivals = [as_arrivals(intake, file, content).arrivals[0] for file, content in logs]
            reader = log_reader(
                intake, self._log_sandbox, arrivals, self._progress, threads=max(1, cores)
            )
        results = self._log_thread.submit(reader)
        self._log_thread.submit(self._log_sandbox.close)  # nothing else is read there
        return LogReading(arrivals, results)
