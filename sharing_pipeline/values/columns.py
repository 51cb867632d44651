"""Reads a column of text as typed values, and keeps the texts that could not be read.

Each distinct text is read once and mapped back to its rows, so that a column of 100,000 rows costs
no more than its distinct values. Only single cells are judged here; what whole rows must satisfy
stands in expectations/.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from sharing_pipeline.catalog.codes import INVISIBLE, CodeTable, visible
from sharing_pipeline.catalog.contracts import Column
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.values.dates import read_date, read_dates, read_timestamp, zone_named
from sharing_pipeline.values.identifiers import (
    ASCII,
    ERROR_VALUE,
    FULL_WIDTH,
    is_spoilt,
    spoilt_in,
    stands_for_nothing,
)
from sharing_pipeline.values.numbers import read_integer

DTYPES = {
    "code": "str",
    "text": "str",
    "label": "str",
    "organisation": "str",
    "dates": "str",
    "date": "datetime64[s]",
    "timestamp": "datetime64[us]",
    "integer": "Int64",
    "boolean": "boolean",
}
"""The pandas dtype of each contract type. Dates are held in seconds, which cover the years 1 to
9999 without overflow and become Arrow's date32 by a cast."""

_BOOLEANS = {"true": True, "是": True, "false": False, "否": False}
_APOSTROPHE = re.compile(r"^'\s*(?=.)")
_HALF_WIDTH = str.maketrans(FULL_WIDTH, ASCII)
_BLANK = INVISIBLE + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""Characters that nobody sees; a text of nothing else is an empty cell."""
_ERROR_VALUE = re.compile(ERROR_VALUE, re.IGNORECASE)
_MAY_BE_SPOILT = (
    r"^.{0,5}$|^[0_/-]|[^A-Za-z0-9_/-]|^[0-9]+[Ee][0-9]+$"
    r"|^[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2}$|^[0-9]{1,2}-[A-Za-z]{3}|^[A-Z][a-z]{2}-[0-9]{2}$"
)
"""Matches every code that must be read by itself: a short text, which may be a word for "none"; one
that begins with a zero, a sign or a separator; one with a character that isn't a letter, a digit,
_, / or -; one that may be a number in scientific notation or a date. Most columns of codes have
none of these and are taken whole. Matching too much only costs time."""


@dataclass(frozen=True)
class ReadColumn:
    """A column after reading; all Series have the index of the raw column.

    `values` are typed as DTYPES says and empty where nothing was understood; a boolean is false
    where nothing was written. `unread` holds the raw text of the cells that were not understood.
    `remark` holds what the sender should hear about a cell that was understood: the raw text of a
    number with a unit, the note behind a label. `damaged` flags the codes that a spreadsheet
    spoilt; they are in `unread` too.
    """

    values: pd.Series
    unread: pd.Series
    remark: pd.Series
    damaged: pd.Series


class Cell(NamedTuple):
    """What a single text was read as; `value` is None where it is unknown."""

    value: str | int | bool | date | datetime | None
    unread: bool = False
    remark: str | None = None
    damaged: bool = False


_Reader = Callable[[str, bool], Cell]
"""Reads a text that isn't empty; the flag says whether it stood in a workbook."""


def read_column(
    raw: pd.Series,
    column: Column,
    codes: Mapping[str, CodeTable],
    *,
    from_workbook: bool | pd.Series,
    own_codes: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
) -> ReadColumn:
    """Reads `raw` (text, None for an empty cell) as the type that the contract gives the column.

    `from_workbook` says, for all rows or for each, whether a five-digit number may be an Excel
    date. `own_codes` is the source's own code table for this column, from code to label.
    `timezone` holds for moments without a zone. Raises ConfigurationError for an unknown zone, an
    unknown code table, and an own code that leads to no value.
    """
    text = raw.astype("str").str.strip().rename(column.name)
    text = text.mask(text.str.strip(_BLANK).eq(""))
    flags = np.broadcast_to(np.asarray(from_workbook, dtype=bool), len(text))
    if column.type == "text":
        return _read_texts(text, flags)
    if column.type == "code" and not text.str.contains(_MAY_BE_SPOILT, na=False).any():
        return _all_as_written(text)
    reader = _reader(column, codes, own_codes, timezone)
    written, places = _distinct(text, flags)
    empty = Cell(False if column.type == "boolean" else None)
    cells = [empty if cell is None else reader(cell, flag) for cell, flag in written]
    if column.type == "code":
        cells = _without_spoilt(cells)

    dtypes = (DTYPES[column.type], "bool", "str", "bool")
    values, unread, remark, damaged = (
        pd.Series(
            pd.Series([cell[place] for cell in cells], dtype=dtype).array.take(places),
            raw.index,
            name=column.name,
        )
        for place, dtype in enumerate(dtypes)
    )
    return ReadColumn(values, text.where(unread), remark, damaged)


