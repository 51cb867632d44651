"""Comments of a worksheet: its comments part and the drawing of their boxes.

A sender's own comments stay as they are; ours stand in cells without one, or below it. Those of
an earlier reply are taken away first: by their author, or by what they say, because programs that
save a workbook again may leave the author out and make one run of text of several.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from sharing_pipeline.reply.texts import AUTHOR, DIVIDER, OPENING
from sharing_pipeline.reply.xlsx.sheet import Place, place_of, reference
from sharing_pipeline.reply.xlsx.xml_edit import NotEditable
from sharing_pipeline.reply.xlsx.xml_tree import MAIN, Element, cell_text, main, parse_part, part_of

EMPTY = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
_SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_DRAWING = '<xml xmlns:v="{v}" xmlns:o="{o}" xmlns:x="{x}">{{}}</xml>'.format_map(_SPACES)
EMPTY_DRAWING = _DRAWING.format(
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
).encode()
_TYPE_OF_BOXES = "_x0000_t202"
_SHAPE_TYPE = (
    f'<v:shapetype id="{_TYPE_OF_BOXES}" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    f'<v:shape id="_x0000_s{{number}}" type="#{_TYPE_OF_BOXES}" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;'
    'height:{points}pt;z-index:{number};visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 4, {right}, 15, {bottom}, 4</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_WHOLLY_OURS = re.compile(f"{OPENING}.*\n规则：\\w+\\s*", re.DOTALL)
_OURS_BELOW = re.compile(f"\r?\n{DIVIDER}\r?\n(?={OPENING})")
_SHAPE_NUMBER = re.compile(r"_x0000_s(\d+)")
_FIRST_SHAPE = 1025
"""Where the numbers of shapes begin on a workbook's first sheet."""
_BOX_COLUMNS, _CHARACTERS_A_LINE, _LINES_A_ROW = 4, 22, 1.3
_FEWEST_ROWS, _MOST_ROWS = 4, 60


def add_comments(
    comments: bytes, drawing: bytes, texts: Mapping[Place, str]
) -> tuple[bytes, bytes]:
    """Both parts with a comment for each place; what an earlier reply said is gone."""
    root = parse_part(comments)
    authors, listed = root.find(main("authors")), root.find(main("commentList"))
    if authors is None or listed is None:
        raise NotEditable("no list of comments")
    gone = _take_ours_out(authors, listed)
    own = {place_of(each.get("ref", "")): each for each in listed.iterchildren(main("comment"))}
    new = {place: text for place, text in texts.items() if place not in own}
    if new:
        author = str(len(authors.findall(main("author"))))
        etree.SubElement(authors, main("author")).text = AUTHOR
        for place, text in sorted(new.items()):
            attributes = {"ref": reference(place), "authorId": author}
            comment = etree.SubElement(listed, main("comment"), attributes)
            _add_run(etree.SubElement(comment, main("text")), text)
    for place in texts.keys() - new.keys():
        below = own[place].find(main("text"))
        if below is None:
            raise NotEditable("a comment without a text")
        _add_run(below, f"\n{DIVIDER}\n{texts[place]}")
    return part_of(root), _with_boxes(drawing, gone, new)


def _add_run(text: Element, written: str) -> None:
    run = etree.SubElement(etree.SubElement(text, main("r")), main("t"))
    run.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.text = cell_text(written)


def _take_ours_out(authors: Element, listed: Element) -> set[Place]:
    """Takes the comments of an earlier reply away; the cells that have none left."""
    names = [(author.text or "").strip() for author in authors.iterchildren(main("author"))]
    ours = {str(number) for number, name in enumerate(names) if name == AUTHOR}
    gone: set[Place] = set()
    for comment in listed.findall(main("comment")):
        pieces = list(comment.iter(main("t")))
        text = "".join(piece.text or "" for piece in pieces)
        below = _OURS_BELOW.search(text)
        if comment.get("authorId") in ours or _WHOLLY_OURS.fullmatch(text):
            listed.remove(comment)
            place = place_of(comment.get("ref", ""))
            gone |= {place} if place else set()
        elif below:
            _cut(pieces, below.start())
    return gone


def _cut(pieces: Sequence[Element], at: int) -> None:
    """Takes away what stands from a place on in a text that is in several pieces."""
    for piece in pieces:
        text, run = piece.text or "", piece.getparent()
        if at <= 0 and run.tag == main("r"):
            run.getparent().remove(run)
        elif at < len(text):
            piece.text = text[: max(0, at)]
        at -= len(text)


def _with_boxes(drawing: bytes, gone: set[Place], texts: Mapping[Place, str]) -> bytes:
    """The drawing without the boxes of `gone`, and with one for each text."""
    root = parse_part(drawing, forgiving=True)
    if root.tag.lower() != "xml":
        raise NotEditable("a drawing that isn't VML")
    for shape in list(root.iter(_vml("shape"))):
        if _cell_of(shape) in gone:
            shape.getparent().remove(shape)
    known = [each.get("id", "") for each in root.iter(_vml("shape"), _vml("shapetype"))]
    found = (_SHAPE_NUMBER.search(id_) for id_ in known)
    first = max((int(number[1]) + 1 for number in found if number), default=_FIRST_SHAPE)
    new = [_SHAPE_TYPE] if texts and _TYPE_OF_BOXES not in known else []
    new += [_box(number, *text) for number, text in enumerate(sorted(texts.items()), first)]
    root.extend(list(parse_part(_DRAWING.format("".join(new)).encode())))
    return part_of(root)


def _vml(name: str) -> str:
    return f"{{{_SPACES['v']}}}{name}"


def _cell_of(shape: Element) -> Place | None:
    """The cell that a box belongs to."""
    row, column = (shape.findtext(f".//{{*}}{name}", "").strip() for name in ("Row", "Column"))
    return (int(row) + 1, int(column) + 1) if row.isdecimal() and column.isdecimal() else None


def _box(number: int, place: Place, text: str) -> str:
    """A hidden box beside its cell, large enough for its text."""
    lines = sum(1 + len(line) // _CHARACTERS_A_LINE for line in text.split("\n"))
    height = min(_MOST_ROWS, max(_FEWEST_ROWS, round(lines / _LINES_A_ROW) + 1))
    row, column = place[0] - 1, place[1] - 1
    top = max(0, row - 1)
    return _BOX.format(
        number=number, points=height * 15, row=row, column=column,
        left=column + 1, right=column + 1 + _BOX_COLUMNS, top=top, bottom=top + height,
    )  # fmt: skip
