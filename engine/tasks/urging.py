"""Reminding whoever a task waits for (催办), with a pause between two, and taking it back in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from engine import urging
from engine.authorization import Actor, require_acting
from engine.cards import Bilingual
from engine.errors import Conflict, NotFound
from engine.family import lock
from engine.ids import new_id
from engine.models.runtime import Job
from engine.models.working import Urge
from engine.tasks.beginning import begin, tell
from engine.tasks.cards import UrgeCard
from engine.tasks.open_task import OpenTask


class UrgedAlready(Conflict):
    """Somebody was reminded a short while ago."""

    code = "urged_already"
    zh = "刚刚催办过，{minutes} 分钟后才能再次催办。"
    en = "A reminder has just gone out; the next one can follow in {minutes} minutes."


class NobodyToUrge(Conflict):
    """The task waits for nobody but the actor."""

    code = "nobody_to_urge"
    zh = "这一步没有在等别人，不需要催办。"
    en = "This step waits for nobody else; there is nobody to remind."


class UrgeSent(Conflict):
    """It is too late to take a reminder back."""

    code = "urge_sent"
    zh = "催办已经发出，不能撤销。"
    en = "The reminder has gone out and cannot be taken back."


class Urging:
    """The verbs; each is one transaction."""

    _parts: Any

    def urge(self, task_id: str, note: str, by: Actor) -> UrgeCard:
        """Remind whoever a task waits for; it goes out in 8 seconds and can be taken back until then.

        From the third reminder on, the leader (the first role of the task's escalation chain) is told, too. Raises
        UrgedAlready within the pause, NobodyToUrge, NotPermitted.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "urge", by, now)
            live, row = task.family.live, task.row
            pack = parts.definitions.get(connection, row.definition_id).pack
            last, count = connection.execute(select(func.max(Urge.at), func.count()).where(
                Urge.task_id == task_id, Urge.taken_back_at.is_(None))).one()
            pause = timedelta(minutes=urging.setting(live, pack, row.unit_id, "urge_pause_minutes",
                                                     urging.PAUSE_MINUTES))
            if last is not None and now < last + pause:
                raise UrgedAlready(minutes=max(1, ceil((last + pause - now).total_seconds() / 60)))
            people = list(dict.fromkeys(one for one in urging.awaited(
                connection, live, row, [role for role, _ in task.candidates]) if one != by.person_id))
            if not people:
                raise NobodyToUrge()
            first = urging.setting(live, pack, row.unit_id, "urges_before_leader", urging.TO_LEADER)
            card = UrgeCard(new_id(now), tuple(live.people_by_id[one].name for one in people
                                               if one in live.people_by_id) or (Bilingual("–"),),
                            now + pause, count + 1 >= first, now + urging.UNDO)
            self._schedule(task, card, note, by, now)
            return card

    @staticmethod
    def _schedule(task: OpenTask, card: UrgeCard, note: str, by: Actor, now: datetime) -> None:
        connection, row = task.family.connection, task.row
        connection.execute(insert(Urge.__table__).values(
            id=card.id, root_id=row.root_id, task_id=row.id, by=by.person_id or None, at=now, note=note.strip(),
            to_leader=card.to_leader, sent_at=None, taken_back_at=None, read_at=None))
        connection.execute(insert(Job.__table__), [task.family.job(
            "urge", card.undo_until, {"urge": card.id}, instance_id=row.instance_id, element_id=row.element_id,
            task_id=row.id) | {"id": card.id}])
        tell(task, "urged", reason=note.strip(), people="、".join(name.zh for name in card.sent_to),
             people_en=", ".join(name.in_("en") for name in card.sent_to), to_leader=card.to_leader)

    def take_back_urge(self, urge_id: str, by: Actor) -> None:
        """Take one's own reminder back before it goes out. Raises UrgeSent, NotFound for others'."""
        require_acting(by)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            found = connection.execute(select(Urge.by, Urge.root_id, Urge.task_id).where(Urge.id == urge_id)).first()
            if found is None or found.by != by.person_id:
                raise NotFound(what="page")
            lock(parts, connection, found.root_id, by, now)  # before the reminder, as the worker that sends it does
            stopped = connection.execute(
                update(Urge.__table__).where(Urge.id == urge_id, Urge.sent_at.is_(None), Urge.taken_back_at.is_(None))
                .values(taken_back_at=now).returning(Urge.id)).first()
            if stopped is None:
                raise UrgeSent()
            connection.execute(delete(Job.__table__).where(Job.id == urge_id))
            parts.note(connection, by, "urge_taken_back", root_id=found.root_id, task_id=found.task_id)
