"""How a SQLite file is opened, to write or to read where nothing may be written, and copied.

Knows nothing of what is in it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, NullPool, StaticPool, create_engine, event


def writing_engine(path: Path, *, lasting: bool = True) -> Engine:
    """An engine whose connections write; others can read meanwhile. `lasting`: what is written is
    on the disk when a transaction ends, whatever happens to the machine then."""
    engine = create_engine(URL.create("sqlite", database=str(path)))

    # WAL lets others read while a run writes. It has to be set outside a transaction:
    # inside one the pragma silently does nothing.
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA synchronous={'FULL' if lasting else 'OFF'}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=60000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.isolation_level = ""

    return engine


def reading_engine(path: Path) -> Engine:
    """An engine that never writes, not even beside the file.

    Each transaction has a connection of its own: whether somebody writes may change in between.
    """
    return create_engine("sqlite://", creator=lambda: _connect_to_read(path), poolclass=NullPool)


def engine_on_copy(path: Path) -> Engine:
    """An engine on a copy of the file in memory, which is gone with the engine."""
    # Whoever uses the engine may be another thread, one after the other.
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(_connect_to_read(path)) as origin:
        origin.backup(memory)
    return create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)


def copy_file(origin: Path, copy: Path) -> None:
    """A consistent copy, while others may write; sqlite3.DatabaseError for no SQLite file."""
    with closing(_connect_to_read(origin)) as known, closing(sqlite3.connect(copy)) as new:
        known.backup(new)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(_reading_uri(path), uri=True, timeout=60)


def _reading_uri(path: Path) -> str:
    """The URI under which a file is read without leaving anything beside it.

    A write-ahead log means that somebody writes, or was killed while writing: the file is only
    whole together with it. Without one the file is whole, but SQLite would make one to read it;
    taken as immutable it is read as it is.
    """
    has_log = path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"


def is_writable(path: Path) -> bool:
    """Whether this process may write a file, and beside it what SQLite needs for that."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
