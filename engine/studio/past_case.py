"""A case that is over, as its rows tell it: who started it, what was done from outside, what was filled in, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from engine.authorization import Actor, sees_case
from engine.errors import BihuanError, NotFound
from engine.live import Live
from engine.models.history import ElementVisit, FormFilled, HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance
from engine.values import loads

ON_TASKS = {
    "transferred": "transfer", "delegated": "delegate", "handed_back": "hand_back",
    "delegation_taken_back": "take_back_delegation", "reassigned": "reassign", "handed_over": "reassign",
    "taken_over": "take_over", "returned": "return", "pulled_back": "pull_back", "signers_added": "add_signers",
    "signer_removed": "remove_signer", "signed": "sign", "extended": "extend", "clock_paused": "pause_clock",
    "clock_resumed": "resume_clock", "escalated": "escalate"}
"""What people did with tasks besides submitting them -> the step of scenarios that does it."""
ON_CASES = {"cancelled": "cancel", "terminated": "terminate", "suspended": "suspend", "resumed": "resume",
            "moved": "move"}
TOLD = {"completed", "submitted", "message_received", "signal_received", *ON_TASKS, *ON_CASES}
"""What came from outside and has a step of its own in scenarios."""
UNTOLD = {"data_changed": "改数据"}
"""What changes a case and has no step in scenarios; handing over work that was lent or is being signed has none
either."""


class CannotRecord(BihuanError):
    """A case that cannot be told as a scenario."""

    code, http_status = "cannot_record", 409
    zh = "这件案件不能录成场景：{why_zh}"
    en = "This case cannot be recorded as a scenario: {why_en}"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that came from outside. ``by`` is the id of a person; ``values`` the form as it was then kept."""

    verb: str
    at: datetime
    by: str | None
    element_id: str
    process_key: str
    instance_id: str
    role: str
    name: str
    form_key: str
    values: Mapping[str, Any] | None
    reason: str
    task_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PastCase:
    """The whole of it. ``variables`` are those of each instance at the end, with the process that it was of."""

    id: str
    number: str
    process_key: str
    state: str
    case_state: str
    unit_id: str | None
    customer: str
    started_by: str | None
    started_at: datetime
    ended_at: datetime
    entry: str
    start_values: Mapping[str, Any] | None
    acts: tuple[Act, ...]
    variables: Mapping[str, tuple[str, dict[str, Any]]]
    completed: tuple[str, ...]
    forms: frozenset[str] = field(default_factory=frozenset)
    tasks: Mapping[tuple[str, str], list[str]] = field(default_factory=dict)
    """The tasks of each element of an instance, in the order in which they came."""
    claims: frozenset[tuple[str, str]] = frozenset()
    """Who ever claimed which task: (task, person)."""
    waits: Mapping[str, str] = field(default_factory=dict)
    """Element instance -> its element."""


