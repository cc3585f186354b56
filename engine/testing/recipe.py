"""A recipe of cases: a script and rows of data, run through the engine in the order of time with a moved clock.

Used to fill a demonstration with histories that are real, because they happened: every deadline, escalation and
message of the past weeks is the engine's own. The format is described at the head of ``processes/demo/cases.yaml``.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine import feel
from engine.authorization import Actor
from engine.clock import MovableClock
from engine.errors import BihuanError, Invalid
from engine.models.runtime import UserTask
from engine.process_engine import ProcessEngine

OPENS, CLOSES = time(8, 0), time(21, 0)
_BRACES = re.compile(r"\{([^{}]+)\}")
Progress = Callable[[int, int], None]


@dataclass(order=True)
class _Turn:
    """The next step of one case."""

    at: datetime
    number: int
    row: dict[str, Any] = field(compare=False)
    step: int = field(compare=False, default=0)
    case_id: str = field(compare=False, default="")
    delayed: set[str] = field(compare=False, default_factory=set)


class Recipe:
    """Runs a recipe on an engine whose clock can be moved."""

    def __init__(self, engine: ProcessEngine, clock: MovableClock, recipe: Mapping[str, Any],
                 records: Mapping[str, Mapping[str, Mapping[str, Any]]], people: Mapping[str, str]):
        """``records``: register -> key -> row; ``people``: login -> name."""
        self.engine, self.clock, self.recipe = engine, clock, recipe
        self.records, self.people = records, people
        self.zone = ZoneInfo(engine.settings.zone)
        self.script = list(recipe["script"])
        self.stages = list(recipe["stages"])
        self.refused: list[str] = []
        self._actors: dict[str, Actor] = {}

    def run(self, until: datetime, progress: Progress | None = None) -> int:
        """Let everything happen up to ``until``; returns how many cases were started."""
        today = until.astimezone(self.zone).date()
        rows = list(self.recipe["cases"])
        turns = [_Turn(self._starts(row, today), number, row) for number, row in enumerate(rows)]
        turns = [turn for turn in turns if turn.at <= until]
        heapq.heapify(turns)
        started = 0
        begin = turns[0].at if turns else until
        while turns:
            turn = heapq.heappop(turns)
            self._move(turn.at)
            started += not turn.case_id
            if self._take(turn):
                following = self._plan(turn)
                if following is not None and following <= until:
                    turn.at = following
                    heapq.heappush(turns, turn)
            if progress is not None:
                progress(int((turn.at - begin).total_seconds()), int((until - begin).total_seconds()))
        self._move(until)
        return started

    def _starts(self, row: Mapping[str, Any], today: date) -> datetime:
        day = today + timedelta(days=int(row["day"]))
        return datetime.combine(day, time.fromisoformat(row["time"]), self.zone)

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
        step = self.script[turn.step]
        by = self._actor(str(self._filled(step.get("by", ""), turn)))
        form = self._form(step.get("form") or {}, turn)
        try:
            if "start" in step:
                turn.case_id = self.engine.instances.start(step["start"], by).case_id
                self._move(self.clock.now())
                return True
            task = self._open(turn, step)
            if task is None:
                return bool(step.get("optional"))
            self.engine.tasks.claim(task, by)
            if step.get("claim") or self._claims_only(turn, step):
                return False
            self.engine.tasks.complete(task, form, by)
            self._move(self.clock.now())
            return True
        except BihuanError as error:
            fields = "; ".join(f"{f.path}: {f.en}" for f in error.fields) if isinstance(error, Invalid) else ""
            self.refused.append(f"case {turn.number} {step.get('complete')}: {error} {fields}")
            return False

    def _claims_only(self, turn: _Turn, step: Mapping[str, Any]) -> bool:
        """Whether this step belongs to the stage after a row's ``until: stage+``."""
        last = str(turn.row.get("until", self.stages[-1]))
        return last.endswith("+") and self.stages.index(step["stage"]) > self.stages.index(last[:-1])

    def _plan(self, turn: _Turn) -> datetime | None:
        """When the next step of a case happens; ``None`` when it stays where it is."""
        at = turn.at
        last = str(turn.row.get("until", self.stages[-1]))
        limit = self.stages.index(last.rstrip("+")) + last.endswith("+")
        for number in range(turn.step + 1, len(self.script)):
            step = self.script[number]
            if not self._applies(step, turn.row):
                continue
            stage = step["stage"]
            if self.stages.index(stage) > limit:
                return None
            if stage in (turn.row.get("delay") or {}) and stage not in turn.delayed:
                turn.delayed.add(stage)
                at += _duration(turn.row["delay"][stage])
            at += _duration(step.get("after", "PT0S")) * float(turn.row.get("pace", 1))
            turn.step = number
            return self._in_hours(at)
        return None

    def _applies(self, step: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
        matter = self.recipe["matters"].get(row.get("matter"), {})
        for key, wanted in (step.get("when") or {}).items():
            actual = row.get(key, matter.get(key))
            if actual not in wanted if isinstance(wanted, list) else actual != wanted:
                return False
        return True

    def _in_hours(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone)
        if local.time() < OPENS:
            return local.replace(hour=OPENS.hour, minute=local.minute)
        if local.time() >= CLOSES:
            return (local + timedelta(days=1)).replace(hour=OPENS.hour, minute=local.minute)
        return local

    def _open(self, turn: _Turn, step: Mapping[str, Any]) -> str | None:
        role = self._filled(step.get("role"), turn)
        query = select(UserTask.id).where(UserTask.root_id == turn.case_id, UserTask.element_id == step["complete"])
        if role:
            query = query.where(UserTask.role == role)
        with self.engine.database.reading() as connection:
            return connection.scalar(query.order_by(UserTask.created_at, UserTask.id).limit(1))

    def _actor(self, login: str) -> Actor:
        if login not in self._actors:
            self._actors[login] = self.engine.identity.actor_by_login(login)
        return self._actors[login]

    # -- texts in braces

    def _form(self, form: Any, turn: _Turn) -> Any:
        if isinstance(form, Mapping):
            filled = {key: self._form(value, turn) for key, value in form.items()}
            return {key: value for key, value in filled.items() if value is not None}
        if isinstance(form, list):
            return [self._form(value, turn) for value in form]
        return self._filled(form, turn)

    def _filled(self, text: Any, turn: _Turn) -> Any:
        if not isinstance(text, str):
            return text
        whole = _BRACES.fullmatch(text)
        if whole:
            value = self._value(whole.group(1), turn)
            return self._filled(value, turn) if isinstance(value, str) and "{" in value else value
        return _BRACES.sub(lambda found: str(self._filled("{" + found.group(1) + "}", turn) or ""), text)

    def _value(self, name: str, turn: _Turn) -> Any:
        now = self.clock.now().astimezone(self.zone)
        if name == "now":
            return now.isoformat()
        if name.startswith("now-"):
            return (now - _duration(name[4:])).isoformat()
        if name.startswith("day+"):
            return (now.date() + timedelta(days=int(name[4:]))).isoformat()
        if name.startswith("n+"):
            return datetime.combine(now.date() + timedelta(days=int(name[2:])), time(18), self.zone).isoformat()
        head, _, column = name.partition(".")
        if column and head in ("customer", "product"):
            register = "client" if head == "customer" else head
            return (self.records.get(register, {}).get(str(turn.row.get(head))) or {}).get(column)
        if column == "name":
            return self.people.get(str(self._value(head, turn)))
        matter = self.recipe["matters"].get(turn.row.get("matter"), {})
        for source in (turn.row, matter, self.recipe.get("people") or {}):
            if head in source:
                return source[head]
        return None


def _duration(text: str) -> timedelta:
    return feel.evaluate("duration(t)", {"t": text})
