"""How far an xlsx sheet's cells reach, known before the cell reader makes a place for each cell
from A1 to the last one: one value in the last corner would take terabytes.

A bound is read off every piece of the sheet's text; only a sheet whose bound passes the limit is
searched cell by cell.
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
"""Bytes looked at together: they stay in the processor's cache."""
_EQUALS, _A, _LETTERS = ord("="), ord("A"), 26
_ROW_NUMBER = re.compile(rb"\br\s*=\s*[\"'][A-Z]{0,3}(\d{1,7})[\"']")
_FILLED = re.compile(
    rb"<(?:\w+:)?c\s(?:[^>]{0,199}?\s)?r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]{0,199}"
    rb"(?<!/)>(?!\s*</|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)"
)
"""The place of a cell that has a value; one that only has a format reaches nowhere."""

Bytes = npt.NDArray[np.uint8]


class Reach:
    """The last row and column with a cell, formatted ones included, of the pieces so far."""

    def __init__(self) -> None:
        """Columns without two letters in their name are not told apart."""
        self.rows, self.columns = 0, _LETTERS

    def add(self, piece: bytes) -> None:
        """Looks at the next piece; its last row is the farthest."""
        numbers = _ROW_NUMBER.findall(piece, max(0, piece.rfind(b"row", 0, -len(b"row>"))))
        self.rows = max(self.rows, *map(int, numbers), 0)
        text = np.frombuffer(piece, dtype=np.uint8)
        for start in range(0, len(text) - 4, _BLOCK):
            self._look(text[start : start + _BLOCK + 4])

    def _look(self, block: Bytes) -> None:
        """Columns of the cells whose name has two letters or three: =, a quote, letters."""
        letters = block - np.uint8(_A)
        is_letter = letters < _LETTERS
        places = np.flatnonzero((block[:-4] == _EQUALS) & is_letter[2:-2] & is_letter[3:-1])
        if len(places):
            first, second, third = (letters[places + n].astype(int) + 1 for n in (2, 3, 4))
            columns = first * _LETTERS + second
            columns = np.where(third <= _LETTERS, columns * _LETTERS + third, columns)
            self.columns = max(self.columns, int(columns.max()))

    def check(self, pieces: Iterable[bytes], limits: Limits, sheet: str) -> None:
        """UnreadableFile if the cells with a value, looked for in `pieces` only where the bound
        is too large, reach farther than the limits."""
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
