"""Texts as a spreadsheet program doesn't obey them.

A program obeys a cell that begins with =, +, -, @ or a control character; a plain number it only
reads.
"""

from __future__ import annotations

import re

_OBEYED = re.compile(r"[=+\-@\x00-\x1f\x7f]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

HARMLESS_SQL = (
    "CASE WHEN regexp_matches({0}, '^[=+\\-@\\x00-\\x1F\\x7F]') "
    "AND NOT regexp_full_match({0}, '-?\\d+(\\.\\d+)?') THEN '''' || {0} "
    "WHEN {0} <> '' THEN {0} END"
)
"""The same for a column of DuckDB, which stands for {0}; an empty text becomes NULL."""


def harmless(text: str) -> str:
    """`text` with a leading ' if a spreadsheet program would obey it; numbers stay as they are."""
    if _OBEYED.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
