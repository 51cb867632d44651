"""Cell formats of a workbook: the same ones with another fill, and those of our own sheet.

Formats are only added behind the ones that are there, so no cell changes its look unasked.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from sharing_pipeline.reply.words import FILLS, MOST_SHADES, number_of, shade
from sharing_pipeline.reply.xlsx.xml_edit import (
    Edits,
    Element,
    NotEditable,
    elements,
    with_attributes,
)
from sharing_pipeline.reply.xlsx.xml_edit import (
    number as whole_number,
)

MINIMAL = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    b"</styleSheet>"
)
"""For a workbook that has no formats at all."""

_OWN_FONTS = {
    "title": '<b/><sz val="16"/>',
    "head": '<b/><sz val="11"/>',
    "text": '<sz val="11"/>',
    "link": '<u/><sz val="11"/><color rgb="FF0563C1"/>',
}
_HEAD_FILL = "FFDDEBF7"


class Styles:
    """The formats of one workbook, and what is added to them.

    A sender's own fill that ours takes the place of has a number, which our shade tells.
    """

    def __init__(self, data: bytes, kept: Mapping[int, int], *, lost: bool = False) -> None:
        """`kept`: formats with the sender's own fills, by the numbers of an earlier reply.
        `lost`: there was one, but nobody knows any more which fills it stood over."""
        self._data = data
        self._lost = lost
        found = elements(data)
        self._groups = {
            one.name: (place, one) for place, one in enumerate(found) if one.parent == 0
        }
        self._prefix = found[0].prefix
        self._formats = self._children(found, "cellXfs")
        self._counts = {
            "fills": len(self._children(found, "fills")),
            "fonts": len(self._children(found, "fonts")),
            "cellXfs": len(self._formats),
        }
        self._added: dict[str, list[str]] = {name: [] for name in self._counts}
        self._filled: dict[tuple[int, str | None], int] = {}
        self._fills: dict[str, int] = {}
        self._own = {number: self._fill_of(format_) for number, format_ in kept.items()}
        self._covered: set[int] = set()
        self._read_fills(found)

    def _children(self, found: list[Element], name: str) -> list[Element]:
        if name not in self._groups:
            raise NotEditable(f"no {name} among the formats")
        place = self._groups[name][0]
        return [one for one in found if one.parent == place]

    def _read_fills(self, found: list[Element]) -> None:
        """Which fills fill nothing, and which an earlier reply gave, with the number each tells."""
        group = self._groups["fills"][0]
        fills, fill_of = count(), dict[int, int]()
        told: dict[int, int] = {}
        filling = set()
        for place, one in enumerate(found):
            if one.parent == group:
                fill_of[place] = next(fills)
            elif one.parent in fill_of:
                fill = fill_of[place] = fill_of[one.parent]
                if (
                    one.name == "gradientFill"
                    or one.attributes.get("patternType", "none") != "none"
                ):
                    filling.add(fill)
                number = number_of(one.attributes.get("rgb", "")) if one.name == "fgColor" else None
                if number is not None and (number == 0 or number in self._own or self._lost):
                    told[fill] = number
        self._blank = frozenset(fill_of.values()) - filling
        self._numbers = {
            format_: told[fill]
            for format_ in range(len(self._formats))
            if (fill := self._fill_of(format_)) in told
        }

    def _fill_of(self, format_: int) -> int:
        place = min(format_, len(self._formats) - 1)
        return whole_number(self._formats[place].attributes, "fillId", 0)

    @property
    def ours(self) -> frozenset[int]:
        """Formats with a fill of an earlier reply."""
        return frozenset(self._numbers)

    def filled(self, format_: int, level: str | None) -> int:
        """The number of the same format with a level's fill; with the sender's own for None."""
        key = (format_, level)
        if key not in self._filled:
            place = min(format_, len(self._formats) - 1)
            own = self._fill_of(place)
            if place in self._numbers:
                own = self._own.get(self._numbers[place], 0)
            fill = own if level is None else self._fill(shade(level, self._covering(own)))
            one = self._formats[place]
            applied = {"fillId": str(fill), "applyFill": "1"}
            tag = with_attributes(self._data[one.start : one.inner], applied)
            self._filled[key] = self._add(
                "cellXfs", (tag + self._data[one.inner : one.end]).decode()
            )
        return self._filled[key]

    def _covering(self, own: int) -> int:
        """The number of a sender's own fill; 0 for none, and for one too many."""
        if own in self._blank:
            return 0
        known = (one for one, fill in self._own.items() if fill == own)
        unused = (one for one in range(1, MOST_SHADES + 1) if one not in self._own)
        covered = next(known, None) or next(unused, 0)
        if covered:
            self._own[covered] = own
            self._covered.add(covered)
        return covered

    def covered(self) -> dict[int, int]:
        """A format with each of the sender's own fills that ours has taken the place of, by
        number."""
        prefix = self._prefix
        return {
            number: self._add(
                "cellXfs",
                f'<{prefix}xf numFmtId="0" fontId="0" fillId="{self._own[number]}" borderId="0" '
                'xfId="0" applyFill="1"/>',
            )
            for number in sorted(self._covered)
        }

    def own(self) -> dict[str, int]:
        """The formats of our own sheet by name: its texts, and one for each level's name."""
        prefix, numbers = self._prefix, {}
        fonts = {
            name: self._add("fonts", f"<{prefix}font>{_with(prefix, font)}</{prefix}font>")
            for name, font in _OWN_FONTS.items()
        }
        for name, font in fonts.items():
            fill = self._fill(_HEAD_FILL) if name == "head" else 0
            numbers[name] = self._own_format(font, fill, wrapped=name != "title")
        numbers["plain"] = self._own_format(fonts["text"], 0, wrapped=False)
        for level, colour in FILLS.items():
            numbers[level] = self._own_format(fonts["text"], self._fill(colour), wrapped=True)
        return numbers

    def _own_format(self, font: int, fill: int, *, wrapped: bool) -> int:
        prefix = self._prefix
        return self._add(
            "cellXfs",
            f'<{prefix}xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" '
            f'applyFont="1" applyFill="1" applyAlignment="1">'
            f'<{prefix}alignment horizontal="left" vertical="top" wrapText="{int(wrapped)}"/>'
            f"</{prefix}xf>",
        )

    def _fill(self, colour: str) -> int:
        if colour not in self._fills:
            prefix = self._prefix
            self._fills[colour] = self._add(
                "fills",
                f'<{prefix}fill><{prefix}patternFill patternType="solid">'
                f'<{prefix}fgColor rgb="{colour}"/><{prefix}bgColor indexed="64"/>'
                f"</{prefix}patternFill></{prefix}fill>",
            )
        return self._fills[colour]

    def _add(self, group: str, xml: str) -> int:
        self._added[group].append(xml)
        return self._counts[group] + len(self._added[group]) - 1

    def applied(self) -> bytes:
        """The part with what was added."""
        edits = Edits(self._data)
        for name, added in self._added.items():
            if not added:
                continue
            group = self._groups[name][1]
            edits.set_attributes(group, {"count": str(self._counts[name] + len(added))})
            edits.append_inside(group, "".join(added).encode())
        return edits.applied()


def _with(prefix: str, tags: str) -> str:
    return tags.replace("<", f"<{prefix}")


def _fills(part: Element) -> bool:
    """Whether this part of a fill makes it one that is seen."""
    return part.name == "gradientFill" or part.attributes.get("patternType", "none") != "none"


def _number_told_by(part: Element) -> int | None:
    return number_of(part.attributes.get("rgb", "")) if part.name == "fgColor" else None
