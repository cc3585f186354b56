"""The audit log: everything that was done, by whom, for whom, why, with the values before and after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from engine.authorization import ADMINISTRATOR, AUDITOR, Actor, require
from engine.boards.timeline import SENTENCES, sentence
from engine.cards import Bilingual
from engine.errors import filled
from engine.masking import masked_text, masked_values
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance
from engine.operations import OPERATION

_GAPS = re.compile(r"\{[a-z_]+\}")
PEOPLE: dict[str, tuple[str, str]] = {
    "signed_in": ("登录", "signed in"),
    "signed_out_everywhere": ("在所有设备上退出", "signed out everywhere"),
    "sign_in_paused": ("登录失败过多，暂停", "paused after too many failed sign-ins"),
    "unlocked": ("解除锁定", "unlocked"),
    "password_set": ("设置密码", "set the password"),
    "password_reset": ("发放一次性密码", "gave a one-time password"),
    "password_link_sent": ("发出设置密码的链接", "sent a link to a new password"),
    "provider_linked": ("关联统一登录", "linked with single sign-on"),
    "provider_unlinked": ("解除统一登录的关联", "unlinked from single sign-on"),
    "person_created": ("新增人员", "added a person"),
    "person_changed": ("修改人员", "changed a person"),
    "person_left": ("人员离职", "a person left"),
    "person_back": ("人员复职", "a person came back"),
    "roles_set": ("修改岗位", "changed roles"),
    "unit_saved": ("保存单位", "saved a unit"),
    "unit_removed": ("删除单位", "removed a unit"),
    "people_imported": ("导入人员和岗位", "imported people and roles"),
    "people_exported": ("导出人员名单", "exported the list of people"),
    "substituted": ("设置代理", "appointed a substitute"),
    "substitution_ended": ("结束代理", "ended a substitution"),
    "handed_over": ("离职交接", "handed tasks over"),
    "channel_saved": ("设置通知接收方式", "set where notices go"),
    "channel_deleted": ("删除通知接收方式", "removed where notices went"),
}
"""Verbs of the administration, which belong to no case."""
CONTENT: dict[str, tuple[str, str]] = {
    "revealed": ("查看个人信息“{name}”", "looked at personal data “{name_en}”"),
    "deployed": ("发布流程", "published processes"),
    "rule_saved": ("修改规则“{key}”", "changed the rule “{key}”"),
    "rule_reset": ("恢复规则“{key}”的默认值", "let the declared rule “{key}” hold again"),
    "parameter_saved": ("修改参数“{name}”", "changed the parameter “{name}”"),
    "parameter_reset": ("恢复参数“{name}”的默认值", "let the default of the parameter “{name}” hold again"),
    "draft_submitted": ("提交流程草稿审核", "handed in a draft of a process"),
    "draft_sent_back": ("退回流程草稿", "sent a draft of a process back"),
    "draft_discarded": ("放弃流程草稿", "gave up a draft of a process"),
    "migration_begun": ("把在办案件迁到 v{new}", "moved running cases to v{new}"),
    "migration_called_back": ("撤回案件迁移", "took a migration of cases back"),
    "erased": ("删除个人信息", "erased personal data"),
    "person_exported": ("导出客户的个人信息", "took out a customer's personal data"),
    "personal_expired": ("保存期限已满，删除个人信息", "erased personal data at the end of its retention"),
    "hold_set": ("设置法务保全", "set a legal hold"),
    "hold_lifted": ("解除法务保全", "lifted a legal hold"),
    "records_exported": ("导出登记簿“{name}”", "exported the register “{name}”"),
    "records_imported": ("导入登记簿“{name}”", "imported into the register “{name}”"),
    "record_merged": ("合并登记簿记录“{name}”", "merged records of “{name}”"),
    "record_related": ("标明“{name}”的两条记录不是重复", "noted that two records of “{name}” are no duplicates"),
}
GROUPS = {"people": tuple(PEOPLE), "personal": ("revealed", "printed", "people_exported", "erased", "records_exported",
                                                 "person_exported", "personal_expired", "hold_set", "hold_lifted")}
"""Filters of the page besides single verbs."""
ALONE: dict[str, tuple[str, str]] = {
    "decided": ("决策表判定", "decided by a table"),
    "escalated": ("升级", "escalated"),
    "returned": ("退回", "returned a step"),
    "rule_applied": ("按规则分派", "given by a rule"),
    "skipped": ("跳过步骤", "skipped a step"),
    "unclear": ("条件没有结果", "a condition had no answer"),
}
"""What the filter calls verbs whose sentences are put together from what happened."""
APART = ("before", "after")
VALUE = "value"
"""The name of a value that changed and has none."""
MOST = 100


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry. ``before`` and ``after`` hold the values that changed, ``detail`` the rest; ``subject`` is a login,
    a unit or a register that it is about."""

    id: str
    at: datetime
    by: Bilingual | None
    by_login: str
    on_behalf_of: Bilingual | None
    verb: str
    sentence: Bilingual
    subject: str
    case_number: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit log, the newest first; ``next`` is given back to get the following page."""

    lines: tuple[AuditLine, ...]
    next: str | None


def page(parts: Any, by: Actor, *, person: str = "", case: str = "", kind: str = "", since: datetime | None = None,
         until: datetime | None = None, after: str = "", limit: int = 50) -> AuditPage:
    """Entries by a person's login, of a case's number, of a verb or a group of :data:`GROUPS`, within a time.

    For administrators and auditors. One statement beside the versions that entries belong to, which are kept;
    personal data inside the values is masked.
    """
    require(by.system or by.holds(ADMINISTRATOR, AUDITOR), "查看审计日志", "read the audit log")
    limit = max(1, min(limit, MOST))
    with parts.database.reading() as connection:
        query = _query()
        if person:
            found = connection.scalar(select(Person.id).where(Person.login == person.strip().lower()))
            query = query.where(HistoryEntry.by == (found or "-"))
        if case:
            query = query.where(ProcessInstance.case_number == case.strip().upper())
        if kind:
            query = query.where(HistoryEntry.verb.in_(GROUPS.get(kind, (kind,))))
        if since is not None:
            query = query.where(HistoryEntry.at >= since)
        if until is not None:
            query = query.where(HistoryEntry.at < until)
        if after:
            query = query.where(HistoryEntry.id < after)
        rows = connection.execute(query.order_by(HistoryEntry.id.desc()).limit(limit + 1)).all()
        versions = {one: parts.definitions.get(connection, one) for one in {
            row.definition_id for row in rows[:limit]} if one}
    return AuditPage(tuple(_line(row, versions.get(row.definition_id)) for row in rows[:limit]),
                     rows[limit - 1].id if len(rows) > limit else None)


def verbs() -> dict[str, Bilingual]:
    """Every verb that the log words, for its filter: an operation by its name, others with gaps."""
    known = PEOPLE | CONTENT | {verb: words for verb, words in SENTENCES.items() if verb != "skipped_by_hand"} | ALONE
    named = {one.history: one.name for one in OPERATION.values() if one.history}
    return {verb: named.get(verb) or Bilingual(_with_gaps(zh), _with_gaps(en))
            for verb, (zh, en) in sorted(known.items())}


def _with_gaps(words: str) -> str:
    return _GAPS.sub("…", words).removesuffix("…").strip("：: ")


def _query() -> Select[Any]:
    other = aliased(Person)
    return (select(HistoryEntry.id, HistoryEntry.at, HistoryEntry.verb, HistoryEntry.reason, HistoryEntry.detail,
                   HistoryEntry.element_id, HistoryEntry.definition_id, Person.name, Person.name_en, Person.login,
                   other.name.label("other"),
                   other.name_en.label("other_en"), ProcessInstance.case_number)
            .outerjoin(Person, Person.id == HistoryEntry.by).outerjoin(other, other.id == HistoryEntry.on_behalf_of)
            .outerjoin(ProcessInstance, ProcessInstance.id == HistoryEntry.root_id))


def _line(row: Row[Any], definition: Any) -> AuditLine:
    detail = masked_values(dict(row.detail or {}))
    if row.verb == "extended":
        detail["after"] = detail.get("due_at")
    before, after = (_plain(detail.get(name)) for name in APART)
    subject = str(detail.get("login") or detail.get("unit") or detail.get("person") or detail.get("register")
                  or detail.get("pack") or "")
    told = _words(row, detail, definition)
    return AuditLine(
        row.id, row.at, Bilingual(row.name, row.name_en or "") if row.name else None, row.login or "",
        Bilingual(row.other, row.other_en or "") if row.other else None, row.verb,
        Bilingual(masked_text(told.zh), masked_text(told.en)), subject, row.case_number or "", masked_text(row.reason),
        before, after, {name: value for name, value in detail.items() if name not in APART})


def _words(row: Row[Any], detail: dict[str, Any], definition: Any) -> Bilingual:
    """The entry as the case's timeline tells it, or what administration does."""
    own = CONTENT.get(row.verb) or (None if row.case_number else PEOPLE.get(row.verb))
    if own is None:
        element = definition.element_name(row.element_id) if definition and row.element_id else (
            Bilingual(row.element_id) if row.element_id else None)
        return sentence(row, element, detail, definition)
    given = dict.fromkeys(("name", "key", "new", "reason"), "") | detail | {"reason": row.reason}
    return Bilingual(filled(own[0], given), filled(own[1], given | {"name": given.get("name_en") or given["name"]}))


def _plain(values: Any) -> dict[str, Any]:
    """Values by their names; one that has no name is called :data:`VALUE`."""
    return {} if values is None else dict(values) if isinstance(values, dict) else {VALUE: values}
