"""xls by hand: BIFF8 records in an OLE container, just enough of both."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tests.support.made.sheet import Error, Formula, Sheet, serial

_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36,
           "#N/A": 42}  # fmt: skip
_SECTOR = 512
_SMALLEST = 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls_bytes(sheets: Sequence[Sheet], epoch_1904: bool = False, password: bool = False) -> bytes:
    """An Excel 97–2003 workbook."""
    bodies = [_sheet(sheet, epoch_1904) for sheet in sheets]
    start = len(_globals(sheets, [0] * len(sheets), epoch_1904, password))
    places = []
    for body in bodies:
        places.append(start)
        start += len(body)
    return ole_bytes(
        {"Workbook": _globals(sheets, places, epoch_1904, password) + b"".join(bodies)}
    )


def _globals(
    sheets: Sequence[Sheet], places: Sequence[int], epoch_1904: bool, password: bool
) -> bytes:
    formats = b"".join(
        record(0x00E0, struct.pack("<HH", 0, number).ljust(20, b"\0")) for number in (0, 14, 22)
    )
    listed = b"".join(
        record(0x0085, struct.pack("<IH", place, int(sheet.hidden)) + _short_text(sheet.name))
        for place, sheet in zip(places, sheets, strict=True)
    )
    locked = record(0x002F, struct.pack("<HHH", 1, 1, 1).ljust(54, b"x")) if password else b""
    epoch = record(0x0022, struct.pack("<H", epoch_1904))
    return _begin(0x0005) + locked + record(0x0042, b"\xb0\x04") + epoch + formats + listed + _end()


def _begin(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0, 6))


def _end() -> bytes:
    return record(0x000A)


def _short_text(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _sheet(sheet: Sheet, epoch_1904: bool) -> bytes:
    parts = [_begin(0x0010)]
    parts += [
        record(0x007D, struct.pack("<HHHHHH", place, place, 2304, 0, 1, 0))
        for place in sorted(sheet.hidden_columns)
    ]
    parts.append(record(0x0200, struct.pack("<IIHHH", 0, len(sheet.rows), 0, sheet.width, 0)))
    for number in range(len(sheet.rows)):
        flags = 0x0120 if number in sheet.hidden_rows else 0x0100
        row = struct.pack("<HHHHHHHH", number, 0, sheet.width, 255, 0, 0, flags, 0)
        parts.append(record(0x0208, row))
    for number, row_cells in enumerate(sheet.rows):
        for place, value in enumerate(row_cells):
            parts.append(_cell(number, place, value, epoch_1904))
    if sheet.merged:
        areas = b"".join(
            struct.pack("<HHHH", top, bottom, left, right)
            for top, left, bottom, right in sheet.merged
        )
        parts.append(record(0x00E5, struct.pack("<H", len(sheet.merged)) + areas))
    return b"".join([*parts, _end()])


def _cell(row: int, column: int, value: Any, epoch_1904: bool) -> bytes:
    def at(style: int = 0) -> bytes:
        return struct.pack("<HHH", row, column, style)

    if value is None:
        return b""
    if isinstance(value, Formula):
        return _formula(at(), value)
    if isinstance(value, Error):
        return record(0x0205, at() + bytes([_ERRORS[value.text], 1]))
    if isinstance(value, bool):
        return record(0x0205, at() + bytes([value, 0]))
    if isinstance(value, int | float):
        return record(0x0203, at() + struct.pack("<d", value))
    if isinstance(value, date):
        style = 2 if isinstance(value, datetime) else 1
        return record(0x0203, at(style) + struct.pack("<d", serial(value, epoch_1904)))
    return record(0x0204, at() + _text(value))


def _formula(at: bytes, formula: Formula) -> bytes:
    """An xls formula always has a result; the empty text stands for none."""
    behind = struct.pack("<HIH", 0, 0, 0)
    if isinstance(formula.value, int | float):
        return record(0x0006, at + struct.pack("<d", formula.value) + behind)
    if formula.value is None:
        return record(0x0006, at + b"\x03\0\0\0\0\0\xff\xff" + behind)
    text = record(0x0207, _text(formula.value))
    return record(0x0006, at + b"\0\0\0\0\0\0\xff\xff" + behind) + text


def ole_bytes(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container with these streams."""
    sectors, fat, entries = b"", [], [_entry("Root Entry", 5, _END, 0, 1)]
    for number, (name, data) in enumerate(streams.items(), 1):
        data = data.ljust(_SMALLEST, b"\0")
        following = _FREE if number == len(streams) else number + 1
        entries.append(_entry(name, 2, len(fat), len(data), _FREE, following))
        sectors, fat = _append(sectors, fat, data)
    directory = b"".join(entries).ljust(-(-len(entries) // 4) * _SECTOR, b"\0")
    directory_start = len(fat)
    sectors, fat = _append(sectors, fat, directory)
    fat_start, fat_count = len(fat), 1
    while (len(fat) + fat_count) * 4 > fat_count * _SECTOR:
        fat_count += 1
    fat += [_FAT] * fat_count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_count * _SECTOR, b"\xff")
    places = [fat_start + number for number in range(fat_count)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, fat_count, directory_start, 0, _SMALLEST, _END, 0, _END, 0)
    head += struct.pack("<109I", *places, *[_FREE] * (109 - fat_count))
    return head + sectors + table


def _append(sectors: bytes, fat: list[int], data: bytes) -> tuple[bytes, list[int]]:
    """The sectors and their chain with one more stream."""
    data = data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0")
    first, count = len(fat), len(data) // _SECTOR
    return sectors + data, [*fat, *range(first + 1, first + count), _END]


def _entry(name: str, kind: int, start: int, size: int, child: int, right: int = _FREE) -> bytes:
    written = name.encode("utf-16-le")
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(written) + 2, kind, 1, _FREE, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )
