"""The drawings of a case with what is done and where it stands, from rows alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, union_all

from engine.cards import Bilingual, DiagramState
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.runtime import EventSubscription, Incident, Job, ProcessInstance, UserTask, incident_is_open


def diagrams(parts: Any, connection: Connection, live: Live, root_id: str) -> tuple[DiagramState, ...]:
    """One per instance of the family, the root first; two statements for all of them."""
    instances = connection.execute(
        select(ProcessInstance.id, ProcessInstance.definition_id, ProcessInstance.ended_at, ProcessInstance.parent_id,
               ProcessInstance.parent_wait, ProcessInstance.started_at)
        .where(ProcessInstance.root_id == root_id).order_by(ProcessInstance.started_at, ProcessInstance.id)).all()
    active: dict[str, set[str]] = {row.id: set() for row in instances}
    overlays: dict[str, dict[str, Bilingual]] = {row.id: {} for row in instances}
    done: dict[str, set[str]] = {}
    failed: dict[str, set[str]] = {}
    for what, instance_id, element_id, role in connection.execute(_MARKS, {"the_id": root_id}):
        {"done": done, "failed": failed}.get(what, active).setdefault(instance_id, set()).add(element_id)
        if role:
            overlays[instance_id][element_id] = live.role_name(role)
    _calls(parts, connection, instances, active)
    ordered = sorted(instances, key=lambda row: (row.parent_id is not None, row.started_at, row.id))
    return tuple(DiagramState(
        row.id, row.definition_id, parts.definitions.get(connection, row.definition_id).name,
        tuple(sorted(active[row.id])) if row.ended_at is None else (), tuple(sorted(done.get(row.id, ()))),
        tuple(sorted(failed.get(row.id, ()))), (), overlays[row.id], row.ended_at is not None) for row in ordered)


def _mark(what: str, model: Any, role: Any, *where: Any) -> Any:
    return select(literal(what), model.instance_id, model.element_id, role).where(
        model.root_id == bindparam("the_id"), *where).distinct()


_MARKS = union_all(
    _mark("task", UserTask, UserTask.role),
    *(_mark("waits", model, literal(""), model.instance_id.is_not(None), model.element_id != "")
      for model in (Job, EventSubscription)),
    _mark("done", ElementVisit, literal(""), ElementVisit.outcome == "completed"),
    _mark("failed", Incident, literal(""), incident_is_open()))
"""Where a case stands, what is done and what failed, by instance and element; the role where somebody has a task."""


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
