"""Reads the text of a single cell as a whole number, also with a unit behind it as in 3万条.

These are pure functions on text. What is only roughly a number (约, 余, a range, a fraction) is not
read. Whole columns are read in columns.py.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from math import prod

from sharing_pipeline.catalog.codes import clean, visible

_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?)(\D*)", re.ASCII)
_UNIT = re.compile(
    r"([百千万亿]*)"
    r"(?:条|家|个|项|行|次|份|笔|户|人|件|张|天|日|字节)?(?:工作日|记录|数据)?"
)
_SCALES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_LARGEST = 2**63 - 1


def scale_of(unit: str) -> int | None:
    """The factor of a unit, such as 10,000 for 万条; None for a text that is no unit."""
    match = _UNIT.fullmatch(clean(unit))
    if match is None:
        return None
    return prod(_SCALES[character] for character in match.group(1))


def read_integer(text: str) -> tuple[int | None, bool]:
    """The whole number that `text` means, or None if it is none, and whether it had a unit.

    3万条 gives (30000, True). Numbers beyond 64 bits are not read.
    """
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", visible(text)).strip())
    if match is None:
        return None, False
    digits, unit = match.group(1).replace(",", "").replace(" ", ""), clean(match.group(2))
    scale = scale_of(unit)
    if scale is None:
        return None, False
    number = Decimal(digits) * scale
    if abs(number) > _LARGEST or number != number.to_integral_value():
        return None, False
    return int(number), bool(unit)
