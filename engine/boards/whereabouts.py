"""What became of tasks that are in a list no more: who claimed, submitted or moved them. Three statements at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor, sees_case
from engine.boards.cards import Gone
from engine.cards import Bilingual
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, UserTask

MOST = 50
"""Tasks asked for at once."""


def whereabouts(parts: Any, task_ids: Sequence[str], by: Actor) -> dict[str, Gone]:
    """What happened last to each of these tasks, of cases that the actor may see: who has it now, or how it ended."""
    ids = list(dict.fromkeys(task_ids))[:MOST]
    if not ids:
        return {}
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        root = aliased(ProcessInstance)
        held = connection.execute(
            select(UserTask.id, UserTask.claimed_at, UserTask.created_at, Person.login, Person.name, Person.name_en)
            .join(root, root.id == UserTask.root_id).outerjoin(Person, Person.id == UserTask.assignee_id)
            .where(UserTask.id.in_(ids), sees_case(by, live, root))).all()
        last = (select(func.max(HistoryEntry.id)).where(HistoryEntry.task_id.in_(ids))
                .group_by(HistoryEntry.task_id).scalar_subquery())
        told = connection.execute(
            select(HistoryEntry.task_id, HistoryEntry.verb, HistoryEntry.at, Person.login, Person.name, Person.name_en)
            .join(root, root.id == HistoryEntry.root_id).outerjoin(Person, Person.id == HistoryEntry.by)
            .where(HistoryEntry.id.in_(last), sees_case(by, live, root))).all()
    found = {row.task_id: Gone(row.task_id, row.verb, row.at, _name(row), row.login) for row in told}
    for row in held:
        kept = found.get(row.id)
        if row.login and (kept is None or kept.verb == "claimed"):
            found[row.id] = Gone(row.id, "claimed", row.claimed_at, _name(row), row.login)
    return found


def _name(row: Any) -> Bilingual | None:
    return Bilingual(row.name, row.name_en) if row.name else None
