"""Runs a query over a SQLAlchemy URL and writes its rows to a Parquet file of text columns.

The database is only read: in a read-only transaction where it has such, and without a commit. The
messages of drivers may quote the URL with its password, so only messages without any part of the
URL leave this module. The rows have no meaning here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import URL, Connection, Engine, NullPool, bindparam, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.types import NullType

from sharing_pipeline.catalog.query_text import SINCE
from sharing_pipeline.catalog.source_keys import Database
from sharing_pipeline.errors import SharingError, UnreadableDatabase
from sharing_pipeline.reading.grid import Cell, cell_text
from sharing_pipeline.receiving.high_water import Mark, MarkTracker

CONNECT_SECONDS = 15
"""How long a database may take to accept a connection. Longer than any that answers at all needs;
one that is down costs a night so many seconds."""

_CONNECT_TIMEOUT = {"postgresql": "connect_timeout", "mysql": "connect_timeout"}
_QUERY_CANCELED = "57014"
"""PostgreSQL's error code for a statement that was cut off at its time limit."""
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class Fetched:
    """The outcome of a query: how far the rows are known now, and whether all of them were known
    before, which can be told only with a high-water mark."""

    mark: Mark
    nothing_new: bool = False


def fetch(database: Database, since: Mark, out: Path, seconds: int) -> Fetched:
    """Runs the query and writes its rows to `out`, with at most one batch in memory.

    `since` says how far the rows are known. UnreadableDatabase if the environment variable, the
    driver or the database is missing, the query is wrong, or it takes longer than `seconds`.
    """
    tracker = MarkTracker(database.high_water, since) if database.high_water else None
    with closing(_batches(database, since, seconds)) as batches:
        names, _ = next(batches)
        _check_names(names, database)
        schema = pa.schema([(name, pa.string()) for name in names])
        with pq.ParquetWriter(out, schema, compression="zstd") as writer:
            for _, batch in batches:
                columns = [[_text(cell) for cell in column] for column in zip(*batch, strict=True)]
                arrays = [pa.array(column, pa.string()) for column in columns]
                writer.write_table(pa.table(arrays, schema=schema))
                if tracker is not None:
                    place = names.index(tracker.column)
                    tracker.add([row[place] for row in batch], list(zip(*columns, strict=True)))
    return Fetched(tracker.mark(), tracker.nothing_new) if tracker else Fetched(since)


def _check_names(names: Sequence[str], database: Database) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UnreadableDatabase(f"查询结果里有两列都叫“{twice}”。请在查询里用 AS 改名。")
    if database.high_water and database.high_water not in names:
        raise UnreadableDatabase(
            f"查询结果里没有 high_water 写的列“{database.high_water}”，只有{'、'.join(names)}。"
            "请把它也选出来。"
        )


def _text(cell: Any) -> Cell:
    """A value as the text that it would be in a file. Whole numbers keep all their digits, because
    a database, unlike a spreadsheet, loses none of a code's."""
    if type(cell) is str:
        return cell if cell and not cell.isspace() else None
    if type(cell) is int:
        return str(cell)
    if isinstance(cell, Decimal) and cell.is_finite():
        return format(cell, "f")
    if isinstance(cell, bytes | bytearray | memoryview):
        return cell_text(bytes(cell).decode("utf-8", "replace"))
    return cell_text(cell)


def _batches(
    database: Database, since: Mark, seconds: int
) -> Generator[tuple[list[str], Sequence[Sequence[Any]]]]:
    """First the column names of the result without rows, then each batch of rows with them."""
    url = _url(database.url_env)
    deadline = time.monotonic() + seconds
    with _guarded(database.url_env, url, seconds):
        engine = _engine(url)
    with _guarded(database.url_env, url, seconds), engine.connect() as connection:
        result = _read_only(connection, seconds).execute(
            *_statement(database, since),
            execution_options={"stream_results": True, "yield_per": database.batch_rows},
        )
        names = list(result.keys())
        yield names, []
        # Without a size, partitions() gives single rows where there is no server-side cursor.
        for batch in result.partitions(database.batch_rows):
            if time.monotonic() > deadline:
                raise _too_slow(seconds)
            yield names, batch


