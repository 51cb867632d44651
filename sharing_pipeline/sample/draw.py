"""Draws that others build on: independent random streams and quotas.

A quota is exact (so many of these, the weak ones first), where independent draws would let the
three rates wander from seed to seed.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

Mask = np.ndarray
"""One boolean per row."""


class Stream(IntEnum):
    """One random stream per part, so that a change to one part leaves the others alone."""

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
    """The random numbers of one part of the city."""
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
    """How many `share` of `base` are: rounded half up, and at least one of any."""
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
