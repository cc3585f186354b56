"""The page of a sandbox, read off its engine in memory: tasks with their players, what is due, what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.authorization import SYSTEM, Actor, may_start, offered_to
from engine.bpmn import ProcessModel
from engine.cards import Bilingual
from engine.deploying import startable_by
from engine.live import Live, LivePerson
from engine.models.identity import Person
from engine.models.runtime import EventSubscription, Job, ProcessInstance, TaskCandidate, UserTask
from engine.models.working import TaskSigner
from engine.public.tokens import FOLLOW
from engine.studio.sandbox_cards import (
    SandboxCase,
    SandboxDue,
    SandboxFailure,
    SandboxMessage,
    SandboxPerson,
    SandboxStep,
    SandboxTask,
    SandboxTrouble,
    SandboxView,
    SandboxWait,
)
from engine.studio.step_words import words_of_step
from engine.testing.play import Play
from engine.testing.reader import verb_of
from engine.values import loads

DUE_SHOWN = 20
TEXT_SHOWN = 2000


def page_of(play: Play, row: Row[Any], trouble: SandboxTrouble | None, case: str | None, lang: str,
            stamp: str) -> SandboxView:
    """Everything the page shows; ``case`` is the id of the case to look at, else the last one begun."""
    engine = play.engine
    with engine.database.reading() as connection:
        live = engine.live.at(connection)
        definition = engine.definitions.newest(connection, play.process)
        cases = _cases(play, connection)
        tasks = _tasks(play, connection, live)
        due, waits = _due(play, connection), _waits(play, connection)
        names = {key: engine.definitions.get(connection, found) for key, found in live.newest.items()}
    shown = case if case in {one.id for one in cases} else play.story.last
    view = engine.boards.case(shown, SYSTEM, lang) if shown else None
    people = [player(one, live) for one in _people(live)]
    model = definition.model
    startable, allowed = startable_by(model)
    return SandboxView(
        row.id, row.draft_id, row.revision, play.process, definition.name, play.clock.now(),
        tuple(SandboxStep(number, verb_of(step), words_of_step(step, names, live), at)
              for number, (step, at) in enumerate(zip(play.steps, play.moments), 1)),
        trouble, tuple(people), tuple((key, live.role_name(key)) for key in sorted(live.roles)), startable,
        tuple(player(one, live) for one in _people(live) if may_start(actor(one), allowed)),
        _start_form(model) != "", tuple(dict.fromkeys(one.key for one in model.start_events
                                                      if one.kind == "message" and one.key)),
        any(one.kind == "timer" for one in model.start_events), cases, view, tasks, due, waits,
        _variables(play, shown) if shown else (), _sent(play), _failures(play),
        _flows(play), {one.id: key for key, one in names.items()}, stamp)


def actor(person: LivePerson) -> Actor:
    """A person of the sandbox, acting."""
    return Actor(person.id, person.login, person.name, person.holdings, person.unit_id)


def player(person: LivePerson, live: Live) -> SandboxPerson:
    """A person of the sandbox on a card."""
    return SandboxPerson(person.login, person.name, tuple(live.role_name(role) for role in sorted(person.roles)))


def _people(live: Live) -> list[LivePerson]:
    return sorted(live.people.values(), key=lambda one: one.login)


def _start_form(model: ProcessModel) -> str:
    start = next((event for event in model.start_events if event.kind == "none"), None)
    element = model.elements.get(start.element_id) if start else None
    return (element.attributes.get("formKey") or "") if element else ""


def _cases(play: Play, connection: Connection) -> tuple[SandboxCase, ...]:
    rows = connection.execute(
        select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.process_key, ProcessInstance.state,
               ProcessInstance.definition_id).where(ProcessInstance.parent_id.is_(None)).order_by(ProcessInstance.id))
    return tuple(SandboxCase(row.id, row.case_number or "", row.process_key,
                             play.engine.definitions.get(connection, row.definition_id).name, row.state)
                 for row in rows.all())


def _tasks(play: Play, connection: Connection, live: Live) -> tuple[SandboxTask, ...]:
    rows = connection.execute(
        select(UserTask.__table__, Person.name.label("holder"), Person.name_en.label("holder_en"))
        .outerjoin(Person, Person.id == UserTask.assignee_id).order_by(UserTask.created_at, UserTask.id)).all()
    offered, asked = (_offered(connection, live), _asked(connection)) if rows else ({}, {})
    found = []
    for row in rows:
        holder = live.people_by_id.get(row.assignee_id or "")
        players = [holder] if holder else [one for one in _people(live) if row.id in offered.get(one.login, ())]
        players = players if row.signing != "joint" else []
        found.append(SandboxTask(
            row.id, row.root_id, row.case_number or "", row.element_id, Bilingual(row.name, row.name_en),
            play.engine.definitions.get(connection, row.definition_id).name, live.role_name(row.role),
            Bilingual(row.holder, row.holder_en) if row.holder else None, row.due_at, row.escalation_level,
            tuple(player(one, live) for one in players),
            tuple(player(live.people_by_id[one], live) for one in asked.get(row.id, ()) if one in live.people_by_id),
            bool(row.form_key)))
    return tuple(found)


def _asked(connection: Connection) -> dict[str, list[str]]:
    """Task -> the people whose turn to sign it is."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(
            select(TaskSigner.task_id, TaskSigner.person_id).where(
                TaskSigner.state == "open", TaskSigner.closed.is_(False)).order_by(TaskSigner.turn, TaskSigner.id)):
        found.setdefault(row.task_id, []).append(row.person_id)
    return found


