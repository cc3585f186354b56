"""Reminders by people (催办): whom they go to, the pause between two, when the leader hears of them, and sending them.

A reminder goes out by a job some seconds after it was asked for, so that taking it back is real.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from engine import notices
from engine.deadlines import chain_of
from engine.family import Family
from engine.live import Live
from engine.models.identity import Person
from engine.models.runtime import TaskCandidate, UserTask
from engine.models.working import TaskSigner, Urge
from engine.standing import holders, names_of, with_substitutes

UNDO = timedelta(seconds=8)
"""How long a reminder can be taken back."""
PAUSE_MINUTES = 30
"""Minutes between two reminders of one task; a pack may say otherwise by its parameter ``urge_pause_minutes``."""
TO_LEADER = 3
"""From which reminder of a task on the leader hears of it as well; the parameter ``urges_before_leader``."""


def setting(live: Live, pack: str, unit_id: str | None, name: str, default: int) -> int:
    """A number that a pack may set for its units."""
    value = live.parameters(pack, unit_id).get(name)
    return int(value) if isinstance(value, int) and value > 0 else default


def awaited(connection: Connection, live: Live, task: Any, offers: list[str] | None = None) -> list[str]:
    """Whom an open task waits for: its signers whose turn it is, its assignee, else the holders of its roles."""
    if task.signing == "joint" or task.signing == "before" or task.submitted is not None:
        return list(connection.scalars(select(TaskSigner.person_id).where(
            TaskSigner.task_id == task.id, TaskSigner.state == "open", TaskSigner.closed.is_(False))))
    if task.assignee_id:
        return [task.assignee_id]
    roles = offers if offers is not None else list(connection.scalars(
        select(TaskCandidate.role).where(TaskCandidate.task_id == task.id)))
    return [person for role in roles for person in holders(live, role, task.unit_id)]


def leaders(live: Live, pack: str, task: Any) -> list[str]:
    """The first role of the task's chain that anybody holds: its holders."""
    for role in chain_of(live, pack, task.deadline, task.role):
        found = holders(live, role, task.unit_id)
        if found:
            return found
    return []


def send(family: Family, job: Any) -> None:
    """Send a reminder now, unless it was taken back or its task is gone."""
    connection, now = family.connection, family.now
    sent = connection.execute(
        update(Urge.__table__).where(Urge.id == job.payload["urge"], Urge.sent_at.is_(None),
                                     Urge.taken_back_at.is_(None)).values(sent_at=now)
        .returning(Urge.by, Urge.note, Urge.to_leader, Urge.task_id)).first()
    task = connection.execute(select(*UserTask.__table__.columns).where(UserTask.id == job.task_id)).first()
    if sent is None or task is None:
        return
    by = connection.execute(select(Person.name, Person.name_en).where(Person.id == sent.by)).first()
    people = [person for person in awaited(connection, family.live, task) if person != sent.by]
    words = {"case_number": task.case_number, "name": task.name, "name_en": task.name_en or task.name,
             "by": by.name if by else "", "by_en": (by.name_en or by.name) if by else "", "due_at": task.due_at}
    told = [person for person in with_substitutes(family.live, people, now, task.process_key) if person != sent.by]
    notices.tell(connection, now, told, "urged", root_id=task.root_id, task_id=task.id, reason=sent.note, **words)
    if sent.to_leader:
        who = names_of(family.live, people)
        pack = family.parts.definitions.get(connection, task.definition_id).pack
        notices.tell(connection, now, [one for one in leaders(family.live, pack, task) if one not in people],
                     "urged_leader", root_id=task.root_id, task_id=task.id, who=who["zh"], who_en=who["en"],
                     count=counted(connection, task.id), **words)


def counted(connection: Connection, task_id: str) -> int:
    """How many reminders of a task went out or are on their way."""
    return connection.scalar(select(func.count()).select_from(Urge).where(
        Urge.task_id == task_id, Urge.taken_back_at.is_(None))) or 0
