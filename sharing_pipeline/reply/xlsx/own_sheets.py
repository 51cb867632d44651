"""The parts of the sheets that a reply adds: the report 校验结果 and the sender's own fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lxml import etree

from sharing_pipeline.reply.xlsx.own_fills import FILL_COLUMN, OwnFill
from sharing_pipeline.reply.xlsx.report_sheet import WIDTHS, Line, height
from sharing_pipeline.reply.xlsx.sheet import letters, reference
from sharing_pipeline.reply.xlsx.xml_tree import MAIN, Element, cell_text, main, part_of
from sharing_pipeline.sheets.raw_table import FILLS_HEAD


def report_part(lines: Sequence[Line], formats: Mapping[str, int]) -> bytes:
    """The report's part; `formats`: the number of each style."""
    root = etree.Element(main("worksheet"), nsmap={None: MAIN})
    _add(_add(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
    _add(_add(root, "sheetViews"), "sheetView", tabSelected="1", workbookViewId="0")
    columns = _add(root, "cols")
    for number, width in enumerate(WIDTHS, 1):
        place = str(number)
        _add(columns, "col", min=place, max=place, width=str(width), customWidth="1")
    data = _add(root, "sheetData")
    links = etree.Element(main("hyperlinks"), nsmap={None: MAIN})
    for number, line in enumerate(lines, 1):
        row = _add(data, "row", r=str(number), ht=str(height(line)), customHeight="1")
        for column, cell in enumerate(line, 1):
            if cell.value != "" or cell.style == "head":
                _add_cell(row, f"{letters(column)}{number}", cell.value, formats[cell.style])
            if cell.link:
                _add(links, "hyperlink", ref=f"{letters(column)}{number}", location=cell.link)
    if len(links):
        root.append(links)
    _add(root, "pageSetup", paperSize="9", orientation="landscape", fitToHeight="0")
    return part_of(root)


def fills_part(kept: Sequence[OwnFill], format_of: Callable[[int], int]) -> bytes:
    """The part that keeps the sender's own fills, each as the look of a cell, because formats of
    cells outlast any program that saves the workbook; `format_of`: a format with a fill."""
    root = etree.Element(main("worksheet"), nsmap={None: MAIN})
    data = _add(root, "sheetData")
    row = _add(data, "row", r="1")
    for column, head in enumerate(FILLS_HEAD, 1):
        _add_cell(row, f"{letters(column)}1", head, 0)
    formats = {fill: format_of(fill) for fill in sorted({each.fill for each in kept})}
    for number, fill in enumerate(kept, 2):
        row = _add(data, "row", r=str(number))
        cells = (fill.sheet, reference(fill.place), "底色", *fill.texts)
        for column, text in enumerate(cells, 1):
            format_ = formats[fill.fill] if column == FILL_COLUMN else 0
            _add_cell(row, f"{letters(column)}{number}", text, format_)
    return part_of(root)


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return etree.SubElement(parent, main(name), attributes)


def _add_cell(row: Element, name: str, value: str | int, format_: int) -> None:
    if isinstance(value, int):
        _add(_add(row, "c", r=name, s=str(format_)), "v").text = str(value)
        return
    text = _add(_add(_add(row, "c", r=name, s=str(format_), t="inlineStr"), "is"), "t")
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    text.text = cell_text(value)
