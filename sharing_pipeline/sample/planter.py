"""Puts faults into rows, never two into the same row, and counts them.

Which faults there are is declared in defects.py; what they look like is in the modules of the
tables.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Mask


class Planter:
    """Marks rows as used, so that no row gets a second fault, and counts what was planted."""

    def __init__(self, rng: np.random.Generator, rows: pd.DataFrame, wanted: dict[str, int]):
        """Faults go into `rows`, as many of each as `wanted` says."""
        self.rng, self.rows, self.wanted = rng, rows, wanted
        self.free = np.ones(len(rows), dtype=bool)
        self.planted: Counter[str] = Counter(dict.fromkeys(wanted, 0))

    def take(self, name: str, among: Mask | None = None) -> np.ndarray:
        """The positions of free rows within `among` for the fault `name`; too few if there aren't
        enough."""
        usable = self.free if among is None else self.free & among
        chosen = self.rng.permutation(np.flatnonzero(usable))[: self.wanted[name]]
        self.free[chosen] = False
        self.planted[name] += len(chosen)
        return chosen

    def take_runs(self, name: str, length: int) -> np.ndarray:
        """Runs of neighbouring free rows of the same organisation, in the shape (runs, length)."""
        org = self.rows["org"].to_numpy()
        starts = np.flatnonzero(org[: 1 - length] == org[length - 1 :])
        runs: list[np.ndarray] = []
        for start in self.rng.permutation(starts):
            run = np.arange(start, start + length)
            if len(runs) == self.wanted[name]:
                break
            if self.free[run].all():
                self.free[run] = False
                runs.append(run)
        self.planted[name] += len(runs)
        return np.array(runs, dtype=np.int64).reshape(-1, length)

    def choice(self, values: tuple[str, ...], count: int) -> list[str]:
        """`count` of the values, drawn at random."""
        return [values[index] for index in self.rng.integers(0, len(values), count)]

    def put(self, positions: np.ndarray, column: str, values: list) -> None:
        """Replaces the cells of a column at these positions."""
        cells = self.rows[column].to_numpy(dtype=object, copy=True)
        for position, value in zip(positions, values, strict=True):
            cells[position] = value
        self.rows[column] = pd.Series(cells, dtype=object)
