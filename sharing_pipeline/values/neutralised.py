"""Texts neutralised, so that a spreadsheet program shows them and computes nothing.

A program takes a cell that begins with =, +, -, @ or a control character for a formula or a
command. It only reads a plain number, which therefore stays as it is.
"""

from __future__ import annotations

import re

FORMULA_START = r"[=+\-@\x00-\x1f\x7f]"
"""The pattern of a character that a formula or command begins with."""
NUMBER = r"-?\d+(\.\d+)?"
"""The pattern of a plain number."""

_FORMULA_START = re.compile(FORMULA_START)
_NUMBER = re.compile(NUMBER)


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it if a program would take it for a formula."""
    if _FORMULA_START.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
