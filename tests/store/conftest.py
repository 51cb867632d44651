"""The two places where a ledger can be: the home's own file, and a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgres import Postgres, postgres


@pytest.fixture(scope="package")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """What SHARING_LEDGER_URL would say: nothing, or an empty database."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("server")
    return server.new_database()
