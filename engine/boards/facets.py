"""What an inbox can be narrowed by, with counts: process, version, step's role, severity, due, since, unit, fields.

Counted are the first 1,000 tasks that the filters find, in one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.authorization import Actor
from engine.boards.cards import Facet, FacetValue
from engine.boards.inbox import kinds_of, moments_of
from engine.boards.inbox_counts import COUNTED_TO
from engine.boards.inbox_filters import FIELD, Moments, cleaned
from engine.boards.inbox_scope import branches, filtered, first
from engine.boards.wording import Parameters
from engine.cards import Bilingual
from engine.deadlines import NEVER
from engine.facts import CUT, texts_of
from engine.live import Live
from engine.search_fields import SearchField

SHOWN = 12
"""Values of a facet, the most frequent first."""
DUE = {"late": Bilingual("已逾期", "Overdue"), "risk": Bilingual("临期", "At risk"),
       "today": Bilingual("今天到期", "Due today"), "week": Bilingual("七天内到期", "Due within 7 days"),
       "none": Bilingual("无期限", "No deadline")}
SINCE = {"today": Bilingual("今天", "Today"), "week": Bilingual("七天内", "Within 7 days"),
         "older": Bilingual("更早", "Earlier")}
TITLES = {"process": Bilingual("流程", "Process"), "version": Bilingual("版本", "Version"),
          "role": Bilingual("岗位", "Role"), "severity": Bilingual("严重程度", "Severity"),
          "due": Bilingual("期限", "Due"), "since": Bilingual("到达", "Arrived"), "unit": Bilingual("部门", "Unit")}


def facets(parts: Any, by: Actor, view: str, filters: Mapping[str, str]) -> tuple[Facet, ...]:
    """The facets of a view of open tasks as it is filtered now. Raises NotFound for a view or filter that is none."""
    filters = cleaned(filters)
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        moments = moments_of(parts, live, by)
        put, fields = Parameters(parts.database.is_sqlite), fields_of(parts, connection, live)
        found = filtered(branches(view, by, live, moments, put), filters, moments,
                         kinds_of(parts, connection, live), put)
        ids = first(found, COUNTED_TO, put)
        rows = _rows(connection, ids, put) if ids else []
        values = _values(rows, fields)
    own = _of_tasks(rows, live, moments, put)
    return (*own, *(_of_field(one, values.get(one.name, Counter())) for one in fields.values()))


def fields_of(parts: Any, connection: Connection, live: Live) -> dict[str, SearchField]:
    """The business fields that processes declare; where several have one name, the first by process counts."""
    found: dict[str, SearchField] = {}
    searched = parts.definitions.searched(connection, live.newest.values())
    for _key, newest in sorted(live.newest.items()):
        for one in searched[newest]:
            found.setdefault(one.name, one)
    return found


def _rows(connection: Connection, ids: str, put: Parameters) -> list[Any]:
    return put.rows(connection, f"SELECT t.process_key, d.version, t.role, t.severity, t.due_sort, t.warn_at,"
                                f" t.created_at, t.unit_id, t.facts FROM ({ids}) found"
                                f" JOIN user_task t ON t.id = found.task_id"
                                f" JOIN process_definition d ON d.id = t.definition_id")


def _values(rows: list[Any], fields: Mapping[str, SearchField]) -> dict[str, Counter[str]]:
    """The texts of business fields, read off the line of each task; what is cut off there is nothing to choose."""
    found: dict[str, Counter[str]] = {name: Counter() for name, one in fields.items() if one.kind == "text"}
    for row in rows:
        for name, value in texts_of(row.facts):
            if name in found and len(value) < CUT:
                found[name][value] += 1
    return found


def _of_tasks(rows: list[Any], live: Live, moments: Moments, put: Parameters) -> list[Facet]:
    counted: dict[str, Counter[str]] = {name: Counter() for name in TITLES}
    for row in rows:
        counted["process"][row.process_key] += 1
        counted["version"][str(row.version)] += 1
        counted["role"][row.role] += 1
        counted["severity"][row.severity] += 1
        counted["unit"][row.unit_id or ""] += 1
        counted["since"][_since(put.moment(row.created_at), moments)] += 1
        for due in _due(put.moment(row.due_sort), put.moment(row.warn_at), moments):
            counted["due"][due] += 1
    worded = _words(live)
    orders = {"due": list(DUE), "since": list(SINCE)}
    return [Facet(name, title, values=_listed(counted[name], worded[name], orders.get(name)))
            for name, title in TITLES.items()]


def _words(live: Live) -> dict[str, Any]:
    """What words the values of each filter by columns of the task."""
    return {
        "process": lambda key: live.process_names.get(key, Bilingual(key)),
        "version": lambda number: Bilingual(f"v{number}"),
        "role": live.role_name, "severity": Bilingual, "due": lambda key: DUE.get(key, Bilingual(key)),
        "since": lambda key: SINCE.get(key, Bilingual(key)),
        "unit": lambda key: live.units[key].name if key in live.units else Bilingual(key)}


def _listed(counted: Counter[str], worded: Any, order: list[str] | None) -> tuple[FacetValue, ...]:
    values = ([(value, counted[value]) for value in order if counted[value]] if order
              else sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:SHOWN])
    return tuple(FacetValue(value, worded(value), count) for value, count in values if value)


def _since(came: datetime, moments: Moments) -> str:
    if came >= moments.today:
        return "today"
    return "week" if came >= moments.today - timedelta(days=6) else "older"


def _due(due: datetime, warn: datetime | None, moments: Moments) -> list[str]:
    """The values of the filter ``due`` under which a task is found."""
    if due >= NEVER:
        return ["none"]
    found = ["late"] if due <= moments.now else []
    if not found and warn is not None and warn <= moments.now:
        found.append("risk")
    if due < moments.tomorrow:
        found.append("today")
    return [*found, "week"] if due < moments.today + timedelta(days=7) else found


def _of_field(one: SearchField, counted: Counter[str]) -> Facet:
    title = Bilingual(one.field.label.zh, one.field.label.en)
    if one.kind != "text":
        return Facet(FIELD + one.name, title, one.kind)
    return Facet(FIELD + one.name, title, values=_listed(counted, lambda value: word_of(one, value), None))


def word_of(one: SearchField, value: str) -> Bilingual:
    """A value of a business field as its form words it."""
    if one.field.type.name == "bool":
        return Bilingual("是", "Yes") if value == "true" else Bilingual("否", "No")
    label = next((option.label for option in one.field.options if str(option.id) == value), None)
    return Bilingual(label.zh, label.en) if label else Bilingual(value, value)


def chosen(parts: Any, filters: Mapping[str, str]) -> dict[str, tuple[Bilingual, Bilingual]]:
    """Filters as people read them: name -> (title, value). Severities stay keys, whose words are the web's."""
    wanted = cleaned(filters)
    if not wanted:
        return {}
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        fields = fields_of(parts, connection, live)
    worded = _words(live)
    found = {}
    for name, value in wanted.items():
        one = fields.get(name.removeprefix(FIELD)) if name.startswith(FIELD) else None
        if one is not None:
            words = [word_of(one, part.strip()) for part in value.split("|")]
            title = Bilingual(one.field.label.zh, one.field.label.en)
        else:
            words = [worded[name](part.strip()) if name in worded else Bilingual(part.strip())
                     for part in (value.split(",") if name in worded else [value])]
            title = TITLES.get(name, Bilingual("搜索", "Search") if name == "search" else Bilingual(name))
        found[name] = (title, Bilingual("、".join(word.zh for word in words),
                                        ", ".join(word.in_("en") for word in words)))
    return found
