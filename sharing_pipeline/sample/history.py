"""The catalogue as it was before D, as the city's platform exported it every fifteen days.

The first export is the whole catalogue of the first day; each later one (增量) holds what was
published, mounted or declared anew since. So a past night has entries to count, as they were known
then. No fault is planted here; those of defects.py are in the files of D.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from sharing_pipeline.sample.catalogue_files import (
    CATALOGUE_HEADERS,
    DATE_STYLES,
    RESOURCE_HEADERS,
    catalogue_rows,
    cells,
    resource_rows,
)
from sharing_pipeline.sample.draw import Mask
from sharing_pipeline.sample.exchange import NO_CYCLE_STEP
from sharing_pipeline.sample.files import write_csv
from sharing_pipeline.sample.organisations import Organisation
from sharing_pipeline.sample.outcomes import CYCLES, UNKNOWN
from sharing_pipeline.sample.words import Words

EXPORT_STEP = 15
"""Days between two exports."""

WHOLE_CITY = "样例-全市"
"""The beginning of these files' names."""

_ISO = DATE_STYLES.index(date.isoformat)


@dataclass(frozen=True)
class _State:
    """What was known `ago` days before D: which rows there were, and their last updates."""

    ago: int
    entries: Mask
    resources: Mask
    updated_ago: np.ndarray

    def since(self, before: _State, declared: Mask) -> _State:
        """The same without the rows that `before` has too, but for newer declared updates."""
        updated = declared & (self.updated_ago != before.updated_ago)
        entries = self.entries & (~before.entries | updated)
        return _State(self.ago, entries, self.resources & ~before.resources, self.updated_ago)


def write_history(
    folder: Path,
    seed: int,
    entries: pd.DataFrame,
    resources: pd.DataFrame,
    organisations: list[Organisation],
    on: date,
    days: int,
    words: Words,
) -> Counter[str]:
    """Writes the exports of the `days` days up to D, but not of D itself; gives the number of rows
    by table."""
    counts: Counter[str] = Counter()
    for state in _exports(entries, resources, days):
        known = entries.assign(updated_ago=state.updated_ago)
        rows = catalogue_rows(seed, known, organisations, on, words)[state.entries]
        mounted = resource_rows(resources, organisations, on, words)[state.resources]
        exported_on = on - timedelta(days=state.ago)
        kind = "" if state.ago == days - 1 else "增量-"
        for table, title, part, headers in (
            ("catalogue", "目录", rows, CATALOGUE_HEADERS),
            ("resource", "挂载资源", mounted, RESOURCE_HEADERS),
        ):
            if len(part):
                path = folder / f"{WHOLE_CITY}-{exported_on}-{kind}{title}.csv"
                write_csv(path, [*headers.values()], cells(part, list(headers), _ISO), "utf-8-sig")
                counts[table] += len(part)
    return counts


def _exports(entries: pd.DataFrame, resources: pd.DataFrame, days: int) -> Iterator[_State]:
    """The state of the first day, then what each further export adds to the one before it."""
    declared = (entries["evidence"] == "declared").to_numpy()
    before = None
    for ago in range(days - 1, 0, -EXPORT_STEP):
        state = _state(entries, resources, ago)
        yield state if before is None else state.since(before, declared)
        before = state


def _state(entries: pd.DataFrame, resources: pd.DataFrame, ago: int) -> _State:
    published = _happened(entries["published_ago"], ago)
    mounted = _happened(resources["mounted_ago"], ago) & published[resources["entry"].to_numpy()]
    return _State(ago, published, mounted, _updated_by(entries, ago))


def _happened(days_ago: pd.Series, ago: int) -> Mask:
    """The rows whose event had happened by then; an event without a day counts as happened."""
    return ((days_ago == UNKNOWN) | (days_ago >= ago)).to_numpy()


def _updated_by(entries: pd.DataFrame, ago: int) -> np.ndarray:
    """The last update by then, which lies a whole number of cycles before the last one by D.

    It is UNKNOWN where it would lie before the entry was mounted, as in exchange.py.
    """
    last, mounted = entries["updated_ago"].to_numpy(), entries["mounted_ago"].to_numpy()
    lengths = {cycle: terms.shortest for cycle, terms in CYCLES.items()}
    step = entries["update_cycle"].map(lengths).fillna(NO_CYCLE_STEP).to_numpy(np.int64)
    earlier = last + np.maximum(0, -(-(ago - last) // step)) * step
    return np.where((last == UNKNOWN) | (earlier > np.maximum(mounted, last)), UNKNOWN, earlier)