def _read_texts(text: pd.Series, from_workbook: np.ndarray) -> ReadColumn:
    """Reads a text column: only what a spreadsheet failed to compute is not understood.

    Outside workbooks a text may begin with =, and then it is no formula.
    """
    nothing = pd.Series(None, index=text.index, dtype="str", name=text.name)
    failed = text.str.startswith("#", na=False) & text.str.fullmatch(_ERROR_VALUE, na=False)
    failed |= text.str.startswith("=", na=False) & from_workbook
    damaged = pd.Series(False, index=text.index, name=text.name)
    return ReadColumn(text.mask(failed), text.where(failed), nothing, damaged)


def _all_as_written(text: pd.Series) -> ReadColumn:
    """A column whose cells all count as they are written."""
    nothing = pd.Series(None, index=text.index, dtype="str", name=text.name)
    return ReadColumn(text, nothing, nothing, pd.Series(False, index=text.index, name=text.name))


def _distinct(
    text: pd.Series, flags: np.ndarray
) -> tuple[list[tuple[str | None, bool]], np.ndarray]:
    """The distinct texts with their flags (None for empty cells), and for each row the place of
    its text among them."""
    positions, distinct = pd.factorize(text)
    keys, places = np.unique(
        np.where(positions < 0, -1, positions * 2 + flags), return_inverse=True
    )
    texts = distinct.tolist()
    return [(texts[key // 2] if key >= 0 else None, key % 2 == 1) for key in keys.tolist()], places


def _reader(
    column: Column,
    codes: Mapping[str, CodeTable],
    own_codes: Mapping[str, str] | None,
    timezone: str,
) -> _Reader:
    """The function that reads single cells of this column's type."""
    zone = zone_named(timezone)
    if column.type == "label":
        table = codes.get(column.codes or "")
        if table is None:
            raise ConfigurationError(f"{column.title}要用的代码表 {column.codes} 不在 codes/ 下。")
        return lambda text, _: _label(text, table, own_codes)
    if column.type == "date":
        return lambda text, flag: _cell_of(read_date(text, from_workbook=flag, zone=zone))
    if column.type == "timestamp":
        return lambda text, flag: _cell_of(read_timestamp(text, from_workbook=flag, zone=zone))
    if column.type == "code" and not column.required:
        return _optional_code
    return _READERS[column.type]


def _cell_of(value: date | datetime | None) -> Cell:
    return Cell(value, unread=value is None)


def _dates(text: str, from_workbook: bool) -> Cell:
    value, understood = read_dates(text, from_workbook=from_workbook)
    return Cell(value, unread=not understood)


def _integer(text: str, _: bool) -> Cell:
    value, with_unit = read_integer(text)
    return Cell(value, unread=value is None, remark=text if with_unit else None)


def _boolean(text: str, _: bool) -> Cell:
    value = _BOOLEANS.get(unicodedata.normalize("NFKC", visible(text)).strip().casefold())
    return Cell(value, unread=value is None)


def _label(text: str, table: CodeTable, own_codes: Mapping[str, str] | None) -> Cell:
    value, note = table.read_with_note(text, own_codes)
    if value is None and table.keep_unknown and not text.isdecimal() and not _not_computed(text):
        return Cell(visible(text).strip())
    return Cell(value, unread=value is None, remark=note)


def _code(text: str, _: bool) -> Cell:
    """Reads a code as it is written, but for invisible characters and the apostrophe that keeps it
    a text in a spreadsheet. A spoilt code is reported, never repaired.

    A word that says that there is no code counts as not understood, so that its sender sees it.
    Number cells of more than 15 digits come in scientific notation, because they are inexact, and
    so count as spoilt.
    """
    if text.isascii() and text.isdecimal():
        return Cell(text)
    text = visible(text).replace("\u00a0", "").translate(_HALF_WIDTH).strip()
    text = _APOSTROPHE.sub("", text)
    if stands_for_nothing(text):
        return Cell(None, unread=True)
    if is_spoilt(text) or _not_computed(text):
        return Cell(None, unread=True, damaged=True)
    return Cell(text)


def _optional_code(text: str, from_workbook: bool) -> Cell:
    """Reads a code that may be missing: a word for "none" counts as an empty cell."""
    cell = _code(text, from_workbook)
    return Cell(None) if cell.unread and not cell.damaged else cell


def _not_computed(text: str) -> bool:
    """Whether a text is a spreadsheet's error value or a formula without its result."""
    return text.startswith("=") or _ERROR_VALUE.fullmatch(text) is not None


_READERS: dict[str, _Reader] = {
    "code": _code,
    "organisation": _code,
    "dates": _dates,
    "integer": _integer,
    "boolean": _boolean,
}


def _without_spoilt(cells: list[Cell]) -> list[Cell]:
    """The cells, with those marked as damaged whose codes the other cells show to be spoilt."""
    spoilt = spoilt_in({cell.value for cell in cells if isinstance(cell.value, str)})
    damaged = Cell(None, unread=True, damaged=True)
    return [damaged if cell.value in spoilt else cell for cell in cells] if spoilt else cells
