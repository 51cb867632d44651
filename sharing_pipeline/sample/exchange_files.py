"""Writes the exchange log: a file for each day, of which every tenth is packed with gzip.

A day is made and written in pieces of half a million rows, so that a large one takes time but no
more memory.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sharing_pipeline.sample.catalogue_defects import full_width, with_unit
from sharing_pipeline.sample.defects import declared
from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.exchange import Pools, Schedule
from sharing_pipeline.sample.exchange_rows import (
    BYTES_PER_ROW,
    NONE,
    Day,
    Status,
    Text,
    faulty_supplies,
    repeats,
    scheduled,
    spoil_use,
    use,
)  # fmt: skip
from sharing_pipeline.settings import Progress

PIECE = 500_000
PACKED_EVERY = 10
UNKNOWN_RESOURCE = "361100998000000001/01"
STATUS_WORDS = {Status.done: "成功", Status.failed: "失败", Status.running: "执行中"}
ERRORS = (
    ("E101", "提供方", "前置机连接超时"),
    ("E202", "调用方", "请求参数不合法"),
    ("E303", "网关", "超过限流阈值"),
    ("E900", "其他", "未知错误"),
)
SAME_CONTENT_EVERY = 33
"""Of so many resources one supplies the same content each time: an update that changes nothing."""


@dataclass(frozen=True)
class LogPlan:
    """What the files of all days are made from; `sizes` are the rows of each day, oldest first."""

    seed: int
    on: date
    sizes: tuple[int, ...]
    schedule: Schedule
    pools: Pools
    resources: pd.DataFrame
    org_codes: list[str]


class _Texts:
    """The texts that the numbers of a batch stand for, as Arrow arrays."""

    def __init__(self, plan: LogPlan):
        """The ids, types and providers of the resources, and the codes of all organisations."""
        orgs = pa.array(plan.org_codes, pa.string())
        self.orgs = orgs
        self.ids = pa.array(plan.resources["resource_id"].tolist(), pa.string())
        self.types = pa.array(plan.resources["resource_type"].tolist(), pa.string())
        self.providers = orgs.take(pa.array(plan.resources["org"].to_numpy()))


def _known(values: pd.Series) -> pa.Array:
    """The numbers as Arrow, NONE as null."""
    array = values.to_numpy()
    return pa.array(array, mask=array == NONE)


def _row_counts(batch: pd.DataFrame) -> pa.Array:
    """Row counts as text, since some carry units or full-width digits."""
    words = pc.cast(_known(batch["rows"]), pa.string())
    spoiled = batch["text"].isin([int(Text.unit), int(Text.full_width)]).to_numpy()
    write = {int(Text.unit): with_unit, int(Text.full_width): full_width}
    cells = [
        write[text](rows)
        for text, rows in zip(batch["text"][spoiled], batch["rows"][spoiled], strict=True)
    ]
    return pc.replace_with_mask(words, pa.array(spoiled), pa.array(cells, pa.string()))


def _content_hashes(batch: pd.DataFrame, midnight: int) -> pa.Array:
    """A digest for successful supplies: of the resource, and mostly of the day (SplitMix64)."""
    shown = (batch["supply"] & (batch["status"] == int(Status.done))).to_numpy()
    resource = batch["resource"].to_numpy(np.uint64)
    day = np.where(resource % SAME_CONTENT_EVERY == 0, 0, midnight).astype(np.uint64)
    mixed = (resource << np.uint64(32)) + day + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    cells = [f"{value:016x}" for value in mixed[shown].tolist()]
    words = pa.nulls(len(batch), pa.string())
    return pc.replace_with_mask(words, pa.array(shown), pa.array(cells, pa.string()))


def _table(batch: pd.DataFrame, texts: _Texts, day: date) -> pa.Table:
    """The batch in the columns of the exchange log."""
    midnight = (day - date(1970, 1, 1)).days * 86_400
    started = midnight + batch["started"].to_numpy()
    running = (batch["status"] == int(Status.running)).to_numpy()
    resource = pa.array(batch["resource"].to_numpy())
    unknown = pa.array((batch["text"] == int(Text.unknown_resource)).to_numpy())
    number = pc.utf8_lpad(pc.cast(pa.array(batch["number"].to_numpy()), pa.string()), 8, "0")
    error = _known(batch["error"])
    supply = pa.array(batch["supply"].to_numpy())
    codes, parties, messages = (pa.array(words) for words in zip(*ERRORS, strict=True))
    seconds = pa.timestamp("s")
    finished = pa.array(started + batch["seconds"].to_numpy(), mask=running)
    size = pc.multiply(_known(batch["rows"]), BYTES_PER_ROW)
    return pa.table(
        {
            "batch_id": pc.binary_join_element_wise(f"B{day:%Y%m%d}", number, "-"),
            "resource_id": pc.if_else(unknown, UNKNOWN_RESOURCE, texts.ids.take(resource)),
            "direction": pc.if_else(supply, "归集", "共享"),
            "method": texts.types.take(resource),
            "provider_org": texts.providers.take(resource),
            "consumer_org": texts.orgs.take(_known(batch["consumer"])),
            "started_at": pa.array(started).cast(seconds),
            "finished_at": finished.cast(seconds),
            "status": pa.array(list(STATUS_WORDS.values())).take(
                pa.array(batch["status"].to_numpy())
            ),
            "row_count": _row_counts(batch),
            "byte_count": size,
            "content_hash": _content_hashes(batch, midnight),
            "verified_no_change": pa.array(batch["verified"].to_numpy()),
            "error_code": codes.take(error),
            "error_party": parties.take(error),
            "message": messages.take(error),
        }
    )


def _pieces(rng: np.random.Generator, day: Day, planted: Counter[str]) -> Iterator[pd.DataFrame]:
    """The day in pieces; the first piece has all supplies and all faults."""
    opening = [scheduled(rng, day), *faulty_supplies(rng, day, planted)]
    taken = sum(len(batch) for batch in opening)
    extra = day.wanted["repeated_batch"] + day.wanted["running_then_done"]
    uses = max(0, day.size - taken - extra)
    count = max(1, -(-uses // PIECE))
    bounds = np.linspace(0, 86_400, count + 1).astype(int)
    sizes = np.diff(np.linspace(0, uses, count + 1).astype(int))
    number = 1
    for piece, size in enumerate(sizes):
        batch = use(rng, day, int(size), bounds[piece], bounds[piece + 1])
        if piece == 0:
            batch = pd.concat([*opening, spoil_use(rng, day, batch, planted)], ignore_index=True)
        batch = batch.assign(number=np.arange(number, number + len(batch)))
        number += len(batch)
        yield repeats(rng, day, batch, planted) if piece == 0 else batch


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The file to write to; a packed one has no time and no name inside, which would change its
    bytes."""
    with path.open("wb") as file:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                yield packed
        else:
            yield file


