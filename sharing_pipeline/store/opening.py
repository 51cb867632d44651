"""Opening the ledger: in the home's SQLite file or in PostgreSQL, to write or to look at.

Whoever writes brings an older ledger up to date first. Whoever only looks changes nothing, and sees
an older one through a copy of it.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import DatabaseError, OperationalError

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import Settings, system_clock
from sharing_pipeline.store import sqlite
from sharing_pipeline.store.postgresql import postgresql_engine
from sharing_pipeline.store.versions import VERSION, bring_up_to_date, migrate, version_of


def opened_to_write(settings: Settings, models: MetaData, *, lasting: bool) -> Engine:
    """The ledger's engine, with every table of the models; an older ledger is migrated.

    ConfigurationError: it can't be written, is none, or is of a newer version.
    """
    if settings.ledger_url:
        return _in_postgresql(settings, models)
    path = settings.ledger_file
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        # SQLite only says so at the first write, if somebody else has the file open.
        if path.exists() and not sqlite.is_writable(path):
            raise PermissionError(path)
        engine = sqlite.writing_engine(path, lasting=lasting)
        bring_up_to_date(engine, models, lambda version: _put_aside(settings, version))
    except (OSError, OperationalError, sqlite3.Error) as error:
        raise ConfigurationError(
            f"主目录 {settings.home} 不能写入（没有权限、空间不足或有同名的文件）。"
            "请用 --home 指定一个可写的文件夹。"
        ) from error
    except DatabaseError as error:
        raise _broken(settings) from error
    return engine


def opened_to_read(settings: Settings, models: MetaData) -> Engine:
    """The ledger's engine for whoever only looks. An older ledger stays as it is.

    ConfigurationError: it can't be read, is none, or is of a newer version; one in PostgreSQL also
    if it is older.
    """
    if settings.ledger_url:
        return _looking_into_postgresql(settings)
    path = settings.ledger_file
    writable = sqlite.is_writable(path)
    try:
        engine = sqlite.writing_engine(path) if writable else sqlite.reading_engine(path)
        with engine.connect() as connection:
            found = version_of(connection)
        if found == VERSION:
            return engine
        if found is None and writable:  # whoever made it was killed before it had its tables
            return opened_to_write(settings, models, lasting=True)
        copy = sqlite.engine_on_copy(path)
        with copy.begin() as connection:
            migrate(connection)
    except OperationalError as error:
        raise ConfigurationError(
            f"台账 {path} 读不了：{error.orig}。请核对 --home 和读的权限，"
            "或换有写入权限的用户运行。"
        ) from error
    except DatabaseError as error:
        raise _broken(settings) from error
    return copy


def has_tables(settings: Settings) -> bool:
    """Whether there is a ledger already."""
    if not settings.ledger_url:
        return settings.ledger_file.is_file()
    try:
        with postgresql_engine(settings.ledger_url, to_write=False).connect() as connection:
            return version_of(connection) is not None
    except DatabaseError as error:
        raise _unreachable() from error


def _in_postgresql(settings: Settings, models: MetaData) -> Engine:
    engine = postgresql_engine(settings.ledger_url, to_write=True)
    try:
        # No copy is put aside: what a migration began and didn't end, the server takes back, and
        # whoever runs one has backups of their own.
        bring_up_to_date(engine, models, lambda _: None)
    except DatabaseError as error:
        raise _unreachable() from error
    return engine


def _looking_into_postgresql(settings: Settings) -> Engine:
    engine = postgresql_engine(settings.ledger_url, to_write=False)
    try:
        with engine.connect() as connection:
            found = version_of(connection)
    except DatabaseError as error:
        raise _unreachable() from error
    if found is not None and found < VERSION:
        raise ConfigurationError(
            f"台账还是第 {found} 版结构，请先运行一次 sharing nightly，把它更新到第 {VERSION} 版。"
        )
    return engine


def _put_aside(settings: Settings, version: int) -> None:
    """Keeps a copy of the ledger as it is before a migration."""
    folder = settings.home / "ledger-before"
    folder.mkdir(exist_ok=True)
    copy = folder / f"ledger-{version}-{system_clock():%Y%m%d-%H%M%S}.db"
    partial = copy.with_suffix(".partial")
    sqlite.copy_file(settings.ledger_file, partial)
    partial.replace(copy)


def _broken(settings: Settings) -> ConfigurationError:
    return ConfigurationError(
        f"台账 {settings.ledger_file} 不是台账文件，或已损坏。"
        "请从备份恢复，或用 --home 换一个主目录。"
    )


def _unreachable() -> ConfigurationError:
    """Without the driver's words, which may hold parts of the URL."""
    return ConfigurationError(
        "台账的数据库连不上，或拒绝了操作。请核对环境变量 SHARING_LEDGER_URL 里的地址、用户、密码和"
        "这个用户建表的权限，以及数据库是否在运行。"
    )
