"""The one repository of runs: lock a case, run it to its next wait state, make the rows match.

A verb locks a :class:`~engine.family.Family`, says to a run what happened, and calls :func:`settle` and :func:`save`.
Called processes are members of the same family: their ends and errors go to their parents in the same transaction.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from sqlalchemy import select

from engine import case_columns, messages, task_rules
from engine.bpmn import RunEvent, RunFailed, Wait
from engine.errors import Conflict
from engine.family import Family, Member, keyed_waits
from engine.family_rows import save
from engine.ids import new_id
from engine.models.runtime import Job, ProcessInstance

__all__ = ["TimerIsDue", "new_instance", "refuse_if_due", "save", "settle"]

MAX_CALL_DEPTH = 20
"""Called processes within each other; a process that calls itself for ever is stopped here."""


class TimerIsDue(Conflict):
    """A timer that is due beats a completion: the worker will fire it first."""

    code = "timer_is_due"
    zh = "这一步的期限刚刚到期，流程正在转向；请稍后刷新。"
    en = "A timer of this step is due and goes first; please refresh in a moment."


def refuse_if_due(family: Family, member: Member) -> None:
    """Raise :class:`TimerIsDue` when a timer of this run should already have fired and a worker is going to see to it.

    One that gave up and became an incident holds nobody back.
    """
    due = member.run.next_due
    if due is None or due > member.environment.now():
        return
    coming = select(Job.id).where(Job.instance_id == member.id, Job.kind == "timer", Job.due_at <= family.now,
                                  Job.retries > 0).limit(1)
    if family.connection.execute(coming).first() is not None:
        raise TimerIsDue()


def settle(family: Family, *touched: Member) -> None:
    """Run the touched members, their callers and the processes they call, until all of them wait or have ended.

    Raises :class:`RunFailed` where one would be left at a join that nothing can reach any more: a case that goes on
    waits for something that can happen. What led there is undone, a job of it becomes an incident.
    """
    queue = deque(touched)
    while queue:
        member = queue.popleft()
        member.touched = True
        if not member.run.ended:
            member.run.advance(budget=family.parts.settings.step_budget)
        thrown: dict[str, Any] = {}
        for event in member.run.take_events():
            _note(family, member, event)
            if "back" in event.data:
                queue.extend(_come_back(family, event.data["back"]))
            if event.kind == "error_uncaught":
                thrown = event.data.get("payload") or {}
            elif event.kind == "escalation_uncaught":
                queue.extend(_escalate(family, member, event))
        queue.extend(_calls(family, member))
        if task_rules.skip(family, member):
            queue.append(member)
        if member.run.ended and member.row["ended_at"] is None:
            queue.extend(_end(family, member, thrown))
    for member in family.members.values():
        stuck = member.run.stuck() if member.touched else []
        if stuck:
            raise RunFailed(stuck[0], "stuck")
    case_columns.derive(family)


def _come_back(family: Family, back: list[str]) -> list[Member]:
    """A step that was returned straight is done again: the task that returned it waits again, unless it is gone."""
    instance_id, element_instance_id = back
    member = family.member(instance_id)
    return [member] if not member.run.ended and member.run.come_back(element_instance_id) else []


def _note(family: Family, member: Member, event: RunEvent) -> None:
    """Turn one event of the run into visits, history and messages."""
    kind, data = event.kind, event.data
    if kind == "entered":
        element = member.definition.model.elements.get(event.element_id)
        member.visits[event.element_instance_id] = (event.element_id, element.kind if element else "", family.now)
        state = element.properties.get("bihuan:case_state") if element else None
        if state:
            family.root_row["case_state"] = state
    elif kind == "left":
        _left(family, member, event)
    elif kind == "message_thrown":
        messages.throw(family, member, event.element_id, data)
    elif kind == "signal_thrown":
        messages.broadcast(family, member, data)
    elif kind == "flow" and family.parts.flows_taken is not None:
        family.parts.flows_taken.add((member.definition.key, data["flow"]))
    elif kind == "unclear":
        family.record.tell("unclear", root_id=family.root_id, instance_id=member.id, element_id=event.element_id,
                           definition_id=member.definition.id, **data)
    elif kind == "decision":
        family.record.tell("decided", root_id=family.root_id, instance_id=member.id, element_id=event.element_id,
                           definition_id=member.definition.id, decision=data.get("decision"), fired=data.get("fired"))


def _left(family: Family, member: Member, event: RunEvent) -> None:
    element_id, kind, entered = member.visits.pop(
        event.element_instance_id, (event.element_id, "", family.now))
    wait = member.before.get((event.element_instance_id, 0))
    by = family.by.person_id or None if wait is not None and wait.kind == "user" else None
    outcome = event.data.get("outcome", "completed")
    member.previous_step = element_id if kind == "userTask" else member.previous_step
    family.record.visited(
        root_id=family.root_id, instance_id=member.id, definition_id=member.definition.id, element_id=element_id,
        element_instance_id=event.element_instance_id, kind=kind, entered_at=entered, left_at=family.now,
        outcome=_told_as(family, member, event, outcome), by=by if outcome == "completed" else None,
        **family.completing.get((member.id, event.element_instance_id), {}))


def _told_as(family: Family, member: Member, event: RunEvent, outcome: str) -> str:
    if (member.id, event.element_instance_id) in family.routes.skipped:
        return "skipped"
    return family.routes.left_as if outcome == "cancelled" else outcome


def _calls(family: Family, member: Member) -> list[Member]:
    """Start a child for every new call activity that waits; cancel the children of those that no longer do."""
    started: list[Member] = []
    waits = keyed_waits(member)
    children = {child.row["parent_wait"] for child in family.members.values() if child.row["parent_id"] == member.id}
    for key, wait in waits.items():
        if wait.kind == "call" and key not in member.before and wait.id not in children:
            started.append(_call(family, member, wait))
    called = {wait.id for wait in (*member.before.values(), *waits.values()) if wait.kind == "call"} | children
    for wait_id in called:
        if (wait_id, 0) not in waits:
            _cancel_child(family, member, wait_id)
    return started


def _call(family: Family, member: Member, wait: Wait) -> Member:
    depth, above = 1, member
    while above.row["parent_id"] is not None:
        above, depth = family.member(above.row["parent_id"]), depth + 1
    if depth >= MAX_CALL_DEPTH:
        raise RunFailed(wait.element_id, "call_too_deep", depth=MAX_CALL_DEPTH)
    detail = wait.detail
    tag, version = detail.get("version_tag"), detail.get("version")
    newest = family.live.newest.get(detail["called_key"]) if tag is None and version is None else None
    definition = (family.parts.definitions.get(family.connection, newest) if newest else
                  family.parts.definitions.newest(family.connection, detail["called_key"], version_tag=tag,
                                                  version=version))
    row = new_instance(family, definition, parent=member.row, parent_wait=wait.id,
                       business_key=detail.get("business_key") or member.row["business_key"])
    variables = {"case": member.run.variables.get("case")} | dict(detail.get("inputs") or {})
    restart = family.routes.restarts.pop((member.id, wait.element_id), None)
    if restart is None:
        return family.create(row, definition, variables)
    child = family.create(row, definition, restart.variables | variables)
    child.run.begin_at(restart.element_id, stop=restart.stop)
    family.routes.given[child.id, restart.element_id] = restart.columns
    return child


def new_instance(family: Family, definition: Any, parent: dict[str, Any] | None, parent_wait: str | None = None,
                 business_key: str | None = None) -> dict[str, Any]:
    """The columns of a new instance; a root's own id is its ``root_id``."""
    instance_id = new_id(family.now)
    return {
        "id": instance_id, "root_id": family.root_id if parent else instance_id,
        "parent_id": parent["id"] if parent else None, "parent_wait": parent_wait, "definition_id": definition.id,
        "process_key": definition.key, "case_number": None, "business_key": business_key, "state": "active",
        "case_state": "", "unit_id": family.root_row.get("unit_id"), "started_by": family.by.person_id or None,
        "started_at": family.now, "ended_at": None, "suspended_at": None, "outcome": None, "run_state": "",
        "variables": "", "revision": 0, "undo": None, "customer": "", "customer_initials": "", "phone": "",
        "severity": "", "gist": "", "promised_at": None, "facts": ""}


