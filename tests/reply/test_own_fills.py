"""A sender's own fill stands under our colour, and is back when the cell is mended."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.styles import Color, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from sharing_pipeline.reply.colours import FILLS
from sharing_pipeline.settings import Settings
from tests.support.workbooks import HEADER, checked, knowing, marks, reply_to, row

CYCLE = HEADER.index("更新周期") + 1
OWN = {
    3: PatternFill("solid", fgColor="FFCCFFCC"),
    4: PatternFill("lightUp", fgColor="FF0000FF", bgColor="FFFFFF00"),
    5: PatternFill("solid", fgColor=Color(theme=4, tint=0.6)),
    6: PatternFill("solid", fgColor="FFCCFFCC"),
    7: PatternFill("solid", fgColor="FFFFC7CE"),  # a spreadsheet program's own "bad", nearly ours
    8: None,
}
"""The fill of each row's update cycle, which is wrong; None: the sheet's."""

NAMES = dict(zip(OWN, ("殡葬", "林场", "气象站", "公交线路", "税源", "学籍"), strict=True))

USUAL_COLOURS = """
FFFFFF F2F2F2 D9D9D9 D8D8D8 BFBFBF A6A6A6 808080 7F7F7F 595959 404040 262626 0D0D0D 000000
EDEDED DBDBDB DADADA C9C9C9 D0D0D0 C0C0C0 E7E6E6 D0CECE AEAAAA AEABAB 757070 767171 3A3838
EEECE1 DDD9C4 DDD9C3 C4BD97 D6DCE4 D6DCE5 ADB9CA ACB9CA 8497B0 44546A
C6D9F0 C5D9F1 8DB4E2 8DB3E2 DBE5F1 DCE6F1 DCE6F2 B8CCE4 95B3D7 F2DCDB E6B8B7 DA9694
EBF1DE EBF1DD D8E4BC D7E3BC E4DFEC E5E0EC CCC0DA CCC1D9 B1A0C7 DAEEF3 DBEEF3 B7DEE8 B7DDE8
FDE9D9 FDEADA FCD5B4 FBD5B5 FABF8F DDEBF7 DEEBF6 BDD7EE D9E1F2 D9E2F3 B4C6E7 B4C7E7
FCE4D6 FBE5D5 F8CBAD F7CBAC FFF2CC FEF2CB FFE699 FFE598 E2EFDA E2EFD9 C6E0B4 C5E0B3
FFC7CE FFEB9C C6EFCE FFCC99 FFFFCC FFEB84 F8696B 63BE7B
C00000 FF0000 FFC000 FFFF00 92D050 00B050 00B0F0 0070C0 002060 7030A0
FFCCCC FFFF99 CCFFCC CCFFFF 99CCFF CC99FF FF99CC CCCCFF 969696 EEEEEE DDDDDD CCCCCC B2B2B2
D4EA6B FFD7D7 FFFFD7 DEE6EF DDE8CB E0C2CD
"""
"""What spreadsheet programs offer to fill cells with: their themes in all tints, the standard
colours, those of the built-in styles, and the palettes of Excel 97 and LibreOffice."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return knowing(tmp_path_factory.mktemp("settings"), "A")


