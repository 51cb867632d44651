"""Which version a ledger's tables have, and how those of an older version are brought up to date.

What is in the tables is said by the models in ledger.py, what changed between two versions by
migrations/.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
)

from sharing_pipeline.errors import ConfigurationError

VERSION = 5
"""The version of the models: the last migration's."""

_FIRST = 3
"""The oldest version that can be brought up to date: the last one before Alembic."""

STAMPS = MetaData()
_STAMP = Table("alembic_version", STAMPS, Column("version_num", String(32), primary_key=True))
_OLD_STAMP = Table("schema_stamp", STAMPS, Column("version", Integer, primary_key=True))
"""Where programs before Alembic look for the version. They refuse every other than 3."""

_POSTGRESQL_LOCK = 20_230_004
"""Any number, as long as all programs that change a ledger's tables take the same."""


def version_of(connection: Connection) -> int | None:
    """The version of the ledger's tables; None where there are none yet.

    ConfigurationError for one that this program doesn't know.
    """
    tables = inspect(connection).get_table_names()
    found: object = None
    if _STAMP.name in tables:
        found = connection.scalar(select(_STAMP.c.version_num))
    elif _OLD_STAMP.name in tables:
        found = connection.scalar(select(_OLD_STAMP.c.version))
    if found is None:
        return None
    text = str(found)
    if not text.isdigit() or not _FIRST <= int(text) <= VERSION:
        raise ConfigurationError(_unknown(text))
    return int(text)


def _unknown(found: str) -> str:
    if found.isdigit() and int(found) < _FIRST:
        return (
            f"台账的结构是第 {found} 版，本程序只能从第 {_FIRST} 版起更新它。"
            "请用与台账同版的程序，或换一个主目录。"
        )
    return (
        f"台账已由更新的程序改为第 {found} 版结构，本程序只认到第 {VERSION} 版。"
        "请换用更新的程序，或换一个主目录。"
    )


def bring_up_to_date(engine: Engine, models: MetaData, put_aside: Callable[[int], None]) -> None:
    """Makes the tables where there are none, and migrates those of an older version, after
    `put_aside` has kept a copy of them; all in one transaction.

    ConfigurationError for a ledger of a version that this program doesn't know.
    """
    with engine.connect() as connection:
        if version_of(connection) == VERSION:
            return
    with engine.begin() as connection:
        _wait_for_others(connection)
        found = version_of(connection)
        if found is None:
            _make(connection, models)
        elif found < VERSION:
            put_aside(found)
            migrate(connection)


def _wait_for_others(connection: Connection) -> None:
    """From here on nobody else writes (SQLite), or changes the tables (PostgreSQL)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")


def _make(connection: Connection, models: MetaData) -> None:
    models.create_all(connection)
    STAMPS.create_all(connection)
    connection.execute(insert(_STAMP).values(version_num=str(VERSION)))
    connection.execute(insert(_OLD_STAMP).values(version=_FIRST + 1))


def migrate(connection: Connection) -> None:
    """Runs the migrations that a ledger of an older version lacks, in the connection's
    transaction."""
    # Alembic takes half a second to import, and most openings don't need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "sharing_pipeline.store:migrations")
    config.attributes["connection"] = connection
    if not inspect(connection).has_table(_STAMP.name):
        command.stamp(config, str(_FIRST))
    command.upgrade(config, "head")
