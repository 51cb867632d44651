"""Reads from an xlsx sheet's XML what the cell reader leaves out, but no cell values.

The text is searched piece by piece, not parsed: a sheet of a million cells takes a fifth of a
second, and nothing in it can expand. A sheet is refused if it is broken, or if it is too large for
the cell reader, which keeps a place for every cell up to the last one.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from xml.etree import ElementTree

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.content import DAMAGED
from sharing_pipeline.reading.sheet_details import NO_VALUE, SheetDetails, column_place
from sharing_pipeline.reading.well_formed_xml import BROKEN, Tags, check_part
from sharing_pipeline.reading.xlsx_reach import Reach
from sharing_pipeline.settings import Limits

# The patterns take attributes up to a length only, so that a text with many beginnings of tags and
# no ends can't take long.
_PIECE = 4 << 20
"""Bytes that are read and searched together."""
_LARGEST_ROW = 64 << 20
"""No row that a person filled in comes near it: 16,384 columns of 4 KB each."""
_LARGEST_PART = 16 << 20
"""Bytes of workbook.xml that are read; sheets and names take some 100 bytes each. A larger one is
refused as damaged."""
_ROW_END = b"row>"
_COLUMNS = re.compile(rb"<(?:\w+:)?col\s([^>]*)")
_HIDDEN_ROW = re.compile(
    rb"<(?:\w+:)?row\s([^>]{0,999}?\bhidden\s*=\s*[\"'](?:1|true)[\"'][^>]{0,999})"
)
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
_NUMBER = {name: re.compile(rb"\b%b\s*=\s*[\"'](\d+)" % name) for name in (b"r", b"min", b"max")}
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s([^>]{0,99}?\bt\s*=\s*[\"']e[\"'][^>]{0,99})>"
    rb"(?:(?!</?(?:\w+:)?c\b).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]{0,199})>\s*<(?:\w+:)?f(?:\s[^>]{0,999}?)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\b")
_TEXT_RESULT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")


def read_sheet_details(
    archive: zipfile.ZipFile, names: Collection[str], limits: Limits
) -> dict[str, SheetDetails]:
    """The details of the sheets of these names, by name.

    UnreadableFile for a sheet that is broken or passes the limits.
    """
    book = _parsed(archive, "xl/workbook.xml")
    links = _parsed(archive, "xl/_rels/workbook.xml.rels")
    parts = {path.lower(): path for path in archive.NameToInfo}
    targets = {
        link.get("Id", ""): parts.get(_path(link.get("Target", "")).lower()) for link in links
    }
    for link in links:
        texts = targets[link.get("Id", "")]
        if texts and link.get("Type", "").endswith("/sharedStrings"):
            check_part(archive, texts, "工作簿的文字表")
    epoch = book.find("{*}workbookPr")
    is_1904 = epoch is not None and epoch.get("date1904") in ("1", "true")
    details_by_sheet = {}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        name = sheet.get("name", "")
        id_ = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        path = targets.get(id_)
        if name in names:
            details_by_sheet[name] = SheetDetails(epoch_1904=is_1904)
            if path:
                _read_sheet(archive, path, name, limits, details_by_sheet[name])
    return details_by_sheet


def _parsed(archive: zipfile.ZipFile, path: str) -> ElementTree.Element:
    try:
        with archive.open(path) as stream:
            return ElementTree.fromstring(stream.read(_LARGEST_PART))
    except (KeyError, ElementTree.ParseError) as error:
        raise UnreadableFile(DAMAGED) from error


def _path(target: str) -> str:
    """The name of the part that a relation of the workbook leads to."""
    path = target.replace("\\", "/").removeprefix("/")
    return posixpath.normpath(path if path.startswith("xl/") else f"xl/{path}")


def _read_sheet(
    archive: zipfile.ZipFile, path: str, name: str, limits: Limits, details: SheetDetails
) -> None:
    """Puts the details of a sheet into `details`; UnreadableFile for one that can't be read."""
    title = f"工作表“{name}”"
    tags, reach = Tags(), Reach()
    prefixed = None
    for piece, is_last in _pieces(archive, path, title):
        if prefixed is None:
            prefixed = b":sheetData" in piece
            _note_hidden_columns(piece, details)
        _read_piece(piece, prefixed, details)
        tags.add(piece)
        reach.add(piece)
        if not is_last and b"sheetData" in piece and _END_OF_ROWS.search(piece):
            # Rows behind the end of the data: the cell reader would skip them.
            raise UnreadableFile(BROKEN.format(title=title))
    tags.check(archive, path, title)
    reach.check((piece for piece, _ in _pieces(archive, path, title)), limits, name)


def _read_piece(piece: bytes, prefixed: bool, details: SheetDetails) -> None:
    # A pattern is slow on a large sheet, so a plain search for what programs write comes first.
    if b" hidden=" in piece:
        for match in _HIDDEN_ROW.finditer(piece):
            number = _NUMBER[b"r"].search(match[1])
            if number:
                details.hide_row(int(number[1]) - 1)
    if b' t="e"' in piece:
        for match in _ERROR.finditer(piece):
            _note_cell(details, match[1], match[2])
    if prefixed or b"<f" in piece:
        for match in _FORMULA.finditer(piece):
            # An empty text is a result too; a cell without <v> was never computed.
            if match[3] is None or not _TEXT_RESULT.search(match[1]):
                _note_cell(details, match[1], b"=" + match[2] if match[2] else b"")


def _pieces(archive: zipfile.ZipFile, path: str, title: str) -> Iterator[tuple[bytes, bool]]:
    """The sheet's text in pieces that end where a row ends, each with a flag for the last one,
    which holds everything behind the rows."""
    rest = b""
    with archive.open(path) as stream:
        while chunk := stream.read(_PIECE):
            rest += chunk
            cut = rest.rfind(_ROW_END) + len(_ROW_END)
            if cut > len(_ROW_END):
                yield rest[:cut], False
                rest = rest[cut:]
            elif len(rest) > _LARGEST_ROW:
                raise UnreadableFile(
                    f"{title}里有一行大得不正常。请把数据复制到新建的工作簿后重报。"
                )
    yield rest, True


def _note_hidden_columns(piece: bytes, details: SheetDetails) -> None:
    head, _, _ = piece.partition(b"sheetData")
    for match in _COLUMNS.finditer(head):
        first, last = _NUMBER[b"min"].search(match[1]), _NUMBER[b"max"].search(match[1])
        if first and last and _HIDDEN.search(match[1]):
            details.hide_column(int(first[1]) - 1, int(last[1]) - 1)


def _note_cell(details: SheetDetails, attributes: bytes, written: bytes) -> None:
    place = _PLACE.search(attributes)
    if place:
        text = html.unescape(written.decode("utf-8", "replace")).strip()
        row, column = int(place[2]) - 1, column_place(place[1].decode())
        details.cells[row, column] = text or NO_VALUE
