"""Column types of the ledger that mean the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator, TypeEngine


class Text(TypeDecorator[str]):
    """Text that is ordered by its characters' numbers in every database, as SQLite does it: what
    is published in that order must not depend on a server's locale."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(collation=collation))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """PostgreSQL can't hold the character NUL, and a single damaged file that has one in a
        header must not stop a night: it is kept as the sign for it."""
        if value is not None and dialect.name == "postgresql":
            return value.replace("\0", "␀")
        return value


LARGE_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""Bytes and nanoseconds: SQLite's integers hold them, PostgreSQL's ordinary ones don't."""
