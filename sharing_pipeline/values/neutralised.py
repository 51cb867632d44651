"""Texts neutralised, so that a spreadsheet program shows them and computes nothing.

A program takes a cell that begins with =, +, -, @ or a control character for a formula or a
command. It only reads a plain number, which therefore stays as it is.
"""

from __future__ import annotations

import re

_FORMULA_START = re.compile(r"[=+\-@\x00-\x1f\x7f]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

NEUTRALISED_SQL = (
    "CASE WHEN regexp_matches({0}, '^[=+\\-@\\x00-\\x1F\\x7F]') "
    "AND NOT regexp_full_match({0}, '-?\\d+(\\.\\d+)?') THEN '''' || {0} "
    "WHEN {0} <> '' THEN {0} END"
)
"""`neutralised` as DuckDB's SQL; {0} stands for the column. An empty text becomes NULL."""


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it if a program would take it for a formula."""
    if _FORMULA_START.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
