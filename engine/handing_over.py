"""Handing over (离职交接): the open work of one person goes to another, each task in a transaction of its own.

What was assigned gets the receiver, what was lent comes back to the receiver, and a signature that is asked is asked of
the receiver. Nothing stops at the first refusal; each task has a row that says what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from engine import bulk, notices
from engine.authorization import ADMINISTRATOR, AUDITOR, Actor, only_looks, require, supervised_units
from engine.bulk import BulkRow
from engine.cards import Bilingual
from engine.errors import Conflict, NotFound, ReasonNeeded
from engine.family import lock_of_task
from engine.live import Live, LivePerson
from engine.models.identity import Person
from engine.models.runtime import UserTask
from engine.models.working import TaskSigner
from engine.substitutions import OneselfAway, there

OPEN = ("open", "waiting")


class SignsAlready(Conflict):
    """The receiver signs this task as well, and a vote is not counted twice."""

    code = "signs_already"
    zh = "{name} 已在这一步的签署人之中，请先减签。"
    en = "{name_en} is a signer of this step already; remove the other signature first."


class GoneMeanwhile(Conflict):
    """The person does not have it any more."""

    code = "gone_meanwhile"
    zh = "这一件刚刚已经办理或转给别人。"
    en = "It was done or passed on just now."


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Something a person has to do. ``kind``: assigned, lent (to somebody else) or asked (to sign)."""

    task_id: str
    case_number: str
    name: Bilingual
    process_key: str
    kind: str
    due_at: datetime | None


