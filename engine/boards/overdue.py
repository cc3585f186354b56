"""The supervisors' worklist: what is late or at risk in the units they watch over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor, supervises_task
from engine.boards.rows import TASK_COLUMNS, task_row
from engine.boards.supervision import alarmed
from engine.cards import TaskRow
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import UserTask


def rows(parts: Any, by: Actor, limit: int) -> tuple[TaskRow, ...]:
    """Late and at-risk tasks, the longest late first; one statement."""
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        other = aliased(Person)
        query = (select(*TASK_COLUMNS, Person.login, Person.name.label("holder"), Person.name_en.label("holder_en"),
                        other.name.label("came_name"), other.name_en.label("came_name_en"),
                        literal(None).label("draft"))
                 .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
                 .outerjoin(Person, Person.id == UserTask.assignee_id)
                 .outerjoin(other, other.id == UserTask.came_by)
                 .where(alarmed(now), supervises_task(by, live))
                 .order_by(UserTask.due_at, UserTask.id).limit(limit))
        return tuple(task_row(row, live, now) for row in connection.execute(query))
