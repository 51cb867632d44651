"""Tells codes from texts that are none: codes that a spreadsheet spoilt, and words for "no code".

Nothing is repaired here, because nobody knows the code behind 3.61E+17 (inputs.md §8). Python and
DuckDB both read the patterns; cells are read in columns.py, logs in log_types.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection

ASCII = "".join(map(chr, range(ord("!"), ord("~") + 1)))
FULL_WIDTH = "".join(chr(ord(letter) - ord("!") + ord("！")) for letter in ASCII)
"""The same letters, digits and signs in the full-width form that Chinese input methods write:
３６１１ＪＴ is 3611JT."""

ERROR_VALUE = r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|#+)"
"""The error values of spreadsheet programs, in capital or small letters."""

SPOILT = (
    r"[+-]?\d+(?:\.\d+)?E[+-]\d+|[+-]?\d+\.\d+E\d+"  # 3.611E+17, 1E+05
    r"|[+-]\d+(?:\.\d+)?"  # -5
    rf"|TRUE|FALSE|{ERROR_VALUE}"
)
"""What is left of a code in a number cell or a boolean cell, in capital or small letters. No code
in use is written like this."""

NO_CODE = frozenset(
    (
        "null", "Null", "NULL", "none", "None", "nil", "nan", "NaN", "n/a", "N/A",
        "无", "無", "空", "暂无", "暫無", "-", "--", "－", "–", "—", "——", "/", "／", "\\",
    )
)  # fmt: skip
"""What people and programs write where there is no code, letter for letter: NONE or NA may be
somebody's code."""

_SPOILT = re.compile(SPOILT, re.IGNORECASE | re.ASCII)
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)
_SHORTEST_NUMBER = 6
"""Decimals count as spoilt only among whole numbers of at least so many digits, because shorter
ones may number chapters: 2 stands beside 2.1. Too low, and chapter numbers are sent back as
damaged; too high, and 12.5 passes as a code."""
_MADE_DECIMAL = re.compile(rf"\d{{{_SHORTEST_NUMBER},}}\.0+", re.ASCII)
"""100001.0: how programs such as pandas write whole numbers when the column has gaps. Leading zeros
are lost on the way."""
_CODES_PER_WHOLE_CODE = 10
"""Among so many codes at least one must still have its leading zeros for the others to count as
cut short; a single one in a long column may be the exception. Too high, and short codes of a mixed
column are sent back as damaged; too low, and shortened codes pass."""
_SAME_FIRST_DIGITS = 4
"""Codes of a region begin with the same 4 digits (province and city); so many equal digits are no
accident."""
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[ T]\d\d?:\d\d(?::\d\d)?)?"
_MONTH_NAME = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATES = tuple(
    (re.compile(date, re.ASCII), re.compile(similar, re.ASCII))
    for date, similar in (
        (rf"{_YEAR}-{_MONTH}-{_DAY}{_TIME}", r"\d{4}-\d\d?-\d"),
        (rf"{_YEAR}/{_MONTH}/{_DAY}{_TIME}", r"\d{4}/\d\d?/\d"),
        (rf"{_YEAR}年{_MONTH}月(?:{_DAY}日)?|{_MONTH}月{_DAY}日", r"\d{1,4}[年月]"),
        (rf"{_DAY}-(?i:{_MONTH_NAME})(?:-\d\d)?", r"\d\d?-[A-Za-z]{3}(?![A-Za-z])"),
        (rf"{_MONTH_NAME}-\d\d", r"[A-Z][a-z]{2}-\d\d"),
    )
)
"""For each way in which spreadsheet programs show the date that they made of a code such as 1-2:
the pattern of that date, and the pattern of similar codes. Where similar codes stand in the column
too, such as 2026-01-45 beside 2026-01-02, the date may be a code."""
_ROUNDED = re.compile(r"\d{15}0+", re.ASCII)
_BARE_EXPONENT = re.compile(r"\d+E\d+", re.IGNORECASE | re.ASCII)


def is_spoilt(text: str) -> bool:
    """Whether a text can only be what a spreadsheet program made of a code."""
    return _SPOILT.fullmatch(text) is not None


def stands_for_nothing(text: str) -> bool:
    """Whether a text says that there is no code."""
    return text in NO_CODE


def may_be_rounded(text: str) -> bool:
    """Whether a number has nothing but zeros behind its first fifteen digits, as spreadsheets leave
    longer numbers. It may also be a code that ends in zeros."""
    return _ROUNDED.fullmatch(text) is not None


def spoilt_in(codes: Collection[str]) -> set[str]:
    """The codes of a column (each given once) that its other codes show to be spoilt."""
    return _without_zeros(codes) | _with_exponent(codes) | _decimals(codes) | _dates(codes)


def _without_zeros(codes: Collection[str]) -> set[str]:
    """The codes that are too short because their leading zeros were lost.

    Only codes of digits alone are looked at. They have a fixed width when all that begin with 0
    are equally long and none is longer. The shorter ones count as shortened when most codes have
    that width, or when all codes would begin with the same digits once the zeros are put back.
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
    beginnings = {_beginning(code.zfill(width)) for code in digits_only}
    enough_whole = len(digits_only) <= _CODES_PER_WHOLE_CODE * len(zero_led)
    return short if len(beginnings) == 1 and enough_whole else set()


def _beginning(code: str) -> str:
    """A code's leading zeros with the digits behind them, which as a rule are those of a region."""
    zeros = len(code) - len(code.lstrip("0"))
    return code[: zeros + _SAME_FIRST_DIGITS]


def _with_exponent(codes: Collection[str]) -> set[str]:
    """Codes such as 1e5 or 2E3, where the other codes of the column are of another kind.

    Spreadsheet programs write scientific notation with a plus or a point, so this is weak evidence.
    Where other codes mix letters and digits too, as 2A3 and 3F do, or where there are no other
    codes, 2E3 is a code.
    """
    bare = {code for code in codes if _BARE_EXPONENT.fullmatch(code)}
    if not bare:
        return bare
    others = set(codes) - bare
    return set() if not others or any(_mixes_letters(code) for code in others) else bare


def _decimals(codes: Collection[str]) -> set[str]:
    """Decimals such as 12.5, where all other codes are long whole numbers; and 100001.0, where all
    codes are like it. Beside other codes they may be codes."""
    decimals = {code for code in codes if _DECIMAL.fullmatch(code)}
    others = set(codes) - decimals
    if others:
        are_spoilt = all(code.isdecimal() and len(code) >= _SHORTEST_NUMBER for code in others)
    else:
        are_spoilt = all(_MADE_DECIMAL.fullmatch(code) for code in decimals)
    return decimals if are_spoilt else set()


def _dates(codes: Collection[str]) -> set[str]:
    """Dates such as 2026-01-02 or 2-Jan among codes that don't look like them: a spreadsheet
    program made them of codes such as 1-2."""
    forms = [
        ({code for code in codes if date.fullmatch(code)}, similar) for date, similar in _DATES
    ]
    others = set(codes).difference(*(dates for dates, _ in forms))
    if not others:
        return set()
    spoilt = [dates for dates, similar in forms if dates and not any(map(similar.match, others))]
    return set[str]().union(*spoilt)


def _mixes_letters(code: str) -> bool:
    return code.isalnum() and not code.isalpha() and not code.isdecimal()
