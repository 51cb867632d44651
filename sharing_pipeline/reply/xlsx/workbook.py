"""A workbook with remarks: colours, comments and the sheet 校验结果, edited into its own parts.

What nobody talks about stays byte for byte. NotEditable for a workbook that isn't built as it
should be; text_file.py then writes its cells anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from sharing_pipeline.reply import words
from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.reply.xlsx import comments
from sharing_pipeline.reply.xlsx.package import Package
from sharing_pipeline.reply.xlsx.report_sheet import WIDTHS, Line, Where, height
from sharing_pipeline.reply.xlsx.sheet import (
    RELATIONSHIPS,
    Place,
    anchors,
    drawing_of,
    edit_sheet,
    letters,
    reference,
)
from sharing_pipeline.reply.xlsx.styles import MINIMAL, Styles
from sharing_pipeline.reply.xlsx.xml_edit import (
    Edits,
    Element,
    NotEditable,
    attribute,
    content,
    elements,
    number,
)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_KEPT = 26
"""A hidden column of the report. Its cells have the sender's own fills that our colours stand
over, with their numbers: formats of cells outlast any program that saves the workbook."""
_KEPT_CELL = re.compile(
    rb'<(?:\w+:)?c\s([^>]*?\br="%b\d+"[^>]*)>\s*<(?:\w+:)?v>(\d{1,2})<' % letters(_KEPT).encode()
)
_FORMAT = re.compile(rb'\bs="(\d{1,6})"')
_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def annotate(
    package: Package,
    remarks: Sequence[Remark],
    report: Callable[[Where], list[Line]],
    *,
    sheet: str,
    commented: bool,
    macros: bool,
) -> None:
    """Edits the remarks into a workbook, and the report before its first sheet.

    `sheet`: what the report is called; one of that name gives way. `commented`: whether cells get
    comments beside their colours. `macros`: whether the file's name will say that it has macros;
    otherwise they are left out.
    """
    book = _Book(package, sheet)
    book.allow_macros(macros)
    styles = Styles(package.read(book.styles), book.covered_fills(), lost=book.lost_its_report())
    shown: dict[str, Callable[[Place], Place]] = {}
    for name, part in book.sheets.items():
        mine = [one for one in remarks if one.sheet == name and one.row]
        anchor = anchors(package.read(part)) if mine else lambda place: place
        cells: dict[Place, list[Remark]] = {}
        for one in mine:
            cells.setdefault(anchor((one.row or 0, one.column)), []).append(one)
        shown[name] = anchor
        drawing = _comment(package, part, cells if commented else {})
        levels = {place: words.gravest(about) for place, about in cells.items()}
        old = package.read(part)
        package.write(part, edit_sheet(old, levels, styles.filled, styles.ours, drawing))

    def target(one: Remark) -> str | None:
        if one.sheet not in shown or not one.row:
            return None
        place = shown[one.sheet]((one.row, one.column))
        quoted = one.sheet.replace("'", "''")
        return f"'{quoted}'!{reference(place)}"

    formats, covered = styles.own(), styles.covered()
    package.write(book.styles, styles.applied())
    book.put_first(_report_sheet(report(target), formats, covered))


class _Book:
    """The workbook's part: its sheets in their order."""

    def __init__(self, package: Package, report: str) -> None:
        self._package, self._report = package, report
        main = package.related("", "officeDocument")
        self.part = main.target if main else "xl/workbook.xml"
        related = {one.id: one for one in package.relations(self.part)}
        if any(one.base != RELATIONSHIPS for one in related.values() if one.kind == "worksheet"):
            raise NotEditable("another edition of the format")
        self.sheets = {
            tag.need("name"): related[relation].target
            for tag in self._tags()
            for relation in [_relation_of(tag)]
            if relation in related
            and related[relation].kind == "worksheet"
            and tag.need("name") != report
        }
        self.styles = self._styles()

    def _tags(self) -> list[Element]:
        return [one for one in elements(self._package.read(self.part)) if one.name == "sheet"]

    def _styles(self) -> str:
        found = self._package.related(self.part, "styles")
        if found:
            return found.target
        self._package.write("xl/styles.xml", MINIMAL)
        self._package.relate(self.part, "styles", "xl/styles.xml", RELATIONSHIPS)
        self._package.set_type("xl/styles.xml", f"{_TYPE}.styles+xml")
        return "xl/styles.xml"

    def covered_fills(self) -> dict[int, int]:
        """The formats with the sender's own fills that an earlier reply has kept, by number."""
        names = {_relation_of(tag) for tag in self._tags() if tag.need("name") == self._report}
        parts = [one.target for one in self._package.relations(self.part) if one.id in names]
        found = {}
        for cell in _KEPT_CELL.finditer(self._package.read(parts[0])) if parts else ():
            format_ = _FORMAT.search(cell[1])
            if format_:
                found[int(cell[2])] = int(format_[1])
        return found

    def lost_its_report(self) -> bool:
        """Whether this is an earlier reply whose report somebody has deleted."""
        if any(tag.need("name") == self._report for tag in self._tags()):
            return False
        parts = [self._package.related(part, "comments") for part in self.sheets.values()]
        said = (self._package.read(one.target).decode() for one in parts if one)
        return any(re.search(words.OPENING, text) for text in said)

    def allow_macros(self, allowed: bool) -> None:
        """Declares whether there are macros, as the file's name will; takes them out if not."""
        self._package.set_type(self.part, _MACROS if allowed else f"{_TYPE}.sheet.main+xml")
        macros = self._package.related(self.part, "vbaProject")
        if macros and not allowed:
            self._package.unrelate(self.part, macros)

    def put_first(self, data: bytes) -> None:
        """Makes a report the first sheet and the one that is open; an earlier one gives way."""
        tags, name = self._tags(), self._report
        old = next((one for one in tags if one.need("name") == name), None)
        if old is not None:
            self._take_out(_relation_of(old))
        part = self._package.unused("xl/worksheets/reply{}.xml")
        self._package.write(part, data)
        self._package.set_type(part, f"{_TYPE}.worksheet+xml")
        relation = self._package.relate(self.part, "worksheet", part, RELATIONSHIPS)
        edits = Edits(self._package.read(self.part))
        found = elements(edits.data)
        sheets = next(one for one in found if one.name == "sheets")
        ids = [number(one.attributes, "sheetId", 0) for one in found if one.name == "sheet"]
        edits.insert(
            sheets.inner,
            f'<{sheets.prefix}sheet xmlns:r="{RELATIONSHIPS}" name="{attribute(name)}" '
            f'sheetId="{max(ids, default=0) + 1}" r:id="{relation}"/>'.encode(),
        )
        position = tags.index(old) if old is not None else len(tags)
        for one in found:
            if one.name == "sheet" and one.need("name") == name:
                edits.replace(one.start, one.end, b"")
            elif one.name == "workbookView":
                edits.set_attributes(one, {"activeTab": None, "firstSheet": None})
            elif one.name == "definedName" and "localSheetId" in one.attributes:
                _move(edits, one, position)
        self._package.write(self.part, edits.applied())

    def _take_out(self, relation: str) -> None:
        for one in self._package.relations(self.part):
            if one.id == relation:
                self._package.drop_relations(one.target)
                self._package.unrelate(self.part, one)


