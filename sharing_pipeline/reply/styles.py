"""Cell formats of a workbook: the same ones with another fill, and those of our own sheet.

Formats are only added behind the ones that are there, so no cell changes its look unasked.
"""

from __future__ import annotations

from sharing_pipeline.reply.words import FILLS
from sharing_pipeline.reply.xml_edit import Edits, Element, NotEditable, elements, with_attributes

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
    """The formats of one workbook, and what is added to them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        found = elements(data)
        self._groups = {
            one.name: (place, one) for place, one in enumerate(found) if one.parent == 0
        }
        self._prefix = found[0].prefix
        self._formats = self._children(found, "cellXfs")
        fills = self._children(found, "fills")
        self._counts = {
            "fills": len(fills),
            "fonts": len(self._children(found, "fonts")),
            "cellXfs": len(self._formats),
        }
        self._added: dict[str, list[str]] = {name: [] for name in self._counts}
        self._filled: dict[tuple[int, str | None], int] = {}
        self._fills: dict[str, int] = {}
        self._ours = self._with_our_fill(found, fills)

    def _children(self, found: list[Element], name: str) -> list[Element]:
        if name not in self._groups:
            raise NotEditable(f"no {name} among the formats")
        place = self._groups[name][0]
        return [one for one in found if one.parent == place]

    def _with_our_fill(self, found: list[Element], fills: list[Element]) -> frozenset[int]:
        """The formats that an earlier reply gave its cells."""
        ours = set()
        for number, fill in enumerate(fills):
            inside = [one for one in found if fill.start < one.start < fill.end]
            colours = {one.attributes.get("rgb") for one in inside if one.name == "fgColor"}
            if colours & set(FILLS.values()):
                ours.add(str(number))
        return frozenset(
            place for place, one in enumerate(self._formats) if one.attributes.get("fillId") in ours
        )

    @property
    def ours(self) -> frozenset[int]:
        """Formats with a fill of an earlier reply."""
        return self._ours

    def filled(self, format_: int, level: str | None) -> int:
        """The number of the same format with the fill of a level; with none for None."""
        key = (format_, level)
        if key not in self._filled:
            fill = "0" if level is None else str(self._fill(FILLS[level]))
            place = min(format_, len(self._formats) - 1)
            one = self._formats[place]
            applied = {"fillId": fill, "applyFill": "1"}
            tag = with_attributes(self._data[one.start : one.inner], applied)
            self._filled[key] = self._add(
                "cellXfs", (tag + self._data[one.inner : one.end]).decode()
            )
        return self._filled[key]

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
