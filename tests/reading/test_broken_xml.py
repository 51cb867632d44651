"""A workbook's part that isn't well-formed is refused, or nothing of it is lost."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

import pytest

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.grid import Cell
from sharing_pipeline.reading.well_formed_xml import Tags
from sharing_pipeline.reading.workbook import read_workbook
from sharing_pipeline.settings import Limits
from tests.support.made.ods import ods_parts
from tests.support.made.sheet import Formula, Sheet
from tests.support.made.xlsx import xlsx_parts, zipped

SHEET = Sheet(
    "目录",
    [["目录代码", "目录名称", "数量"], ["1", "名录", 7], ["2", "清单", Formula("1+1", "二")]],
)
INLINE = xlsx_parts([SHEET])
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_PATH = "xl/worksheets/sheet1.xml"


def with_shared_texts() -> dict[str, str]:
    """The same cells as Excel writes them: their texts in a part of their own."""
    inline = re.compile(r't="inlineStr"><is>(.*?)</is>')
    texts = inline.findall(INLINE[SHEET_PATH])
    numbers = itertools.count()
    link = f'<Relationship Id="rT" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    links = "xl/_rels/workbook.xml.rels"
    return {
        **INLINE,
        SHEET_PATH: inline.sub(lambda _: f't="s"><v>{next(numbers)}</v>', INLINE[SHEET_PATH]),
        "xl/sharedStrings.xml": f"<sst>{''.join(f'<si>{text}</si>' for text in texts)}</sst>",
        links: INLINE[links].replace("</Relationships>", f"{link}</Relationships>"),
    }


def damaged(text: str) -> Iterator[str]:
    """The text with one of its tags lost, renamed, doubled, or turned from an end into a
    beginning and back; with an unescaped character behind it; and cut off there."""
    for tag in re.finditer("<[^>?]*>", text):
        before, after = text[: tag.start()], text[tag.end() :]
        turned = tag[0].replace("</", "<") if tag[0].startswith("</") else f"</{tag[0][1:]}"
        renamed = re.sub(r"\w+", "zz", tag[0], count=1)
        for instead in ("", renamed, tag[0] * 2, turned, f"{tag[0]}1<2", f"{tag[0]}a<b>c"):
            yield before + instead + after
        yield before


def cells(parts: Mapping[str, str], form: str = "xlsx") -> list[list[Cell]]:
    return read_workbook(zipped(parts), form, Limits())[0][0].columns


@pytest.mark.parametrize(
    ("form", "parts", "path"),
    [
        ("xlsx", INLINE, SHEET_PATH),
        ("xlsx", with_shared_texts(), SHEET_PATH),
        ("xlsx", with_shared_texts(), "xl/sharedStrings.xml"),
        ("ods", ods_parts([SHEET]), "content.xml"),
    ],
    ids=["texts in cells", "shared texts", "the shared texts themselves", "ods"],
)
def test_no_damage_to_one_tag_loses_a_cell(form: str, parts: dict[str, str], path: str) -> None:
    whole, refused = cells(parts, form), 0
    for broken in damaged(parts[path]):
        try:
            assert cells({**parts, path: broken}, form) == whole
        except UnreadableFile:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize(
    "behind",
    [
        "<row r='9'><c r='A9'><v>1</v></c></row></sheetData>",
        "<sheetData><row r='9'></row></sheetData>",
    ],
    ids=["the end comes twice", "two tables"],
)
def test_rows_behind_the_end_of_the_rows_are_not_passed_over(behind: str) -> None:
    sheet = INLINE[SHEET_PATH].replace("</sheetData>", f"</sheetData>{behind}")
    with pytest.raises(UnreadableFile, match="工作表“目录”的内部结构损坏"):
        cells({**INLINE, SHEET_PATH: sheet})


@pytest.mark.parametrize(
    "harmless",
    ["<!-- <v> -->", "<?page <c ?>", "<extLst><ext><![CDATA[</v><c>]]></ext></extLst>"],
    ids=["comment", "instruction", "literal text"],
)
def test_what_only_looks_like_tags_is_no_damage(harmless: str) -> None:
    sheet = INLINE[SHEET_PATH].replace("</worksheet>", f"{harmless}</worksheet>")
    assert cells({**INLINE, SHEET_PATH: sheet}) == cells(INLINE)


@pytest.mark.parametrize("block", [3, 7, 64, 1 << 18])
def test_tags_are_counted_alike_wherever_a_block_ends(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing_pipeline.reading.well_formed_xml._BLOCK", block)
    whole, cut = Tags(), Tags()
    whole.add(b'<?xml version="1.0"?><a><bc/><d e="1"/></a>')
    cut.add(b'<a><bc/><d e="1"/>')
    assert (whole.open, whole.letters % 256) == (0, 0)
    assert (cut.open, cut.letters % 256) == (1, ord("a"))
