"""Fixtures of all tests: a migrated database of its own for each test, on SQLite and PostgreSQL, and an engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from engine import MovableClock, ProcessEngine, Settings
from engine.database import Database
from engine.models import migration
from tests.support import postgres

REQUIRED = "BIHUAN_REQUIRE_POSTGRESQL"
"""Set in CI: a missing PostgreSQL fails instead of skipping."""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a server with a migrated template database."""
    with postgres.server() as url:
        if url is None:
            if os.environ.get(REQUIRED):
                pytest.fail("PostgreSQL is required here and was not found")
            pytest.skip("no PostgreSQL server was found (install postgresql, or set " + postgres.GIVEN + ")")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS bihuan_template"))
            connection.execute(text("CREATE DATABASE bihuan_template"))
        _migrate(_named(url, "bihuan_template"))
        admin.dispose()
        yield url


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    database = Database(url)
    with database.transaction() as connection:
        migration.upgrade(connection)
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    with database.transaction() as connection:
        migration.upgrade(connection)
    database.dispose()  # the last connection to close folds the log into the file
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "bihuan.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE bihuan_template"))
    yield _named(server, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a migrated SQLite database, for tests in which the kind of database plays no part."""
    path = tmp_path / "bihuan.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def clock() -> MovableClock:
    """Tuesday 7 April 2026, 09:00 in Shanghai."""
    return MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))


@pytest.fixture
def engine(database_url: str, clock: MovableClock) -> Iterator[ProcessEngine]:
    """An engine on an empty database, at a standing clock."""
    made = ProcessEngine(Settings(database_url=database_url, secret_key="for tests only"), clock)
    yield made
    made.close()
