"""How every verb on a task begins: lock the case, read the task anew, ask the table of operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal, select, update
from sqlalchemy.orm import aliased

from engine import notices
from engine.authorization import AUDITOR, Actor, sees_case
from engine.errors import NotFound, PersonLeft
from engine.live import LivePerson
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, TaskCandidate, TaskDraft, UserTask
from engine.models.working import TaskSigner
from engine.operations import OPERATION
from engine.standing import authorize, names_of, place_of, refuse_now, with_substitutes
from engine.tasks.open_task import OpenTask, open_task, taken

CLAIMING = ("claim", "complete")
"""Verbs of candidates, who are told when somebody else was faster."""


def begin(parts: Any, connection: Connection, task_id: str, verb: str, by: Actor, now: datetime, *,
          reason: str | None = None) -> OpenTask:
    """A task under its case's lock with which ``by`` may do ``verb`` now: two statements, a third where there are
    signers. What is told from here on names the person for whom a substitute acts.

    Raises NotFound, AlreadyDone, CasePaused, NotPermitted, AlreadyTaken, SwitchedOff, NotNow, ReasonNeeded.
    """
    task = open_task(parts, connection, task_id, by, now, paused=OPERATION[verb].suspended)
    return enter(task, verb, by, reason=reason)


def enter(task: OpenTask, verb: str, by: Actor, *, reason: str | None = None) -> OpenTask:
    """What :func:`begin` does once the task is there."""
    family, row = task.family, task.row
    signers = signers_of(family.connection, row.id) if row.signing else ()
    model = family.parts.definitions.get(family.connection, row.definition_id).model
    place = place_of(row, task.candidates, signers, family.root_row["started_by"], model)
    behalf = authorize(verb, by, place, family.live, name=(row.name, row.name_en),
                       reader=lambda: sees(family.connection, family.live, by, family.root_id))
    if verb in CLAIMING and row.assignee_id is not None and row.assignee_id not in (by.person_id, behalf):
        raise taken(row, family.now)
    waits = names_of(family.live, [one.person_id for one in signers if one.state in ("open", "waiting")])
    refuse_now(verb, place, reason=reason, waits=waits)
    family.record.on_behalf_of = behalf
    return replace(task, signers=signers, place=place, behalf=behalf)


def signers_of(connection: Connection, task_id: str) -> tuple[Any, ...]:
    """The signers of a task's present round in their order."""
    return tuple(connection.execute(select(*TaskSigner.__table__.columns)
                                    .where(TaskSigner.task_id == task_id, TaskSigner.closed.is_(False))
                                    .order_by(TaskSigner.turn, TaskSigner.id)).all())


def sees(connection: Connection, live: Any, by: Actor, root_id: str) -> bool:
    """Whether the actor may see a case: one statement."""
    root = aliased(ProcessInstance)
    return connection.scalar(select(root.id).where(root.id == root_id, sees_case(by, live, root))) is not None


def person_there(connection: Connection, live: Any, login: str, field: str = "to", *,
                 looking: bool = False) -> LivePerson:
    """Somebody to whom something is given. Raises PersonLeft at ``field``, NotFound for nobody.

    An auditor who holds no other role changes nothing and so gets nothing to do, except (``looking``) to look.
    """
    person = live.people.get((login or "").strip().lower())
    if person is not None and (looking or person.roles != {AUDITOR}):
        return person
    left = connection.execute(select(Person.name, Person.left_at).where(Person.login == (login or "").strip().lower())
                              ).first()
    if left is not None and left.left_at is not None:
        raise PersonLeft(left.name, field)
    raise NotFound(what="person")


def tell(task: OpenTask, verb: str, *, reason: str = "", **detail: Any) -> None:
    """Note in the history what was done with a task, and write it."""
    row, record = task.row, task.family.record
    record.tell(verb, root_id=row.root_id, instance_id=row.instance_id, task_id=row.id,
                definition_id=row.definition_id, element_id=row.element_id, reason=reason, **detail)
    record.write(task.family.connection)


def notify(task: OpenTask, by: Actor, people: list[str | None], code: str, **params: Any) -> None:
    """A notice to those of ``people`` (ids) who are not the actor, and to their substitutes."""
    row, family = task.row, task.family
    told = [person for person in with_substitutes(family.live, filter(None, people), family.now, row.process_key)
            if person != by.person_id]
    notices.tell(family.connection, family.now, told, code, root_id=row.root_id, task_id=row.id,
                 case_number=row.case_number, name=row.name, name_en=row.name_en or row.name, by=by.name.zh,
                 by_en=by.name.in_("en"), **params)


def hold(task: OpenTask, person_id: str | None, **columns: Any) -> None:
    """Give a task to a person, or with ``None`` back to its roles; ``columns`` of its row change with it.

    Two statements: the task's own row, and the copies by which its roles list it.
    """
    family = task.family
    signing = columns.get("signing", task.row.signing)
    family.connection.execute(update(UserTask.__table__).where(UserTask.id == task.row.id).values(
        assignee_id=person_id, claimed_at=family.now if person_id else None, follow_up_at=None,
        revision=UserTask.revision + 1, **columns))
    family.connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id == task.row.id)
                              .values(unclaimed=person_id is None and signing != "joint"))


def pass_draft(task: OpenTask, giver: str | None, receiver: str, *, over: bool = False) -> None:
    """Hand on what ``giver`` typed into the form and has not submitted; the receiver's own draft stays, unless
    ``over``. One statement."""
    table, row = TaskDraft.__table__, task.row
    names = ["task_id", "person_id", "root_id", "form_key", "values", "saved_at"]
    source = select(table.c.task_id, literal(receiver), table.c.root_id, table.c.form_key, table.c["values"],
                    table.c.saved_at).where(table.c.task_id == row.id, table.c.person_id == giver)
    statement = task.family.parts.database.insert(table).from_select(names, source)
    if over:
        statement = statement.on_conflict_do_update(
            index_elements=["task_id", "person_id"],
            set_={"values": statement.excluded["values"], "saved_at": statement.excluded.saved_at})
    else:
        statement = statement.on_conflict_do_nothing()
    task.family.connection.execute(statement)


def keep_draft(parts: Any, connection: Connection, row: Any, person_id: str, values: Any, now: datetime, *,
               task_id: str = "", form_key: str = "") -> None:
    """Keep what a person typed into the form of a task (its row), in the place of what was kept before."""
    kept = {"task_id": task_id or row.id, "person_id": person_id, "root_id": row.root_id,
            "form_key": form_key or row.form_key, "values": values, "saved_at": now}
    statement = parts.database.insert(TaskDraft.__table__).values(kept)
    connection.execute(statement.on_conflict_do_update(
        index_elements=["task_id", "person_id"], set_={"values": values, "saved_at": now}))