def _day_faults(sizes: tuple[int, ...]) -> list[dict[str, int]]:
    """Each day's part of the faults, which add up to what defects.py declares."""
    total = sum(sizes)
    wanted = declared("log", total)
    ends = np.cumsum(sizes).tolist()
    starts = [0, *ends[:-1]]
    return [
        {name: count * end // total - count * start // total for name, count in wanted.items()}
        for start, end in zip(starts, ends, strict=True)
    ]


def write_exchange_log(folder: Path, plan: LogPlan, progress: Progress) -> tuple[int, Counter[str]]:
    """Writes all days; gives the number of rows and of each fault.

    A day has more rows than the plan says if the outcomes need more supplies.
    """
    texts = _Texts(plan)
    planted: Counter[str] = Counter(dict.fromkeys(declared("log", 1), 0))
    mounted_ago = plan.resources["mounted_ago"].to_numpy()
    row_count = 0
    for number, (size, wanted) in enumerate(zip(plan.sizes, _day_faults(plan.sizes), strict=True)):
        ago = len(plan.sizes) - 1 - number
        on = plan.on - timedelta(days=ago)
        day = Day(ago, size, wanted, plan.schedule, plan.pools, mounted_ago, len(plan.org_codes))
        packed = number % PACKED_EVERY == PACKED_EVERY - 1 and ago > 0
        path = folder / f"样例-交换日志-{on.isoformat()}.csv{'.gz' if packed else ''}"
        rng = stream(plan.seed, Stream.exchange_day, on.toordinal())
        with _opened(path) as file:
            for piece, batch in enumerate(_pieces(rng, day, planted)):
                options = pa_csv.WriteOptions(include_header=piece == 0, quoting_style="needed")
                pa_csv.write_csv(_table(batch, texts, on), file, options)
                row_count += len(batch)
                progress("写入交换日志", row_count, max(row_count, sum(plan.sizes)))
    return row_count, planted
