"""The drawings of a case with what is done and where it stands, from rows alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.cards import Bilingual, DiagramState
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.runtime import EventSubscription, Incident, Job, ProcessInstance, UserTask, incident_is_open


def diagrams(parts: Any, connection: Connection, live: Live, root_id: str) -> tuple[DiagramState, ...]:
    """One per instance of the family, the root first; six statements for all of them."""
    instances = connection.execute(
        select(ProcessInstance.id, ProcessInstance.definition_id, ProcessInstance.ended_at, ProcessInstance.parent_id,
               ProcessInstance.parent_wait, ProcessInstance.started_at)
        .where(ProcessInstance.root_id == root_id).order_by(ProcessInstance.started_at, ProcessInstance.id)).all()
    active: dict[str, set[str]] = {row.id: set() for row in instances}
    overlays: dict[str, dict[str, Bilingual]] = {row.id: {} for row in instances}
    for row in connection.execute(select(UserTask.instance_id, UserTask.element_id, UserTask.role)
                                  .where(UserTask.root_id == root_id)):
        active[row.instance_id].add(row.element_id)
        if row.role:
            overlays[row.instance_id][row.element_id] = live.role_name(row.role)
    for model in (Job, EventSubscription):
        for instance_id, element_id in connection.execute(
                select(model.instance_id, model.element_id)
                .where(model.root_id == root_id, model.instance_id.is_not(None), model.element_id != "")):
            if model is EventSubscription or element_id not in active.get(instance_id, ()):
                active.setdefault(instance_id, set()).add(element_id)
    done: dict[str, set[str]] = {}
    for instance_id, element_id in connection.execute(
            select(ElementVisit.instance_id, ElementVisit.element_id)
            .where(ElementVisit.root_id == root_id, ElementVisit.outcome == "completed").distinct()):
        done.setdefault(instance_id, set()).add(element_id)
    failed: dict[str, set[str]] = {}
    for instance_id, element_id in connection.execute(
            select(Incident.instance_id, Incident.element_id)
            .where(Incident.root_id == root_id, incident_is_open())):
        failed.setdefault(instance_id, set()).add(element_id)
    _calls(parts, connection, instances, active)
    ordered = sorted(instances, key=lambda row: (row.parent_id is not None, row.started_at, row.id))
    return tuple(DiagramState(
        row.id, row.definition_id, parts.definitions.get(connection, row.definition_id).name,
        tuple(sorted(active[row.id])) if row.ended_at is None else (), tuple(sorted(done.get(row.id, ()))),
        tuple(sorted(failed.get(row.id, ()))), (), overlays[row.id], row.ended_at is not None) for row in ordered)


def _calls(parts: Any, connection: Connection, instances: Any, active: dict[str, set[str]]) -> None:
    """A call activity whose called process is open is where its caller stands."""
    by_id = {row.id: row for row in instances}
    for row in instances:
        parent = by_id.get(row.parent_id)
        if row.ended_at is None and parent is not None:
            key = parts.definitions.get(connection, row.definition_id).key
            model = parts.definitions.get(connection, parent.definition_id).model
            active[parent.id] |= {e.id for e in model.elements.values()
                                  if e.kind == "callActivity" and e.attributes.get("calledElement") == key}
