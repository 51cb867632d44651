"""Random draws for the sample: independent streams of random numbers, and exact quotas.

With a quota a fixed number of rows is drawn, weak organisations more readily. Independent draws
would let the three rates vary from seed to seed.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

Mask = np.ndarray
"""A boolean for each row."""


class Stream(IntEnum):
    """The parts of the city with a stream of random numbers of their own, so that a change to one
    part leaves the others as they are."""

    organisation = 1
    catalogue = 2
    outcome = 3
    resource = 4
    defect = 5
    exchange = 6
    exchange_day = 7
    demand = 8
    exemption = 9


def stream(seed: int, part: Stream, *more: int) -> np.random.Generator:
    """The random numbers of a part of the city."""
    return np.random.default_rng([seed, int(part), *more])


def quota(
    rng: np.random.Generator, among: Mask, count: int, weight: np.ndarray | None = None
) -> Mask:
    """Marks `count` of the rows in `among`, heavy ones more readily (Efraimidis and Spirakis)."""
    rows = np.flatnonzero(among)
    keys = np.log(rng.random(len(rows)))
    if weight is not None:
        keys = keys / weight[rows]
    chosen = np.zeros(len(among), dtype=bool)
    chosen[rows[np.argsort(-keys, kind="stable")[:count]]] = True
    return chosen


def share_of(share: float, base: int) -> int:
    """The number that a `share` of `base` comes to, rounded half up, and at least 1 unless `base`
    is 0."""
    return max(1, int(share * base + 0.5)) if base else 0


def split(rng: np.random.Generator, among: Mask, shares: dict[str, float]) -> dict[str, Mask]:
    """Deals the rows in `among` out to the keys in the given shares; the last key has the rest."""
    rows = rng.permutation(np.flatnonzero(among))
    parts = {}
    start = 0
    for position, (key, share) in enumerate(shares.items(), start=1):
        end = len(rows) if position == len(shares) else start + int(share * np.sum(among) + 0.5)
        parts[key] = np.zeros(len(among), dtype=bool)
        parts[key][rows[start:end]] = True
        start = end
    return parts
