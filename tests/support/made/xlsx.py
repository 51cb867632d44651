"""xlsx by hand: the parts of the zip are the caller's to damage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sharing_pipeline.reading.sheet_details import column_letters
from tests.support.made.sheet import Error, Formula, Sheet, serial

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="22"/></cellXfs></styleSheet>'
)


def xlsx_parts(sheets: Sequence[Sheet], epoch_1904: bool = False) -> dict[str, str]:
    """Path in the zip → text."""
    numbers = range(1, len(sheets) + 1)
    names = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"'
        f' state="{"hidden" if sheet.hidden else "visible"}"/>'
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet"'
        f' Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    book = f'<workbookPr date1904="{int(epoch_1904)}"/><sheets>{names}</sheets>'
    return {
        "[Content_Types].xml": _types(numbers),
        "_rels/.rels": _links(
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{book}</workbook>',
        "xl/_rels/workbook.xml.rels": _links(
            links + f'<Relationship Id="rS" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        ),
        "xl/styles.xml": _STYLES,
        **{
            f"xl/worksheets/sheet{number}.xml": sheet_xml(sheet, epoch_1904)
            for number, sheet in zip(numbers, sheets, strict=True)
        },
    }


def _types(numbers: Sequence[int]) -> str:
    """Which part is what; spreadsheet programs insist on it, our reader doesn't."""
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    kinds |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in numbers}
    parts = "".join(
        f'<Override PartName="{path}" ContentType="{_KIND}.{kind}+xml"/>'
        for path, kind in kinds.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{parts}</Types>'
    )


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """The parts as a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return stream.getvalue()


def xlsx_bytes(sheets: Sequence[Sheet], epoch_1904: bool = False) -> bytes:
    return zipped(xlsx_parts(sheets, epoch_1904))


def _links(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def sheet_xml(sheet: Sheet, epoch_1904: bool = False) -> str:
    """A worksheet part."""
    columns = "".join(
        f'<col min="{place + 1}" max="{place + 1}" width="9" hidden="1"/>'
        for place in sorted(sheet.hidden_columns)
    )
    rows = "".join(_row(sheet, number, epoch_1904) for number in range(len(sheet.rows)))
    merged = "".join(
        f'<mergeCell ref="{_ref(top, left)}:{_ref(bottom, right)}"/>'
        for top, left, bottom, right in sheet.merged
    )
    return (
        f'<worksheet xmlns="{_MAIN}">{f"<cols>{columns}</cols>" if columns else ""}'
        f"<sheetData>{rows}</sheetData>"
        f"{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
    )


def _row(sheet: Sheet, number: int, epoch_1904: bool) -> str:
    hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
    cells = "".join(
        _cell(_ref(number, place), value, epoch_1904)
        for place, value in enumerate(sheet.rows[number])
        if value is not None
    )
    return f'<row r="{number + 1}"{hidden}>{cells}</row>'


def _ref(row: int, column: int) -> str:
    return f"{column_letters(column)}{row + 1}"


def _cell(ref: str, value: Any, epoch_1904: bool) -> str:
    if isinstance(value, Formula):
        of_text = ' t="str"' if isinstance(value.value, str) else ""
        result = "" if value.value is None else f"<v>{escape(str(value.value))}</v>"
        return f'<c r="{ref}"{of_text}><f>{escape(value.text)}</f>{result}</c>'
    if isinstance(value, Error):
        formula = f"<f>{escape(value.formula)}</f>" if value.formula else ""
        return f'<c r="{ref}" t="e">{formula}<v>{value.text}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{ref}"><v>{value!r}</v></c>'
    if isinstance(value, date):
        style = 2 if isinstance(value, datetime) else 1
        return f'<c r="{ref}" s="{style}"><v>{serial(value, epoch_1904)!r}</v></c>'
    text = f'<t xml:space="preserve">{escape(value)}</t>'
    return f'<c r="{ref}" t="inlineStr"><is>{text}</is></c>'
