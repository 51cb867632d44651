"""The high-water mark of a growing table: how far its rows are known.

The mark is kept as text in the ledger. It is worked out from the rows while they are read, which
also shows whether any of them is new. Nothing here knows a database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sharing_pipeline.errors import UnreadableDatabase
from sharing_pipeline.reading.grid import Cell

_READ: dict[str, Callable[[str], Any]] = {
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "integer": int,
    "number": Decimal,
    "fraction": float,
    "text": str,
}
_KINDS: dict[type, str] = {
    datetime: "timestamp", date: "date", int: "integer", Decimal: "number", float: "fraction",
    str: "text",
}  # fmt: skip
_EDGE_BITS = 128


@dataclass(frozen=True)
class Mark:
    """How far the rows of a table are known.

    `value` is the highest value of the column, in the ledger's form; it is empty if no row is known
    yet. `edge` is a hash of all rows with exactly this value: a query with `>=`, which loses no row
    of the same second, brings them every night again, and by the edge they are recognised.
    """

    value: str = ""
    edge: str = ""

    def read(self) -> Any:
        """The value as the database gave it, for the next query."""
        kind, written = json.loads(self.value)
        return _READ[kind](written)


def _written(value: Any) -> str:
    return json.dumps([_KINDS[type(value)], str(value)], ensure_ascii=False)


@dataclass
class MarkTracker:
    """Works out the new mark from the rows while they are read; `since` is the mark before."""

    column: str
    since: Mark
    _highest: Any = field(default=None, init=False)
    _edge: int = field(default=0, init=False)
    _at_edge: int = field(default=0, init=False)
    _rows: int = field(default=0, init=False)

    def add(self, values: Sequence[Any], rows: Sequence[Sequence[Cell]]) -> None:
        """Takes a batch into account: the column's values, and the whole rows as text.

        UnreadableDatabase for values that have no order.
        """
        self._rows += len(rows)
        known = [value for value in values if value is not None]
        if not known:
            return
        if not {type(value) for value in known} <= _KINDS.keys():
            raise self._unordered()
        try:
            highest = max(known)
        except TypeError:
            raise self._unordered() from None
        if self._highest is None or self._is_above(highest, self._highest):
            self._highest, self._edge, self._at_edge = highest, 0, 0
        # Only the rows at the edge are hashed, because hashing a row costs as much as fetching it.
        edge = [row for value, row in zip(values, rows, strict=True) if value == self._highest]
        self._edge += sum(map(_fingerprint, edge))
        self._at_edge += len(edge)

    def mark(self) -> Mark:
        """How far the rows are known now; the mark never goes back."""
        if self._highest is None:
            return self.since
        if self.since.value and self._is_above(self.since.read(), self._highest):
            return self.since
        return Mark(_written(self._highest), f"{self._edge % (1 << _EDGE_BITS):x}")

    @property
    def nothing_new(self) -> bool:
        """Whether all rows were known before, because they stand at the mark itself."""
        return self._rows == 0 or (self._at_edge == self._rows and self.mark() == self.since)

    def _is_above(self, value: Any, limit: Any) -> bool:
        try:
            return bool(value > limit)
        except TypeError:
            raise self._unordered() from None

    def _unordered(self) -> UnreadableDatabase:
        return UnreadableDatabase(
            f"high_water 写的列“{self.column}”的值不能排出先后"
            "（混有不同类型，或不是时间、数、文字）。请在查询里用 CAST 统一类型，或换一列。"
        )


def _fingerprint(row: Sequence[Cell]) -> int:
    """A row's hash as a number. Added up, the hashes don't depend on the order of the rows."""
    cells = "\x1f".join("\x00" if cell is None else cell for cell in row)
    return int.from_bytes(hashlib.blake2b(cells.encode(), digest_size=_EDGE_BITS // 8).digest())
