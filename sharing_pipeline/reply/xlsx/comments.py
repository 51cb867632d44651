"""Comments of a worksheet: its comments part and the drawing of their boxes.

A sender's own comments stay as they are; ours stand in cells without one, or below it. Those of
an earlier reply are taken away first: by their author, or by what they say, because programs that
save a workbook again may leave the author out and make one run of text of several.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from sharing_pipeline.reply.words import AUTHOR, DIVIDER, OPENING
from sharing_pipeline.reply.xlsx.sheet import Place, place_of, reference
from sharing_pipeline.reply.xlsx.xml_edit import Edits, Element, NotEditable, content, elements

EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<authors/><commentList/></comments>"
)
EMPTY_DRAWING = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml"'
    b' xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<{v}shapetype {declared}id="_x0000_t202" coordsize="21600,21600" {o}spt="202" '
    'path="m,l,21600r21600,l21600,xe"><{v}stroke joinstyle="miter"/>'
    '<{v}path gradientshapeok="t" {o}connecttype="rect"/></{v}shapetype>'
)
_BOX = (
    '<{v}shape {declared}id="_x0000_s{number}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;'
    'height:{points}pt;z-index:{number};visibility:hidden" '
    'fillcolor="#ffffe1" {o}insetmode="auto"><{v}fill color2="#ffffe1"/>'
    '<{v}shadow on="t" color="black" obscured="t"/><{v}path {o}connecttype="none"/>'
    '<{v}textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></{v}textbox>'
    '<{x}ClientData ObjectType="Note"><{x}MoveWithCells/><{x}SizeWithCells/>'
    "<{x}Anchor>{left}, 15, {top}, 4, {right}, 15, {bottom}, 4</{x}Anchor>"
    "<{x}AutoFill>False</{x}AutoFill>"
    "<{x}Row>{row}</{x}Row><{x}Column>{column}</{x}Column></{x}ClientData></{v}shape>"
)
_SPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_WHOLLY_OURS = re.compile(f"{OPENING}.*\n规则：\\w+\\s*", re.DOTALL)
_OURS_BELOW = re.compile(f"\r?\n{DIVIDER}\r?\n(?={OPENING})")
_SHAPE = re.compile(rb"<(?:\w+:)?shape\s.*?</(?:\w+:)?shape\s*>", re.DOTALL)
_ROW, _COLUMN = (re.compile(rb"<(?:\w+:)?%b>\s*(\d+)" % name) for name in (b"Row", b"Column"))
_SHAPE_ID = re.compile(rb"_x0000_s(\d+)")
_BOX_COLUMNS, _CHARACTERS_A_LINE, _LINES_A_ROW = 4, 22, 1.3
_FEWEST_ROWS, _MOST_ROWS = 4, 60


def add_comments(
    comments: bytes, drawing: bytes, texts: Mapping[Place, str]
) -> tuple[bytes, bytes]:
    """Both parts with a comment for each place; what an earlier reply said is gone."""
    comments, gone = _without_ours(comments)
    edits = Edits(comments)
    found = elements(comments)
    listed = {one.name: one for one in found if one.parent == 0}
    if "authors" not in listed or "commentList" not in listed:
        raise NotEditable("no list of comments")
    author_count = sum(one.name == "author" for one in found)
    own = {place_of(one.need("ref")): one for one in found if one.name == "comment"}
    prefix = found[0].prefix
    new = {place: text for place, text in texts.items() if place not in own}
    if new:
        author = f"<{prefix}author>{AUTHOR}</{prefix}author>"
        edits.append_inside(listed["authors"], author.encode())
        written = "".join(_comment(prefix, *one, author_count) for one in sorted(new.items()))
        edits.append_inside(listed["commentList"], written.encode())
    for place in texts.keys() - new.keys():
        text = _text_of(found, own[place])
        below = _run(prefix, f"\n{DIVIDER}\n{texts[place]}")
        edits.append_inside(text, below.encode())
    return edits.applied(), _with_boxes(drawing, gone, new)


def _comment(prefix: str, place: Place, text: str, author: int) -> str:
    return (
        f'<{prefix}comment ref="{reference(place)}" authorId="{author}">'
        f"<{prefix}text>{_run(prefix, text)}</{prefix}text></{prefix}comment>"
    )


def _run(prefix: str, text: str) -> str:
    return f'<{prefix}r><{prefix}t xml:space="preserve">{content(text)}</{prefix}t></{prefix}r>'


def _text_of(found: list[Element], comment: Element) -> Element:
    for one in found:
        if one.name == "text" and one.parent >= 0 and found[one.parent] is comment:
            return one
    raise NotEditable("a comment without a text")


def _without_ours(comments: bytes) -> tuple[bytes, set[Place]]:
    """The comments without those of an earlier reply, and the cells of those taken away whole."""
    found = elements(comments)
    edits = Edits(comments)
    names = [
        comments[one.inner : one.close].decode().strip() for one in found if one.name == "author"
    ]
    ours = {str(number) for number, name in enumerate(names) if name == AUTHOR}
    gone: set[Place] = set()
    for one, texts in _texts(found):
        said = [html.unescape(comments[each.inner : each.close].decode()) for each in texts]
        below = _OURS_BELOW.search("".join(said))
        if one.attributes.get("authorId") in ours or _WHOLLY_OURS.fullmatch("".join(said)):
            edits.replace(one.start, one.end, b"")
            place = place_of(one.need("ref"))
            gone |= {place} if place else set()
        elif below:
            _cut(edits, found, texts, said, below.start())
    return edits.applied(), gone


def _texts(found: Sequence[Element]) -> Iterator[tuple[Element, list[Element]]]:
    """Each comment with the pieces of its text."""
    comment, texts = None, list[Element]()
    for one in found:
        if one.name == "comment":
            if comment:
                yield comment, texts
            comment, texts = one, []
        elif one.name == "t":
            texts.append(one)
    if comment:
        yield comment, texts


def _cut(
    edits: Edits, found: Sequence[Element], texts: Sequence[Element], said: Sequence[str], at: int
) -> None:
    """Takes away what stands from a place on in a text that is in several pieces."""
    for one, text in zip(texts, said, strict=True):
        run = found[one.parent]
        if at <= 0 and run.name == "r":
            edits.replace(run.start, run.end, b"")
        elif at < len(text):
            edits.replace(one.inner, one.close, content(text[: max(0, at)]).encode())
        at -= len(text)


def _with_boxes(drawing: bytes, gone: set[Place], texts: Mapping[Place, str]) -> bytes:
    """The drawing without the boxes of `gone`, and with one for each text."""
    end = drawing.lower().rfind(b"</xml>")
    if end < 0:
        raise NotEditable("a drawing that isn't VML")
    if gone:
        drawing = _SHAPE.sub(lambda shape: b"" if _cell_of(shape[0]) in gone else shape[0], drawing)
        end = drawing.lower().rfind(b"</xml>")
    names = _prefixes(drawing)
    last = max((int(number) for number in _SHAPE_ID.findall(drawing)), default=1024)
    shapes = [] if b"_x0000_t202" in drawing or not texts else [_SHAPE_TYPE.format(**names)]
    for number, (place, text) in enumerate(sorted(texts.items()), last + 1):
        shapes.append(_box(number, place, text, names))
    return drawing[:end] + "".join(shapes).encode() + drawing[end:]


def _prefixes(drawing: bytes) -> dict[str, str]:
    """The drawing's own prefixes, and the declaration of those that it doesn't have."""
    names, missing = {}, []
    for name, space in _SPACES.items():
        known = re.search(rb"xmlns:(\w+)=[\"']%b[\"']" % re.escape(space.encode()), drawing)
        names[name] = f"{known[1].decode()}:" if known else f"{name}:"
        missing += [] if known else [f'xmlns:{name}="{space}" ']
    return names | {"declared": "".join(missing)}


def _cell_of(shape: bytes) -> Place | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    return (int(row[1]) + 1, int(column[1]) + 1) if row and column else None


def _box(number: int, place: Place, text: str, names: Mapping[str, str]) -> str:
    """A hidden box beside its cell, large enough for its text."""
    lines = sum(1 + len(line) // _CHARACTERS_A_LINE for line in text.split("\n"))
    height = min(_MOST_ROWS, max(_FEWEST_ROWS, round(lines / _LINES_A_ROW) + 1))
    row, column = place[0] - 1, place[1] - 1
    top = max(0, row - 1)
    return _BOX.format(
        **names, number=number, points=height * 15, row=row, column=column,
        left=column + 1, right=column + 1 + _BOX_COLUMNS, top=top, bottom=top + height,
    )  # fmt: skip
