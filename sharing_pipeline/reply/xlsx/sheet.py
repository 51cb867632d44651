"""One worksheet's part: cells get another format, comments get their drawing.

Only the tags of those cells change; an empty cell that isn't written gets one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from sharing_pipeline.reply.xlsx.xml_edit import (
    Edits,
    new_parser,
    number,
    parse,
    prefix_of,
    tag_at,
    with_attributes,
)
from sharing_pipeline.reply.xlsx.xml_tree import RELATIONSHIPS

Place = tuple[int, int]
"""Row and column, both from 1."""

Restyle = Callable[[Place, int, str | None], int]
"""The number of a cell's new format: from its place, its format, and the level that colours it."""

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)[\"']"
)
_BEHIND_COMMENTS = frozenset(
    (
        "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
        "tableParts", "extLst", "AlternateContent",
    )
)  # fmt: skip
"""What stands behind legacyDrawing in a worksheet; AlternateContent wraps controls there."""
_FIRST_ROW = re.compile(rb"(<(?:\w+:)?row)[\s/>]")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,7})[\"']")
_CELL_TAG = re.compile(rb"<((?:\w+:)?c)\s[^<>]*?(/?)>")
_OPEN = re.compile(rb"(<(?:\w+:)?sheetView\b[^>]*?)\s+tabSelected\s*=\s*[\"'](?:1|true)[\"']")
_CELL_DEPTH = 4
"""worksheet, sheetData, row, c."""
_DRAWING = re.compile(rb"<(?:\w+:)?legacyDrawing\s[^>]*?:id\s*=\s*[\"']([^\"']+)")


@cache
def letters(column: int) -> str:
    """A column's letters, A for 1."""
    text = ""
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def reference(place: Place) -> str:
    """A cell's reference, e.g. B5."""
    return f"{letters(place[1])}{place[0]}"


def place_of(text: str) -> Place | None:
    """The place that a reference means."""
    match = _REFERENCE.match(text)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def anchors(data: bytes) -> Callable[[Place], Place]:
    """A function that gives the cell that shows for a place: of a merged range its first."""
    ranges = []
    for match in _MERGED.finditer(data) if b"mergeCell" in data else ():
        first, last = (place_of(each) for each in match[1].decode().split(":"))
        if first and last:
            ranges.append((first, last))
    rows: dict[int, list[tuple[Place, Place]]] = {}
    for first, last in ranges:
        for row in range(first[0], last[0] + 1):
            rows.setdefault(row, []).append((first, last))

    def anchor(place: Place) -> Place:
        for first, last in rows.get(place[0], ()):
            if first[1] <= place[1] <= last[1]:
                return first
        return place

    return anchor


def drawing_of(data: bytes) -> str | None:
    """The id of the relation to the drawing of the sheet's comments."""
    match = _DRAWING.search(data)
    return match[1].decode() if match else None


