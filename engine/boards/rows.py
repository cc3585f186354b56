"""From a row of the database to the card of a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.cards import Bilingual, Clockface, TaskRow
from engine.live import Live
from engine.models.repository import ProcessDefinition
from engine.models.runtime import UserTask

TASK_COLUMNS = (
    UserTask.id, UserTask.root_id, UserTask.case_number, UserTask.process_key, UserTask.element_id, UserTask.name,
    UserTask.name_en, UserTask.customer, UserTask.gist, UserTask.severity, UserTask.role, UserTask.due_at,
    UserTask.warn_at, UserTask.clock_started_at, UserTask.deadline, UserTask.escalation_level, UserTask.suspended,
    UserTask.created_at, UserTask.priority, UserTask.form_key, UserTask.promised_at, UserTask.assignee_id,
    UserTask.came_from, UserTask.unit_id, UserTask.definition_id, UserTask.instance_id, UserTask.element_instance_id,
    UserTask.claimed_at, UserTask.revision, ProcessDefinition.version, ProcessDefinition.pack,
    ProcessDefinition.name.label("process_name"), ProcessDefinition.name_en.label("process_name_en"))


def clockface(row: Any, live: Live, now: datetime) -> Clockface:
    """The clock of a task as a list shows it (UX: late, risk, normal, paused, none)."""
    if row.due_at is None:
        return Clockface("none")
    state = ("paused" if row.suspended else "late" if row.due_at <= now
             else "risk" if row.warn_at is not None and row.warn_at <= now else "normal")
    declared = live.deadline(row.pack, row.deadline) if row.deadline else None
    return Clockface(state, row.due_at, row.warn_at, row.clock_started_at, row.deadline,
                     declared.title if declared else None, row.escalation_level)


def task_row(row: Any, live: Live, now: datetime) -> TaskRow:
    """An open task."""
    return TaskRow(
        id=row.id, case_id=row.root_id, case_number=row.case_number, process_key=row.process_key,
        process_name=Bilingual(row.process_name, row.process_name_en), version=row.version, element_id=row.element_id,
        name=Bilingual(row.name, row.name_en), customer=row.customer, gist=row.gist, severity=row.severity,
        role=row.role, role_name=live.role_name(row.role) if row.role else Bilingual(""), assignee_login=row.login,
        assignee_name=Bilingual(row.holder, row.holder_en) if row.holder else None, clock=clockface(row, live, now),
        created_at=row.created_at, priority=row.priority, came_from=None,
        came_by=Bilingual(row.came_name, row.came_name_en) if row.came_name else None, form_key=row.form_key,
        has_draft=row.draft is not None, promised_at=row.promised_at)


def done_row(row: Any, live: Live) -> TaskRow:
    """A task that the actor completed."""
    detail = row.detail or {}
    return TaskRow(
        id=row.task_id or "", case_id=row.root_id, case_number=row.case_number or "", process_key=row.key,
        process_name=Bilingual(row.name, row.name_en), version=row.version, element_id=row.element_id,
        name=Bilingual(detail.get("name") or row.element_id, detail.get("name_en") or ""), customer=row.customer,
        gist=row.gist, severity=row.severity, role=detail.get("role") or "",
        role_name=live.role_name(detail["role"]) if detail.get("role") else Bilingual(""), assignee_login=None,
        assignee_name=None, clock=_met(detail.get("due_at"), row.at), created_at=row.at, priority=0,
        form_key=detail.get("form_key"), promised_at=row.promised_at, done_at=row.at, outcome=detail.get("outcome"))


def _met(due: datetime | None, done: datetime) -> Clockface:
    if due is None:
        return Clockface("none")
    return Clockface("met" if done <= due else "missed", due)


def started_row(row: Any, live: Live) -> TaskRow:
    """A case that the actor started, as a line of the same list."""
    state = case_state_name(live, row.case_state)
    return TaskRow(
        id="", case_id=row.id, case_number=row.case_number or "", process_key=row.key,
        process_name=Bilingual(row.name, row.name_en), version=row.version, element_id="",
        name=state or Bilingual(row.name, row.name_en), customer=row.customer, gist=row.gist, severity=row.severity,
        role="", role_name=Bilingual(""), assignee_login=None, assignee_name=None, clock=Clockface("none"),
        created_at=row.started_at, priority=0, promised_at=row.promised_at, done_at=row.ended_at)


def case_state_name(live: Live, state: str) -> Bilingual | None:
    """The name of a case state, as a pack words it."""
    if not state:
        return None
    return next((pack.texts[state] for pack in live.packs.values() if state in pack.texts), Bilingual(state, state))
