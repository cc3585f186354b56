"""What each kind of job does once it is acquired: timers, service calls, messages, signals, deadlines, starts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select

from engine import calendar_starts, connecting, deadlines, messages, starting, urging
from engine.authorization import SYSTEM
from engine.connectors import ConnectorFailure
from engine.family import Family, keyed_waits
from engine.models.runtime import Job, ProcessInstance
from engine.wait_state import save, settle


def call(parts: Any, job: Row[Any]) -> dict[str, Any] | None:
    """Make the outside call of a job, under the job's id as its idempotency key. No transaction is open.

    ``None`` for topics that are done inside the next transaction. A message outside its contact window is put off to
    the window's opening (``queued_until``), and its step goes on. A connector that says which BPMN error its answer
    means returns it as ``{"bpmn_error": code}``. Raises :class:`~engine.connectors.ConnectorFailure`.
    """
    topic = job.payload.get("topic", "")
    if topic in connecting.INSIDE:
        return None
    connector = parts.connectors.get(topic)
    if connector is None:
        raise ConnectorFailure("not_configured", retryable=False, what=topic)
    until = connecting.waits_for_window(parts, job)
    if until is not None:
        return {"queued_until": until}
    return connector.call(connecting.inputs_of(job, parts.settings), job.id, parts.call_context(job)) or {}


def advance(family: Family, job: Row[Any], answer: dict[str, Any] | None) -> None:
    """Tell the case what the job brought, under its lock; the job's row is already gone."""
    if job.kind == "deadline":
        pack = family.parts.definitions.get(family.connection, _definition_of(family, job)).pack
        deadlines.fire(family, job, pack)
        family.record.write(family.connection)
        return
    if job.kind == "urge":
        urging.send(family, job)
        return
    if job.kind == "notice":
        _tell(family, job)
        family.record.write(family.connection)
        return
    if family.root_row["ended_at"] is not None:
        _missed(family, job)
        return
    if job.kind == "service" and answer is None:
        answer = connecting.inside(family, job)
    member = family.member(job.instance_id)
    key = (job.element_instance_id, job.slot)
    waits = keyed_waits(member)
    if job.kind == "signal":
        member.run.signal(job.payload["name"], job.payload.get("payload") or {})
    elif key not in waits:
        _missed(family, job)
        return
    elif job.kind == "timer":
        if member.environment.now() < waits[key].detail["due"]:
            return
        member.before.pop(key, None)  # its row was deleted with the job; a further tick is a new row
        member.run.fire(*key)
    elif job.kind == "message":
        member.run.deliver(job.element_instance_id, job.payload.get("payload") or {}, job.slot)
    elif answer is not None and answer.get("bpmn_error"):
        member.before.pop(key, None)
        member.run.error(job.element_instance_id, str(answer["bpmn_error"]), {"result": answer})
    else:
        member.before.pop(key, None)
        member.run.set_variables({"result": answer or {}}, at=job.element_instance_id)
        member.run.complete(job.element_instance_id)
    if answer is not None and answer.get("queued_until"):
        family.outgoing.append(family.job("notice", answer["queued_until"], dict(job.payload),
                                          instance_id=member.id, element_id=job.element_id))
    _tell(family, job)
    settle(family, member)
    save(family)


_VERBS = {"timer": "timer_fired", "service": "called", "notice": "notified", "message": "message_received",
          "signal": "signal_received"}


def _tell(family: Family, job: Row[Any]) -> None:
    family.record.tell(_VERBS[job.kind], root_id=family.root_id, instance_id=job.instance_id, element_id=job.element_id,
                       definition_id=_definition_of(family, job), topic=job.payload.get("topic", ""),
                       name=job.payload.get("name", ""))


def _missed(family: Family, job: Row[Any]) -> None:
    """The element that a message was meant for waits no longer: look for another receiver."""
    if job.kind == "message":
        content = job.payload
        messages.route(family.parts, family.connection, family.now, content["name"], content.get("keys") or {},
                       content.get("payload") or {})


def _definition_of(family: Family, job: Row[Any]) -> str:
    if job.instance_id == family.root_id:
        return family.root_row["definition_id"]
    return family.connection.scalar(
        select(ProcessInstance.definition_id).where(ProcessInstance.id == job.instance_id)) or ""


def start(parts: Any, job: Row[Any], owner: str) -> None:
    """Start a new case: by a message, a signal or the calendar."""
    now = parts.clock.now()
    with parts.database.transaction() as connection:
        if not connection.execute(delete(Job.__table__).where(Job.id == job.id, Job.owner == owner)).rowcount:
            return
        content = job.payload
        if content.get("calendar"):
            following = calendar_starts.tick(parts, connection, job)
            if following:
                connection.execute(insert(Job.__table__), [following])
            return
        family = starting.begin(parts, connection, SYSTEM, now, content["process_key"], entry=job.element_id or None,
                                payload=content.get("payload") or {}, variables=content.get("variables"),
                                business_key=content.get("business_key"), unit_id=content.get("unit"))
        settle(family, *family.members.values())
        save(family)
