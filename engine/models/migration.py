"""Bringing a database to the newest schema, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

HERE = Path(__file__).parent / "schema"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest schema, within the transaction of ``connection``."""
    command.upgrade(_config(connection), "head")


def current(connection: Connection) -> str | None:
    """The revision the database is at, or ``None`` for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The newest revision that this program knows."""
    script = ScriptDirectory(str(HERE))
    return script.get_current_head() or ""


def make_revision(connection: Connection, number: str, message: str) -> None:
    """Write a new revision file from the difference between models and database (for developers)."""
    command.revision(_config(connection), message=message, autogenerate=True, rev_id=number)