@pytest.fixture
def reply(settings: Settings, tmp_path: Path) -> Path:
    """The reply to a workbook in which each update cycle is wrong."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "目录"
    sheet.append(HEADER)
    sheet.append(row(目录代码="E-1", 目录名称="甲"))
    for number, fill in OWN.items():
        sheet.append(row(目录代码=f"E-{number}", 目录名称=NAMES[number], 更新周期="有空时"))
        if fill is not None:
            sheet.cell(number, CYCLE).fill = fill
            sheet.cell(number, CYCLE).number_format = "@"
    book.save(tmp_path / "目录.xlsx")
    return reply_to(settings, tmp_path / "目录.xlsx", "目录-校验结果.xlsx")


def kept(path: Path) -> Path:
    """The file as it is."""
    return path


def saved_by_openpyxl(path: Path) -> Path:
    openpyxl.load_workbook(path).save(path)
    return path


def saved_by_libreoffice(path: Path) -> Path:
    out = path.parent / "saved"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    return out / path.name


def mend(path: Path, rows: list[int]) -> None:
    book = openpyxl.load_workbook(path)
    for number in rows:
        book["目录"].cell(number, CYCLE).value = "每年"
    book.save(path)


def cycle(path: Path, number: int) -> Cell:
    cell = openpyxl.load_workbook(path)["目录"].cell(number, CYCLE)
    assert isinstance(cell, Cell)
    return cell


def look(cell: Cell) -> tuple[object, ...]:
    """What is seen of a fill; programs write the same one in several ways."""
    fill = cell.fill
    if fill.fill_type == "solid" and fill.fgColor.type == "theme":
        return "theme", fill.fgColor.theme, round(fill.fgColor.tint, 2)
    if fill.fill_type == "solid":
        return "solid", fill.fgColor.rgb
    return (fill.fill_type, fill.fgColor.rgb, fill.bgColor.rgb) if fill.fill_type else (None,)


SAVED: list[Callable[[Path], Path]] = [kept, saved_by_openpyxl]


@pytest.mark.parametrize("save", SAVED)
def test_a_mended_cell_has_its_own_fill_again(
    settings: Settings, reply: Path, save: Callable[[Path], Path]
) -> None:
    own = {number: look(cycle(reply.parent / "目录.xlsx", number)) for number in OWN}
    assert set(marks(reply, "目录")) == {cycle(reply, number).coordinate for number in OWN}
    mend(reply, [3, 4, 5])
    second = reply_to(settings, save(reply), "二.xlsx")
    assert [look(cycle(second, number)) for number in (3, 4, 5)] == [own[n] for n in (3, 4, 5)]
    assert cycle(second, 3).number_format == "@"
    assert set(marks(second, "目录")) == {cycle(reply, number).coordinate for number in (6, 7, 8)}
    mend(second, [6, 7, 8])
    third = reply_to(settings, save(second), "三.xlsx")
    assert {number: look(cycle(third, number)) for number in OWN} == own
    assert not marks(third, "目录")


@pytest.mark.system
def test_own_fills_outlast_libreoffice(settings: Settings, reply: Path) -> None:
    untouched = saved_by_libreoffice(reply.parent / "目录.xlsx")
    own = {number: look(cycle(untouched, number)) for number in OWN}
    back = saved_by_libreoffice(reply)
    mend(back, [3, 4, 5])
    second = reply_to(settings, back, "二.xlsx")
    assert [look(cycle(second, number)) for number in (3, 4, 5)] == [own[n] for n in (3, 4, 5)]
    again = saved_by_libreoffice(second)
    mend(again, [6, 7, 8])
    third = reply_to(settings, again, "三.xlsx")
    assert {number: look(cycle(third, number)) for number in OWN} == own


def test_the_fills_are_kept_out_of_sight(settings: Settings, reply: Path) -> None:
    assert not [note for note in checked(settings, reply).report.notes if "原有底色" in note]
    fills = openpyxl.load_workbook(reply)["原有底色"]
    assert fills.sheet_state == "hidden"
    covered = [f"F{number}" for number, fill in OWN.items() if fill is not None]
    assert [cell.value for cell in fills["B"]] == ["单元格", *covered]
    first = ["目录", "F3", "底色", "E-3", NAMES[3], "A局", "无条件共享", "2026-01-05"]
    assert [cell.value for cell in fills[2]] == first


def test_shown_by_its_sender_the_sheet_of_fills_is_still_nobodys_data(
    settings: Settings, reply: Path
) -> None:
    before = checked(settings, reply).report
    book = openpyxl.load_workbook(reply)
    book["原有底色"].sheet_state = "visible"
    book.save(reply)
    assert checked(settings, reply).report == before
    mend(reply, list(OWN))
    assert openpyxl.load_workbook(reply_to(settings, reply, "二.xlsx")).sheetnames == [
        "校验结果", "目录",
    ]  # fmt: skip


def test_a_sheet_that_is_called_as_that_of_fills_stays(settings: Settings, reply: Path) -> None:
    book = openpyxl.load_workbook(reply.parent / "目录.xlsx")
    book.create_sheet("原有底色").append(["请勿改动"])
    book.save(reply.parent / "目录.xlsx")
    back = reply_to(settings, reply.parent / "目录.xlsx", "目录-校验结果.xlsx")
    names = ["校验结果", "目录", "原有底色", "原有底色（2）"]
    assert openpyxl.load_workbook(back).sheetnames == names
    assert openpyxl.load_workbook(reply_to(settings, back, "二.xlsx")).sheetnames == names


def notes_in(path: Path) -> str:
    """Everything that the report says."""
    report = openpyxl.load_workbook(path)["校验结果"]
    return "\n".join(str(cell.value) for line in report for cell in line)


REPLACED = "原有的底色被本程序的颜色取代，没有恢复"


@pytest.mark.parametrize("deleted", [["校验结果"], ["原有底色"], ["校验结果", "原有底色"]])
def test_only_a_deleted_sheet_of_fills_takes_the_fills_with_it(
    settings: Settings, reply: Path, deleted: list[str]
) -> None:
    own = look(cycle(reply.parent / "目录.xlsx", 3))
    book = openpyxl.load_workbook(reply)
    for name in deleted:
        del book[name]
    book.save(reply)
    mend(reply, [3, 8])
    second = reply_to(settings, reply, "二.xlsx")
    assert set(marks(second, "目录")) == {
        cycle(reply, number).coordinate for number in (4, 5, 6, 7)
    }
    expected = (None,) if "原有底色" in deleted else own
    assert [look(cycle(second, number)) for number in (3, 8)] == [expected, (None,)]
    assert REPLACED not in notes_in(second)


def test_where_rows_were_moved_nothing_is_guessed(settings: Settings, reply: Path) -> None:
    own = look(cycle(reply.parent / "目录.xlsx", 3))
    book = openpyxl.load_workbook(reply)
    book["目录"].move_range("A5:H8", rows=1)
    for column, value in enumerate(row(目录代码="E-9", 目录名称="森林"), 1):
        book["目录"].cell(5, column).value = value
    book.save(reply)
    mend(reply, [3, 4, 6, 7, 8, 9])
    second = reply_to(settings, reply, "二.xlsx")
    assert look(cycle(second, 3)) == own
    assert [look(cycle(second, number)) for number in (6, 7, 8, 9)] == [(None,)] * 4
    assert f"有 3 个单元格{REPLACED}" in notes_in(second)
    assert "目录 F5、目录 F6、目录 F7" in notes_in(second)
    third = reply_to(settings, second, "三.xlsx")
    assert REPLACED not in notes_in(third)


def test_fills_of_a_sheet_that_was_renamed_are_not_guessed(settings: Settings, reply: Path) -> None:
    book = openpyxl.load_workbook(reply)
    book["目录"].title = "政务目录"
    book.save(reply)
    second = reply_to(settings, reply, "二.xlsx")
    assert openpyxl.load_workbook(second).sheetnames == ["校验结果", "政务目录"]
    assert f"有 5 个单元格{REPLACED}" in notes_in(second)


def test_a_colour_that_was_given_by_hand_is_left(settings: Settings, reply: Path) -> None:
    book = openpyxl.load_workbook(reply)
    book["目录"].cell(3, CYCLE).fill = PatternFill("solid", fgColor="FF00FF00")
    book.save(reply)
    mend(reply, [3])
    second = reply_to(settings, reply, "二.xlsx")
    assert look(cycle(second, 3)) == ("solid", "FF00FF00")


def test_no_usual_colour_is_one_of_ours() -> None:
    assert not {f"FF{colour}" for colour in USUAL_COLOURS.split()} & set(FILLS.values())
