"""Decides the outcome of each entry on D: mounted or not, updated in time or late, and when.

The rates of the city follow from it, because weak organisations fill exact quotas first. Days are
counted back from D: 0 is D itself, and UNKNOWN means that there is no such day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, quota, share_of, split, stream

UNKNOWN = -1

MOUNT_RATE = 0.93
TIMELINESS = 0.84
"""The rates that the city reaches on D; the target is 90 %. The rate of demands is in demand.py."""

NOT_MOUNTED = {"pending": 0.25, "returned": 0.15, "offline": 0.15, "none": 0.45}
LATE = {"never": 0.08, "failed_only": 0.05, "overdue": 0.87}
NEW_SHARE = 0.02
MOUNT_EXEMPT_SHARE = 0.01
UPDATE_EXEMPT_SHARE = 0.008
DECLARED_SHARE = 0.12
"""The share of entries that are updated by hand, so that the log shows nothing."""

IN_GRACE_SHARE = 0.05
API_LOGGED_SHARE = 0.75
API_SILENT_DAYS = 36
"""An API that wasn't called for so long is late; the rule allows 30 days."""


@dataclass(frozen=True)
class Cycle:
    """The shortest and the longest length of a cycle in days, and its grace in working days."""

    shortest: int
    longest: int
    grace: int

    @property
    def surely_late(self) -> int:
        """So many days after an update the deadline has passed, whatever the holidays are."""
        return self.longest + (self.grace * 7 // 5 + 12 if self.grace else 0) + 1


CYCLES = {
    "实时": Cycle(1, 1, 0),
    "每日": Cycle(1, 1, 1),
    "每周": Cycle(7, 7, 2),
    "每旬": Cycle(10, 10, 2),
    "每两周": Cycle(14, 14, 3),
    "每半月": Cycle(15, 15, 3),
    "每月": Cycle(28, 31, 5),
    "每季度": Cycle(89, 92, 10),
    "每半年": Cycle(181, 184, 10),
    "每年": Cycle(365, 366, 10),
    "每两年": Cycle(730, 731, 10),
}


def _by_cycle(cycles: pd.Series, field: str) -> np.ndarray:
    values = {cycle: getattr(terms, field) for cycle, terms in CYCLES.items()}
    return cycles.map(values).fillna(0).to_numpy(dtype=np.int64)


def _mount(rng: np.random.Generator, entries: pd.DataFrame, weakness: np.ndarray) -> pd.DataFrame:
    """Adds `mount` (mounted, pending, returned, offline, none) and `mount_exempt`."""
    published = (entries["publish_status"] == "已发布").to_numpy()
    counted = published & (entries["sharing_type"] != "不予共享").to_numpy()
    exempt = quota(rng, counted, share_of(MOUNT_EXEMPT_SHARE, len(entries)))
    counted &= ~exempt
    missing = int((1 - MOUNT_RATE) * counted.sum() + 0.5)
    missed = quota(rng, counted, missing, weakness[entries["org"], 0])
    mount = np.where(counted & ~missed, "mounted", "none").astype(object)
    for kind, rows in split(rng, missed, NOT_MOUNTED).items():
        mount[rows] = kind
    return entries.assign(mount=mount, mount_exempt=exempt)


def _timeliness(
    rng: np.random.Generator, entries: pd.DataFrame, weakness: np.ndarray
) -> pd.DataFrame:
    """Adds `timely`: on_time, overdue, never, failed_only, new, or empty where nothing is due."""
    mounted = (entries["mount"] == "mounted").to_numpy()
    due = mounted & entries["update_cycle"].isin(list(CYCLES)).to_numpy()
    slow = due & (_by_cycle(entries["update_cycle"], "shortest") >= 28)
    new = quota(rng, slow, min(share_of(NEW_SHARE, len(entries)), int(slow.sum())))
    exempt = quota(rng, due & ~new, share_of(UPDATE_EXEMPT_SHARE, len(entries)))
    counted = due & ~new & ~exempt
    missing = int((1 - TIMELINESS) * counted.sum() + 0.5)
    missed = quota(rng, counted, missing, weakness[entries["org"], 1])
    timely = np.where(counted, "on_time", "").astype(object)
    api = entries["is_api"].to_numpy()
    timely[missed & api] = "overdue"
    for kind, rows in split(rng, missed & ~api, LATE).items():
        timely[rows] = kind
    timely[new] = "new"
    timely[exempt] = "overdue"
    return entries.assign(timely=timely, update_exempt=exempt)


def _last_update(rng: np.random.Generator, entries: pd.DataFrame) -> np.ndarray:
    """How many days before D each entry was last updated, UNKNOWN where it never was."""
    shortest, longest, grace, late = (
        _by_cycle(entries["update_cycle"], field)
        for field in ("shortest", "longest", "grace", "surely_late")
    )
    draw = rng.random(len(entries))
    in_time = (draw * (shortest + 1)).astype(np.int64)
    in_grace = shortest + 1 + (draw * grace).astype(np.int64)
    use_grace = (rng.random(len(entries)) < IN_GRACE_SHARE) & (grace >= 2)
    overdue = late + (draw * (1.2 * longest + 5)).astype(np.int64)
    no_cycle = (draw * 400).astype(np.int64)
    timely = entries["timely"].to_numpy()
    idle = (entries["mount"] == "mounted").to_numpy() & (timely == "")
    return np.select(
        [(timely == "on_time") & use_grace, timely == "on_time", timely == "overdue", idle],
        [in_grace, in_time, overdue, no_cycle],
        UNKNOWN,
    )


def _evidence(rng: np.random.Generator, entries: pd.DataFrame, days: int) -> np.ndarray:
    """Where an entry's last update is written: log, declared, calls, silent, failed, or nowhere.

    The log reaches back `days` days; what is older is declared only. APIs show calls instead.
    """
    ago, api = entries["updated_ago"].to_numpy(), entries["is_api"].to_numpy()
    timely = entries["timely"].to_numpy()
    by_hand = rng.random(len(entries)) < DECLARED_SHARE
    logged_api = api & (rng.random(len(entries)) < API_LOGGED_SHARE)
    can_be_silent = days > API_SILENT_DAYS
    return np.select(
        [
            timely == "failed_only",
            ago == UNKNOWN,
            logged_api & (timely == "on_time"),
            logged_api & (timely == "overdue") & can_be_silent,
            api | by_hand | (ago >= days),
        ],
        ["failed", "", "calls", "silent", "declared"],
        "log",
    ).astype(object)


def _history(rng: np.random.Generator, entries: pd.DataFrame, days: int) -> pd.DataFrame:
    """Adds `published_ago` and `mounted_ago`, both before the first update."""
    count = len(entries)
    published = 60 + (rng.random(count) * 1040).astype(np.int64)
    mounted = published - (rng.random(count) * 45).astype(np.int64)
    silent = (entries["evidence"] == "silent").to_numpy()
    mounted = np.maximum(mounted, entries["updated_ago"].to_numpy())
    mounted = np.where(silent, np.maximum(mounted, min(days, 90)), mounted)
    never = entries["timely"].isin(["never", "failed_only"]).to_numpy()
    late = _by_cycle(entries["update_cycle"], "surely_late")
    mounted = np.where(never, np.maximum(mounted, late), mounted)
    new = (entries["timely"] == "new").to_numpy()
    mounted = np.where(new, 1 + (rng.random(count) * 18).astype(np.int64), mounted)
    published = np.where(new, mounted + 2, np.maximum(published, mounted))
    unpublished = entries["publish_status"].isin(["草稿", "审核中", "已退回"]).to_numpy()
    return entries.assign(
        published_ago=np.where(unpublished, UNKNOWN, published),
        mounted_ago=np.where((entries["mount"] == "none").to_numpy(), UNKNOWN, mounted),
    )


def decide_outcomes(
    seed: int, entries: pd.DataFrame, weakness: np.ndarray, days: int
) -> pd.DataFrame:
    """Adds to each entry mount, timely, evidence and the days of its life, counted back from D."""
    rng = stream(seed, Stream.outcome)
    decided = _timeliness(rng, _mount(rng, entries, weakness), weakness)
    decided = decided.assign(updated_ago=_last_update(rng, decided))
    decided = decided.assign(evidence=_evidence(rng, decided, days))
    return _history(rng, decided, days)