def _cancel_child(family: Family, member: Member, parent_wait: str) -> None:
    for child in _children(family, member.id, parent_wait):
        if not child.run.ended:
            child.run.cancel("cancelled")
            settle(family, child)


def _children(family: Family, parent_id: str, parent_wait: str) -> list[Member]:
    loaded = [m for m in family.members.values()
              if m.row["parent_id"] == parent_id and m.row["parent_wait"] == parent_wait]
    if loaded:
        return loaded
    ids = family.connection.scalars(select(ProcessInstance.id).where(
        ProcessInstance.parent_id == parent_id, ProcessInstance.parent_wait == parent_wait,
        ProcessInstance.ended_at.is_(None)))
    return [family.member(child) for child in list(ids)]


def _escalate(family: Family, member: Member, event: RunEvent) -> list[Member]:
    """An escalation that nothing in a called process catches goes on at the caller's call activity."""
    if member.is_root:
        return []
    parent = family.member(member.row["parent_id"])
    if parent.run.ended or (member.row["parent_wait"], 0) not in keyed_waits(parent):
        return []
    parent.run.escalate(member.row["parent_wait"], event.data.get("code"), event.data.get("payload") or {})
    return [parent]


def _end(family: Family, member: Member, thrown: dict[str, Any]) -> list[Member]:
    """Close an instance that has ended and tell its caller; ``thrown`` came with the error that ended it, if any."""
    outcome = member.run.outcome or "completed"
    row = member.row
    row["ended_at"], row["outcome"] = family.now, outcome
    row["state"] = ("cancelled" if outcome in ("cancelled", "stopped")
                    else "failed" if outcome.startswith("error:") else "completed")
    if row["parent_id"] is None:
        family.record.tell("ended", root_id=family.root_id, instance_id=member.id, definition_id=member.definition.id,
                           outcome=outcome, case_state=family.root_row["case_state"])
        return []
    parent = family.member(row["parent_id"])
    if parent.run.ended or (row["parent_wait"], 0) not in keyed_waits(parent):
        return []
    if outcome.startswith("error:"):
        parent.run.error(row["parent_wait"], outcome.removeprefix("error:"), thrown)
    elif outcome == "cancelled":
        return []
    else:
        refuse_if_due(family, parent)
        values = {key: value for key, value in member.run.variables.items() if key != "case"}
        parent.run.complete(row["parent_wait"], values)
    parent.previous_step = member.previous_step
    return [parent]