def _offered(connection: Connection, live: Live) -> dict[str, set[str]]:
    """Login -> the tasks that are offered to this person."""
    found = {}
    for person in live.people.values():
        offers = offered_to(actor(person), live)
        if offers is not None:
            found[person.login] = set(connection.scalars(select(TaskCandidate.task_id).where(offers)))
    return found


def _due(play: Play, connection: Connection) -> tuple[SandboxDue, ...]:
    rows = connection.execute(
        select(Job.kind, Job.element_id, Job.due_at, Job.payload, ProcessInstance.definition_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(Job.retries > 0, Job.suspended.is_(False)).order_by(Job.due_at, Job.id).limit(DUE_SHOWN)).all()
    found = []
    for row in rows:
        definition = (play.engine.definitions.get(connection, row.definition_id) if row.definition_id
                      else play.engine.definitions.newest(connection, play.process))
        name = definition.element_name(row.element_id) if row.element_id else definition.name
        found.append(SandboxDue(row.kind, name, row.due_at, int((row.payload or {}).get("level") or 0)))
    return tuple(found)


def _waits(play: Play, connection: Connection) -> tuple[SandboxWait, ...]:
    rows = connection.execute(
        select(EventSubscription.kind, EventSubscription.element_id, EventSubscription.name, EventSubscription.keys,
               ProcessInstance.definition_id, ProcessInstance.case_number)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)).all()
    return tuple(SandboxWait(row.kind, row.name,
                             play.engine.definitions.get(connection, row.definition_id).element_name(row.element_id),
                             dict(row.keys or {}), row.case_number or "") for row in rows)


def _variables(play: Play, case_id: str) -> tuple[tuple[Bilingual, str], ...]:
    """Process and variables of the instances of a case, the root first; values as JSON to read."""
    with play.engine.database.reading() as connection:
        rows = connection.execute(
            select(ProcessInstance.definition_id, ProcessInstance.variables).where(ProcessInstance.root_id == case_id)
            .order_by(ProcessInstance.started_at, ProcessInstance.id)).all()
        return tuple((play.engine.definitions.get(connection, row.definition_id).name, readable(loads(row.variables)))
                     for row in rows)


def readable(value: Any) -> str:
    """A value as JSON for people to read."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_shown)


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _sent(play: Play) -> tuple[SandboxMessage, ...]:
    return tuple(SandboxMessage(str(one["connector"]), "、".join(map(_one_to, _listed(one["to"]))),
                                str(one["text"] or "").replace(FOLLOW, "https://…")[:TEXT_SHOWN], one["at"])
                 for one in play.story.log if one["connector"] != "register")


def _listed(to: Any) -> Iterable[Any]:
    return to if isinstance(to, list) else [] if to is None else [to]


def _one_to(to: Any) -> str:
    return str(to.get("name") or to.get("login") or "") if isinstance(to, Mapping) else str(to)


def _failures(play: Play) -> tuple[SandboxFailure, ...]:
    return tuple(SandboxFailure(one.element or Bilingual(""), one.code, one.sentence)
                 for one in play.engine.incidents.list(SYSTEM))


def _flows(play: Play) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, flow in sorted(play.engine.flows_taken or ()):
        found.setdefault(key, []).append(flow)
    return {key: tuple(flows) for key, flows in found.items()}
