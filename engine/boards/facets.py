"""What an inbox can be narrowed by, with counts: process, version, step's role, severity, due, since, unit, fields.

Counted are the first 1,000 tasks that the filters find, in two statements: their columns, and their business fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from engine.authorization import Actor
from engine.boards.cards import Facet, FacetValue
from engine.boards.inbox import kinds_of, moments_of
from engine.boards.inbox_counts import COUNTED_TO
from engine.boards.inbox_filters import FIELD, Moments, cleaned
from engine.boards.inbox_scope import branches, filtered, first
from engine.cards import Bilingual
from engine.deadlines import NEVER
from engine.live import Live
from engine.models.repository import ProcessDefinition
from engine.models.runtime import UserTask
from engine.models.working import SearchValue
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
        found = filtered(branches(view, by, live, moments), filters, moments, kinds_of(parts, connection, live))
        query = first(found, COUNTED_TO)
        ids = query.subquery() if query is not None else None
        fields = fields_of(parts, connection, live)
        rows = _rows(connection, ids) if ids is not None else []
        values = _values(connection, ids, fields) if ids is not None and fields else {}
        names = {key: parts.definitions.get(connection, newest).name for key, newest in live.newest.items()}
    own = _of_tasks(rows, live, names, moments)
    return (*own, *(_of_field(one, values.get(one.name, Counter())) for one in fields.values()))


def fields_of(parts: Any, connection: Connection, live: Live) -> dict[str, SearchField]:
    """The business fields that processes declare; where several have one name, the first by process counts."""
    found: dict[str, SearchField] = {}
    for _key, newest in sorted(live.newest.items()):
        for one in parts.definitions.get(connection, newest).searched:
            found.setdefault(one.name, one)
    return found


def _rows(connection: Connection, ids: Any) -> list[Any]:
    return list(connection.execute(
        select(UserTask.process_key, ProcessDefinition.version, UserTask.role, UserTask.severity, UserTask.due_sort,
               UserTask.warn_at, UserTask.created_at, UserTask.unit_id)
        .join(ids, ids.c.task_id == UserTask.id)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)))


def _values(connection: Connection, ids: Any, fields: Mapping[str, SearchField]) -> dict[str, Counter[str]]:
    choices = [name for name, one in fields.items() if one.kind == "text"]
    rows = connection.execute(
        select(SearchValue.field, SearchValue.text, func.count())
        .select_from(ids).join(UserTask, UserTask.id == ids.c.task_id)
        .join(SearchValue, SearchValue.root_id == UserTask.root_id)
        .where(SearchValue.field.in_(choices), SearchValue.text.is_not(None))
        .group_by(SearchValue.field, SearchValue.text))
    found: dict[str, Counter[str]] = {}
    for field, text, count in rows:
        found.setdefault(field, Counter())[text] = count
    return found


def _of_tasks(rows: list[Any], live: Live, names: Mapping[str, Bilingual], moments: Moments) -> list[Facet]:
    counted: dict[str, Counter[str]] = {name: Counter() for name in TITLES}
    for row in rows:
        counted["process"][row.process_key] += 1
        counted["version"][str(row.version)] += 1
        counted["role"][row.role] += 1
        counted["severity"][row.severity] += 1
        counted["unit"][row.unit_id or ""] += 1
        counted["since"][_since(row, moments)] += 1
        for due in _due(row, moments):
            counted["due"][due] += 1
    worded = _words(live, names)
    orders = {"due": list(DUE), "since": list(SINCE)}
    return [Facet(name, title, values=_listed(counted[name], worded[name], orders.get(name)))
            for name, title in TITLES.items()]


def _words(live: Live, names: Mapping[str, Bilingual]) -> dict[str, Any]:
    """What words the values of each filter by columns of the task."""
    return {
        "process": lambda key: names.get(key, Bilingual(key)), "version": lambda number: Bilingual(f"v{number}"),
        "role": live.role_name, "severity": Bilingual, "due": lambda key: DUE.get(key, Bilingual(key)),
        "since": lambda key: SINCE.get(key, Bilingual(key)),
        "unit": lambda key: live.units[key].name if key in live.units else Bilingual(key)}


def _listed(counted: Counter[str], worded: Any, order: list[str] | None) -> tuple[FacetValue, ...]:
    values = ([(value, counted[value]) for value in order if counted[value]] if order
              else sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:SHOWN])
    return tuple(FacetValue(value, worded(value), count) for value, count in values if value)


def _since(row: Any, moments: Moments) -> str:
    if row.created_at >= moments.today:
        return "today"
    return "week" if row.created_at >= moments.today - timedelta(days=6) else "older"


def _due(row: Any, moments: Moments) -> list[str]:
    """The values of the filter ``due`` under which a task is found."""
    if row.due_sort >= NEVER:
        return ["none"]
    found = ["late"] if row.due_sort <= moments.now else []
    if not found and row.warn_at is not None and row.warn_at <= moments.now:
        found.append("risk")
    if row.due_sort < moments.tomorrow:
        found.append("today")
    return [*found, "week"] if row.due_sort < moments.today + timedelta(days=7) else found


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
        names = {key: parts.definitions.get(connection, newest).name for key, newest in live.newest.items()}
    worded = _words(live, names)
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
