"""What will follow a task before it is submitted: the steps, who will get them, and how long they usually take.

The form's draft is put over what is stored, as if it were submitted; where its outcome decides, every outcome is asked.
Nothing is executed and nothing drawn. A median comes only from :data:`ENOUGH` cases on (UX 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select, union_all
from sqlalchemy.orm import aliased

from engine.authorization import Actor, sees_case, supervises_task
from engine.boards.paths import Way, following
from engine.bpmn import ProcessRun
from engine.cards import Bilingual, Holder, NextStep
from engine.decisions import CaseEnvironment
from engine.definitions import Definition
from engine.errors import NotFound
from engine.expressions import ExpressionFailed, Expressions
from engine.forms import Form, draft
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.runtime import ProcessInstance, TaskDraft, UserTask
from engine.values import loads

ENOUGH, LOOKED_AT = 20, 60
"""Cases that make a median worth telling; visits looked at, the newest first."""
PEOPLE, STEPS = 6, 6
"""People named for a step; steps told."""


def next_steps(parts: Any, task_id: str, by: Actor, values: Mapping[str, Any] | None) -> tuple[NextStep, ...]:
    """The steps after a task that the actor may see; ``values`` as submitted so far, else the kept draft counts.

    Raises :class:`NotFound`. At most four statements.
    """
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        row = _row(connection, live, by, task_id)
        definition = parts.definitions.get(connection, row.definition_id)
        expressions = Expressions(now, live, row.unit_id, parts.settings.zone, definition.pack)
        expressions.functions["next number"] = lambda _prefix: None
        found = _told(_ways(parts, connection, live, by, row, definition, expressions, values), live, row, expressions)
        seconds = _medians(connection, found)
    return tuple(replace(step, seconds=seconds.get((way.definition.id, way.element_id))) for way, step in found)


def _row(connection: Connection, live: Live, by: Actor, task_id: str) -> Row[Any]:
    root = aliased(ProcessInstance)
    row = connection.execute(
        select(UserTask.definition_id, UserTask.element_id, UserTask.element_instance_id, UserTask.form_key,
               UserTask.unit_id, ProcessInstance.parent_id, ProcessInstance.variables, ProcessInstance.run_state,
               TaskDraft.values.label("draft"))
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id).join(root, root.id == UserTask.root_id)
        .outerjoin(TaskDraft, (TaskDraft.task_id == UserTask.id) & (TaskDraft.person_id == by.person_id))
        .where(UserTask.id == task_id, sees_case(by, live, root) | supervises_task(by, live))).first()
    if row is None:
        raise NotFound(what="task")
    return row


def _ways(parts: Any, connection: Connection, live: Live, by: Actor, row: Row[Any], definition: Definition,
          expressions: Expressions, values: Mapping[str, Any] | None) -> list[tuple[Way, Bilingual | None]]:
    """The ways from here, each with the outcome that leads there where not all of them do."""
    def called(key: str) -> Definition | None:
        newest = live.newest.get(key)
        return parts.definitions.get(connection, newest) if newest else None

    run = ProcessRun.restore(definition.model, CaseEnvironment(expressions, definition),
                             orjson.loads(row.run_state)[0], loads(row.variables))
    scope = run.scope_variables(row.element_instance_id)
    scope["user"] = {"login": by.login, "name": by.name.zh, "roles": sorted(by.roles)}
    form = definition.forms.get(row.form_key or "")
    if form is None:
        return [(way, None) for way in following(definition, row.element_id, expressions, called, scope, STEPS)]
    entered = draft(form, values, now=expressions.now()) if values is not None else row.draft or {}
    kept = scope.get(form.key)
    filled = {**form.blank(), **(kept if isinstance(kept, dict) else {}), **entered}
    field = form.outcome_field
    options = [(option.id, Bilingual(option.label.zh, option.label.en)) for option in field.options] if field else []
    if field is None or not options:
        told = submitted(form, filled, scope, expressions)
        return [(way, None) for way in following(definition, row.element_id, expressions, called, told, STEPS)]
    by_outcome = []
    for value, label in options:
        told = submitted(form, {**filled, field.id: value}, scope, expressions)
        by_outcome.append((label, following(definition, row.element_id, expressions, called, told, STEPS)))
    return _merged(by_outcome)


def _merged(by_outcome: list[tuple[Bilingual, list[Way]]]) -> list[tuple[Way, Bilingual | None]]:
    """What every outcome leads to needs no outcome beside it."""
    everywhere = set.intersection(*({(way.definition.id, way.element_id) for way in ways} for _, ways in by_outcome))
    found: list[tuple[Way, Bilingual | None]] = []
    told: set[tuple[str, str]] = set()
    for label, ways in by_outcome:
        for way in ways:
            place = (way.definition.id, way.element_id)
            if place not in everywhere:
                found.append((way, label))
            elif place not in told:
                told.add(place)
                found.append((way, None))
    return found


def submitted(form: Form, filled: Mapping[str, Any], scope: Mapping[str, Any], expressions: Expressions
              ) -> dict[str, Any]:
    """The variables as they would stand after the form: its own, and the shared ones that it sets."""
    variables = {**scope, form.key: dict(filled), "parameters": expressions.parameters}
    seen = {**variables, **filled}
    for name, formula in form.sets.items():
        try:
            value = expressions.evaluate(formula.text, seen)
        except ExpressionFailed:
            continue
        if value is not None:
            variables[name] = value
    return variables


def _told(ways: list[tuple[Way, Bilingual | None]], live: Live, row: Row[Any], expressions: Expressions
          ) -> list[tuple[Way, NextStep]]:
    found = []
    for way, outcome in ways[:STEPS]:
        element = way.element
        kind = "returnsToCaller" if element.kind == "endEvent" and row.parent_id else element.kind
        name = (Bilingual("回到上级流程", "Back to the calling process") if kind == "returnsToCaller"
                else way.definition.element_name(element.id))
        roles = _roles(way, expressions) if kind == "userTask" else []
        found.append((way, NextStep(element.id, name, kind, live.role_name(roles[0]) if roles else None, outcome,
                                    _people(way, roles, live, row.unit_id, expressions))))
    return found


def _roles(way: Way, expressions: Expressions) -> list[str]:
    text = way.element.attributes.get("candidateGroups") or way.element.property("bihuan:role")
    value = _value(text, way, expressions)
    named = value if isinstance(value, list) else str(value or "").split(",")
    return [str(role).strip() for role in named if str(role).strip()]


def _people(way: Way, roles: Iterable[str], live: Live, unit_id: str | None, expressions: Expressions
            ) -> tuple[Holder, ...]:
    """Whom the drawing names, else those who hold the role where the step will be offered; the absent ones marked."""
    now = expressions.now()
    away = {one.person_id for one in live.substitutions if one.from_at <= now < one.until_at}
    login = _value(way.element.attributes.get("assignee"), way, expressions)
    login = login.get("login") if isinstance(login, Mapping) else login
    named = live.people.get(str(login)) if login else None
    if named is not None:
        return (Holder(named.login, named.name, named.id in away),)
    found = {}
    for role in roles:
        at = live.offered_at(role, unit_id)
        for person in live.people.values():
            if any(held == role and at in live.path(unit) for held, unit in person.holdings):
                found[person.login] = Holder(person.login, person.name, person.id in away)
    return tuple(sorted(found.values(), key=lambda one: (one.away, one.login)))[:PEOPLE]


def _value(text: str | None, way: Way, expressions: Expressions) -> Any:
    if text is None or not text.startswith("="):
        return text
    try:
        return expressions.value(text, way.variables)
    except ExpressionFailed:
        return None


def _medians(connection: Connection, found: list[tuple[Way, NextStep]]) -> dict[tuple[str, str], float]:
    """The median of the newest visits of each step, where enough cases have been there: one statement."""
    wanted = {(way.definition.id, way.element_id) for way, step in found if step.kind == "userTask"}
    if not wanted:
        return {}
    parts = [select(select(ElementVisit.definition_id, ElementVisit.element_id, ElementVisit.root_id,
                           ElementVisit.seconds)
                    .where(ElementVisit.definition_id == definition, ElementVisit.element_id == element,
                           ElementVisit.outcome == "completed")
                    .order_by(ElementVisit.left_at.desc()).limit(LOOKED_AT).subquery())
             for definition, element in sorted(wanted)]
    seen: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in connection.execute(union_all(*parts)):
        seen.setdefault((row.definition_id, row.element_id), {}).setdefault(row.root_id, []).append(row.seconds)
    return {place: median(one for several in cases.values() for one in several)
            for place, cases in seen.items() if len(cases) >= ENOUGH}
