"""The revisions and the models tell the same tables: an upgraded database has what the program expects, and no more."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.database import Database
from engine.models import Base


def test_an_upgraded_database_is_what_the_models_say(database_url: str) -> None:
    """Given an empty database brought to the newest schema, when it is compared with the models, nothing differs."""
    database = Database(database_url)
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={
            "compare_type": False, "include_name": lambda name, kind, _parents: not (
                kind == "table" and (name or "").startswith("reg_"))})
        found = [one for one in compare_metadata(context, Base.metadata) if not _told_apart_by_words(one)]
    database.dispose()
    assert found == []


def _told_apart_by_words(difference: object) -> bool:
    """An index over an expression is compared by its text, which every database writes in its own words."""
    return isinstance(difference, tuple) and difference[0] in ("add_index", "remove_index") and \
        difference[1].name == "ix_user_task_alarm"
