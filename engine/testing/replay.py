"""Recipes that happen: the cases of all of them side by side in the engine, in the order of time, with a moved clock.

Used to fill a demonstration with histories that are real, because they happened: every deadline, escalation and
message of the past weeks is the engine's own.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.authorization import Actor
from engine.clock import MovableClock
from engine.errors import BihuanError, Invalid
from engine.models.identity import OrgUnit
from engine.models.runtime import ProcessInstance, UserTask
from engine.process_engine import ProcessEngine
from engine.testing.recipe import Recipe, Records
from engine.testing.world import attached

Progress = Callable[[int, int], None]


@dataclass(order=True)
class _Turn:
    """The next step of one case."""

    at: datetime
    number: int
    recipe: Recipe = field(compare=False)
    row: dict[str, Any] = field(compare=False)
    step: int = field(compare=False, default=0)
    case_id: str = field(compare=False, default="")
    delayed: set[str] = field(compare=False, default_factory=set)


class Replay:
    """Runs recipes on an engine whose clock can be moved. ``refused`` gathers why a case stayed where it is."""

    def __init__(self, engine: ProcessEngine, clock: MovableClock, recipes: Iterable[Mapping[str, Any]],
                 records: Records, people: Mapping[str, str]):
        self.engine, self.clock = engine, clock
        self.zone = ZoneInfo(engine.settings.zone)
        self.recipes = [Recipe(declared, self.zone, records, people) for declared in recipes]
        self.refused: list[str] = []
        self._actors: dict[str, Actor] = {}
        self._adopted: set[str] = set()

    def run(self, until: datetime, progress: Progress | None = None) -> int:
        """Let everything happen up to ``until``; returns how many cases were begun."""
        turns = self._first_turns(until)
        begin = turns[0].at if turns else until
        begun = 0
        while turns:
            turn = heapq.heappop(turns)
            self._move(turn.at)
            fresh = not turn.case_id
            goes_on = self._take(turn)
            begun += fresh and bool(turn.case_id)
            if goes_on:
                self._plan(turn, turns, until)
            if progress is not None:
                progress(int((turn.at - begin).total_seconds()), int((until - begin).total_seconds()))
        self._move(until)
        return begun

    def _first_turns(self, until: datetime) -> list[_Turn]:
        today = until.astimezone(self.zone).date()
        rows = [(at, recipe, row) for recipe in self.recipes for at, row in recipe.rows(today)]
        turns = [_Turn(at, number, recipe, row) for number, (at, recipe, row) in enumerate(rows) if at <= until]
        heapq.heapify(turns)
        return turns

    def _plan(self, turn: _Turn, turns: list[_Turn], until: datetime) -> None:
        following = turn.recipe.following(turn.row, turn.step, turn.at, turn.delayed)
        if following is not None and following[1] <= until:
            turn.step, turn.at = following
            heapq.heappush(turns, turn)

    def _move(self, goal: datetime) -> None:
        """Move the clock to ``goal``, stopping at everything that is due on the way."""
        while True:
            due = self.engine.jobs.next_due()
            if due is None or due > goal:
                break
            self.clock.set(max(due, self.clock.now()))
            if not self.engine.jobs.run_due(owner="recipe"):
                break
        if goal > self.clock.now():
            self.clock.set(goal)

    def _take(self, turn: _Turn) -> bool:
        """Do the step of a turn; ``False`` when its case stays where it is."""
        step = turn.recipe.script[turn.step]
        try:
            done = self._begin(turn, step) if not turn.case_id else self._go_on(turn, step)
        except BihuanError as error:
            fields = "; ".join(f"{one.path}: {one.en}" for one in error.fields) if isinstance(error, Invalid) else ""
            self.refused.append(f"{turn.recipe.name} {turn.row.get('day', turn.row.get('days'))} "
                                f"{turn.row['time']} {step.get('complete', 'start')}: {error} {fields}")
            return False
        self._move(self.clock.now())
        return done

    def _begin(self, turn: _Turn, step: Mapping[str, Any]) -> bool:
        """Start a case, or adopt one that the calendar or a message started."""
        if "start" in step:
            turn.case_id = self.engine.instances.start(
                step["start"], self._actor(turn, step), form_values=self._filled(turn, step.get("form")),
                variables=self._filled(turn, step.get("variables")), unit=self._filled(turn, step.get("unit"))).case_id
            self._adopted.add(turn.case_id)
            return True
        query = select(ProcessInstance.id).where(ProcessInstance.process_key == step["adopt"],
                                                 ProcessInstance.parent_id.is_(None), ProcessInstance.state == "active",
                                                 ProcessInstance.id.not_in(self._adopted))
        unit = self._filled(turn, step.get("unit"))
        with self.engine.database.reading() as connection:
            if unit:
                query = query.where(ProcessInstance.unit_id == select(OrgUnit.id).where(OrgUnit.key == unit)
                                    .scalar_subquery())
            turn.case_id = connection.scalar(query.order_by(ProcessInstance.id.desc()).limit(1)) or ""
        self._adopted.add(turn.case_id)
        return bool(turn.case_id)

    def _go_on(self, turn: _Turn, step: Mapping[str, Any]) -> bool:
        """Complete or claim a task of the case, or send a message."""
        by = self._actor(turn, step)
        if "message" in step:
            sent = self._filled(turn, step["message"])
            self.engine.instances.correlate(sent["name"], sent.get("keys") or {}, sent.get("payload") or {}, by)
            return True
        task = self._open(turn, step)
        if task is None:
            return bool(step.get("optional"))
        self.engine.tasks.claim(task, by)
        if step.get("claim") or turn.recipe.claims_only(turn.row, step):
            return False
        self.engine.tasks.complete(task, self._filled(turn, step.get("form")) or {}, by)
        return True

    def _open(self, turn: _Turn, step: Mapping[str, Any]) -> str | None:
        role = self._filled(turn, step.get("role"))
        query = select(UserTask.id).where(UserTask.root_id == turn.case_id, UserTask.element_id == step["complete"])
        if role:
            query = query.where(UserTask.role == role)
        with self.engine.database.reading() as connection:
            return connection.scalar(query.order_by(UserTask.created_at, UserTask.id).limit(1))

    def _actor(self, turn: _Turn, step: Mapping[str, Any]) -> Actor:
        login = str(self._filled(turn, step.get("by", "")))
        if login not in self._actors:
            self._actors[login] = self.engine.identity.actor_by_login(login)
        return self._actors[login]

    def _filled(self, turn: _Turn, value: Any) -> Any:
        return self._attached(turn.recipe.filled(value, turn.row, self.clock.now()))

    def _attached(self, value: Any) -> Any:
        """``value`` with every ``{upload: name}`` in it uploaded."""
        if isinstance(value, dict):
            if value.keys() == {"upload"}:
                return attached(self.engine, str(value["upload"]))
            return {key: self._attached(one) for key, one in value.items()}
        return [self._attached(one) for one in value] if isinstance(value, list) else value
