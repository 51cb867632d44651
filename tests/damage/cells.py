"""Kinds of damage to single cells: those that intake must undo, and those that it must report."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.damage.clean import Kind, Row
from tests.support.made.reading import NAMES, D
from tests.support.made.sheet import Error, Formula

INVISIBLE = ["\u200b", "\u00a0", "\u00ad", "\ufeff", " ", "\u3000", "\u202a"]
_FULL_WIDTH = str.maketrans("0123456789-/.:", "０１２３４５６７８９－／．：")
_TRADITIONAL = {
    "无条件共享": "無條件共享",
    "已发布": "已發布",
    "已挂载": "已掛載",
    "库表": "庫表",
    "每周": "每週",
    "实时": "實時",
}
_OTHER_LABELS = {
    "每日": ["日", "每天", "P1D", "daily", "R/P1D", "每日更新", "每日（更新说明：凌晨）"],
    "每周": ["周", "weekly", "R/P1W", "每周(周一)"],
    "每月": ["月度", "Monthly", "P1M", "月", "每月（5日前）", "每 月"],
    "每季度": ["季度", "季", "quarterly"],
    "每年": ["年度", "annual", "P12M"],
    "实时": ["即时", "real-time", "分钟级"],
    "无条件共享": ["无条件", "无 条件共享"],
    "已发布": ["发布", "published"],
    "草稿": ["draft", "编制中"],
    "接口": ["API", "api", "ＡＰＩ"],
    "文件": ["file"],
    "已挂载": ["挂载", "mounted"],
}


@dataclass(frozen=True)
class File:
    """A file that is being damaged, as far as the damage depends on it."""

    draw: random.Random
    kind: Kind
    style: str
    carrier: str
    typed: bool
    """Whether cells have types, as in a workbook."""


Damage = Callable[[File, Row], bool]
"""Damages a row; gives False if it can't be applied to the row."""


def some_cell(file: File, row: Row, columns: Sequence[str]) -> str:
    return file.draw.choice([column for column in columns if column in row.cells])


def surrounded(file: File, row: Row) -> bool:
    column = some_cell(file, row, [*file.kind.labels, *file.kind.dates, file.kind.key])
    before, after = file.draw.choices(INVISIBLE, k=2)
    row.cells[column] = f"{before}{row.cells[column]}{after}"
    return True


def full_width(file: File, row: Row) -> bool:
    numbers = [file.kind.number] if file.kind.number else []
    column = some_cell(file, row, [*file.kind.dates, *numbers, file.kind.key])
    if column == file.kind.key and not row.cells[column].isdigit():
        return False  # only digits have a meaning of their own in codes
    row.cells[column] = row.cells[column].translate(_FULL_WIDTH)
    return True


def other_date(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.dates)
    day = row.values[column]
    midnight = datetime(day.year, day.month, day.day)
    in_utc = midnight - timedelta(hours=8)
    since_1970 = int((in_utc - datetime(1970, 1, 1)).total_seconds())
    forms: list[Any] = [
        f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day:%Y-%m-%d} 23:59:59",
        f"{in_utc:%Y-%m-%dT%H:%M:%SZ}", f"{day:%Y-%m-%d}T12:00:00+08:00",
        str(since_1970), str(since_1970 * 1000 + 5),
    ]  # fmt: skip
    if file.typed:
        forms += [day, midnight + timedelta(hours=9.5), (day - date(1899, 12, 30)).days]
    row.cells[column] = file.draw.choice(forms)
    return True


def other_label(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.labels)
    label = row.cells[column]
    choices = [*_OTHER_LABELS.get(label, []), _TRADITIONAL.get(label)]
    row.cells[column] = file.draw.choice(list(filter(None, choices)) or [label])
    return True


def organisation_by_name(file: File, row: Row) -> bool:
    if file.kind.organisation is None:
        return False
    place = int(row.values[file.kind.organisation][-1]) - 1
    row.cells[file.kind.organisation] = NAMES[place]
    return True


def number_cell(file: File, row: Row) -> bool:
    column = file.kind.number or file.kind.key
    if not file.typed or (column == file.kind.key and file.style != "3611{:08d}"):
        return False
    row.cells[column] = file.draw.choice([int, float])(row.cells[column])
    return True


def thousands(file: File, row: Row) -> bool:
    if file.kind.number is None:
        return False
    row.cells[file.kind.number] = f"{row.values[file.kind.number]:,}"
    return True


def computed(file: File, row: Row) -> bool:
    column = some_cell(file, row, [*file.kind.texts, *file.kind.labels])
    row.cells[column] = Formula("A1", row.cells[column]) if file.typed else row.cells[column]
    return file.typed


