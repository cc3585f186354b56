"""The history of a case in sentences: who did what, when, why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from engine.boards import rule_words
from engine.boards.reasons import rules_fired, unclear
from engine.cards import Bilingual, TimelineEntry
from engine.definitions import Definitions
from engine.errors import filled
from engine.masking import masked_text, masked_values
from engine.models.history import HistoryEntry
from engine.models.identity import Person

SENTENCES: dict[str, tuple[str, str]] = {
    "started": ("发起案件 {number}", "started case {number}"),
    "claimed": ("认领“{element}”", "claimed “{element}”"),
    "released": ("释放“{element}”", "released “{element}”"),
    "completed": ("办结“{element}”{outcome}", "completed “{element}”{outcome}"),
    "withdrawn": ("“{element}”不再需要办理", "“{element}” is no longer needed"),
    "timer_fired": ("定时“{element}”到点", "timer “{element}” fired"),
    "called": ("自动步骤“{element}”完成", "automatic step “{element}” done"),
    "notified": ("发出通知“{element}”", "sent notice “{element}”"),
    "message_sent": ("发出消息“{name}”", "sent message “{name}”"),
    "message_received": ("收到消息“{name}”", "received message “{name}”"),
    "case_asked": ("另行发起案件", "asked for another case"),
    "signal_sent": ("发出信号“{name}”", "sent signal “{name}”"),
    "signal_received": ("收到信号“{name}”", "received signal “{name}”"),
    "reminded": ("提醒：“{element}”即将到期", "reminder: “{element}” is nearly due"),
    "cancelled": ("撤销案件：{reason}", "cancelled the case: {reason}"),
    "suspended": ("挂起案件：{reason}", "suspended the case: {reason}"),
    "resumed": ("恢复案件：{reason}", "resumed the case: {reason}"),
    "linked": ("关联案件 {to}", "linked with {to}"),
    "moved": ("跳转：{reason}", "moved the case: {reason}"),
    "link_sent": ("向客户发出链接", "sent the customer a link"),
    "link_opened": ("客户打开链接", "the customer opened the link"),
    "link_revoked": ("收回了给客户的链接", "took back the customer's links"),
    "customer_wrote": ("客户通过链接留言", "the customer wrote by the link"),
    "link_used": ("客户通过链接提交", "the customer answered by the link"),
    "incident_resolved": ("异常已处理：{how}", "incident settled: {how}"),
    "incident_noted": ("给“{element}”的异常写了批注", "wrote a note beside the incident of “{element}”"),
    "data_changed": ("修改案件数据后重试“{element}”", "changed data of the case and tried “{element}” again"),
    "skipped_by_hand": ("跳过“{element}”", "skipped “{element}”"),
    "printed": ("打印“{name}”", "printed “{name}”"),
    "person_exported": ("导出了客户的个人信息：{reason}", "took out the customer's personal data: {reason}"),
    "erased": ("应要求删除了客户的个人信息：{reason}", "erased the customer's personal data on request: {reason}"),
    "personal_expired": ("保存期限已满，个人信息已删除", "personal data went at the end of its retention"),
    "hold_set": ("设置法务保全：{reason}", "set a legal hold: {reason}"),
    "hold_lifted": ("解除法务保全：{reason}", "lifted the legal hold: {reason}"),
    "revealed": ("查看了“{form}”的“{field}”", "looked at “{field}” of “{form}”"),
    "transferred": ("把“{element}”转办给 {to_name}", "transferred “{element}” to {to_name}"),
    "delegated": ("把“{element}”委派给 {to_name}", "delegated “{element}” to {to_name}"),
    "handed_back": ("交还“{element}”", "handed back “{element}”"),
    "delegation_taken_back": ("收回委派的“{element}”", "took back “{element}”"),
    "reassigned": ("把“{element}”改派给 {to_name}", "reassigned “{element}” to {to_name}"),
    "taken_over": ("接管“{element}”", "took over “{element}”"),
    "signers_added": ("请 {people} 签署“{element}”（{position}）", "asked {people} to sign “{element}” ({position})"),
    "signer_removed": ("不再请 {people} 签署“{element}”", "no longer asks {people} to sign “{element}”"),
    "submitted": ("提交“{element}”，等 {people} 签署", "submitted “{element}”, to be signed by {people}"),
    "signed": ("签署“{element}”：{vote}", "signed “{element}”: {vote}"),
    "given_back": ("“{element}”退还办理人", "“{element}” went back to its assignee"),
    "copied": ("抄送 {people}", "sent a copy to {people}"),
    "urged": ("催办“{element}”（{people}）", "reminded {people} of “{element}”"),
    "urge_taken_back": ("撤销催办", "took back a reminder"),
    "commented": ("留言", "wrote a comment"),
    "snoozed": ("稍后处理“{element}”", "put off “{element}”"),
    "handed_over": ("把“{element}”交接给 {to_name}", "handed “{element}” over to {to_name}"),
    "pulled_back": ("撤回“{element}”", "took back “{element}”"),
    "extended": ("延长“{element}”的期限", "extended the deadline of “{element}”"),
    "clock_paused": ("暂停“{element}”的计时", "paused the clock of “{element}”"),
    "clock_resumed": ("恢复“{element}”的计时", "resumed the clock of “{element}”"),
    "terminated": ("终止案件：{reason}", "terminated the case: {reason}"),
    "migrated": ("由 v{old} 迁到 v{new}：{reason}", "moved from v{old} to v{new}: {reason}"),
    "migration_taken_back": ("撤回迁移，回到原来的版本", "the move to another version was taken back"),
    "ended": ("案件结束", "the case ended"),
}
POSITIONS = {"before": ("前加签", "before"), "after": ("后加签", "after"), "joint": ("会签", "jointly")}
WORDED = {"revealed": lambda detail, _definition: _revealed(detail), "decided": rules_fired, "unclear": unclear,
          "rule_applied": rule_words.applied, "skipped": rule_words.skipped, "escalated": rule_words.escalated,
          "returned": rule_words.returned}
"""Verbs whose sentence is put together from what is told."""


def entries(connection: Connection, definitions: Definitions, root_id: str, limit: int = 500, *,
            mask: bool = True) -> tuple[TimelineEntry, ...]:
    """The entries of a case, newest first; one statement. ``mask`` hides numbers and addresses of people in them."""
    absent = aliased(Person)
    rows = connection.execute(
        select(HistoryEntry.at, HistoryEntry.verb, HistoryEntry.element_id, HistoryEntry.definition_id,
               HistoryEntry.reason, HistoryEntry.detail, Person.name, Person.name_en,
               absent.name.label("absent"), absent.name_en.label("absent_en"))
        .outerjoin(Person, Person.id == HistoryEntry.by).outerjoin(absent, absent.id == HistoryEntry.on_behalf_of)
        .where(HistoryEntry.root_id == root_id)
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc()).limit(limit)).all()
    told = tuple(_entry(connection, definitions, row) for row in rows)
    return tuple(_masked(one) for one in told) if mask else told


def _masked(entry: TimelineEntry) -> TimelineEntry:
    return replace(entry, reason=masked_text(entry.reason), detail=masked_values(entry.detail),
                   sentence=Bilingual(masked_text(entry.sentence.zh), masked_text(entry.sentence.en)))


def _entry(connection: Connection, definitions: Definitions, row: Any) -> TimelineEntry:
    definition = definitions.get(connection, row.definition_id) if row.definition_id else None
    element = definition.element_name(row.element_id) if definition and row.element_id else None
    detail = dict(row.detail or {})
    return TimelineEntry(row.at, row.verb, _by(row), element,
                         definition.name if definition else None, row.reason, detail,
                         sentence(row, element, detail, definition))


def _by(row: Any) -> Bilingual | None:
    """Who did it, and for whom a substitute did it."""
    if not row.name or not row.absent:
        return Bilingual(row.name, row.name_en or "") if row.name else None
    return Bilingual(f"{row.name} 代 {row.absent}", f"{row.name_en or row.name} for {row.absent_en or row.absent}")


def sentence(row: Any, element: Bilingual | None, detail: dict[str, Any], definition: Any) -> Bilingual:
    """An entry (``verb``, ``reason``) in words; ``definition`` is the version that it happened in, if it did in one."""
    verb = "skipped_by_hand" if row.verb == "skipped" and not detail.get("rule") else row.verb
    if verb in WORDED:
        return WORDED[verb](detail, definition)
    zh, en = SENTENCES.get(verb, (verb, verb))
    outcome = _outcome(detail, definition)
    words = {"reason": row.reason, "number": detail.get("number", ""), "name": detail.get("name", ""),
             "level": detail.get("level", ""), "how": detail.get("how", ""),
             "old": detail.get("old", ""), "new": detail.get("new", ""),
             "to": "、".join(str(one) for one in detail.get("to") or ()) if row.verb == "linked" else ""}
    return Bilingual(
        filled(zh, words | _people(detail, outcome, "") | {
            "element": element.zh if element else "", "outcome": f"：{outcome.zh}" if outcome else ""}),
        filled(en, words | _people(detail, outcome, "en") | {
            "element": element.in_("en") if element else "",
            "outcome": f": {outcome.in_('en')}" if outcome else ""}))


def _people(detail: dict[str, Any], outcome: Bilingual | None, lang: str) -> dict[str, Any]:
    """Who and what an operation is about, in one language."""
    suffix = "_en" if lang else ""
    agreed = ("agreed", "refused") if lang else ("同意", "不同意")
    return {"to_name": detail.get("to_name" + suffix, ""), "people": detail.get("people" + suffix, ""),
            "position": POSITIONS.get(detail.get("position", ""), ("", ""))[bool(lang)],
            "vote": outcome.in_(lang or "zh") if outcome else agreed[not detail.get("agreed")]}


def _revealed(detail: dict[str, Any]) -> Bilingual:
    """Which personal field somebody had shown."""
    zh, en = SENTENCES["revealed"] if detail.get("form") else ("查看了“{field}”", "looked at “{field}”")
    return Bilingual(filled(zh, {"form": detail.get("form", ""), "field": detail.get("name", "")}),
                     filled(en, {"form": detail.get("form_en", ""), "field": detail.get("name_en", "")}))


def _outcome(detail: dict[str, Any], definition: Any) -> Bilingual | None:
    """The words of a decision button, as the form of that version has them."""
    value, key = detail.get("outcome"), detail.get("form_key")
    form = definition.forms.get(key) if definition and key else None
    if not value or form is None or form.outcome_field is None:
        return None
    option = next((one for one in form.outcome_field.options if str(one.id) == str(value)), None)
    return Bilingual(option.label.zh, option.label.en) if option else None
