"""How a ledger in PostgreSQL is opened. No message from here ever holds a part of its URL."""

from __future__ import annotations

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from sharing_pipeline.errors import ConfigurationError

_DRIVER = "postgresql+psycopg"
_SECONDS_TO_CONNECT = "10"
"""A server in the same network answers in milliseconds; one that doesn't in 10 s isn't there."""


def postgresql_engine(url: str, *, to_write: bool) -> Engine:
    """An engine on the database of a URL; ConfigurationError for a URL of anything else.

    Each transaction has a connection of its own: none is idle while a night computes for an hour,
    and a server that was restarted meanwhile is no fault.
    """
    return create_engine(
        _parsed(url),
        poolclass=NullPool,
        execution_options={} if to_write else {"postgresql_readonly": True},
    )


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    # What the parser says may hold a piece of a password that isn't percent-encoded.
    if parsed is None or parsed.drivername not in ("postgresql", _DRIVER):
        raise ConfigurationError(
            "环境变量 SHARING_LEDGER_URL 不是 PostgreSQL 的地址。请写成 "
            "postgresql://用户:密码@主机:端口/数据库，密码里的特殊字符用 % 编码；"
            "不设这个变量，台账就在主目录的 ledger.db 里。"
        )
    if "connect_timeout" not in parsed.query:
        parsed = parsed.update_query_dict({"connect_timeout": _SECONDS_TO_CONNECT})
    return parsed.set(drivername=_DRIVER)
