"""The schedule of supplies and calls by which the log shows the outcomes that outcomes.py decided.

It holds numbers only; the rows and files of a day are in exchange_rows.py and exchange_files.py.
Days are counted back from D.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.outcomes import API_SILENT_DAYS, CYCLES

NO_CYCLE_STEP = 60
"""Entries without a cycle are supplied this often, in days."""

FAILED_STEP = 7
LAST_CALL_WITHIN = 25
"""A living API is called at least once in so many days; the rule allows 30."""

SILENT_CALLS = 3


class Kind(IntEnum):
    """The kind of an event of the schedule."""

    supply = 0
    failure = 1
    call = 2


@dataclass(frozen=True)
class Schedule:
    """Events sorted by day, the latest first; those that are `needed` may not be left out."""

    ago: np.ndarray
    resource: np.ndarray
    kind: np.ndarray
    needed: np.ndarray

    def on(self, ago: int) -> slice:
        """The events of a day."""
        return slice(*np.searchsorted(self.ago, [ago, ago + 1]))


@dataclass(frozen=True)
class Pools:
    """The resources that further rows of the log may name, by position: for plain use, for
    supplies, and for supplies that are in time."""

    used: np.ndarray
    suppliers: np.ndarray
    punctual: np.ndarray


def _repeat(
    first: np.ndarray, step: np.ndarray, last: np.ndarray, resource: np.ndarray, kind: Kind
) -> pd.DataFrame:
    """Events at first, first + step, … up to `last` days before D; the first one is needed."""
    counts = np.maximum(0, (last - first) // step + 1)
    position = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return pd.DataFrame(
        {
            "ago": np.repeat(first, counts) + position * np.repeat(step, counts),
            "resource": np.repeat(resource, counts),
            "kind": np.full(counts.sum(), int(kind)),
            "needed": position == 0,
        }
    )


def build_schedule(
    seed: int, entries: pd.DataFrame, resources: pd.DataFrame, days: int
) -> Schedule:
    """The supplies and calls of the `days` days up to D that the entries' outcomes ask for."""
    rng = stream(seed, Stream.exchange)
    first = resources[resources["serial"] == 1]
    of_entry = entries.iloc[first["entry"]].assign(resource=first.index)
    last = np.minimum(days - 1, of_entry["mounted_ago"].to_numpy())
    evidence = of_entry["evidence"].to_numpy()
    lengths = {cycle: terms.shortest for cycle, terms in CYCLES.items()}
    step = of_entry["update_cycle"].map(lengths).fillna(NO_CYCLE_STEP).to_numpy(np.int64)
    ids = of_entry["resource"].to_numpy()
    logged, failed = evidence == "log", evidence == "failed"
    alive, silent = evidence == "calls", evidence == "silent"
    updated = of_entry["updated_ago"].to_numpy()
    start = rng.integers(0, FAILED_STEP, failed.sum())
    failed_step = np.maximum(step[failed], FAILED_STEP)
    called = np.minimum(rng.integers(0, LAST_CALL_WITHIN, alive.sum()), last[alive])
    silent_ids = np.repeat(ids[silent], SILENT_CALLS)
    silent_last = np.repeat(last[silent], SILENT_CALLS)
    silent_ago = rng.integers(API_SILENT_DAYS, silent_last + 1)
    once = np.ones_like(silent_ago)
    parts = [
        _repeat(updated[logged], step[logged], last[logged], ids[logged], Kind.supply),
        _repeat(
            np.minimum(start, last[failed]), failed_step, last[failed], ids[failed], Kind.failure
        ),
        _repeat(called, np.full_like(called, days), last[alive], ids[alive], Kind.call),
        _repeat(silent_ago, once, silent_ago, silent_ids, Kind.call),
    ]
    events = pd.concat(parts, ignore_index=True).sort_values(["ago", "resource"], kind="stable")
    return Schedule(*(events[name].to_numpy() for name in ("ago", "resource", "kind", "needed")))


def build_pools(entries: pd.DataFrame, resources: pd.DataFrame) -> Pools:
    """The resources that further rows of the log may name without changing any outcome."""
    of_entry = entries.iloc[resources["entry"]]
    mounted = (of_entry["mount"] == "mounted").to_numpy()
    is_api, evidence = of_entry["is_api"].to_numpy(), of_entry["evidence"].to_numpy()
    uncalled = is_api & (evidence != "calls")
    first = (resources["serial"] == 1).to_numpy()
    logged = first & (evidence == "log")
    on_time = (of_entry["timely"] == "on_time").to_numpy()
    return Pools(
        used=np.flatnonzero(mounted & ~uncalled),
        suppliers=np.flatnonzero(logged),
        punctual=np.flatnonzero(logged & on_time),
    )
