"""A workbook with remarks: colours, comments and the sheet 校验结果, edited into its own parts.

What nobody talks about stays byte for byte. NotEditable for a workbook that isn't built as it
should be; rebuilt.py then writes its cells anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sharing_pipeline.reply import texts
from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.reply.xlsx import comments
from sharing_pipeline.reply.xlsx.own_fills import (
    OwnFill,
    Rows,
    found_again,
    kept_fills,
    rows_in,
    to_keep,
)
from sharing_pipeline.reply.xlsx.own_sheets import fills_part, report_part
from sharing_pipeline.reply.xlsx.package import Package
from sharing_pipeline.reply.xlsx.report_sheet import Line, Where
from sharing_pipeline.reply.xlsx.sheet import Place, anchors, drawing_of, edit_sheet, reference
from sharing_pipeline.reply.xlsx.styles import MINIMAL, Styles
from sharing_pipeline.reply.xlsx.xml_edit import NotEditable, number
from sharing_pipeline.reply.xlsx.xml_tree import (
    RELATION_ID,
    RELATIONSHIPS,
    Element,
    main,
    need,
    parse_part,
    part_of,
)
from sharing_pipeline.sheets.raw_table import OwnSheets

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def annotate(
    package: Package,
    remarks: Sequence[Remark],
    report_lines: Callable[[Where, Sequence[str]], list[Line]],
    names: OwnSheets,
    *,
    commented: bool,
    macros: bool,
) -> None:
    """Edits the remarks into a workbook, and the report before its first sheet.

    `report_lines`: its lines, for links to cells and notes. Sheets with `names` give way to ours.
    `commented`: whether cells get comments beside their colours. `macros`: whether the file's name
    will say that it has macros; otherwise they are left out.
    """
    book = _Book(package, names)
    book.allow_macros(macros)
    styles = Styles(package.read(book.styles))

    def rows_of(sheet: str, wanted: set[int]) -> Rows:
        return rows_in(package.received, sheet, wanted) if sheet in book.sheets else {}

    fills = found_again(book.kept_fills(styles), rows_of, styles)
    shown: dict[str, Callable[[Place], Place]] = {}
    marked: dict[str, Sequence[Place]] = {}
    for name, part in book.sheets.items():
        about = [remark for remark in remarks if remark.sheet == name and remark.row]
        shown[name] = anchors(package.read(part)) if about else lambda place: place
        cells: dict[Place, list[Remark]] = {}
        for remark in about:
            cells.setdefault(shown[name]((remark.row or 0, remark.column)), []).append(remark)
        marked[name] = list(cells)
        _mark(package, part, cells, partial(fills.restyle, name), styles, commented)

    def target(remark: Remark) -> str | None:
        if remark.sheet not in shown or not remark.row:
            return None
        place = shown[remark.sheet]((remark.row, remark.column))
        quoted = remark.sheet.replace("'", "''")
        return f"'{quoted}'!{reference(place)}"

    kept = to_keep(fills, marked, rows_of)
    book.put_own_sheets(
        report_part(report_lines(target, fills.note()), styles.of_report()),
        fills_part(kept, styles.only_filled) if kept else None,
    )
    package.write(book.styles, styles.part())


def _mark(
    package: Package,
    part: str,
    cells: Mapping[Place, Sequence[Remark]],
    restyle: Callable[[Place, int, str | None], int],
    styles: Styles,
    commented: bool,
) -> None:
    """Colours the cells of a sheet that have remarks, and comments them."""
    drawing = _comment(package, part, cells if commented else {})
    levels = {place: texts.gravest(about) for place, about in cells.items()}
    edited = edit_sheet(package.read(part), levels, restyle, styles.ours, drawing)
    package.write(part, edited)


class _Book:
    """The workbook's part: its sheets in their order."""

    def __init__(self, package: Package, names: OwnSheets) -> None:
        self._package, self._names = package, names
        found = package.related("", "officeDocument")
        self.part = found.target if found else "xl/workbook.xml"
        self._root = parse_part(package.read(self.part))
        self._list = self._root.find(main("sheets"))
        related = {relation.id: relation for relation in package.relations(self.part)}
        worksheets = {
            id_: relation for id_, relation in related.items() if relation.kind == "worksheet"
        }
        if self._list is None or any(
            relation.base != RELATIONSHIPS for relation in worksheets.values()
        ):
            raise NotEditable("another edition of the format")
        self._parts = {
            need(sheet, "name"): worksheets[sheet.get(RELATION_ID)].target
            for sheet in self._list.iterchildren(main("sheet"))
            if sheet.get(RELATION_ID) in worksheets
        }
        self.sheets = {name: part for name, part in self._parts.items() if name not in names}
        """The parts of the sender's sheets by name."""
        self.styles = self._styles()

    def _styles(self) -> str:
        found = self._package.related(self.part, "styles")
        if found:
            return found.target
        self._package.write("xl/styles.xml", MINIMAL)
        self._package.relate(self.part, "styles", "xl/styles.xml", RELATIONSHIPS)
        self._package.set_type("xl/styles.xml", f"{_TYPE}.styles+xml")
        return "xl/styles.xml"

    def kept_fills(self, styles: Styles) -> list[OwnFill]:
        """The sender's own fills that an earlier reply has kept."""
        part = self._parts.get(self._names.fills)
        if part is None:
            return []
        rows = rows_in(self._package.received, self._names.fills)
        return kept_fills(self._package.read(part), rows, styles)

    def allow_macros(self, allowed: bool) -> None:
        """Declares whether there are macros, as the file's name will; takes them out if not."""
        self._package.set_type(self.part, _MACROS if allowed else f"{_TYPE}.sheet.main+xml")
        macros = self._package.related(self.part, "vbaProject")
        if macros and not allowed:
            self._package.unrelate(self.part, macros)

    def put_own_sheets(self, report: bytes, fills: bytes | None) -> None:
        """Makes the report the first sheet and the one that is open, and the fills a hidden last
        one; those of an earlier reply give way."""
        before = list(self._list.iterchildren(main("sheet")))
        for sheet in before:
            if need(sheet, "name") in self._names:
                self._take_out(sheet)
        self._list.insert(0, self._new_sheet(self._names.report, report))
        if fills is not None:
            self._list.append(self._new_sheet(self._names.fills, fills))
            self._list[-1].set("state", "hidden")
        for view in self._root.iter(main("workbookView")):
            view.attrib.pop("activeTab", None)
            view.attrib.pop("firstSheet", None)
        self._move_names(before)
        self._package.write(self.part, part_of(self._root))

    def _new_sheet(self, name: str, data: bytes) -> Element:
        part = self._package.unused("xl/worksheets/reply{}.xml")
        self._package.write(part, data)
        self._package.set_type(part, f"{_TYPE}.worksheet+xml")
        sheets = self._list.iterchildren(main("sheet"))
        last = max((number(sheet.attrib, "sheetId", 0) for sheet in sheets), default=0)
        sheet = self._list.makeelement(main("sheet"), {"name": name, "sheetId": str(last + 1)})
        sheet.set(RELATION_ID, self._package.relate(self.part, "worksheet", part, RELATIONSHIPS))
        return sheet

    def _take_out(self, sheet: Element) -> None:
        self._list.remove(sheet)
        for relation in self._package.relations(self.part):
            if relation.id == sheet.get(RELATION_ID):
                self._package.unrelate(self.part, relation)

    def _move_names(self, before: Sequence[Element]) -> None:
        """A name that belongs to one sheet, by its place, follows it."""
        after = list(self._list.iterchildren(main("sheet")))
        for name in list(self._root.iter(main("definedName"))):
            if "localSheetId" not in name.attrib:
                continue
            place = number(name.attrib, "localSheetId", 0)
            sheet = before[place] if place < len(before) else None
            if sheet in after:
                name.set("localSheetId", str(after.index(sheet)))
            else:
                name.getparent().remove(name)


def _comment(package: Package, part: str, cells: Mapping[Place, Sequence[Remark]]) -> str | None:
    """Writes the comments of a sheet; the id of their drawing's relation.

    A sheet without any and with nothing to say of gets none.
    """
    written = {place: texts.comment(about, place[0]) for place, about in cells.items()}
    own = package.related(part, "comments")
    if not written and own is None:
        return None
    id_ = drawing_of(package.read(part))
    drawing = next((found for found in package.relations(part) if found.id == id_), None)
    listed = own.target if own else package.unused("xl/reply_comments{}.xml")
    drawn = drawing.target if drawing else package.unused("xl/drawings/reply_comments{}.vml")
    listed_part, boxes = comments.add_comments(
        package.read(listed) if own else comments.EMPTY,
        package.read(drawn) if drawing else comments.EMPTY_DRAWING,
        written,
    )
    package.write(listed, listed_part)
    package.write(drawn, boxes)
    if not own:
        package.relate(part, "comments", listed, RELATIONSHIPS)
        package.set_type(listed, f"{_TYPE}.comments+xml")
    package.set_default_type("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    return drawing.id if drawing else package.relate(part, "vmlDrawing", drawn, RELATIONSHIPS)
