"""messages found by their keys

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from engine.correlation import mark_of, marks_within
from engine.values import loads

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event_subscription", sa.Column("mark", sa.String(length=32), nullable=False, server_default=""))
    op.drop_index("ix_event_subscription_event", "event_subscription")
    op.create_index("ix_event_subscription_heard", "event_subscription", ["kind", "name", "mark"])
    op.create_table(
        "buffered_mark",
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["buffered_message.id"], name=op.f("fk_buffered_mark_message_id"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "mark", name=op.f("pk_buffered_mark")),
    )
    op.create_index("ix_buffered_mark_found", "buffered_mark", ["name", "mark"])
    _mark(op.get_bind())


def _mark(connection: sa.Connection) -> None:
    """Mark what waits already: whatever has no mark of its own is found as well, but by looking at all of it."""
    waiting = connection.execute(sa.text(
        "SELECT instance_id, element_instance_id, slot, keys FROM event_subscription WHERE kind = 'message'")).all()
    marked = [{"instance": row.instance_id, "element": row.element_instance_id, "slot": row.slot,
               "mark": mark_of(loads(row.keys) or {})} for row in waiting]
    if marked:
        connection.execute(sa.text(
            "UPDATE event_subscription SET mark = :mark WHERE instance_id = :instance "
            "AND element_instance_id = :element AND slot = :slot"), marked)
    early = [{"message": row.id, "name": row.name, "mark": mark}
             for row in connection.execute(sa.text("SELECT id, name, keys FROM buffered_message")).all()
             for mark in marks_within(loads(row.keys) or {})]
    if early:
        connection.execute(sa.text(
            "INSERT INTO buffered_mark (message_id, mark, name) VALUES (:message, :mark, :name)"), early)


def downgrade() -> None:
    op.drop_index("ix_buffered_mark_found", "buffered_mark")
    op.drop_table("buffered_mark")
    op.drop_index("ix_event_subscription_heard", "event_subscription")
    op.create_index("ix_event_subscription_event", "event_subscription", ["kind", "name"])
    with op.batch_alter_table("event_subscription", schema=None) as batch_op:
        batch_op.drop_column("mark")
