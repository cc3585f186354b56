"""Who or what a case waits for, since when, and what happens at the deadline. Never "who is it with?"."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.cards import Bilingual, WaitingFor
from engine.deadlines import chain_of
from engine.errors import filled
from engine.incidents import wording
from engine.live import Live
from engine.models.identity import Person
from engine.models.runtime import EventSubscription, Incident, Job, UserTask, incident_is_open
from engine.standing import names_of
from engine.urging import awaited


def waiting_for(parts: Any, connection: Connection, live: Live, root_id: str) -> tuple[WaitingFor, ...]:
    """People first, then incidents, timers, calls and messages; four statements."""
    return (*_people(parts, connection, live, root_id), *_incidents(connection, root_id),
            *_jobs(parts, connection, root_id), *_messages(parts, connection, root_id))


def _people(parts: Any, connection: Connection, live: Live, root_id: str) -> list[WaitingFor]:
    found = []
    for row in connection.execute(
            select(UserTask.id, UserTask.definition_id, UserTask.element_id, UserTask.name, UserTask.name_en,
                   UserTask.role, UserTask.due_at, UserTask.created_at, UserTask.claimed_at, UserTask.deadline,
                   UserTask.process_key, UserTask.unit_id, UserTask.signing, UserTask.submitted, UserTask.assignee_id,
                   Person.name.label("person"),
                   Person.name_en.label("person_en"))
            .outerjoin(Person, Person.id == UserTask.assignee_id).where(UserTask.root_id == root_id)
            .order_by(UserTask.created_at)).all():
        pack = parts.definitions.get(connection, row.definition_id).pack
        chain = chain_of(live, pack, row.deadline, row.role, row.unit_id)
        then = None
        if row.due_at is not None and chain:
            name = live.role_name(chain[0])
            then = Bilingual(f"到期后升级到 {name.zh}", f"then escalates to {name.in_('en')}")
        who = Bilingual(row.person, row.person_en) if row.person else live.role_name(row.role) if row.role else None
        if row.signing == "joint" or row.signing == "before" or row.submitted is not None:
            words = names_of(live, awaited(connection, live, row))
            who = Bilingual(words["zh"], words["en"]) if words["zh"] else who
        kind = "person" if row.person or row.signing == "joint" else "role"
        found.append(WaitingFor(kind, row.element_id, Bilingual(row.name, row.name_en), who,
                                row.claimed_at or row.created_at, row.due_at, then, row.id, row.process_key))
    return found


def _incidents(connection: Connection, root_id: str) -> list[WaitingFor]:
    rows = connection.execute(
        select(Incident.element_id, Incident.at, Incident.code, Incident.params, Job.kind)
        .outerjoin(Job, Job.id == Incident.job_id)
        .where(Incident.root_id == root_id, incident_is_open()))
    found = []
    for row in rows:
        words = wording(row.code)
        params = dict(row.params or {})
        found.append(WaitingFor("incident", row.element_id, Bilingual(
            filled(words.zh, params), filled(words.en, params)),
                                None, row.at, None))
    return found


def _jobs(parts: Any, connection: Connection, root_id: str) -> list[WaitingFor]:
    from engine.models.runtime import ProcessInstance

    rows = connection.execute(
        select(Job.kind, Job.element_id, Job.due_at, Job.created_at, Job.retries, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(Job.root_id == root_id, Job.kind.in_(("timer", "service"))).order_by(Job.due_at))
    found = []
    for row in rows:
        if row.retries == 0:
            continue
        name = parts.definitions.get(connection, row.definition_id).element_name(row.element_id)
        kind = "timer" if row.kind == "timer" else "connector"
        found.append(WaitingFor(kind, row.element_id, name, None, row.created_at, row.due_at))
    return found


def _messages(parts: Any, connection: Connection, root_id: str) -> list[WaitingFor]:
    from engine.models.runtime import ProcessInstance

    rows = connection.execute(
        select(EventSubscription.kind, EventSubscription.element_id, EventSubscription.name,
               ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(EventSubscription.root_id == root_id))
    return [WaitingFor(row.kind, row.element_id,
                       parts.definitions.get(connection, row.definition_id).element_name(row.element_id),
                       Bilingual(row.name, row.name), None, None) for row in rows]
