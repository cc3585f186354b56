"""A recipe of cases: a script, and rows of data that follow it. Pure: what happens and when, no engine.

The format is described at the head of ``processes/demo/cases/complaint.yaml``; :mod:`engine.testing.replay` lets
recipes happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine import feel

OPENS, CLOSES = time(8, 0), time(21, 0)
_BRACES = re.compile(r"\{([^{}]+)\}")
Records = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Recipe:
    """One script with its rows. ``records``: register -> key -> row; ``people``: login -> name."""

    def __init__(self, declared: Mapping[str, Any], zone: ZoneInfo, records: Records, people: Mapping[str, str]):
        self.name = str(declared["recipe"])
        self.script = list(declared["script"])
        self.stages = list(declared.get("stages") or dict.fromkeys(step["stage"] for step in self.script))
        self._declared, self._zone, self._records, self._people = declared, zone, records, people

    def rows(self, today: date) -> Iterator[tuple[datetime, dict[str, Any]]]:
        """Each case: when it begins, and its row. A row with ``days`` is one case for each of these days."""
        for row in self._declared["cases"]:
            first, last = row.get("days") or (row["day"], row["day"])
            for number in range(int(first), int(last) + 1):
                day = today + timedelta(days=number)
                if not row.get("workdays") or day.weekday() < 5:
                    yield datetime.combine(day, time.fromisoformat(row["time"]), self._zone), dict(row)

    def following(self, row: Mapping[str, Any], number: int, at: datetime,
                  delayed: set[str]) -> tuple[int, datetime] | None:
        """The step after ``number`` and its moment; ``None`` when the case stays where it is.

        ``delayed`` gathers the stages whose ``delay`` is spent.
        """
        last = str(row.get("until", self.stages[-1]))
        limit = self.stages.index(last.rstrip("+")) + last.endswith("+")
        for step_number in range(number + 1, len(self.script)):
            step = self.script[step_number]
            if not self._applies(step, row):
                continue
            stage = step["stage"]
            if self.stages.index(stage) > limit:
                return None
            if stage in (row.get("delay") or {}) and stage not in delayed:
                delayed.add(stage)
                at += duration(row["delay"][stage])
            at += duration(step.get("after", "PT0S")) * float(row.get("pace", 1))
            return step_number, self._in_hours(at)
        return None

    def claims_only(self, row: Mapping[str, Any], step: Mapping[str, Any]) -> bool:
        """Whether this step belongs to the stage after a row's ``until: stage+``."""
        last = str(row.get("until", self.stages[-1]))
        return last.endswith("+") and self.stages.index(step["stage"]) > self.stages.index(last[:-1])

    def _applies(self, step: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
        matter = self._matter(row)
        for key, wanted in (step.get("when") or {}).items():
            actual = row.get(key, matter.get(key))
            if actual not in wanted if isinstance(wanted, list) else actual != wanted:
                return False
        return True

    def _matter(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return (self._declared.get("matters") or {}).get(row.get("matter")) or {}

    def _in_hours(self, at: datetime) -> datetime:
        local = at.astimezone(self._zone)
        if local.time() < OPENS:
            return local.replace(hour=OPENS.hour, minute=local.minute)
        if local.time() >= CLOSES:
            return (local + timedelta(days=1)).replace(hour=OPENS.hour, minute=local.minute)
        return local

    # -- texts in braces

    def filled(self, value: Any, row: Mapping[str, Any], now: datetime) -> Any:
        """``value`` with what stands in braces put in; entries that become null are left out of maps."""
        if isinstance(value, Mapping):
            entries = {key: self.filled(one, row, now) for key, one in value.items()}
            return {key: one for key, one in entries.items() if one is not None}
        if isinstance(value, list):
            return [self.filled(one, row, now) for one in value]
        return self._text(value, row, now)

    def _text(self, text: Any, row: Mapping[str, Any], now: datetime) -> Any:
        if not isinstance(text, str):
            return text
        whole = _BRACES.fullmatch(text)
        if whole:
            value = self._value(whole.group(1), row, now.astimezone(self._zone))
            return self.filled(value, row, now) if isinstance(value, str | list | Mapping) else value
        return _BRACES.sub(lambda found: str(self._text("{" + found.group(1) + "}", row, now) or ""), text)

    def _value(self, name: str, row: Mapping[str, Any], now: datetime) -> Any:
        if name == "now":
            return now.isoformat()
        if name.startswith("now-"):
            return (now - duration(name[4:])).isoformat()
        if name.startswith("now+"):
            return (now + duration(name[4:])).isoformat()
        if name.startswith("day+"):
            return (now.date() + timedelta(days=int(name[4:]))).isoformat()
        if name.startswith("day-"):
            return (now.date() - timedelta(days=int(name[4:]))).isoformat()
        if name.startswith("n+"):
            return datetime.combine(now.date() + timedelta(days=int(name[2:])), time(18), self._zone).isoformat()
        if name in ("month", "month+1"):
            first = now.date().replace(day=1)
            return (first if name == "month" else first + timedelta(days=32)).strftime("%Y-%m")
        head, _, column = name.partition(".")
        register = "client" if head == "customer" else head
        if column and register in self._records:
            return (self._records[register].get(str(row.get(head))) or {}).get(column)
        if column == "name":
            return self._people.get(str(self._value(head, row, now)))
        for source in (row, self._matter(row), self._declared.get("people") or {}):
            if head in source:
                return source[head]
        return None


def duration(text: str) -> timedelta:
    """An ISO 8601 duration."""
    return feel.evaluate("duration(t)", {"t": text})
