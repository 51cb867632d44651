"""A query's text: that it only reads, and what has to be filled in. Nothing is run here."""

from __future__ import annotations

import re

SINCE = "since"
"""The parameter that stands for the high-water mark."""

_QUOTED = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL
)
_READS = re.compile(r"(select|with)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(insert|update|delete|merge|into)\b", re.IGNORECASE)


def why_not_read_only(query: str) -> str | None:
    """Why this isn't one SELECT that leaves everything as it is; None if it is one.

    A first line of defence, with a reason that can be understood: what keeps a database unharmed
    is the transaction (database.py), because a function that is called may write too.
    """
    bare = _QUOTED.sub(" ", query).strip().removesuffix(";")
    if not _READS.match(bare):
        return "只能是一条 SELECT（可以用 WITH 开头），本程序只读不写"
    if ";" in bare:
        return "只能是一条语句，不能用分号连写几条"
    if found := _WRITES.search(bare):
        return f"有 {found[0]}，会改动或锁住数据；只能读。列名叫这个的请加引号"
    return None


def parameters(query: str) -> set[str]:
    """The names behind the colons of a query."""
    # Whoever reads files in a child process checks no query and needs no SQLAlchemy there.
    from sqlalchemy import text

    return set(text(query).compile().params)
