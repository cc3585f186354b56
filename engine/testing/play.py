"""A scenario while it is written: every step is done at once in an engine of its own, in memory.

The steps are the truth; the engine is what they lead to and can be made again from them at any time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engine.cards import Bilingual
from engine.clock import MovableClock
from engine.errors import BihuanError
from engine.models.history import HistoryEntry
from engine.models.runtime import ProcessInstance, UserTask
from engine.testing.failing import StepFailed
from engine.testing.ground import BEGIN, Ground
from engine.testing.reader import Scenario
from engine.testing.story import Story
from engine.testing.world import furnish, only_own_calendar

SECONDS = 20.0
"""How long one step may take; more is a process that does not come to rest."""


class Play:
    """The case of ``process`` with what is ``given`` (as in a scenario file). Used by one thread at a time."""

    def __init__(self, ground: Ground, process: str, given: Mapping[str, Any]):
        self.clock = MovableClock(BEGIN)
        self.engine = ground.engine(self.clock)
        self.engine.flows_taken = set()
        scenario = Scenario(Bilingual(process), process, dict(given), (), "", 0)
        furnish(self.engine, self.clock, scenario)
        only_own_calendar(self.engine, process)
        self.process, self.story = process, Story(self.engine, self.clock, scenario)
        self.steps: list[dict[str, Any]] = []
        self.moments: list[datetime] = []
        self.states: list[str] = []
        """The state of the last case after each step."""
        self.broken = False
        """A step stopped half-way: the engine no longer is what the steps lead to."""

    def take(self, step: Mapping[str, Any]) -> None:
        """Do a step and keep it. Raises :class:`BihuanError` where it cannot be done; then it is not kept."""
        before = self.mark()
        self.story.until = time.monotonic() + SECONDS
        try:
            self.story.take(dict(step))
        except OperationalError as error:
            self.broken = True
            raise StepFailed("这一步用尽了内存：流程可能停不下来",
                             "this step used up the memory: the process may never come to rest") from error
        except BihuanError:
            self.broken = self.mark() != before
            raise
        self.steps.append(dict(step))
        self.moments.append(self.clock.now())
        self.states.append(self._state())

    def _state(self) -> str:
        if not self.story.last:
            return ""
        with self.engine.database.reading() as connection:
            return connection.scalar(select(ProcessInstance.case_state).where(
                ProcessInstance.id == self.story.last)) or ""

    def mark(self) -> tuple[Any, ...]:
        """Tells whether anything happened between two looks."""
        with self.engine.database.reading() as connection:
            changed = connection.exec_driver_sql("SELECT total_changes()").scalar()
        return self.clock.now(), changed

    def replay(self, steps: Iterable[Mapping[str, Any]]) -> BihuanError | None:
        """Do ``steps``; what the first that cannot be done says. The steps before it are kept."""
        for step in steps:
            try:
                self.take(step)
            except BihuanError as error:
                return error
        return None

    def close(self) -> None:
        """Give the memory back."""
        self.engine.close()

    # -- what a step is called

    def completing(self, task_id: str, by: str, form: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """The steps that complete a task: the last one does, an ``adopt`` before it meets a case that nobody started.

        Raises :class:`StepFailed` where the task is gone.
        """
        before, named = self.naming(task_id)
        step = {"complete": named.pop("task"), "by": by, **named}
        return [*before, step | ({"form": dict(form)} if form else {})]

    def naming(self, task_id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """How steps name an open task: steps that must come before, then ``task``, and ``in``, ``index`` if needed."""
        with self.engine.database.reading() as connection:
            task = connection.execute(select(UserTask.element_id, UserTask.process_key, UserTask.root_id)
                                      .where(UserTask.id == task_id)).first()
            rows = [] if task is None else connection.execute(
                select(UserTask.id, UserTask.process_key).where(
                    UserTask.root_id == task.root_id, UserTask.element_id == task.element_id)
                .order_by(UserTask.created_at, UserTask.id)).all()
        if task is None:
            raise StepFailed("这件待办已经不在了", "this task is no longer there")
        several = len({row.process_key for row in rows}) > 1
        same = [row.id for row in rows if row.process_key == task.process_key]
        before, found = self.case_named(task.root_id)
        found["task"] = f"{task.process_key}/{task.element_id}" if several else task.element_id
        if len(same) > 1:
            found["index"] = same.index(task_id) + 1
        return before, found

    def done_name(self, task_id: str) -> str:
        """How steps name a task that was completed."""
        with self.engine.database.reading() as connection:
            row = connection.execute(
                select(HistoryEntry.element_id, ProcessInstance.process_key)
                .join(ProcessInstance, ProcessInstance.id == HistoryEntry.instance_id)
                .where(HistoryEntry.task_id == task_id, HistoryEntry.verb == "completed").limit(1)).one()
        return f"{row.process_key}/{row.element_id}"

    def case_named(self, root_id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """How steps name a case: nothing for the last one, ``in`` for one met before, else ``adopt`` it first."""
        if root_id == self.story.last:
            return [], {}
        name = next((name for name, case in self.story.cases.items() if case == root_id), None)
        if name is not None:
            return [], {"in": name}
        with self.engine.database.reading() as connection:
            key = connection.scalar(select(ProcessInstance.process_key).where(ProcessInstance.id == root_id))
            earlier = list(connection.scalars(
                select(ProcessInstance.id).where(
                    ProcessInstance.process_key == key, ProcessInstance.parent_id.is_(None),
                    ProcessInstance.id.not_in(self.story.cases.values())).order_by(ProcessInstance.id)))
        names = [f"{key}-{len(self.story.cases) + number + 1}" for number in range(earlier.index(root_id) + 1)]
        return [{"adopt": key, "as": name} for name in names], {}
