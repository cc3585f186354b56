"""Alembic's entry: migrates the connection that :func:`engine.models.migration.upgrade` hands over."""

from alembic import context

from engine.models import Base

connection = context.config.attributes["connection"]


def mine(name: str | None, kind: str, parents: object) -> bool:  # noqa: ARG001
    """Tables of registers are made from YAML at deployment; migrations leave them alone."""
    return not (kind == "table" and (name or "").startswith("reg_"))


def plain(kind: str, item: object, autogen: object) -> str | bool:  # noqa: ARG001
    """Revisions name the database's types, not ours, so that an old revision never depends on today's code."""
    from engine.models.base import Marked, Moment, SealedText, Values

    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, (Values, SealedText)):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Marked):
        return "sa.String(length=32)"
    return False


context.configure(connection=connection, target_metadata=Base.metadata, include_name=mine,
                  render_as_batch=connection.dialect.name == "sqlite", compare_type=True, render_item=plain)
with context.begin_transaction():
    context.run_migrations()