def with_unit(file: File, row: Row) -> bool:
    column = file.kind.number
    if column is None:
        return False
    unit, times = file.draw.choice([("条", 1), ("万条", 10_000), (" 家", 1), ("亿", 10**8)])
    row.cells[column] = f"{row.values[column]}{unit}"
    row.values[column] *= times
    row.warn(column, f"{file.kind.dataset}_{column}_with_unit")
    return True


def unreadable_number(file: File, row: Row) -> bool:
    return file.kind.number is not None and _unread(
        file, row, file.kind.number, ["约300", "300余", "1-2万", "三百", "1.5", "很多"]
    )


def unreadable_date(file: File, row: Row) -> bool:
    forms = ["2026/03", "2026年3月", "26-03-05", "5/3/2026", "0000-00-00", "不详", "2026-02-30"]
    if not file.typed:
        forms.append("46086")
    return _unread(file, row, some_cell(file, row, file.kind.dates), forms)


def unreadable_label(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.labels)
    return _unread(file, row, column, ["1", "２", "也许", "见附件"])


def _unread(file: File, row: Row, column: str, forms: Sequence[str]) -> bool:
    row.cells[column] = file.draw.choice(forms)
    # A label that isn't known counts as unknown and stays visible as it was written.
    row.values[column] = row.cells[column] if column in file.kind.labels else None
    row.warn(column, f"{file.kind.dataset}_{column}_unread")
    return True


def in_future(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.dates)
    row.values[column] = D + timedelta(days=file.draw.randrange(1, 999))
    row.cells[column] = row.values[column].isoformat()
    row.warn(column, f"{file.kind.dataset}_{column}_in_future")
    return True


def empty_required(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.required)
    row.cells[column] = file.draw.choice([None, "", "  ", "\u200b"])
    row.values[column] = None
    row.warn(column, f"{file.kind.dataset}_{column}_missing")
    return True


def text_not_computed(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.texts)
    if file.typed and file.carrier != "xls":
        row.cells[column] = file.draw.choice([Error("#N/A"), Error("#REF!", "A1"), Formula("A1")])
    else:
        row.cells[column] = file.draw.choice(["#N/A", "#DIV/0!", "#REF!"])
    row.values[column] = None
    row.warn(column, "cell_not_computed")
    return True


def bidi_text(file: File, row: Row) -> bool:
    column = some_cell(file, row, file.kind.texts)
    row.cells[column] = row.values[column] = f"{row.cells[column][:2]}\u202e{row.cells[column][2:]}"
    row.warn(column, f"{file.kind.dataset}_{column}_bidi")
    return True


def empty_key(file: File, row: Row) -> bool:
    row.cells[file.kind.key] = file.draw.choice([None, " ", "\u200b\u00a0"])
    row.refuse(file.kind.key, "key_missing")
    return True


def spoilt_key(file: File, row: Row) -> bool:
    key = file.kind.key
    forms: list[Any] = ["3.61100E+17", "3.6E+11", "#N/A", "#NAME?", "=A1", "3.61e+15"]
    if file.typed:
        forms += [Error("#VALUE!"), 361100007000000123]
        forms += [] if file.carrier == "xls" else [Formula("B7+1")]
    row.cells[key] = file.draw.choice(forms)
    row.refuse(key, "code_damaged")
    return True


def lost_zeros(file: File, row: Row) -> bool:
    code = row.cells[file.kind.key]
    if not file.style.startswith("0"):
        return False
    row.cells[file.kind.key] = int(code) if file.typed else code.lstrip("0")
    row.refuse(file.kind.key, "code_damaged")
    return True


def wrong_organisation(file: File, row: Row) -> bool:
    column = file.kind.organisation
    if column is None:
        return False
    written, rule = file.draw.choice(
        [("没有这个局", "organisation_unknown"), ("", "organisation_missing"),
         ("361100099", "organisation_unknown"), ("3.61100E+08", "code_damaged")]
    )  # fmt: skip
    row.cells[column] = written
    row.refuse(column, rule)
    return True


def surplus(file: File, row: Row) -> bool:
    if file.carrier not in ("csv", "tsv"):
        return False
    row.beyond = ["", "多出来的"]
    row.refuse("", "cells_beyond_header")
    return True


UNDONE: tuple[Damage, ...] = (
    surrounded, full_width, other_date, other_label, organisation_by_name, number_cell, thousands,
    computed,
)  # fmt: skip
REPORTED: tuple[Damage, ...] = (
    with_unit, unreadable_number, unreadable_date, unreadable_label, in_future, empty_required,
    text_not_computed, bidi_text, empty_key, spoilt_key, lost_zeros, wrong_organisation, surplus,
)  # fmt: skip
