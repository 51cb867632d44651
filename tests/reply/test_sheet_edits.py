"""Restyling cells of a worksheet's part, however it is written, against a slow reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing_pipeline.reply.xlsx.sheet import Place, _with_cells, edit_sheet, letters, place_of
from sharing_pipeline.reply.xlsx.xml_edit import NotEditable

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OURS = 100
_COLUMNS, _ROWS = 5, 4

_TEXTS = ("", "甲", ' r="B2"', ' <c r="B2" s="1"/> ', "</c>", "</row>", 'r="A1" > s="2"')


@dataclass(frozen=True)
class _Cell:
    column: int
    format: int | None
    text: str


@dataclass(frozen=True)
class _Way:
    """How a program writes a sheet: its prefix and quotes, and what stands between tags."""

    prefix: str
    quote: str
    between: str


_cells = st.lists(
    st.builds(
        _Cell,
        column=st.integers(1, _COLUMNS),
        format=st.none() | st.integers(0, 3),
        text=st.sampled_from(_TEXTS),
    ),
    max_size=_COLUMNS,
    unique_by=lambda cell: cell.column,
).map(lambda cells: sorted(cells, key=lambda cell: cell.column))
_rows = st.dictionaries(st.integers(1, _ROWS), _cells, max_size=_ROWS)
_levels = st.dictionaries(
    st.tuples(st.integers(1, _ROWS), st.integers(1, _COLUMNS)), st.just("critical"), min_size=1
)
_ways = st.builds(
    _Way,
    prefix=st.sampled_from(("", "x:")),
    quote=st.sampled_from(('"', "'")),
    between=st.sampled_from(("", "\n  ", '<!-- <c r="B2"/> -->')),
)


@given(rows=_rows, levels=_levels, way=_ways)
def test_cells_are_restyled_and_all_else_stays(
    rows: dict[int, list[_Cell]], levels: dict[Place, str], way: _Way
) -> None:
    before = _part(rows, way)
    after = edit_sheet(before, levels, _restyled, frozenset(), None)
    assert _read(after) == _expected(_read(before), set(rows), levels)
    assert list(_read(after)) == sorted(_read(after))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2"><c s="1"><v>1</v></c><c><v>2</v></c></row>',
        '<row r="2"><c r="A2" s="1"><v>1</v></c><c r="B2"/></row>',
        '<row r="2"><c r="A2" t="str"> r="B2"</c><c r="B2"><v>2</v></c></row>',
        '<row r="2" spans="1:9"/>',
        '<row r="2"></row>',
    ],
)
def test_a_row_is_restyled_however_short_it_is_written(row: str) -> None:
    part = f'<worksheet xmlns="{_MAIN}"><sheetData>{row}</sheetData></worksheet>'.encode()
    after = _read(edit_sheet(part, {(2, 2): "critical"}, _restyled, frozenset(), None))
    assert after[2, 2][0] == _OURS
    assert {place: cell for place, cell in after.items() if place != (2, 2)} == {
        place: cell for place, cell in _read(part).items() if place != (2, 2)
    }


@pytest.mark.parametrize(
    "rows",
    [
        """<row r="2"><c x:x=' r="B2"' r="A2"/><c r="B2"/></row>""",
        '<row r="2"><c r="A2"><x:ext><c r="B2" x:x="1"/></x:ext></c><c r="B2"/></row>',
        '<row r="2"><?p <c r="B2"/> ?><c r="B2"/></row>',
        '<?p <row r="5">?><row r="2"><c r="B2"/></row><?p ?>',
        '<row r="1" x:x="a>b"/><row r="2"><c r="B2"/></row>',
        """<row x:x=" r='5'" r="2"><c r="B2"/></row>""",
        '<row r="1"><c r="A1"/></row ><row r="2"><c r="B2"/></row>',
        '<row r="2"><c r="B2"/></row><row r="3"><x:row r="2"><c r="B2"/></x:row></row>',
    ],
)
def test_only_the_cell_itself_is_restyled(rows: str) -> None:
    part = (
        f'<worksheet xmlns="{_MAIN}" xmlns:x="urn:x"><sheetData>{rows}</sheetData>'
        '<extLst><ext><x:row r="2"><x:c r="B2"/></x:row></ext></extLst></worksheet>'
    ).encode()
    after = edit_sheet(part, {(2, 2): "critical"}, _restyled, frozenset(), None)
    before, changed = (_tags(data) for data in (part, after))
    cell = {"r": "B2"}
    assert (f"{{{_MAIN}}}c", cell) in before
    [different] = [(old, new) for old, new in zip(before, changed, strict=True) if old != new]
    assert different == ((f"{{{_MAIN}}}c", cell), (f"{{{_MAIN}}}c", cell | {"s": str(_OURS)}))


def test_of_a_sheet_only_the_wanted_cells_are_parsed() -> None:
    rows = {row: [_Cell(column, 1, "甲") for column in (1, 2, 3)] for row in (1, 2, 3)}
    part = _part(rows, _Way(prefix="", quote='"', between=""))
    seen = _with_cells(part, {2: [3, 1]})
    assert len(seen) == len(part)
    assert list(_read(seen)) == [(2, 1), (2, 3)]


def test_a_cell_that_does_not_end_is_no_cell() -> None:
    part = f'<worksheet xmlns="{_MAIN}"><sheetData><row r="2"><c r="B2"></row></sheetData>'.encode()
    with pytest.raises(NotEditable):
        edit_sheet(part, {(2, 2): "critical"}, _restyled, frozenset(), None)


def _restyled(_place: Place, format_: int, level: str | None) -> int:
    assert level is not None
    return _OURS + format_


def _part(rows: Mapping[int, Sequence[_Cell]], way: _Way) -> bytes:
    p, q = way.prefix, way.quote
    written = []
    for number in sorted(rows):
        cells = way.between.join(_written(cell, number, way) for cell in rows[number])
        written.append(f"<{p}row r={q}{number}{q}>{way.between}{cells}</{p}row>{way.between}")
    xmlns = f"xmlns:{p[:-1]}" if p else "xmlns"
    return (
        f"<{p}worksheet {xmlns}={q}{_MAIN}{q}><{p}sheetData>{''.join(written)}</{p}sheetData>"
        f"<{p}rowBreaks><{p}brk id={q}1{q}/></{p}rowBreaks></{p}worksheet>"
    ).encode()


def _written(cell: _Cell, row: int, way: _Way) -> str:
    p, q = way.prefix, way.quote
    style = "" if cell.format is None else f" s={q}{cell.format}{q}"
    opened = f"<{p}c r={q}{letters(cell.column)}{row}{q}{style}"
    if not cell.text:
        return f"{opened}/>"
    text = cell.text.replace("<", "&lt;")
    return f"{opened} t={q}inlineStr{q}><{p}is><{p}t>{text}</{p}t></{p}is></{p}c>"


def _read(part: bytes) -> dict[Place, tuple[int, str]]:
    """Every cell with its format and text, in the order in which they stand."""
    found = {}
    for row in ElementTree.fromstring(part).iter(f"{{{_MAIN}}}row"):
        for position, cell in enumerate(row.iter(f"{{{_MAIN}}}c"), start=1):
            place = place_of(cell.get("r", "")) or (int(row.get("r", "")), position)
            assert place not in found
            found[place] = int(cell.get("s", "0")), "".join(cell.itertext())
    return found


def _tags(part: bytes) -> list[tuple[str, dict[str, str]]]:
    return [(element.tag, element.attrib) for element in ElementTree.fromstring(part).iter()]


def _expected(
    before: Mapping[Place, tuple[int, str]], rows: set[int], levels: Mapping[Place, str]
) -> dict[Place, tuple[int, str]]:
    """The same cells, those of `levels` in our formats, and those that there weren't in a row."""
    empty = {place: (0, "") for place in levels if place[0] in rows}
    return {
        place: (_OURS + format_ if place in levels else format_, text)
        for place, (format_, text) in {**empty, **before}.items()
    }