def _move(edits: Edits, name: Element, position: int) -> None:
    """A name that belongs to one sheet follows it: those before `position` moved one on."""
    local = number(name.attributes, "localSheetId", 0)
    if local == position:
        edits.replace(name.start, name.end, b"")
    elif local < position:
        edits.set_attributes(name, {"localSheetId": str(local + 1)})


def _relation_of(tag: Element) -> str:
    """The id of the relation to a sheet's part."""
    return next((value for key, value in tag.attributes.items() if key.endswith(" id")), "")


def _comment(package: Package, part: str, cells: Mapping[Place, Sequence[Remark]]) -> str | None:
    """Writes the comments of a sheet; the id of their drawing's relation.

    A sheet without any and with nothing to say of gets none.
    """
    texts = {place: words.comment(about, place[0]) for place, about in cells.items()}
    own = package.related(part, "comments")
    if not texts and own is None:
        return None
    id_ = drawing_of(package.read(part))
    drawing = next((one for one in package.relations(part) if one.id == id_), None)
    listed = own.target if own else package.unused("xl/reply_comments{}.xml")
    drawn = drawing.target if drawing else package.unused("xl/drawings/reply_comments{}.vml")
    said, boxes = comments.add_comments(
        package.read(listed) if own else comments.EMPTY,
        package.read(drawn) if drawing else comments.EMPTY_DRAWING,
        texts,
    )
    package.write(listed, said)
    package.write(drawn, boxes)
    if not own:
        package.relate(part, "comments", listed, RELATIONSHIPS)
        package.set_type(listed, f"{_TYPE}.comments+xml")
    package.set_default_type("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    return drawing.id if drawing else package.relate(part, "vmlDrawing", drawn, RELATIONSHIPS)


def _report_sheet(
    lines: Sequence[Line], formats: Mapping[str, int], covered: Mapping[int, int]
) -> bytes:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(WIDTHS, 1)
    )
    if covered:
        columns += f'<col min="{_KEPT}" max="{_KEPT}" width="2" hidden="1" customWidth="1"/>'
    kept = dict(enumerate(covered.items(), 1))
    rows, links = [], []
    for row, line in enumerate(lines, 1):
        cells = []
        for column, cell in enumerate(line, 1):
            name = f"{letters(column)}{row}"
            style = formats[cell.style]
            if isinstance(cell.value, int):
                cells.append(f'<c r="{name}" s="{style}"><v>{cell.value}</v></c>')
            elif cell.value or cell.style == "head":
                text = f'<t xml:space="preserve">{content(cell.value)}</t>'
                cells.append(f'<c r="{name}" s="{style}" t="inlineStr"><is>{text}</is></c>')
            if cell.link:
                links.append(f'<hyperlink ref="{name}" location="{attribute(cell.link)}"/>')
        if row in kept:
            cells.append(_kept_cell(row, *kept.pop(row)))
        size = f'ht="{height(line)}" customHeight="1"'
        rows.append(f'<row r="{row}" {size}>{"".join(cells)}</row>')
    rows += [f'<row r="{row}">{_kept_cell(row, *one)}</row>' for row, one in kept.items()]
    linked = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>{linked}"
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _kept_cell(row: int, number: int, format_: int) -> str:
    return f'<c r="{reference((row, _KEPT))}" s="{format_}"><v>{number}</v></c>'