def _url(variable: str) -> URL:
    written = os.environ.get(variable, "").strip()
    if not written:
        raise UnreadableDatabase(
            f"环境变量 {variable} 没有设置，不知道数据库在哪里。"
            "请在运行夜间任务的环境里设为数据库的 SQLAlchemy 地址。"
        )
    try:
        return make_url(written)
    except (ArgumentError, ValueError):
        raise UnreadableDatabase(
            f"环境变量 {variable} 的内容不是 SQLAlchemy 地址。"
            "请写成 postgresql://账号:密码@主机:端口/库 这样，密码里的 @ : / 要用 % 编码。"
        ) from None


def _engine(url: URL) -> Engine:
    """An engine with a time limit for connecting, which keeps no connection open.

    SQLite is opened read-only: otherwise a mistyped path would become an empty database.
    """
    name = url.get_backend_name()
    if name == "sqlite" and url.database:
        path = quote(url.database.removeprefix("file:"))
        url = url.set(database=f"file:{path}").update_query_dict({"mode": "ro", "uri": "true"})
    option = _CONNECT_TIMEOUT.get(name)
    return create_engine(
        url,
        poolclass=NullPool,
        connect_args={option: CONNECT_SECONDS} if option else {},
        hide_parameters=True,
    )


def _read_only(connection: Connection, seconds: int) -> Connection:
    """The connection; for PostgreSQL in a read-only transaction with a time limit on statements.
    Other databases have no such limit for a single transaction."""
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds}s'")
    return connection


def _statement(database: Database, since: Mark) -> tuple[Any, ...]:
    """The query with the value at which to begin. The value is passed on without a cast to a type,
    so that the database reads `start` as the type of the column that it is compared with."""
    if database.high_water is None:
        return (text(database.query),)
    value = since.read() if since.value else database.start
    return text(database.query).bindparams(bindparam(SINCE, type_=NullType())), {SINCE: value}


@contextmanager
def _guarded(variable: str, url: URL, seconds: int) -> Iterator[None]:
    """Turns whatever a driver raises into an UnreadableDatabase without secrets.

    Drivers come from many makers, and any of their errors may quote the URL. So every exception is
    caught and none is chained. Only calls of SQLAlchemy and the driver may stand inside.
    """
    try:
        yield
    except SharingError:
        raise
    except Exception as error:
        raise _reason(error, variable, url, seconds) from None


def _reason(error: Exception, variable: str, url: URL, seconds: int) -> UnreadableDatabase:
    if isinstance(error, ImportError | NoSuchModuleError):
        module = getattr(error, "name", None)
        return UnreadableDatabase(
            f"没有安装这种数据库的驱动{f'（{module}）' if module else ''}。"
            "随程序只带 PostgreSQL 和 SQLite 的；其他的请用 pip 装进运行环境，"
            "并核对地址开头的数据库种类。"
        )
    if not isinstance(error, DBAPIError):
        return UnreadableDatabase(
            f"数据库的驱动出错（{type(error).__name__}）。请核对环境变量 {variable} 里的地址和"
            "查询结果的列类型，必要时在查询里用 CAST 转成文字。"
        )
    kind = type(error.orig).__name__
    if getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED:
        return _too_slow(seconds)
    if error.statement is None or error.connection_invalidated:
        return UnreadableDatabase(
            f"连不上数据库、连接中断或登录被拒绝（{kind}）。"
            f"请核对网络，以及环境变量 {variable} 里的地址、账号和密码。"
        )
    return UnreadableDatabase(
        f"查询没有成功（{kind}）{_without_secrets(str(error.orig), url)}。"
        "请核对 database.query 和这个账号的查询权限。"
    )


def _without_secrets(message: str, url: URL) -> str:
    """The first line of a database's message; empty if any part of the URL stands in it."""
    options = [option for values in url.normalized_query.values() for option in values]
    secrets = [url.username, url.password, url.host, *options]
    if any(str(secret).casefold() in message.casefold() for secret in secrets if secret):
        return ""
    return f"：{message.strip().splitlines()[0][:_SHOWN_CHARACTERS]}" if message.strip() else ""


def _too_slow(seconds: int) -> UnreadableDatabase:
    return UnreadableDatabase(
        f"从数据库读取超过了 {seconds} 秒的上限。请给查询的列建索引、用 high_water 每晚只读新的，"
        "或在 catalog/limits.yaml 里放宽 query_seconds。"
    )
