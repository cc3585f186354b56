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

TOLD = {"completed", "message_received", "signal_received", "cancelled", "suspended", "resumed"}
"""What came from outside and has a step of its own in scenarios."""
UNTOLD = {
    "transferred": "转办", "delegated": "委派", "handed_back": "交还",
    "delegation_taken_back": "收回委派",
    "reassigned": "改派", "taken_over": "接管", "signers_added": "加签", "signer_removed": "减签",
    "submitted": "提交会签", "signed": "签署", "given_back": "退还", "returned": "退回", "pulled_back": "撤回",
    "moved": "跳转",
    "terminated": "终止", "extended": "延期", "clock_paused": "暂停计时", "clock_resumed": "恢复计时",
    "data_changed": "改数据", "incident_resolved": "处理异常", "handed_over": "交接"}
"""What changes a case and has no step in scenarios."""


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
        select(ElementVisit.element_id, ElementVisit.kind, ElementVisit.outcome, ElementVisit.instance_id)
        .where(ElementVisit.root_id == root.id).order_by(ElementVisit.entered_at, ElementVisit.id)).all()
    by_task = {row.task_id: row for row in filled if row.task_id}
    start = next((row for row in filled if row.task_id is None and row.instance_id == root.id), None)
    return PastCase(
        root.id, root.case_number, root.process_key, root.state, root.case_state, root.unit_id, root.customer,
        root.started_by, root.started_at, root.ended_at,
        next((row.element_id for row in visits if row.instance_id == root.id and row.kind == "startEvent"), ""),
        start.values if start else None,
        tuple(_act(row, by_task.get(row.task_id), instances) for row in entries if row.verb in TOLD),
        instances, tuple(sorted(row.element_id for row in visits
                                if row.kind == "userTask" and row.outcome == "completed")),
        frozenset(row.form_key for row in filled))


def _refuse_untold(entries: Any) -> None:
    found = list(dict.fromkeys(row.verb for row in entries if row.verb in UNTOLD or (row.verb == "skipped" and row.by)))
    if found:
        raise CannotRecord(
            why_zh=f"其中有场景还不能表达的操作（{'、'.join(UNTOLD.get(verb, verb) for verb in found)}）。",
            why_en=f"it holds operations that scenarios have no step for ({', '.join(found)}).")


def _act(row: Any, filled: Any, instances: Mapping[str, Any]) -> Act:
    detail = row.detail or {}
    key = instances[row.instance_id][0] if row.instance_id in instances else ""
    return Act(row.verb, row.at, row.on_behalf_of or row.by, row.element_id, key, row.instance_id or "",
               detail.get("role", "") or "", detail.get("name", "") or "", detail.get("form_key", "") or "",
               filled.values if filled is not None else None, row.reason)


def logins(connection: Connection, ids: set[str]) -> dict[str, str]:
    """Person id -> login, also of those who have left."""
    return dict(connection.execute(select(Person.id, Person.login).where(Person.id.in_(ids))).all())
