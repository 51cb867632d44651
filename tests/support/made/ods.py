"""ods by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.support.made.sheet import Error, Formula, Sheet
from tests.support.made.xlsx import zipped

_URN = "urn:oasis:names:tc:opendocument:xmlns"
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = (
    f'xmlns:office="{_URN}:office:1.0" xmlns:table="{_URN}:table:1.0" xmlns:text="{_URN}:text:1.0"'
    f' xmlns:style="{_URN}:style:1.0" xmlns:calcext="urn:org:documentfoundation:names:calc"'
)
_STYLES = "".join(
    f'<style:style style:name="{name}" style:family="table">'
    f'<style:table-properties table:display="{shown}"/></style:style>'
    for name, shown in (("shown", "true"), ("hidden", "false"))
)


def ods_parts(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Path in the zip → text."""
    tables = "".join(map(_table, sheets))
    return {
        "mimetype": _TYPE,
        "META-INF/manifest.xml": (
            f'<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>"
        ),
        "content.xml": (
            f'<office:document-content {_SPACES} office:version="1.3">'
            f"<office:automatic-styles>{_STYLES}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>"
        ),
    }


def ods_bytes(sheets: Sequence[Sheet]) -> bytes:
    return zipped(ods_parts(sheets))


def _table(sheet: Sheet) -> str:
    style = "hidden" if sheet.hidden else "shown"
    columns = "".join(
        f"<table:table-column{_hidden(place in sheet.hidden_columns)}/>"
        for place in range(sheet.width)
    )
    rows = "".join(
        f"<table:table-row{_hidden(number in sheet.hidden_rows)}>"
        f"{''.join(_cell(sheet, number, place, value) for place, value in enumerate(row))}"
        "</table:table-row>"
        for number, row in enumerate(sheet.rows)
    )
    name = quoteattr(sheet.name)
    return (
        f'<table:table table:name={name} table:style-name="{style}">{columns}{rows}</table:table>'
    )


def _hidden(hidden: bool) -> str:
    return ' table:visibility="collapse"' if hidden else ""


def _cell(sheet: Sheet, row: int, column: int, value: Any) -> str:
    span = ""
    for top, left, bottom, right in sheet.merged:
        if (row, column) == (top, left):
            span = (
                f' table:number-rows-spanned="{bottom - top + 1}"'
                f' table:number-columns-spanned="{right - left + 1}"'
            )
        elif top <= row <= bottom and left <= column <= right:
            return "<table:covered-table-cell/>"
    kind, text = _content(value)
    inside = f"<text:p>{escape(text)}</text:p>" if text else ""
    return f"<table:table-cell{span}{kind}>{inside}</table:table-cell>"


def _content(value: Any) -> tuple[str, str]:
    """A cell's attributes and its text."""
    if value is None:
        return "", ""
    if isinstance(value, Formula):
        formula = f" table:formula={quoteattr(f'of:={value.text}')}"
        kind, text = _content(value.value)
        return formula + kind, text
    if isinstance(value, Error):
        formula = f" table:formula={quoteattr(f'of:={value.formula or value.text}')}"
        return f'{formula} office:value-type="string" calcext:value-type="error"', value.text
    if isinstance(value, bool):
        return f' office:value-type="boolean" office:boolean-value="{str(value).lower()}"', "x"
    if isinstance(value, int | float):
        return f' office:value-type="float" office:value="{value!r}"', str(value)
    if isinstance(value, date):
        return f' office:value-type="date" office:date-value="{value.isoformat()}"', str(value)
    return ' office:value-type="string"', value
