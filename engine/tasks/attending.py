"""Who is at a task and when: putting it off (稍后处理), who else has it open, and what one may do with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, literal, select, update
from sqlalchemy.orm import aliased

from engine.authorization import Actor, require, sees_case
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, TaskCandidate, UserTask
from engine.models.working import Presence
from engine.standing import AllowedVerb, allowed, names_of, place_of
from engine.tasks.beginning import begin, signers_of, tell
from engine.tasks.cards import PresentPerson
from engine.tasks.open_task import gone

FRESH = timedelta(seconds=60)
"""How long somebody who was seen counts as there."""
TRUSTED = timedelta(minutes=3)
"""How long it is believed that who saw a task may see it, before that is asked again."""
FARTHEST = timedelta(days=366)
_STILL = (update(Presence.__table__)
          .where(Presence.__table__.c.task_id == bindparam("the_task"), Presence.person_id == bindparam("the_person"),
                 Presence.__table__.c.seen_at > bindparam("lately"))
          .values(seen_at=bindparam("the_moment"), editing=bindparam("typing")))
_OTHERS = (select(Person.login, Person.name, Person.name_en, Presence.seen_at, Presence.editing)
           .join(Person, Person.id == Presence.person_id)
           .where(Presence.task_id == bindparam("the_task"), Presence.person_id != bindparam("the_person"),
                  Presence.seen_at > bindparam("lately")).order_by(Person.login))


class BadMoment(Invalid):
    """A moment to come back to a task that is past, or too far away."""

    code = "bad_moment"
    zh = "请选择今后一年内的时间。"
    en = "Please choose a moment within the next year."

    def __init__(self) -> None:
        super().__init__([FieldError("until", self.code, self.zh, self.en)])


class Attending:
    """The verbs; each is one transaction."""

    _parts: Any

    def snooze(self, task_id: str, until: datetime | None, by: Actor) -> None:
        """Put one's task out of sight until a moment; ``None`` brings it back. Its clock goes on. Raises BadMoment."""
        parts, now = self._parts, self._parts.clock.now()
        if until is not None and not now < until <= now + FARTHEST:
            raise BadMoment()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "snooze", by, now)
            connection.execute(update(UserTask.__table__).where(UserTask.id == task_id)
                               .values(follow_up_at=until, revision=UserTask.revision + 1))
            tell(task, "snoozed", until=until)

    def seen(self, task_id: str, by: Actor, editing: bool = False) -> tuple[PresentPerson, ...]:
        """Say that one has a task open, and hear who else has: three statements, no lock.

        Raises AlreadyDone for a task that is gone, NotFound for one that one may not see.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            if self._still(connection, task_id, by, editing, now):
                return _others(connection, task_id, by, now)
            live, root = parts.live.at(connection), aliased(ProcessInstance)
            table = Presence.__table__
            require(by.login in live.people, "查看这件待办", "look at this task")
            here = (select(UserTask.id, literal(by.person_id), literal(now, table.c.seen_at.type), literal(editing))
                    .join(root, root.id == UserTask.root_id).where(UserTask.id == task_id, sees_case(by, live, root))
                    .with_for_update(read=True, key_share=True, of=UserTask))  # somebody may just complete it
            statement = parts.database.insert(table).from_select(["task_id", "person_id", "seen_at", "editing"], here)
            statement = statement.on_conflict_do_update(
                index_elements=["task_id", "person_id"],
                set_={"seen_at": statement.excluded.seen_at, "editing": statement.excluded.editing})
            if connection.execute(statement.returning(table.c.task_id)).first() is None:
                found = connection.scalar(select(UserTask.id).where(UserTask.id == task_id))
                raise NotFound(what="task") if found else gone(connection, task_id, now)
            return _others(connection, task_id, by, now)

    @staticmethod
    def _still(connection: Connection, task_id: str, by: Actor, editing: bool, now: datetime) -> bool:
        """Whether the actor was here a short while ago, and so may still be: one small statement."""
        return bool(connection.execute(_STILL, {
            "the_task": task_id, "the_person": by.person_id, "the_moment": now, "typing": editing,
            "lately": now - TRUSTED}).rowcount)

    def allowed(self, task_id: str, by: Actor) -> tuple[AllowedVerb, ...]:
        """What one may do with an open task, in the order of the table, with what stands against it now.

        Three statements, a fourth where there are signers. Raises NotFound, AlreadyDone.
        """
        parts = self._parts
        with parts.database.reading() as connection:
            live, root = parts.live.at(connection), aliased(ProcessInstance)
            rows = connection.execute(
                select(*UserTask.__table__.columns, TaskCandidate.role.label("offer_role"),
                       TaskCandidate.unit_id.label("offer_unit"), root.started_by.label("starter"),
                       root.state.label("case_state_now"), sees_case(by, live, root).label("sees"))
                .join(root, root.id == UserTask.root_id)
                .outerjoin(TaskCandidate, and_(TaskCandidate.task_id == UserTask.id))
                .where(UserTask.id == task_id)).all()
            if not rows:
                raise gone(connection, task_id, parts.clock.now())
            row = rows[0]
            if not row.sees:
                raise NotFound(what="task")
            offers = tuple((one.offer_role, one.offer_unit) for one in rows if one.offer_role)
            signers = signers_of(connection, task_id) if row.signing else ()
            model = parts.definitions.get(connection, row.definition_id).model
            place = place_of(row, offers, signers, row.starter, model)
            waiting = names_of(live, [one.person_id for one in signers if one.state in ("open", "waiting")])
            found = allowed(by, place, live, suspended=row.case_state_now == "suspended", waits=waiting)
            return tuple(one for one in found if one.verb != "remove_signer" or signers)


def _others(connection: Connection, task_id: str, by: Actor, now: datetime) -> tuple[PresentPerson, ...]:
    rows = connection.execute(_OTHERS, {"the_task": task_id, "the_person": by.person_id, "lately": now - FRESH}).all()
    return tuple(PresentPerson(row.login, Bilingual(row.name, row.name_en), row.seen_at, row.editing) for row in rows)