def past_case(connection: Connection, case: str, by: Actor, live: Live) -> PastCase:
    """The case with this id or number. Raises NotFound, CannotRecord."""
    root = connection.execute(select(ProcessInstance.__table__).where(
        or_(ProcessInstance.id == case, ProcessInstance.case_number == case.upper()),
        ProcessInstance.parent_id.is_(None), sees_case(by, live))).first()
    if root is None:
        raise NotFound(what="case")
    if root.ended_at is None:
        raise CannotRecord(why_zh="它还没有办结。", why_en="it is not finished.")
    entries = connection.execute(select(HistoryEntry.__table__).where(HistoryEntry.root_id == root.id)
                                 .order_by(HistoryEntry.at, HistoryEntry.id)).all()
    _refuse_untold(entries)
    filled = connection.execute(select(FormFilled.__table__).where(FormFilled.root_id == root.id)
                                .order_by(FormFilled.at, FormFilled.id)).all()
    if any(row.erased_at is not None for row in filled):
        raise CannotRecord(why_zh="其中的个人信息已经删除。", why_en="personal data in it was erased.")
    instances = {row.id: (row.process_key, loads(row.variables)) for row in connection.execute(
        select(ProcessInstance.id, ProcessInstance.process_key, ProcessInstance.variables)
        .where(ProcessInstance.root_id == root.id))}
    visits = connection.execute(
        select(ElementVisit.element_id, ElementVisit.kind, ElementVisit.outcome, ElementVisit.instance_id,
               ElementVisit.element_instance_id)
        .where(ElementVisit.root_id == root.id).order_by(ElementVisit.entered_at, ElementVisit.id)).all()
    start = next((row for row in filled if row.task_id is None and row.instance_id == root.id), None)
    return PastCase(
        root.id, root.case_number, root.process_key, root.state, root.case_state, root.unit_id, root.customer,
        root.started_by, root.started_at, root.ended_at,
        next((row.element_id for row in visits if row.instance_id == root.id and row.kind == "startEvent"), ""),
        start.values if start else None,
        tuple(_act(row, _filled(row, filled), instances) for row in entries if row.verb in TOLD and not (
            row.verb == "escalated" and not row.by or _follows(row, entries))),
        instances, tuple(sorted(row.element_id for row in visits
                                if row.kind == "userTask" and row.outcome == "completed")),
        frozenset(row.form_key for row in filled), _tasks(entries),
        frozenset((row.task_id, row.on_behalf_of or row.by) for row in entries if row.verb == "claimed"),
        {row.element_instance_id: row.element_id for row in visits})


def _refuse_untold(entries: Any) -> None:
    found = list(dict.fromkeys(row.verb for row in entries if row.verb in UNTOLD))
    if any(row.verb == "handed_over" and (row.detail or {}).get("kinds") != ["assigned"] for row in entries):
        found.append("交接")
    if found:
        raise CannotRecord(
            why_zh=f"其中有场景还不能表达的操作（{'、'.join(UNTOLD.get(verb, verb) for verb in found)}）。",
            why_en=f"it holds operations that scenarios have no step for ({', '.join(found)}).")


def _filled(row: Any, filled: Any) -> Any:
    """The form that an act submitted; of one that was to be signed first, the one that was submitted in the end."""
    mine = [one for one in filled if one.task_id and one.task_id == row.task_id]
    if row.verb in ("submitted", "signed"):
        return next((one for one in mine if one.at >= row.at), None)
    return next((one for one in mine if one.at == row.at), mine[-1] if mine else None)


def _follows(row: Any, entries: Any) -> bool:
    """Whether a completion is what the last signature, or a signer let go, led to at once."""
    if row.verb != "completed":
        return False
    before = [one for one in entries if one.task_id == row.task_id and one.id < row.id]
    last = next((one for one in reversed(before) if one.verb in ("signed", "signer_removed", "given_back")), None)
    if last is None or last.verb == "given_back" or last.at != row.at:
        return False
    asked = [one.detail["position"] for one in before if one.verb == "signers_added"]
    return (last.detail.get("position") or (asked[-1] if asked else "joint")) != "before"


def _tasks(entries: Any) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for row in entries:
        if row.task_id and row.instance_id:
            found.setdefault((row.instance_id, row.element_id), set()).add(row.task_id)
    return {place: sorted(several) for place, several in found.items()}


def _act(row: Any, filled: Any, instances: Mapping[str, Any]) -> Act:
    detail = row.detail or {}
    key = instances[row.instance_id][0] if row.instance_id in instances else ""
    return Act(row.verb, row.at, row.on_behalf_of or row.by, row.element_id, key, row.instance_id or "",
               detail.get("role", "") or "", detail.get("name", "") or "",
               detail.get("form_key", "") or (filled.form_key if filled is not None else ""),
               filled.values if filled is not None else None, row.reason, row.task_id or "", detail)


def logins(connection: Connection, ids: set[str]) -> dict[str, str]:
    """Person id -> login, also of those who have left."""
    return dict(connection.execute(select(Person.id, Person.login).where(Person.id.in_(ids))).all())
