"""Which texts are no identifiers: what a spreadsheet spoils a code to, what stands for no code.

Nothing is repaired here, because nobody knows the code behind 3.61E+17 (inputs.md §8). The
patterns are read by Python and by DuckDB; cells are read in columns.py, logs in log_types.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection

ASCII = "".join(map(chr, range(ord("!"), ord("~") + 1)))
FULL_WIDTH = "".join(chr(ord(letter) - ord("!") + ord("！")) for letter in ASCII)
"""The letters, digits and signs of codes, and how an input method writes them as wide as Chinese
characters: ３６１１ＪＴ is 3611JT."""

ERROR_VALUE = r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|#+)"
"""What a spreadsheet program shows instead of a value; its letters in any case."""

SPOILT = (
    r"[+-]?\d+(?:\.\d+)?E[+-]\d+|[+-]?\d+\.\d+E\d+"  # 3.611E+17, 1E+05
    r"|[+-]\d+(?:\.\d+)?"  # -5
    rf"|TRUE|FALSE|{ERROR_VALUE}"
)
"""What no code is, but what is left of one in a number or boolean cell; letters in any case."""

NO_CODE = frozenset(
    (
        "null", "Null", "NULL", "none", "None", "nil", "nan", "NaN", "n/a", "N/A",
        "无", "無", "空", "暂无", "暫無", "-", "--", "－", "–", "—", "——", "/", "／", "\\",
    )
)  # fmt: skip
"""What people and programs write where there is no code, as they write it: NONE or NA may be
somebody's code."""

_SPOILT = re.compile(SPOILT, re.IGNORECASE | re.ASCII)
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)
_SHORTEST_NUMBER = 6
"""Shorter numbers may count chapters: 2 stands beside 2.1."""
_MADE_DECIMAL = re.compile(rf"\d{{{_SHORTEST_NUMBER},}}\.0+", re.ASCII)
"""100001.0, as programs write a column of numbers with gaps, its leading zeros gone."""
_MOST_PER_WHOLE = 10
"""For so many codes one at least must still have its zeros; a single one may be the odd one."""
_TELLING_DIGITS = 4
"""So many digits that are the same in all codes of a column are no accident."""
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[ T]\d\d?:\d\d(?::\d\d)?)?"
_MONTH_NAME = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATES = tuple(
    (re.compile(date, re.ASCII), re.compile(akin, re.ASCII))
    for date, akin in (
        (rf"{_YEAR}-{_MONTH}-{_DAY}{_TIME}", r"\d{4}-\d\d?-\d"),
        (rf"{_YEAR}/{_MONTH}/{_DAY}{_TIME}", r"\d{4}/\d\d?/\d"),
        (rf"{_YEAR}年{_MONTH}月(?:{_DAY}日)?|{_MONTH}月{_DAY}日", r"\d{1,4}[年月]"),
        (rf"{_DAY}-(?i:{_MONTH_NAME})(?:-\d\d)?", r"\d\d?-[A-Za-z]{3}(?![A-Za-z])"),
        (rf"{_MONTH_NAME}-\d\d", r"[A-Z][a-z]{2}-\d\d"),
    )
)
"""How spreadsheet programs show the date that they made of 1-2, and how codes begin among which
such a text may be a code: 2026-01-02 beside 2026-01-45."""
_ROUNDED = re.compile(r"\d{15}0+", re.ASCII)
_BARE_EXPONENT = re.compile(r"\d+E\d+", re.IGNORECASE | re.ASCII)


def is_spoilt(text: str) -> bool:
    """Whether a text is surely what a spreadsheet program made of a code."""
    return _SPOILT.fullmatch(text) is not None


def stands_for_nothing(text: str) -> bool:
    """Whether a text only says that there is no code."""
    return text in NO_CODE


def may_be_rounded(text: str) -> bool:
    """Whether a number is as a spreadsheet leaves one of more than fifteen digits: with nothing
    but zeros behind them. It may also be a code that ends so."""
    return _ROUNDED.fullmatch(text) is not None


def spoilt_in(codes: Collection[str]) -> set[str]:
    """Those of a column's distinct codes that its other codes show to be spoilt."""
    return _without_zeros(codes) | _with_exponent(codes) | _decimals(codes) | _dates(codes)


def _without_zeros(codes: Collection[str]) -> set[str]:
    """Codes that are too short because their leading zeros are gone.

    A column has a fixed width when all its all-digit codes that begin with 0 are equally long,
    none is longer and most are that long, or the short ones would begin like them with their
    zeros; codes of other shapes say nothing about it.
    """
    zero_led = [code for code in codes if code.startswith("0") and code.isdecimal()]
    widths = {len(code) for code in zero_led}
    if len(widths) != 1:
        return set()
    width = widths.pop()
    digits_only = [code for code in codes if code.isdecimal()]
    short = {code for code in digits_only if len(code) < width}
    if any(len(code) > width for code in digits_only):
        return set()
    if 2 * len(short) < len(digits_only):
        return short
    begins = {_beginning(code.zfill(width)) for code in digits_only}
    return (
        short if len(begins) == 1 and len(digits_only) <= _MOST_PER_WHOLE * len(zero_led) else set()
    )


def _beginning(code: str) -> str:
    """The zeros of a code and its first other digits: those of a region, as a rule."""
    zeros = len(code) - len(code.lstrip("0"))
    return code[: zeros + _TELLING_DIGITS]


def _with_exponent(codes: Collection[str]) -> set[str]:
    """1e5 or 2E3 among codes of another kind: scientific notation.

    No spreadsheet program writes it without + or point, and 2E3 may stand beside 2A3 or 3F: where
    other codes mix letters and digits too, and where there are no others, it is a code.
    """
    bare = {code for code in codes if _BARE_EXPONENT.fullmatch(code)}
    if not bare:
        return bare
    others = set(codes) - bare
    return set() if not others or any(_mixes_letters(code) for code in others) else bare


def _decimals(codes: Collection[str]) -> set[str]:
    """12.5 and 100001.0 among numbers of six and more digits, and 100001.0 among its like; beside
    other codes they may be some."""
    decimals = {code for code in codes if _DECIMAL.fullmatch(code)}
    others = set(codes) - decimals
    if others:
        alone = all(code.isdecimal() and len(code) >= _SHORTEST_NUMBER for code in others)
    else:
        alone = all(_MADE_DECIMAL.fullmatch(code) for code in decimals)
    return decimals if alone else set()


def _dates(codes: Collection[str]) -> set[str]:
    """2026-01-02 or 2-Jan among codes that are nothing like it: 1-2 became one."""
    forms = [({code for code in codes if date.fullmatch(code)}, akin) for date, akin in _DATES]
    others = set(codes).difference(*(dates for dates, _ in forms))
    if not others:
        return others
    alone = [dates for dates, akin in forms if dates and not any(map(akin.match, others))]
    return set[str]().union(*alone)


def _mixes_letters(code: str) -> bool:
    return code.isalnum() and not code.isalpha() and not code.isdecimal()
