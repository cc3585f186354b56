"""What people of the demonstration do beside completing tasks: one comments, another asks, hands on, puts off.

Read from ``processes/demo/deeds.yaml`` and done by the engine's own verbs after the two weeks, so that every list holds
something to look at. A deed that is not possible is told and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.authorization import SYSTEM, Actor
from engine.clock import MovableClock
from engine.errors import BihuanError, NotFound
from engine.models.identity import Person
from engine.models.runtime import UserTask
from engine.packs import bilingual

Deed = Mapping[str, Any]


class Deeds:
    """Does the deeds of a file on ``engine``, at the moment of its clock, and lets what follows from them happen."""

    def __init__(self, engine: Any, clock: MovableClock):
        self._engine, self._tasks, self._clock = engine, engine.tasks, clock
        self._used: set[str] = set()
        self._on_a_task: dict[str, Callable[[Any, Deed, Actor], Any]] = {
            "comment": self._comment,
            "send_copy": lambda task, deed, by: self._tasks.send_copy(task.id, deed["to"], deed["text"], by),
            "urge": lambda task, deed, by: self._tasks.urge(task.id, deed["text"], by),
            "transfer": lambda task, deed, by: self._tasks.transfer(task.id, deed["to"], deed["text"], by),
            "delegate": lambda task, deed, by: self._tasks.delegate(task.id, deed["to"], deed["text"], by),
            "add_signers": lambda task, deed, by: self._tasks.add_signers(
                task.id, deed["to"], deed["position"], deed["text"], by),
            "extend": lambda task, deed, by: self._tasks.extend(
                task.id, max(task.due_at or self._now, self._now) + _span(deed), deed["text"], by, told_customer=True),
            "pause_clock": lambda task, deed, by: self._tasks.pause_clock(task.id, deed["text"], by),
            "snooze": lambda task, deed, by: self._tasks.snooze(task.id, self._now + _span(deed), by),
            "hold": lambda task, deed, by: engine.privacy.hold(by, deed["text"], case=task.root_id),
        }
        self._others: dict[str, Callable[[Deed, Actor], Any]] = {
            "substitute": lambda deed, by: engine.identity.substitute(
                by.login, deed["to"], self._now, self._now + _span(deed), None, deed["text"], by),
            "save_phrase": lambda deed, by: self._tasks.save_phrase(deed["text"], by, unit=deed.get("unit")),
            "save_view": self._save_view,
        }

    def run(self, declared: Mapping[str, Any], until: datetime) -> list[str]:
        """Do all of it, and what falls due up to ``until``; returns a sentence for each deed that was not possible."""
        left = []
        for deed in declared.get("deeds") or ():
            try:
                self._do(deed)
            except BihuanError as error:
                left.append(f"{deed['by']} {deed['do']} {deed.get('at', '')}: {error}")
        for message in declared.get("messages") or ():
            self._engine.instances.correlate(message["name"], message.get("keys") or {}, message["payload"], SYSTEM)
        self._wait(until)
        return left

    def _wait(self, until: datetime) -> None:
        """Time goes by, and what falls due on the way is done."""
        while (due := self._engine.jobs.next_due()) is not None and due <= until:
            self._clock.set(max(due, self._now))
            if not self._engine.jobs.run_due(owner="deeds"):
                break
        self._clock.set(max(until, self._now))

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _do(self, deed: Deed) -> None:
        by, verb = self._engine.identity.actor_by_login(deed["by"]), deed["do"]
        if verb in self._others:
            self._others[verb](deed, by)
            return
        task = self._task(deed, by)
        if deed.get("claim") and task.assignee_id is None:
            self._tasks.claim(task.id, by)
        self._on_a_task[verb](task, deed, by)

    def _task(self, deed: Deed, by: Actor) -> Any:
        """The newest open task of the step that no deed was about; for who claims, one that is free or theirs."""
        query = select(UserTask).where(UserTask.element_id == deed["at"], UserTask.id.not_in(self._used))
        if deed.get("claim"):
            query = query.where((UserTask.assignee_id.is_(None)) | (UserTask.assignee_id == select(Person.id).where(
                Person.login == by.login).scalar_subquery()))
        with self._engine.database.reading() as connection:
            found = connection.execute(query.order_by(UserTask.created_at.desc(), UserTask.id)).first()
        if found is None:
            raise NotFound(what=deed["at"])
        self._used.add(found.id)
        return found

    def _comment(self, task: Any, deed: Deed, by: Actor) -> None:
        asked = [one for one in deed.get("ask") or () if one != by.login]
        self._tasks.comment(task.root_id, deed["text"], by, task_id=task.id, mentions=asked,
                            reply_by=self._now + _span(deed) if "hours" in deed else None)

    def _save_view(self, deed: Deed, by: Actor) -> None:
        name = bilingual(deed["name"])
        self._engine.boards.save_view(name.zh, deed["view"], deed["filters"], by, name_en=name.in_("en"),
                                      shared=bool(deed.get("shared")))


def _span(deed: Deed) -> timedelta:
    return timedelta(hours=float(deed["hours"]))
