"""What becomes of the open tasks of a person who leaves: none of them may be left without anybody who can go on."""

from __future__ import annotations

from sqlalchemy import Connection, case, insert, select, update

from engine.family import hold
from engine.history import Record
from engine.live import Live
from engine.models.identity import Person
from engine.models.runtime import TaskCandidate, UserTask


def hold_cases(connection: Connection, person_id: str) -> None:
    """Lock the cases in which a person has or lent a task, before anything else is written: two statements."""
    hold(connection, connection.scalars(select(UserTask.root_id).where(
        (UserTask.assignee_id == person_id) | (UserTask.owner_id == person_id))))


def stragglers(connection: Connection) -> list[str]:
    """People who left and have a task: it was given to them in the very moment in which they left."""
    return list(connection.scalars(select(UserTask.assignee_id).distinct().join(
        Person, Person.id == UserTask.assignee_id).where(Person.left_at.is_not(None)).order_by(UserTask.assignee_id)))


def give_back(connection: Connection, live: Live, record: Record, person_id: str) -> int:
    """Give back what a person has, with an entry for each: what was lent to the person goes to its owner, the rest to
    its roles; what the person lent stays with whoever has it. The cases are locked. Returns how many changed hands.

    Signatures that are still asked of the person wait for whoever supervises the case to remove them.
    """
    held = connection.execute(
        select(UserTask.id, UserTask.root_id, UserTask.instance_id, UserTask.definition_id, UserTask.element_id,
               UserTask.owner_id).where(UserTask.assignee_id == person_id)).all()
    connection.execute(update(UserTask.__table__).where(UserTask.owner_id == person_id).values(owner_id=None))
    for row in held:
        record.tell("released" if row.owner_id is None else "handed_back", root_id=row.root_id,
                    instance_id=row.instance_id, task_id=row.id, definition_id=row.definition_id,
                    element_id=row.element_id, left=True)
    loose = [row.id for row in held if row.owner_id is None]
    connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id.in_(loose)).values(unclaimed=True))
    connection.execute(update(UserTask.__table__).where(UserTask.assignee_id == person_id).values(
        assignee_id=UserTask.owner_id, owner_id=None, follow_up_at=None, revision=UserTask.revision + 1,
        claimed_at=case((UserTask.owner_id.is_(None), None), else_=record.now)))
    _offer_orphans(connection, live, loose)
    record.write(connection)
    return len(held)


def _offer_orphans(connection: Connection, live: Live, task_ids: list[str]) -> None:
    """A task that was for the person by name, and for no role, is offered to the supervisors nearest to its unit."""
    if not task_ids:
        return
    rows = connection.execute(
        select(UserTask.id, UserTask.root_id, UserTask.unit_id, UserTask.due_sort, UserTask.process_key,
               UserTask.severity, UserTask.facts).outerjoin(TaskCandidate, TaskCandidate.task_id == UserTask.id)
        .where(UserTask.id.in_(task_ids), TaskCandidate.task_id.is_(None))).all()
    offers = [{"task_id": row.id, "role": role, "unit_id": unit, "due_sort": row.due_sort, "unclaimed": True,
               "process_key": row.process_key, "severity": row.severity, "root_id": row.root_id,
               "facts": row.facts}
              for row in rows for role, unit in live.supervisors_near(row.unit_id)]
    if offers:
        connection.execute(insert(TaskCandidate.__table__), offers)
