"""The rows of a day's exchange log as numbers: supplies, calls, plain use and faults.

A batch is a frame of numbers, so that five million rows a day can be made as arrays; the texts are
put in by exchange_files.py. Times are seconds since the day's midnight.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd

from sharing_pipeline.sample.exchange import Kind, Pools, Schedule

DAY = 86_400
NONE = -1
"""Stands for no row count, no error, no consumer."""

SUPPLY_CEILING = 0.6
"""Supplies that no outcome depends on fill at most this share of a day's rows."""

USE_FAILURE_SHARE = 0.015
NO_CHANGE_SHARE = 0.02
"""The share of supplies without rows, checked and found unchanged, among those that no outcome
depends on."""

USERS_OF_A_RESOURCE = 8
"""At most so many departments use a resource, and the first few of them most."""

BYTES_PER_ROW = 137


class Status(IntEnum):
    """The three states of a batch."""

    done = 0
    failed = 1
    running = 2


class Text(IntEnum):
    """Faults that only show in the texts of a row."""

    plain = 0
    unknown_resource = 1
    unit = 2
    full_width = 3


@dataclass(frozen=True)
class Day:
    """What the rows of a day are drawn from: `size` rows, with as many of each fault as `wanted`
    says."""

    ago: int
    size: int
    wanted: dict[str, int]
    schedule: Schedule
    pools: Pools
    mounted_ago: np.ndarray
    organisation_count: int


def _batch(resource: np.ndarray, **columns: object) -> pd.DataFrame:
    """Rows with the given columns; all others are those of a successful supply at midnight."""
    usual = {
        "supply": True, "started": 0, "seconds": 0, "status": int(Status.done), "rows": NONE,
        "verified": False, "error": NONE, "consumer": NONE, "text": int(Text.plain),
        "fault": False,
    }  # fmt: skip
    return pd.DataFrame({"resource": resource, **{**usual, **columns}})


def _supplies(rng: np.random.Generator, resource: np.ndarray, **columns: object) -> pd.DataFrame:
    """Supplies that begin between 0:10 and 6:00 and take up to half an hour."""
    count = len(resource)
    rows = np.exp(rng.uniform(np.log(5), np.log(50_000), count)).astype(np.int64)
    usual = {
        "started": rng.integers(600, 6 * 3600, count),
        "seconds": rng.integers(5, 1800, count),
        "rows": rows,
    }
    return _batch(resource, **{**usual, **columns})


def scheduled(rng: np.random.Generator, day: Day) -> pd.DataFrame:
    """The events that are scheduled for the day; if they are too many, some that aren't needed are
    left out."""
    part = day.schedule.on(day.ago)
    needed, kinds = day.schedule.needed[part], day.schedule.kind[part]
    room = max(0, int(SUPPLY_CEILING * day.size) - int(needed.sum()))
    kept = needed.copy()
    kept[rng.permutation(np.flatnonzero(~needed))[:room]] = True
    kind, is_needed = kinds[kept], needed[kept]
    batch = _supplies(rng, day.schedule.resource[part][kept])
    unchanged = (kind == Kind.supply) & ~is_needed & (rng.random(len(batch)) < NO_CHANGE_SHARE)
    failure, call = kind == Kind.failure, kind == Kind.call
    callers = rng.integers(0, day.organisation_count, len(batch))
    return batch.assign(
        supply=~call,
        rows=np.where(failure, NONE, np.where(unchanged, 0, batch["rows"])),
        verified=unchanged,
        status=np.where(failure, int(Status.failed), int(Status.done)),
        error=np.where(failure, 0, NONE),
        consumer=np.where(call, callers, NONE),
    )


