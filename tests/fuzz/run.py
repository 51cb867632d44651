"""Reads mutated files as intake does, and counts what becomes of them.

A file must be rejected with a reason, or read with every row accounted for. Anything else is a
failure: a traceback, a hang, a lost row.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sharing_pipeline.errors import ReadingBug, UnreadableFile
from sharing_pipeline.isolation.sandbox import CRASHED, Sandbox
from sharing_pipeline.sheets.raw_table import RawTable
from tests.fuzz.mutate import mutated
from tests.fuzz.reading import LIMITS, read_mutated
from tests.fuzz.seeds import seeds
from tests.support.made.reading import verdicts

_AT_ONCE = 300
"""So many tables of a dataset are judged together, as in a night."""


@dataclass
class Outcome:
    """What became of the files: their numbers by seed file and result, and the failures."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0


def fuzz(numbers: Iterable[int], folder: Path, say: Callable[[int], None]) -> Outcome:
    """Makes and reads the files with these numbers."""
    outcome, waiting = Outcome(), dict[str, list[RawTable]]()
    names = list(seeds())
    with Sandbox(LIMITS) as sandbox:
        for number in numbers:
            name = names[number % len(names)]
            _read_mutated_file(sandbox, folder, number, name, outcome, waiting)
            full = [dataset for dataset, tables in waiting.items() if len(tables) >= _AT_ONCE]
            for dataset in full:
                _account(waiting.pop(dataset), outcome)
            say(number)
    for tables in waiting.values():
        _account(tables, outcome)
    return outcome


def _read_mutated_file(
    sandbox: Sandbox,
    folder: Path,
    number: int,
    name: str,
    outcome: Outcome,
    waiting: dict[str, list[RawTable]],
) -> None:
    path = folder / "bytes"
    path.write_bytes(mutated(seeds()[name], random.Random(number)))
    began = time.monotonic()
    try:
        read = sandbox.run(read_mutated, path, name)
    except ReadingBug as error:
        outcome.counts[name, "bug"] += 1
        outcome.failures.append(f"{number} ({name}): {error.details}")
    except UnreadableFile as error:
        crashed = str(error) == CRASHED
        outcome.counts[name, "rejected: parser crashed" if crashed else "rejected"] += 1
        if "时间上限" in str(error):
            outcome.failures.append(f"{number} ({name}) hung")
    else:
        outcome.counts[name, "read"] += 1
        if isinstance(read, tuple):
            if read[0] != read[1]:
                outcome.failures.append(f"{number} ({name}) lost rows: {read}")
        else:
            for table in read:
                if not table.rejected:
                    waiting.setdefault(table.dataset, []).append(table)
    outcome.slowest = max(outcome.slowest, time.monotonic() - began)


def _account(tables: list[RawTable], outcome: Outcome) -> None:
    """Checks that every row that was read is accepted, a duplicate, or sent back with a finding."""
    for table, verdict in zip(tables, verdicts(tables), strict=True):
        rows = verdict.accepted + verdict.duplicate + verdict.quarantined
        if not table.frame.num_rows == verdict.rows_read == rows:
            outcome.failures.append(f"lost rows of {table.dataset}: {verdict}")
        critical = {row for row, _, severity, _ in verdict.findings if severity == "critical"}
        if bool(critical) != bool(verdict.quarantined):
            outcome.failures.append(f"rows of {table.dataset} sent back without a word")
