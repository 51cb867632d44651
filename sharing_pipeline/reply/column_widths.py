"""Column widths of workbooks that the cell reader gives without them, in characters.

An ods names its widths in lengths. Where none can be read, the caller fits widths to the cells.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from sharing_pipeline.reading.xls_details import column_widths
from sharing_pipeline.reply.xlsx.xml_edit import Element, elements

_LENGTH = re.compile(r"([\d.]+)(mm|cm|in|pt|px)")
_INCHES = {"mm": 1 / 25.4, "cm": 1 / 2.54, "in": 1.0, "pt": 1 / 72, "px": 1 / 96}
_CHARACTERS_AN_INCH = 10.3
"""As LibreOffice converts its own widths."""
_MOST_COLUMNS = 1_024


def widths_of(data: bytes, form: str, sheets: Sequence[str]) -> dict[str, dict[int, float]]:
    """Widths by sheet and column (from 1), as far as they can be read; `sheets` in their order."""
    if form == "xls":
        return column_widths(data)
    return _of_ods(data) if form == "ods" else {}


def _of_ods(data: bytes) -> dict[str, dict[int, float]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = elements(archive.read("content.xml"))
    styles = _styles(found)
    sheets: dict[str, dict[int, float]] = {}
    for place, one in enumerate(found):
        if one.name == "table":
            name = _attribute(one, "name")
            sheets[name] = _columns(found, place, styles)
    return sheets


def _styles(found: list[Element]) -> dict[str, float]:
    widths = {}
    for one in found:
        length = _LENGTH.fullmatch(_attribute(one, "column-width"))
        if length and one.name == "table-column-properties":
            inches = float(length[1]) * _INCHES[length[2]]
            widths[_attribute(found[one.parent], "name")] = inches * _CHARACTERS_AN_INCH
    return widths


def _columns(found: list[Element], table: int, styles: dict[str, float]) -> dict[int, float]:
    widths: dict[int, float] = {}
    column = 1
    for one in found[table + 1 :]:
        if one.name == "table":
            break
        if one.name != "table-column":
            continue
        repeated = int(_attribute(one, "number-columns-repeated") or 1)
        width = styles.get(_attribute(one, "style-name"))
        for _ in range(min(repeated, _MOST_COLUMNS - column + 1)):
            if width is not None:
                widths[column] = width
            column += 1
    return widths


def _attribute(one: Element, name: str) -> str:
    """An attribute by its name without the namespace."""
    return next((text for key, text in one.attributes.items() if key.endswith(f" {name}")), "")
