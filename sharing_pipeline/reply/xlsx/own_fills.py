"""The sender's own fills that our colours stand over: kept in a hidden sheet of the reply.

Each is found again by its place, and only if the row there still has the texts that stand beside
the fill: where rows were moved nothing is guessed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sharing_pipeline.reply.xlsx.sheet import Place, place_of, reference
from sharing_pipeline.reply.xlsx.styles import Styles
from sharing_pipeline.reply.xlsx.xml_edit import number
from sharing_pipeline.reply.xlsx.xml_tree import main, parse_part
from sharing_pipeline.sheets.raw_table import FILLS_HEAD

FILL_COLUMN = FILLS_HEAD.index("原有底色") + 1
"""The column whose cells look as the sender's did."""
_MOST_TEXTS = 5
"""By so many of its texts a row is known again: code, name and organisation are among them in
every form seen. Two rows that agree in all of them and change places change their fills."""
_LONGEST_TEXT = 100
_MOST_NAMED = 20

Rows = Mapping[int, Sequence[object]]
"""The cells of rows by their number from 1."""
RowsOf = Callable[[str, set[int]], Rows]
"""Gives the wanted rows of a sheet of the sender's; none of a sheet that isn't there any more."""


@dataclass(frozen=True)
class OwnFill:
    """A fill of the sender's under our colour, and texts by which its row is known again."""

    sheet: str
    place: Place
    fill: int
    texts: tuple[str, ...]


@dataclass
class OwnFills:
    """The fills that an earlier reply kept, and those that this one has to keep."""

    styles: Styles
    known: dict[tuple[str, Place], int]
    lost: list[tuple[str, Place]]
    covered: dict[tuple[str, Place], int] = field(default_factory=dict)

    def restyle(self, sheet: str, place: Place, format_: int, level: str | None) -> int:
        """The format of a cell with a level's colour; with the sender's own fill for None."""
        own = self.styles.fill_of(format_)
        if format_ in self.styles.ours:
            own = self.known.pop((sheet, place), 0)
        if level is None:
            return self.styles.filled(format_, own)
        if not self.styles.fills_nothing(own):
            self.covered[sheet, place] = own
        return self.styles.filled(format_, self.styles.level_fill(level))

    def note(self) -> list[str]:
        """What is to be said of fills that our colours have replaced for good."""
        places = sorted([*self.lost, *self.known])
        if not places:
            return []
        named = "、".join(f"{sheet} {reference(place)}" for sheet, place in places[:_MOST_NAMED])
        more = " 等" if len(places) > _MOST_NAMED else ""
        return [
            f"有 {len(places):,} 个单元格原有的底色被本程序的颜色取代，没有恢复，因为它们所在的行列"
            f"移动或改动过：{named}{more}。需要时请自行填回。"
        ]


def found_again(kept: Sequence[OwnFill], rows_of: RowsOf, styles: Styles) -> OwnFills:
    """The fills of an earlier reply; those are lost whose row isn't the same any more."""
    found = {
        sheet: rows_of(sheet, {fill.place[0] for fill in kept if fill.sheet == sheet})
        for sheet in {fill.sheet for fill in kept}
    }
    known, lost = {}, []
    for fill in kept:
        texts = set(_texts(found[fill.sheet].get(fill.place[0], ())))
        if fill.texts and texts.issuperset(fill.texts):
            known[fill.sheet, fill.place] = fill.fill
        else:
            lost.append((fill.sheet, fill.place))
    return OwnFills(styles, known, lost)


def kept_fills(part: bytes, rows: Rows, styles: Styles) -> list[OwnFill]:
    """What an earlier reply kept in a part whose cells are `rows`."""
    if tuple(rows.get(1, ()))[: len(FILLS_HEAD)] != FILLS_HEAD:
        return []
    formats = {
        place_of(cell.get("r", "")): number(cell.attrib, "s", 0)
        for cell in parse_part(part).iter(main("c"))
    }
    kept = []
    for row, (sheet, written, _, *texts) in rows.items():
        place = place_of(str(written))
        if place is not None and (row, FILL_COLUMN) in formats:
            fill = styles.fill_of(formats[row, FILL_COLUMN])
            kept.append(OwnFill(str(sheet), place, fill, tuple(_texts(texts))))
    return kept


def to_keep(
    fills: OwnFills, marked: Mapping[str, Iterable[Place]], rows_of: RowsOf
) -> list[OwnFill]:
    """The fills that this reply covers, each with the first texts of its row that aren't `marked`,
    because those will be mended."""
    kept = []
    for sheet in dict.fromkeys(sheet for sheet, _ in fills.covered):
        places = {place: fill for (name, place), fill in fills.covered.items() if name == sheet}
        rows = rows_of(sheet, {row for row, _ in places})
        hidden = set(marked[sheet])
        for (row, column), fill in sorted(places.items()):
            cells = enumerate(rows.get(row, ()), 1)
            texts = _texts(cell for at, cell in cells if (row, at) not in hidden)
            kept.append(OwnFill(sheet, (row, column), fill, tuple(texts[:_MOST_TEXTS])))
    return kept


def _texts(cells: Iterable[object]) -> list[str]:
    """The texts among cells, as any program gives them back; numbers and dates may look another
    way."""
    texts = (" ".join(cell.split())[:_LONGEST_TEXT] for cell in cells if isinstance(cell, str))
    return [text for text in texts if text]


def rows_in(workbook: bytes, sheet: str, wanted: set[int] | None = None) -> Rows:
    """The cells of rows of a sheet by number; of all its rows without `wanted`."""
    from python_calamine import CalamineWorkbook

    cells = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_name(sheet)
    rows = enumerate(cells.to_python(skip_empty_area=False), 1)
    return {number: row for number, row in rows if wanted is None or number in wanted}
