"""From a row of the database to the card of a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.authorization import Actor
from engine.cards import Bilingual, Clockface, TaskRow
from engine.live import Live
from engine.masking import masked_text
from engine.models.repository import ProcessDefinition
from engine.models.runtime import UserTask

TASK_COLUMNS = (
    UserTask.id, UserTask.root_id, UserTask.case_number, UserTask.process_key, UserTask.element_id, UserTask.name,
    UserTask.name_en, UserTask.customer, UserTask.gist, UserTask.severity, UserTask.role, UserTask.due_at,
    UserTask.warn_at, UserTask.clock_started_at, UserTask.deadline, UserTask.escalation_level, UserTask.suspended,
    UserTask.created_at, UserTask.priority, UserTask.form_key, UserTask.promised_at, UserTask.assignee_id,
    UserTask.came_from, UserTask.unit_id, UserTask.definition_id, UserTask.instance_id, UserTask.element_instance_id,
    UserTask.claimed_at, UserTask.revision, UserTask.paused_at, UserTask.first_due_at, ProcessDefinition.version,
    ProcessDefinition.pack,
    ProcessDefinition.name.label("process_name"), ProcessDefinition.name_en.label("process_name_en"))


def clockface(row: Any, live: Live, now: datetime) -> Clockface:
    """The clock of a task as a list shows it (UX: late, risk, normal, paused, none)."""
    if row.due_at is None:
        return Clockface("none")
    state = ("paused" if row.suspended or getattr(row, "paused_at", None) else "late" if row.due_at <= now
             else "risk" if row.warn_at is not None and row.warn_at <= now else "normal")
    declared = live.deadline(row.pack, row.deadline, row.unit_id) if row.deadline else None
    return Clockface(state, row.due_at, row.warn_at, row.clock_started_at, row.deadline,
                     declared.title if declared else None, row.escalation_level)


def task_row(row: Any, live: Live, now: datetime) -> TaskRow:
    """An open task."""
    return TaskRow(
        id=row.id, case_id=row.root_id, case_number=row.case_number, process_key=row.process_key,
        process_name=Bilingual(row.process_name, row.process_name_en), version=row.version, element_id=row.element_id,
        name=Bilingual(row.name, row.name_en), customer=row.customer, gist=masked_text(row.gist),
        severity=row.severity,
        role=row.role, role_name=live.role_name(row.role) if row.role else Bilingual(""), assignee_login=row.login,
        assignee_name=Bilingual(row.holder, row.holder_en) if row.holder else None, clock=clockface(row, live, now),
        created_at=row.created_at, priority=row.priority, came_from=None,
        came_by=Bilingual(row.came_name, row.came_name_en) if row.came_name else None, form_key=row.form_key,
        has_draft=row.draft is not None, promised_at=row.promised_at)


def open_row(row: Any, live: Live, by: Actor, now: datetime) -> TaskRow:
    """An open task as its own list shows it: whose it is, whom one stands in for, what happened around it."""
    stands_in = next((person.name for person in by.represents if person.person_id == row.assignee_id), None)
    return replace(
        task_row(row, live, now), mine=row.assignee_id == by.person_id or stands_in is not None,
        to_sign=bool(row.to_sign), stands_in_for=stands_in,
        lent_by=Bilingual(row.owner_name, row.owner_name_en) if row.owner_name else None,
        snoozed_until=row.follow_up_at if row.follow_up_at and row.follow_up_at > now else None,
        returned=bool(row.returned_by), urged=row.urged)


def _of_case(row: Any, **more: Any) -> TaskRow:
    """A line that stands for a case, or for something about it."""
    return TaskRow(**({
        "id": "", "case_id": row.root_id, "case_number": row.case_number or "", "process_key": row.key,
        "process_name": Bilingual(row.name, row.name_en), "version": row.version, "element_id": "",
        "name": Bilingual(row.name, row.name_en), "customer": row.customer, "gist": masked_text(row.gist),
        "severity": row.severity,
        "role": "", "role_name": Bilingual(""), "assignee_login": None, "assignee_name": None,
        "clock": Clockface("none"), "priority": 0, "promised_at": row.promised_at} | more))


def asked_row(row: Any, live: Live, now: datetime, until: datetime | None) -> TaskRow:
    """A question to the actor, to be answered ``until`` a moment."""
    clock = Clockface("late" if until <= now else "normal", until) if until else Clockface("none")
    return _of_case(row, id=row.task_id or "", ref=row.comment_id, note=masked_text(row.text), clock=clock,
                    created_at=row.at,
                    name=case_state_name(live, row.case_state, row.key) or Bilingual(row.name, row.name_en),
                    note_by=Bilingual(row.by_name, row.by_name_en) if row.by_name else None)


def copy_row(row: Any, live: Live) -> TaskRow:
    """A case that somebody brought to the actor's notice."""
    return _of_case(row, id=row.task_id or "", ref=row.id, note=masked_text(row.note), created_at=row.at,
                    element_id=row.element_id,
                    name=case_state_name(live, row.case_state, row.key) or Bilingual(row.name, row.name_en),
                    note_by=Bilingual(row.by_name, row.by_name_en) if row.by_name else None,
                    read=row.read_at is not None)


def done_row(row: Any, live: Live) -> TaskRow:
    """A task that the actor completed."""
    detail = row.detail or {}
    return _of_case(
        row, id=row.task_id or "", element_id=row.element_id, created_at=row.at, done_at=row.at,
        name=Bilingual(detail.get("name") or row.element_id, detail.get("name_en") or ""),
        role=detail.get("role") or "", form_key=detail.get("form_key"), outcome=detail.get("outcome"),
        role_name=live.role_name(detail["role"]) if detail.get("role") else Bilingual(""),
        clock=_met(detail.get("due_at"), row.at), take_back=bool(row.take_back))


def _met(due: datetime | None, done: datetime) -> Clockface:
    if due is None:
        return Clockface("none")
    return Clockface("met" if done <= due else "missed", due)


def started_row(row: Any, live: Live) -> TaskRow:
    """A case that the actor started, as a line of the same list."""
    state = case_state_name(live, row.case_state, row.key)
    return _of_case(row, name=state or Bilingual(row.name, row.name_en), created_at=row.started_at,
                    done_at=row.ended_at)


def case_state_name(live: Live, state: str, process_key: str) -> Bilingual | None:
    """The name of a case state, as the pack of the process words it; else as any pack does."""
    if not state:
        return None
    own = live.packs.get(live.pack_of.get(process_key, ""))
    if own is not None and state in own.texts:
        return own.texts[state]
    return next((pack.texts[state] for pack in live.packs.values() if state in pack.texts), Bilingual(state, state))
