"""Cell formats of a workbook: the same ones with another fill, and those of our own sheets.

Formats are only added behind the ones that are there, so no cell changes its look unasked.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from sharing_pipeline.reply.colours import FILLS, HEAD_FILL, LINK
from sharing_pipeline.reply.xlsx.xml_edit import NotEditable, number
from sharing_pipeline.reply.xlsx.xml_tree import MAIN, Element, main, parse_part, part_of

MINIMAL = f"""<styleSheet xmlns="{MAIN}">
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""".encode()
"""For a workbook that has no formats at all."""

_FONTS = {
    "title": '<b/><sz val="16"/>',
    "head": '<b/><sz val="11"/>',
    "text": '<sz val="11"/>',
    "link": f'<u/><sz val="11"/><color rgb="{LINK}"/>',
}


class Styles:
    """The formats of one workbook, and what is added to them. Fills and formats are numbers."""

    def __init__(self, data: bytes) -> None:
        """NotEditable for a part without the lists of formats, fills and fonts."""
        self._root = parse_part(data)
        self._fonts, self._fills, self._formats = (
            self._list_of(name) for name in ("fonts", "fills", "cellXfs")
        )
        self._given = list(self._formats.iterchildren(main("xf")))
        if not self._given:
            raise NotEditable("no format of cells")
        fills = list(self._fills.iterchildren(main("fill")))
        ours = {place for place, fill in enumerate(fills) if _colour(fill) in FILLS.values()}
        self._blank = {place for place, fill in enumerate(fills) if _is_blank(fill)}
        self._added_fills: dict[str, int] = {}
        self._filled: dict[tuple[int, int], int] = {}
        self.ours = frozenset(n for n in range(len(self._given)) if self.fill_of(n) in ours)
        """Formats with a fill of an earlier reply."""

    def _list_of(self, name: str) -> Element:
        found = self._root.find(main(name))
        if found is None:
            raise NotEditable(f"no {name} among the formats")
        return found

    def _given_format(self, format_: int) -> Element:
        """A format that was there; a number that is none means the last."""
        return self._given[min(format_, len(self._given) - 1)]

    def fill_of(self, format_: int) -> int:
        """The fill of a format."""
        return number(self._given_format(format_).attrib, "fillId", 0)

    def fills_nothing(self, fill: int) -> bool:
        """Whether a fill isn't seen."""
        return fill in self._blank

    def level_fill(self, level: str) -> int:
        """The fill of a level."""
        return self._fill(FILLS[level])

    def filled(self, format_: int, fill: int) -> int:
        """The same format with another fill."""
        if (format_, fill) not in self._filled:
            changed = deepcopy(self._given_format(format_))
            changed.set("fillId", str(fill))
            changed.set("applyFill", "1")
            self._filled[format_, fill] = _add(self._formats, changed)
        return self._filled[format_, fill]

    def only_filled(self, fill: int) -> int:
        """A format that is nothing but a fill."""
        return self._new_format(0, fill, "")

    def of_report(self) -> dict[str, int]:
        """The formats of our report by name: its texts, and one for each level's name."""
        fonts = {name: _add(self._fonts, _xml("font", font)) for name, font in _FONTS.items()}
        formats = {
            name: self._new_format(
                font, self._fill(HEAD_FILL) if name == "head" else 0, _aligned(name != "title")
            )
            for name, font in fonts.items()
        }
        formats["plain"] = self._new_format(fonts["text"], 0, _aligned(False))
        for level in FILLS:
            formats[level] = self._new_format(fonts["text"], self.level_fill(level), _aligned(True))
        return formats

    def _new_format(self, font: int, fill: int, inside: str) -> int:
        attributes = (
            f'numFmtId="0" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyFont="1" '
            'applyFill="1" applyAlignment="1"'
        )
        return _add(self._formats, _xml("xf", inside, attributes))

    def _fill(self, colour: str) -> int:
        if colour not in self._added_fills:
            pattern = (
                f'<patternFill patternType="solid"><fgColor rgb="{colour}"/>'
                '<bgColor indexed="64"/></patternFill>'
            )
            self._added_fills[colour] = _add(self._fills, _xml("fill", pattern))
        return self._added_fills[colour]

    def part(self) -> bytes:
        """The part with what was added."""
        return part_of(self._root)


def _add(group: Element, new: Element) -> int:
    """Adds to a list of fonts, fills or formats; the new one's number."""
    group.append(new)
    count = len(group.findall(new.tag))
    group.set("count", str(count))
    return count - 1


def _xml(name: str, inside: str, attributes: str = "") -> Element:
    return etree.fromstring(f'<{name} xmlns="{MAIN}" {attributes}>{inside}</{name}>')


def _aligned(wrapped: bool) -> str:
    return f'<alignment horizontal="left" vertical="top" wrapText="{int(wrapped)}"/>'


def _colour(fill: Element) -> str:
    """The foreground colour of a fill that says it in numbers."""
    foreground = fill.find(f"{main('patternFill')}/{main('fgColor')}")
    return "" if foreground is None else foreground.get("rgb", "").upper()


def _is_blank(fill: Element) -> bool:
    """Whether a fill is neither a pattern nor a gradient."""
    pattern = fill.find(main("patternFill"))
    gradient = fill.find(main("gradientFill"))
    return gradient is None and (pattern is None or pattern.get("patternType", "none") == "none")
