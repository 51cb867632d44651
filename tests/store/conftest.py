"""The two places where a ledger can be: the home's own file, and a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.postgres import Postgres, postgres


@pytest.fixture(scope="package")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(
    scope="package", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)]
)
def new_ledger_url(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Gives what SHARING_LEDGER_URL would say: nothing, or an empty database each time."""
    if request.param == "sqlite":
        return str
    server: Postgres = request.getfixturevalue("server")
    return server.new_database


@pytest.fixture
def ledger_url(new_ledger_url: Callable[[], str]) -> str:
    """A place for this test's ledger."""
    return new_ledger_url()