@dataclass
class _Walk:
    """Where a worksheet's parser is, and what it has changed so far."""

    edits: Edits
    levels: Mapping[Place, str]
    restyle: Restyle
    stale: frozenset[int]
    prefix: str = ""
    depth: int = 0
    row: int = 0
    column: int = 0
    row_format: int | None = None
    column_formats: list[tuple[int, int, int]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    busy: bool = False
    has_drawing: bool = False
    drawing_at: int | None = None


def edit_sheet(
    data: bytes,
    levels: Mapping[Place, str],
    restyle: Restyle,
    stale: frozenset[int],
    drawing: str | None,
) -> bytes:
    """The worksheet with the cells of `levels` restyled, and those of a `stale` format, which have
    the level None.

    `drawing`: the id of the relation to the comments' drawing, if the sheet has none yet.
    """
    if not levels and not stale and drawing is None:
        return _not_open(data)
    walk = _Walk(Edits(data), levels, restyle, stale)
    by_row: dict[int, list[int]] = {}
    for row, column in levels:
        by_row.setdefault(row, []).append(column)
    parser = new_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        walk.depth += 1
        if walk.depth > _CELL_DEPTH or (walk.depth == _CELL_DEPTH and not walk.busy):
            return  # most of a sheet: nothing is to be done there
        local = name.rpartition(" ")[2]
        if walk.depth == 1:
            walk.prefix = prefix_of(tag_at(data, parser.CurrentByteIndex))
        elif local == "c":
            _cell(walk, parser.CurrentByteIndex, attributes)
        elif local == "row" and walk.depth == _CELL_DEPTH - 1:
            _row(walk, parser.CurrentByteIndex, attributes, by_row)
        elif local == "col":
            _column(walk, attributes)
        elif local == "sheetView" and attributes.get("tabSelected") in ("1", "true"):
            _retag(walk, parser.CurrentByteIndex, {"tabSelected": None})
        elif walk.depth == 2:
            walk.has_drawing |= local == "legacyDrawing"
            if local in _BEHIND_COMMENTS and walk.drawing_at is None:
                walk.drawing_at = parser.CurrentByteIndex

    def end(name: str) -> None:
        walk.depth -= 1
        if walk.depth == _CELL_DEPTH - 2:
            _row_end(walk, parser.CurrentByteIndex)
        elif walk.depth == 0 and walk.drawing_at is None:
            walk.drawing_at = parser.CurrentByteIndex

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse(parser, data if stale else _with_cells(data, by_row))
    if drawing is not None and not walk.has_drawing and walk.drawing_at is not None:
        tag = f'<{walk.prefix}legacyDrawing xmlns:r="{RELATIONSHIPS}" r:id="{drawing}"/>'
        walk.edits.insert(walk.drawing_at, tag.encode())
    return walk.edits.applied()


def _with_cells(data: bytes, wanted: Mapping[int, Sequence[int]]) -> bytes:
    """The part with blanks in the place of all rows and cells that aren't wanted, so that every
    offset stays.

    The parser calls Python for each tag, which costs more than all else in a reply; blanks cost
    it next to nothing. A part that is not written as usual is given back as it is.
    """
    first = _FIRST_ROW.search(data)
    if first is None or _may_hide_tags(data):
        return data
    opening, closing = first[1], b"</" + first[1][1:] + b">"
    kept = bytearray(data)
    at = first.start()
    while at >= 0:
        tag = tag_at(data, at)
        row = _ROW_NUMBER.search(tag)
        if row is None or b"'" in tag:
            return data
        end = at + len(tag) if tag.endswith(b"/>") else data.find(closing, at) + len(closing)
        if end <= at or data.find(opening, at + len(tag), end) >= 0:
            return data
        columns = wanted.get(int(row[1]))
        if columns is None:
            _blank(kept, at, end)
        else:
            _keep_cells(kept, at + len(tag), end - len(closing), row[1], columns)
        at = data.find(opening, end)
        while at >= 0 and data[at + len(opening) : at + len(opening) + 1].isalpha():
            at = data.find(opening, at + 1)  # rowBreaks, behind the rows
    return bytes(kept)


def _may_hide_tags(data: bytes) -> bool:
    """Whether there is anything in which a tag is only text."""
    return b"<!--" in data or b"<![CDATA[" in data or data.rfind(b"<?") > 0


def _keep_cells(kept: bytearray, start: int, end: int, row: bytes, columns: Sequence[int]) -> None:
    """Blanks all of a row's content but these columns. Nothing if not each is found, in order and
    written as usual: a cell that there isn't is put between its neighbours."""
    cells = [(start, start)]
    for column in sorted(columns):
        behind = cells[-1][1]
        named = kept.find(b' r="%b%b"' % (letters(column).encode(), row), behind, end)
        at = kept.rfind(b"<", behind, named) if named >= 0 else -1
        tag = _CELL_TAG.match(kept, at, end) if at >= 0 else None
        if tag is None or tag.end() <= named or b"'" in tag[0]:
            return
        closing = b"</" + tag[1] + b">"
        before = kept[behind:at].rstrip()
        close = tag.end() if tag[2] else kept.find(closing, at, end) + len(closing)
        if close < tag.end() or (before and not before.endswith((closing, b"/>"))):
            return
        cells.append((at, close))
    for (_, behind), (following, _) in pairwise([*cells, (end, end)]):
        _blank(kept, behind, following)


def _blank(kept: bytearray, start: int, end: int) -> None:
    kept[start:end] = b" " * (end - start)


def _not_open(data: bytes) -> bytes:
    """The sheet as it is, but not the one that is open."""
    head, tag, rows = data.partition(b"sheetData")
    return _OPEN.sub(rb"\1", head, count=1) + tag + rows


def _retag(walk: _Walk, at: int, values: Mapping[str, str | None]) -> None:
    tag = tag_at(walk.edits.data, at)
    walk.edits.replace(at, at + len(tag), with_attributes(tag, values))


def _column(walk: _Walk, attributes: Mapping[str, str]) -> None:
    first, last = (number(attributes, name, 1) for name in ("min", "max"))
    walk.column_formats.append((first, last, number(attributes, "style", 0)))


def _row(
    walk: _Walk, at: int, attributes: Mapping[str, str], by_row: Mapping[int, list[int]]
) -> None:
    walk.row = number(attributes, "r", walk.row + 1)
    walk.column = 0
    formatted = attributes.get("customFormat") in ("1", "true")
    walk.row_format = number(attributes, "s", 0) if formatted else None
    walk.waiting = sorted(by_row.get(walk.row, ()))
    walk.busy = bool(walk.waiting or walk.stale)
    tag = tag_at(walk.edits.data, at)
    if tag.endswith(b"/>") and walk.waiting:
        cells = b"".join(_new_cell(walk, column) for column in walk.waiting)
        closing = f"</{walk.prefix}row>".encode()
        walk.edits.replace(at, at + len(tag), tag[:-2].rstrip() + b">" + cells + closing)
        walk.waiting = []


def _cell(walk: _Walk, at: int, attributes: Mapping[str, str]) -> None:
    place = place_of(attributes.get("r", ""))
    walk.column = place[1] if place else walk.column + 1
    while walk.waiting and walk.waiting[0] < walk.column:
        walk.edits.insert(at, _new_cell(walk, walk.waiting.pop(0)))
    format_ = number(attributes, "s", 0)
    here = walk.row, walk.column
    level = walk.levels.get(here)
    if walk.waiting and walk.waiting[0] == walk.column:
        walk.waiting.pop(0)
    if level is not None or format_ in walk.stale:
        _retag(walk, at, {"s": str(walk.restyle(here, format_, level))})


def _row_end(walk: _Walk, at: int) -> None:
    if walk.waiting:
        walk.edits.insert(at, b"".join(_new_cell(walk, column) for column in walk.waiting))
    walk.waiting, walk.busy = [], False


def _new_cell(walk: _Walk, column: int) -> bytes:
    """A cell that the sheet doesn't write because it is empty, in the format that it shows."""
    place = walk.row, column
    shown = walk.row_format
    if shown is None:
        shown = next((s for first, last, s in walk.column_formats if first <= column <= last), 0)
    format_ = walk.restyle(place, shown, walk.levels[place])
    return f'<{walk.prefix}c r="{reference(place)}" s="{format_}"/>'.encode()
