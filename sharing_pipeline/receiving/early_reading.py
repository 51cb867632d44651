"""Reading what has arrived, begun as early as possible and done beside everything else.

Bytes are kept, then child processes read files while the rest of the program is still being
loaded. Touches no row of the ledger but those of received files, so that intake can take over
what was read, or leave it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date
from queue import SimpleQueue

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.isolation.lean_arrow import load_without_pandas
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.night_intake import new_intake
from sharing_pipeline.logs.log_intake import LogReading, log_reader
from sharing_pipeline.logs.log_reading import take_log
from sharing_pipeline.receiving.inbox import Dropped, Staged, seen_twice, stage, waiting
from sharing_pipeline.receiving.pull import pull_databases
from sharing_pipeline.receiving.received_file import Content, FileReader, as_arrivals
from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.sheets.tables import read_tables
from sharing_pipeline.store import leftovers
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, ReceivedFile

Progress = Callable[[str, int, int], None]
"""Told of each step: what it is about, how many are done, how many there are."""

_READERS = 2
"""How many files are read at the same time."""

_LARGE_BYTES = 32 << 20
"""To copy a file of this size takes so long that the others needn't wait for it."""


class ReadAhead:
    """What arrived for a run, being read from the moment this is entered.

    Whoever enters it holds the home folder's lock, so that no other run takes the same files.
    Leaving it ends what is still being read.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        clock: Clock,
        day: date,
        progress: Progress = lambda *_: None,
    ) -> None:
        """Nothing is begun yet."""
        self._settings, self._ledger, self._clock = settings, ledger, clock
        self._day, self._progress = day, progress
        self._reader = FileReader(settings, Lake(settings), load_contracts(settings.catalog))
        self._sandboxes = [Sandbox(settings.limits, settings.home) for _ in range(_READERS + 1)]
        self._of_logs, *self._of_tables = self._sandboxes
        self._free = SimpleQueue[Sandbox]()
        for sandbox in self._of_tables:
            self._free.put(sandbox)
        self._looks: dict[int, Future[Content]] = {}
        self._contents: dict[int, Future[Content]] = {}
        self._pool = ThreadPoolExecutor(_READERS)
        # A child does one thing at a time: all that the one for logs does is begun here.
        self._by_logs = ThreadPoolExecutor(1)
        self._beside = ThreadPoolExecutor(3)

    def __enter__(self) -> ReadAhead:
        """Begins, after what a run that was cut off has left is removed."""
        leftovers.begin(self._settings, self._ledger)
        self._begun = self._beside.submit(self._begin)
        self._logs = self._beside.submit(self._begin_logs)
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what is still being read."""
        for sandbox in self._sandboxes:
            sandbox.stop()
        for pool in (self._pool, self._by_logs, self._beside):
            pool.shutdown(cancel_futures=True)
        for sandbox in self._sandboxes:
            sandbox.close()

    def staged(self) -> Staged:
        """What staging found, once every file that arrived is kept."""
        return self._begun.result()[0]

    def content(self, file: ReceivedFile) -> Content:
        """What a file holds; one that came later is read now."""
        self._submit([file], self._pool)
        return self._contents[file.id].result()

    def logs(self) -> LogReading:
        """The logs among the files, which are being read straight from their files."""
        return self._logs.result()

    @contextmanager
    def sandbox(self) -> Iterator[Sandbox]:
        """A child that reads nothing else meanwhile."""
        sandbox = self._free.get()
        try:
            yield sandbox
        finally:
            self._free.put(sandbox)

    def _begin(self) -> tuple[Staged, Sequence[ReceivedFile]]:
        """Keeps what arrived and has it read, small files before large ones are copied; what
        staging found, and the files to read."""
        settings, ledger, clock = self._settings, self._ledger, self._clock
        whole, staged = seen_twice(settings, ledger, self._start_children)
        small = [one for one in whole if one.size < _LARGE_BYTES]
        large = [one for one in whole if one.size >= _LARGE_BYTES]
        keeping = self._beside.submit(stage, settings, ledger, clock, large) if large else None
        staged += stage(settings, ledger, clock, small)
        self._submit(self._waiting(), self._pool)
        pull_databases(settings, ledger, clock, self._progress)
        if keeping is not None:
            staged += keeping.result()
        files = self._waiting()
        # A large file may be a log: the child for logs looks at it while small ones are read.
        self._submit(files, self._by_logs, self._of_logs)
        return staged, files

    def _start_children(self, files: Sequence[Dropped]) -> None:
        """Has as many children as there is work for import what they need, while nothing is to be
        read yet."""
        for sandbox in self._of_tables[: len(files)]:
            sandbox.start(load_without_pandas, read_tables.__module__)
        if any(one.size >= _LARGE_BYTES for one in files):
            self._of_logs.start(load_without_pandas, take_log.__module__)

    def _waiting(self) -> list[ReceivedFile]:
        with self._ledger.session() as session:
            return waiting(session)

    def _submit(
        self, files: Sequence[ReceivedFile], lookers: Executor, looking: Sandbox | None = None
    ) -> None:
        """Has those of the files looked at and read that aren't yet."""
        new = [file for file in files if file.id not in self._contents]
        for file in new:
            self._looks[file.id] = lookers.submit(self._look, file, looking)
        for file in new:
            self._contents[file.id] = self._pool.submit(self._read, file)

    def _look(self, file: ReceivedFile, looking: Sandbox | None) -> Content:
        with nullcontext(looking) if looking else self.sandbox() as sandbox:
            return self._reader.look(sandbox, file)

    def _read(self, file: ReceivedFile) -> Content:
        looked = self._looks[file.id].result()
        with self.sandbox() as sandbox:
            return self._reader.read(sandbox, file, looked)

    def _begin_logs(self) -> LogReading:
        """Begins with the logs as soon as it is known which files are some."""
        _, files = self._begun.result()
        looks = [(file, self._looks[file.id].result()) for file in files]
        logs = [(file, content) for file, content in looks if content.look is not None]
        # Everything else waits for the tables, which need a core; logs have until they are judged.
        cores = (os.cpu_count() or 2) - (len(logs) < len(files))
        with Engine(self._settings) as engine, self._ledger.session() as session:
            contracts = load_contracts(self._settings.catalog)
            store = Store(engine, Lake(self._settings), session, contracts)
            intake = new_intake(self._settings, store, self._day)
            arrivals = [as_arrivals(intake, file, one).arrivals[0] for file, one in logs]
            reader = log_reader(
                intake, self._of_logs, arrivals, self._progress, threads=max(1, cores)
            )
        return LogReading(arrivals, self._by_logs.submit(reader))
