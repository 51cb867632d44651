"""Finds out how far the cells of an xlsx sheet reach, before the cell reader makes a place for each
cell from A1 to the last one: a single value in the last corner would take terabytes.

An upper bound is read off every piece of the sheet's text. Only a sheet whose bound passes the
limit is searched cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from sharing_pipeline.reading.grid import check_cells
from sharing_pipeline.reading.sheet_details import column_place
from sharing_pipeline.settings import Limits

_BLOCK = 1 << 18
"""Bytes that are searched together; a block of this size stays in the processor's cache."""
_EQUALS, _A, _LETTERS = ord("="), ord("A"), 26
_ROW_NUMBER = re.compile(rb"\br\s*=\s*[\"'][A-Z]{0,3}(\d{1,7})[\"']")
_FILLED = re.compile(
    rb"<(?:\w+:)?c\s(?:[^>]{0,199}?\s)?r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]{0,199}"
    rb"(?<!/)>(?!\s*</|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)"
)
"""The place of a cell that has a value; a cell that only has a format doesn't count."""

Bytes = npt.NDArray[np.uint8]


class Reach:
    """The last row and the last column with a cell, even an empty one, in the pieces so far."""

    def __init__(self) -> None:
        """Begins at column Z: columns with a single letter in their names are not looked for."""
        self.rows, self.columns = 0, _LETTERS

    def add(self, piece: bytes) -> None:
        """Takes the next piece into account; its last row is the farthest."""
        numbers = _ROW_NUMBER.findall(piece, max(0, piece.rfind(b"row", 0, -len(b"row>"))))
        self.rows = max(self.rows, *map(int, numbers), 0)
        text = np.frombuffer(piece, dtype=np.uint8)
        for start in range(0, len(text) - 4, _BLOCK):
            self._add_columns(text[start : start + _BLOCK + 4])

    def _add_columns(self, block: Bytes) -> None:
        """Finds the columns whose names have two letters or three behind =, a quote."""
        letters = block - np.uint8(_A)
        is_letter = letters < _LETTERS
        places = np.flatnonzero((block[:-4] == _EQUALS) & is_letter[2:-2] & is_letter[3:-1])
        if len(places):
            first, second, third = (letters[places + i].astype(int) + 1 for i in (2, 3, 4))
            columns = first * _LETTERS + second
            columns = np.where(third <= _LETTERS, columns * _LETTERS + third, columns)
            self.columns = max(self.columns, int(columns.max()))

    def check(self, pieces: Iterable[bytes], limits: Limits, sheet: str) -> None:
        """Raises UnreadableFile if cells with a value reach farther than the limits allow; they are
        looked for in `pieces` only where the bound is too large."""
        if self.rows * self.columns <= limits.cells:
            return
        lowest, rightmost = (0, ""), (0, "")
        for piece in pieces:
            for match in _FILLED.finditer(piece):
                name = f"{match[1].decode()}{match[2].decode()}"
                lowest = max(lowest, (int(match[2]), name))
                rightmost = max(rightmost, (column_place(match[1].decode()) + 1, name))
        farthest = "、".join(dict.fromkeys((lowest[1], rightmost[1])))
        check_cells(lowest[0], rightmost[0], limits, sheet, f"最远的内容在单元格 {farthest}。")
