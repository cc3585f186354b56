"""Weeks of orders that really happened in the engine: people who take the oldest task, claim it, work on it within
their hours and complete it, on a clock that is moved."""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from engine.calendar import WorkingCalendar
from engine.models.runtime import UserTask
from tests.engine.house import House

PEOPLE = {"li.na": "agent", "wang.fang": "agent", "zhou.min": "supervisor"}
MINUTES = {"take": 60.0, "price": 45.0, "decide": 35.0}
"""Mean working time of each step."""


class Month:
    """The driver. Times between arrivals and of work are exponential; a fifth of the orders goes back once."""

    def __init__(self, house: House, days: int, per_day: float, seed: int = 3):
        self.house, self.chance = house, Random(seed)
        self.calendar = WorkingCalendar.from_declaration()
        self.until = house.clock.now() + timedelta(days=days)
        self.working: dict[str, str] = {}
        self.events: list[tuple[datetime, int, str, str]] = []
        self.per_day, self.count = per_day, 0

    def happen(self) -> int:
        """Let it all happen; returns how many orders came."""
        self._push(self._later(self.house.clock.now(), 540 / self.per_day), "arrive", "")
        came = 0
        while self.events:
            at, _, what, who = heapq.heappop(self.events)
            if at >= self.until:
                break
            self.house.clock.set(at)
            if what == "arrive":
                came += 1
                self.house.start("order", "li.na")
                self._push(self._later(at, 540 / self.per_day), "arrive", "")
            else:
                self._complete(who)
            self._give_work(at)
        self.house.clock.set(self.until)
        return came

    def _push(self, at: datetime, what: str, who: str) -> None:
        self.count += 1
        heapq.heappush(self.events, (at, self.count, what, who))

    def _later(self, at: datetime, minutes: float) -> datetime:
        return self.calendar.add(at, timedelta(minutes=self.chance.expovariate(1 / minutes)))

    def _give_work(self, at: datetime) -> None:
        taken = set(self.working.values())
        rows = [row for row in self.house.rows(select(UserTask.id, UserTask.role, UserTask.element_id)
                                               .order_by(UserTask.created_at, UserTask.id)) if row.id not in taken]
        for person, role in PEOPLE.items():
            mine = next((row for row in rows if row.role == role), None) if person not in self.working else None
            if mine is not None and self.calendar.is_open(at):
                rows.remove(mine)
                self.house.engine.tasks.claim(mine.id, self.house(person))
                self.working[person] = mine.id
                self._push(self._later(at, MINUTES[mine.element_id]), "complete", person)

    def _complete(self, person: str) -> None:
        task = self.working.pop(person)
        row = self.house.rows(select(UserTask.__table__).where(UserTask.id == task))[0]
        self.house.engine.tasks.complete(task, self._values(row), self.house(person))

    def _values(self, row: Any) -> dict[str, Any]:
        if row.element_id == "take":
            return {"customer": "张三", "price": self.chance.choice((200, 800, 1500, 2500))}
        if row.element_id == "decide":
            again = self.house.verbs(row.root_id).count("completed") > 3
            return {"decision": "return" if not again and self.chance.random() < 0.2 else "approve"}
        return {"price": 900}
