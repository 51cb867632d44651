"""A sheet to be written in any workbook format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Formula:
    """A formula with its cached value; without one nobody has computed it."""

    text: str
    value: str | float | None = None


@dataclass(frozen=True)
class Error:
    """An error value such as #N/A, with the formula behind it if there is one."""

    text: str
    formula: str = ""


@dataclass(frozen=True)
class Sheet:
    """Cells from A1 on. Places count from 0; `merged` are first row, first column, last row,
    last column, inclusive."""

    name: str
    rows: Sequence[Sequence[Any]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[int] = field(default_factory=frozenset)
    hidden: bool = False

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def serial(moment: date, epoch_1904: bool = False) -> float:
    """A date as a spreadsheet's number."""
    whole = moment if isinstance(moment, datetime) else datetime(*moment.timetuple()[:3])
    day_0 = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
    return (whole - day_0) / timedelta(days=1)
