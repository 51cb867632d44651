"""An xls workbook's records, for what the cell reader leaves out. No cell values are read here."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from sharing_pipeline.reading.sheet_details import Beside

_STREAMS = ("Workbook", "Book")
_BEGIN, _END, _SHEET, _PASSWORD = 0x0809, 0x000A, 0x0085, 0x002F
_ROW, _COLUMNS, _ERROR, _FORMULA, _DATES = 0x0208, 0x007D, 0x0205, 0x0006, 0x0022
_WANTED = {_ROW, _COLUMNS, _ERROR, _FORMULA}
_HEAD = struct.Struct("<HH")
_PLACE = struct.Struct("<HH")
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


def look_beside(data: bytes) -> list[Beside]:
    """What is to be known about each sheet beside its cells, in the order of the sheets.

    Empty for a file whose container or records are broken: the cell reader says so.
    """
    try:
        return _look_at_book(_book(data))
    except (OSError, struct.error, IndexError):
        return []


def is_locked(data: bytes) -> bool:
    """Whether the workbook asks for a password."""
    try:
        return any(kind == _PASSWORD for kind, _ in _records(_book(data), 0))
    except OSError:
        return False


def column_widths(data: bytes) -> list[dict[int, float]]:
    """Widths in characters by column (from 1) of each sheet, in the order of the sheets.

    Empty for a file whose container or records are broken.
    """
    try:
        book = _book(data)
        kinds = _records(book, 0)
        starts = [struct.unpack_from("<I", body)[0] for kind, body in kinds if kind == _SHEET]
        return [_widths(book, start) for start in starts]
    except (OSError, struct.error, IndexError):
        return []


def _widths(book: bytes, start: int) -> dict[int, float]:
    widths: dict[int, float] = {}
    for kind, body in _records(book, start):
        if kind == _COLUMNS:
            first, last, width = struct.unpack_from("<HHH", body)
            widths.update(dict.fromkeys(range(first + 1, last + 2), width / 256))
    return widths


def _book(data: bytes) -> bytes:
    """The stream of the workbook; OSError for a broken container."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            stream = next((name for name in _STREAMS if container.exists(name)), None)
            return container.openstream(stream).read() if stream else b""
    except (ValueError, IndexError) as error:  # half a sector at the end, a sector beyond it
        raise OSError(str(error)) from error


def _look_at_book(book: bytes) -> list[Beside]:
    starts, epoch_1904 = [], False
    for kind, body in _records(book, 0):
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == _DATES:
            epoch_1904 = body[:1] == b"\x01"
    return [_look_at_sheet(book, start, epoch_1904) for start in starts]


def _look_at_sheet(book: bytes, start: int, epoch_1904: bool) -> Beside:
    beside = Beside(epoch_1904=epoch_1904)
    for kind, body in _records(book, start):
        if kind not in _WANTED:
            continue
        first, second = _PLACE.unpack_from(body)
        if kind == _ROW and body[12] & _ROW_HIDDEN:
            beside.hide_row(first)
        elif kind == _COLUMNS and body[8] & _COLUMN_HIDDEN:
            beside.hide_column(first, second)
        elif kind == _ERROR and body[7]:
            beside.cells[first, second] = _ERROR_TEXTS.get(body[6], "#N/A")
        elif kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
            beside.cells[first, second] = _ERROR_TEXTS.get(body[8], "#N/A")
    return beside


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, those of charts inside it left out."""
    depth = 0
    while start + _HEAD.size <= len(book):
        kind, size = _HEAD.unpack_from(book, start)
        start += _HEAD.size
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, book[start : start + size]
        start += size
