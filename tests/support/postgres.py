"""A PostgreSQL of its own for the tests: made anew on a free local port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_ADMIN, _ADMIN_PASSWORD = "admin", "admin-of-the-tests"
READER, PASSWORD = "duzhe_sheng", "geheim-%s-7Xq"


@dataclass(frozen=True)
class Postgres:
    """A running server with a database 交换 and a role that may do anything with its tables."""

    port: int

    def url(
        self, *, password: str = PASSWORD, port: int | None = None, database: str = "exchange"
    ) -> str:
        """The SQLAlchemy URL of the role."""
        written = password.replace("%", "%25")
        return f"postgresql://{READER}:{written}@127.0.0.1:{port or self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database of the role, which sorts text as a dictionary does."""
        name = f"ledger_{uuid.uuid4().hex}"
        with _administrator(self.port) as admin:
            admin.execute(
                f"CREATE DATABASE {name} OWNER {READER} TEMPLATE template0 "
                "LOCALE_PROVIDER icu ICU_LOCALE 'en'"
            )
        return self.url(database=name)

    def run(self, *statements: str, rows: Sequence[Sequence[object]] = ()) -> list[tuple]:
        """Runs statements as the role that owns the tables, the last one for each of the rows;
        what it gives."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=READER, password=PASSWORD, dbname="exchange",
            autocommit=True,
        ) as connection:  # fmt: skip
            for statement in statements[: -1 if rows else None]:
                cursor = connection.execute(statement)
            if rows:
                connection.cursor().executemany(statements[-1], rows)
                return []
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Makes a cluster, starts it, and ends it."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    data, secret = folder / "data", folder / "password"
    secret.write_text(_ADMIN_PASSWORD, encoding="ascii")
    if os.geteuid() == 0:
        for path in (folder, secret):
            shutil.chown(path, "postgres")
    port = free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    log = folder / "log"
    try:
        _program(
            "initdb", "-D", data, "-U", _ADMIN, f"--pwfile={secret}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C",
        )  # fmt: skip
        _program("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")
        try:
            yield _prepared(port)
        finally:
            _program("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def _administrator(port: int) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=port, user=_ADMIN, password=_ADMIN_PASSWORD, dbname="postgres",
        autocommit=True,
    )  # fmt: skip


def _prepared(port: int) -> Postgres:
    with _administrator(port) as admin:
        admin.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
        admin.execute(f"CREATE DATABASE exchange OWNER {READER}")
    return Postgres(port)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str, *arguments: object) -> None:
    """Runs one of PostgreSQL's programs, which refuse to work for root."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(places[-1]) if places else shutil.which(name)
    assert found, f"{name} is not installed; see system_programs in .ci/run"
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*user, found, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")
    assert done.returncode == 0, done.stderr.decode()
