"""An empty database for a whole file of tests, on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from engine.database import Database
from engine.sealing import NONE, Keys


@contextmanager
def empty_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, name: str,
                   keys: Keys = NONE) -> Iterator[Any]:
    """The database that ``request.param`` names, under ``keys``; it is gone at the end."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('registers') / f'{name}.db'}", keys)
        yield made
        made.dispose()
        return
    server = make_url(request.getfixturevalue("postgresql_server"))
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS test_{name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE test_{name}"))
    made = Database(server.set(database=f"test_{name}").render_as_string(hide_password=False), keys)
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE test_{name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One empty database for all tests of a file; every test rolls back what it did."""
    with empty_database(request, tmp_path_factory, request.module.__name__.rpartition(".")[2]) as made:
        yield made


@pytest.fixture
def connection(database: Any) -> Iterator[Any]:
    """A transaction of the test's own, taken back at its end."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