def use(
    rng: np.random.Generator, day: Day, count: int, begin: int = 0, end: int = DAY
) -> pd.DataFrame:
    """`count` uses of mounted resources between two times of the day; a few resources are used
    most."""
    pool = day.pools.used[day.mounted_ago[day.pools.used] > day.ago]
    if not len(pool):
        return _batch(pool)
    resource = pool[(len(pool) * rng.random(count) ** 3).astype(np.int64)]
    started = np.sort(rng.integers(begin, end, count))
    failed = rng.random(count) < USE_FAILURE_SHARE
    rows = rng.geometric(0.01, count)
    return _batch(
        resource,
        supply=False,
        started=started,
        seconds=np.minimum(rng.integers(0, 40, count), DAY - 1 - started),
        status=np.where(failed, int(Status.failed), int(Status.done)),
        rows=np.where(failed, NONE, rows),
        error=np.where(failed, rng.integers(0, 4, count), NONE),
        consumer=(resource * 31 + (USERS_OF_A_RESOURCE * rng.random(count) ** 2).astype(np.int64))
        % day.organisation_count,
    )


def faulty_supplies(
    rng: np.random.Generator, day: Day, planted: Counter[str]
) -> list[pd.DataFrame]:
    """Further supplies that are faulty, of resources whose outcomes they don't change."""
    batches = []
    for name, pool in (
        ("zero_rows", day.pools.suppliers),
        ("failed_supply", day.pools.suppliers),
        ("crosses_midnight", day.pools.punctual),
    ):
        usable = pool[day.mounted_ago[pool] > day.ago]
        chosen = rng.choice(usable, day.wanted[name]) if len(usable) else usable
        planted[name] += len(chosen)
        batch = _supplies(rng, chosen, fault=True)
        if name == "zero_rows":
            batch = batch.assign(rows=0)
        elif name == "failed_supply":
            error = rng.integers(0, 4, len(batch))
            batch = batch.assign(rows=NONE, status=int(Status.failed), error=error)
        else:
            started = rng.integers(DAY - 900, DAY - 10, len(batch))
            batch = batch.assign(started=started, seconds=DAY - started + batch["seconds"])
        batches.append(batch)
    return batches


def spoil_use(
    rng: np.random.Generator, day: Day, batch: pd.DataFrame, planted: Counter[str]
) -> pd.DataFrame:
    """Plants faulty times, ids and numbers into uses, where they change no outcome."""
    done = np.flatnonzero((batch["status"] == int(Status.done)).to_numpy())
    rows = rng.permutation(done)
    started, seconds = batch["started"].to_numpy(copy=True), batch["seconds"].to_numpy(copy=True)
    text, fault = batch["text"].to_numpy(copy=True), batch["fault"].to_numpy(copy=True)
    texts = {
        "unknown_resource": Text.unknown_resource,
        "log_unit": Text.unit,
        "log_full_width": Text.full_width,
    }
    for name in ("end_before_start", "late_arrival", *texts):
        chosen, rows = rows[: day.wanted[name]], rows[day.wanted[name] :]
        planted[name] += len(chosen)
        fault[chosen] = True
        if name == "end_before_start":
            started[chosen] = np.maximum(started[chosen], 3600)
            seconds[chosen] = -rng.integers(60, 3000, len(chosen))
        elif name == "late_arrival":
            started[chosen] -= DAY * rng.integers(1, 6, len(chosen))
        else:
            text[chosen] = int(texts[name])
    return batch.assign(started=started, seconds=seconds, text=text, fault=fault)


def repeats(
    rng: np.random.Generator, day: Day, batch: pd.DataFrame, planted: Counter[str]
) -> pd.DataFrame:
    """Adds repeated batches at the end, and puts a row of the running batch before some that are
    done."""
    whole = (batch["status"] == int(Status.done)) & ~batch["fault"]
    rows = rng.permutation(np.flatnonzero(whole.to_numpy()))
    repeated = rows[: day.wanted["repeated_batch"]]
    seen_running = rows[len(repeated) :][: day.wanted["running_then_done"]]
    planted["repeated_batch"] += len(repeated)
    planted["running_then_done"] += len(seen_running)
    running = batch.iloc[seen_running].assign(
        status=int(Status.running), rows=NONE, verified=False, seconds=0
    )
    return pd.concat([running, batch, batch.iloc[repeated]], ignore_index=True)