class HandingOver:
    """The verbs; a part of :class:`~engine.identity.Identity`."""

    _parts: Any

    def hand_over_preview(self, person: str, by: Actor, processes: Iterable[str] | None = None) -> list[OpenWork]:
        """What :meth:`hand_over` would pass on, the most urgent first. Raises NotPermitted, NotFound."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            giver = _giver(connection, live, person, by)
            return _work(connection, giver.id, processes)

    def hand_over(self, person: str, to: str, reason: str, by: Actor,
                  processes: Iterable[str] | None = None) -> list[BulkRow]:
        """Give the open work of ``person`` to ``to`` (logins), in all processes or the named ones.

        For supervisors of the person's unit and administrators. Raises ReasonNeeded, PersonLeft, NotPermitted.
        """
        parts, named = self._parts, list(processes) if processes is not None else None
        with parts.database.reading() as connection:
            live = parts.live.at(connection)
            giver = _giver(connection, live, person, by)
            if not reason.strip():
                raise ReasonNeeded()
            receiver = there(connection, live, to, "to")
            if receiver.roles == {AUDITOR}:
                raise NotFound(what="person")
            if receiver.id == giver.id:
                raise OneselfAway()
            work = {one.task_id: one for one in _work(connection, giver.id, named)}
        rows = bulk.each(work, lambda task: self._pass_on(task, giver, receiver, reason.strip(), by))
        done = sum(row.ok for row in rows)
        with parts.database.transaction() as connection:
            if done and receiver.id != by.person_id:
                notices.tell(connection, parts.clock.now(), [receiver.id], "handed_over", who=giver.name.zh,
                             who_en=giver.name.in_("en"), count=done, reason=reason.strip(), by=by.name.zh,
                             by_en=by.name.in_("en"))
            parts.note(connection, by, "handed_over", person=giver.login, to=receiver.login, count=done,
                       failed=len(rows) - done)
        return [BulkRow(row.id, row.ok, row.sentence, work[row.id].case_number) for row in rows]

    def _pass_on(self, task_id: str, giver: LivePerson, receiver: LivePerson, reason: str, by: Actor) -> None:
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            try:
                family = lock_of_task(parts, connection, task_id, by, now)
            except NotFound:
                raise GoneMeanwhile() from None
            row = connection.execute(select(*UserTask.__table__.columns).where(UserTask.id == task_id)).first()
            if row is None:  # done while its case was waited for
                raise GoneMeanwhile()
            kinds = [*_reassign(connection, row, giver.id, receiver.id, now),
                     *_ask_instead(connection, row, giver.id, receiver)]
            if not kinds:
                raise GoneMeanwhile()
            family.record.tell("handed_over", root_id=row.root_id, instance_id=row.instance_id, task_id=row.id,
                               definition_id=row.definition_id, element_id=row.element_id, reason=reason, kinds=kinds,
                               to=receiver.login, to_name=receiver.name.zh, to_name_en=receiver.name.in_("en"),
                               **{"from": giver.id})
            family.record.write(connection)


def _giver(connection: Connection, live: Live, login: str, by: Actor) -> LivePerson:
    """The person whose work it is, even one who has left. Raises NotPermitted, NotFound."""
    person = live.people.get(login.strip().lower())
    if person is None:
        row = connection.execute(select(Person.id, Person.login, Person.name, Person.name_en, Person.unit_id)
                                 .where(Person.login == login.strip().lower())).first()
        if row is None:
            raise NotFound(what="person")
        person = LivePerson(row.id, row.login, Bilingual(row.name, row.name_en), frozenset(), (), row.unit_id)
    units = supervised_units(by, live)
    require(by.system or by.holds(ADMINISTRATOR)
            or (not only_looks(by) and (units is None or person.unit_id in units)),
            f"交接 {person.name.zh} 的待办", f"hand over the tasks of {person.name.in_('en')}")
    return person


def _work(connection: Connection, person_id: str, processes: Iterable[str] | None) -> list[OpenWork]:
    asked = select(TaskSigner.task_id).where(TaskSigner.person_id == person_id, TaskSigner.state.in_(OPEN),
                                             TaskSigner.closed.is_(False))
    query = select(UserTask.id, UserTask.case_number, UserTask.name, UserTask.name_en, UserTask.process_key,
                   UserTask.assignee_id, UserTask.owner_id, UserTask.due_at).where(
        (UserTask.assignee_id == person_id) | (UserTask.owner_id == person_id) | UserTask.id.in_(asked))
    if processes is not None:
        query = query.where(UserTask.process_key.in_(list(processes)))
    return [OpenWork(row.id, row.case_number, Bilingual(row.name, row.name_en), row.process_key,
                     "assigned" if row.assignee_id == person_id else "lent" if row.owner_id == person_id else "asked",
                     row.due_at) for row in connection.execute(query.order_by(UserTask.due_sort, UserTask.id))]


def _reassign(connection: Connection, row: Row[Any], giver: str, receiver: str, now: datetime) -> list[str]:
    """Put the receiver in the giver's place; a task never is lent to its own owner."""
    assignee = receiver if row.assignee_id == giver else row.assignee_id
    owner = receiver if row.owner_id == giver else row.owner_id
    kinds = [kind for kind, was in (("assigned", row.assignee_id), ("lent", row.owner_id)) if was == giver]
    if kinds:
        connection.execute(update(UserTask.__table__).where(UserTask.id == row.id).values(
            assignee_id=assignee, owner_id=None if owner == assignee else owner,
            claimed_at=now if row.assignee_id == giver else row.claimed_at, follow_up_at=None,
            revision=UserTask.revision + 1))
    return kinds


def _ask_instead(connection: Connection, row: Row[Any], giver: str, receiver: LivePerson) -> list[str]:
    if not row.signing:
        return []
    open_ones = connection.execute(
        select(TaskSigner.id, TaskSigner.person_id).where(
            TaskSigner.task_id == row.id, TaskSigner.state.in_(OPEN), TaskSigner.closed.is_(False))).all()
    if not any(one.person_id == giver for one in open_ones):
        return []
    if any(one.person_id == receiver.id for one in open_ones):
        raise SignsAlready(name=receiver.name.zh, name_en=receiver.name.in_("en"))
    connection.execute(update(TaskSigner.__table__).where(
        TaskSigner.id.in_([one.id for one in open_ones if one.person_id == giver])).values(person_id=receiver.id))
    return ["asked"]
