"""A workbook written anew: cells of what is no editable workbook, and their merges and widths.

Text stays text, so that no code loses its zeros, and nothing is left that a program would obey.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from math import isfinite

from sharing_pipeline.reply.file_report import Remark
from sharing_pipeline.reply.words import width_of
from sharing_pipeline.reply.xlsx.package import Package
from sharing_pipeline.reply.xlsx.sheet import RELATIONSHIPS, letters
from sharing_pipeline.reply.xlsx.xml_edit import attribute, content
from sharing_pipeline.values.neutralised import neutralised

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_GENERAL, _TEXT, _DATE, _MOMENT, _WRAPPED = range(5)
_STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5">'
    + "".join(
        f'<xf numFmtId="{format_}" fontId="0" fillId="0" borderId="0" xfId="0" '
        f'applyNumberFormat="1"/>'
        for format_ in (0, 49, 164, 165)
    )
    + '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_EPOCH = datetime(1899, 12, 30)
_FIRST_SERIAL = datetime(1900, 3, 1)
"""Before it Excel counts a day that never was."""
LONGEST_CELL = 32_767
"""Characters that a cell may have."""
_TEXT_OPENS, _TEXT_ENDS = '" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
_PLAIN = re.compile(r"[^\W_][^&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff]{,999}")
"""A text that begins with a letter or digit and can stand in XML as it is: nearly every cell."""
_FITTED_ROWS, _NARROWEST, _WIDEST = 200, 8, 40

Merge = tuple[int, int, int, int]
Value = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class NewSheet:
    """A sheet: rows under their numbers; merges as (top, left, bottom, right) and widths in
    characters by column, all from 1. `wrapped`: columns whose long texts wrap."""

    name: str
    rows: Iterable[tuple[int, Sequence[Value]]]
    hidden: bool = False
    merges: Sequence[Merge] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    wrapped: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Base:
    """A workbook without remarks, the remarks under the names of its sheets, and what of the
    sender's file it doesn't have. `commented`: whether its cells get comments. `sheet`: where a
    file without sheets stands, as far as row `last_row`."""

    package: Package
    remarks: Sequence[Remark]
    notes: Sequence[str] = ()
    commented: bool = True
    sheet: str = ""
    last_row: int = 0

    def placed(self, remark: Remark) -> Remark:
        """A remark as its cell is found here; one on the whole file, where there is none."""
        if remark.sheet or not self.sheet:
            return remark
        row = remark.row if remark.row and remark.row <= self.last_row else None
        return replace(remark, sheet=self.sheet, row=row)


def new_book(sheets: Sequence[NewSheet]) -> Package:
    """A package with these sheets, and nothing else than what has to be there."""
    package = Package.empty()
    listed = []
    for number, sheet in enumerate(sheets, 1):
        part = f"xl/worksheets/sheet{number}.xml"
        package.write(part, _sheet(sheet))
        package.set_type(part, f"{_OFFICE}.worksheet+xml")
        relation = package.relate("xl/workbook.xml", "worksheet", part, RELATIONSHIPS)
        state = ' state="hidden"' if sheet.hidden else ""
        listed.append(
            f'<sheet name="{attribute(sheet.name)}" sheetId="{number}"{state} r:id="{relation}"/>'
        )
    package.write("xl/styles.xml", _STYLES.encode())
    package.set_type("xl/styles.xml", f"{_OFFICE}.styles+xml")
    package.relate("xl/workbook.xml", "styles", "xl/styles.xml", RELATIONSHIPS)
    package.write(
        "xl/workbook.xml",
        f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{RELATIONSHIPS}">'
        f"<bookViews><workbookView/></bookViews><sheets>{''.join(listed)}</sheets>"
        "</workbook>".encode(),
    )
    package.set_type("xl/workbook.xml", f"{_OFFICE}.sheet.main+xml")
    package.relate("", "officeDocument", "xl/workbook.xml", RELATIONSHIPS)
    return package


def fitting(rows: Sequence[Sequence[Value]]) -> dict[int, float]:
    """Widths for what the first rows hold."""
    widths: dict[int, float] = {}
    for row in rows[:_FITTED_ROWS]:
        for column, value in enumerate(row, 1):
            wide = width_of("" if value is None else str(value)) + 2
            widths[column] = min(_WIDEST, max(wide, widths.get(column, _NARROWEST)))
    return widths


def _sheet(sheet: NewSheet) -> bytes:
    pieces = [f'{_DECLARATION}<worksheet xmlns="{_MAIN}">']
    if sheet.widths:
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width:.2f}" customWidth="1"/>'
            for n, width in sorted(sheet.widths.items())
        )
        pieces.append(f"<cols>{columns}</cols>")
    pieces.append("<sheetData>")
    named: list[str] = []
    styles: list[int] = []
    for number, row in sheet.rows:
        for column in range(len(named) + 1, len(row) + 1):
            named.append(letters(column))
            styles.append(_WRAPPED if column in sheet.wrapped else _TEXT)
        cells = "".join(
            [
                f'<c r="{name}{number}" s="{style}{_TEXT_OPENS}{value}{_TEXT_ENDS}'
                if value.__class__ is str and _PLAIN.fullmatch(value)
                else _cell(f"{name}{number}", value, style)
                for name, style, value in zip(named, styles, row, strict=False)
                if value is not None and value != ""
            ]
        )
        if cells:
            pieces.append(f'<row r="{number}">{cells}</row>')
    pieces.append("</sheetData>")
    if sheet.merges:
        ranges = "".join(
            f'<mergeCell ref="{letters(left)}{top}:{letters(right)}{bottom}"/>'
            for top, left, bottom, right in sheet.merges
        )
        pieces.append(f'<mergeCells count="{len(sheet.merges)}">{ranges}</mergeCells>')
    return "".join([*pieces, "</worksheet>"]).encode()


def _cell(name: str, value: Value, style: int) -> str:
    """A cell; `style` is that of a text."""
    if not isinstance(value, str):
        if isinstance(value, bool):
            return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, int | float) and isfinite(value):
            whole = int(value) if value == int(value) else value
            return f'<c r="{name}"><v>{whole!r}</v></c>'
        if isinstance(value, date):
            return _moment(name, value)
    text = content(neutralised(str(value))[:LONGEST_CELL])
    return f'<c r="{name}" s="{style}{_TEXT_OPENS}{text}{_TEXT_ENDS}'


def _moment(name: str, value: date) -> str:
    """A date as the serial number that spreadsheet programs count with."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    moment = moment.replace(tzinfo=None)
    if moment < _FIRST_SERIAL:
        return _cell(name, str(value), _TEXT)
    days = (moment - _EPOCH) / timedelta(days=1)
    style = _DATE if moment.time() == time() else _MOMENT
    return f'<c r="{name}" s="{style}"><v>{days!r}</v></c>'
