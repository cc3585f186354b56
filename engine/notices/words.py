"""What each notice says, in both languages, and the group by which people choose it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.cards import Bilingual

GROUPS: dict[str, Bilingual] = {
    "assigned": Bilingual("交给我的任务", "Tasks given to me"),
    "offered": Bilingual("岗位的新待办", "New work for my roles"),
    "deadline": Bilingual("临期提醒", "Deadlines coming up"),
    "escalated": Bilingual("逾期与升级", "Overdue and escalated"),
    "urged": Bilingual("催办", "Reminders by colleagues"),
    "signing": Bilingual("加签与会签", "Signatures asked of me"),
    "asked": Bilingual("沟通", "Questions and comments"),
    "copied": Bilingual("抄送", "Copies"),
    "returned": Bilingual("退回、撤回与撤销", "Returned, taken back, cancelled"),
    "case": Bilingual("流程通知", "Notices of processes"),
    "absence": Bilingual("代理与交接", "Substitution and hand-over"),
}
"""The groups a person chooses by, in the order of the page."""

S = " {case_number}「{step}」"
E = " {case_number} “{step_en}”"
SENTENCES: dict[str, tuple[str, str, str]] = {
    "assigned": ("assigned", S + "已交给你办理。", E + " is yours to work on."),
    "offered": ("offered", S + "等待认领。", E + " waits to be claimed."),
    "transferred": ("assigned", "{by} 把" + S + "转办给你：{reason}", "{by_en} transferred" + E + " to you: {reason}"),
    "delegated": (
        "assigned",
        "{by} 委派你办理" + S + "，办完交回：{reason}",
        "{by_en} delegated" + E + " to you; it goes back when you are done: {reason}",
    ),
    "handed_back": ("assigned", "{by} 交回了" + S + "：{reason}", "{by_en} handed back" + E + ": {reason}"),
    "reassigned": ("assigned", "{by} 把" + S + "改派给你：{reason}", "{by_en} reassigned" + E + " to you: {reason}"),
    "reassigned_away": (
        "assigned",
        "{by} 把你的" + S + "改派给了别人：{reason}",
        "{by_en} gave your" + E + " to somebody else: {reason}",
    ),
    "taken_over": ("assigned", "{by} 接管了你的" + S + "：{reason}", "{by_en} took over your" + E + ": {reason}"),
    "taken_back": ("assigned", "{by} 收回了委派给你的" + S + "。", "{by_en} took back" + E + "."),
    "sign_asked": (
        "signing",
        "{by} 请你在" + S + "上签署意见：{reason}",
        "{by_en} asks for your signature on" + E + ": {reason}",
    ),
    "sign_removed": (
        "signing",
        S + "不再需要你签署：{reason}",
        "Your signature on" + E + " is not needed any more: {reason}",
    ),
    "signed": ("signing", "{by} 已签署" + S + "：{outcome}", "{by_en} signed" + E + ": {outcome}"),
    "sign_refused": ("signing", "{by} 不同意" + S + "：{reason}", "{by_en} refused to sign" + E + ": {reason}"),
    "copied": ("copied", "{by} 抄送给你 {case_number}：{reason}", "{by_en} sent you a copy of {case_number}: {reason}"),
    "urged": ("urged", "{by} 催办" + S + "：{reason}", "{by_en} reminds you of" + E + ": {reason}"),
    "urged_leader": (
        "urged",
        S + "已催办 {count} 次，{who} 仍未办理。",
        "{who_en} was reminded {count} times of" + E + " and has not done it.",
    ),
    "asked": ("asked", "{by} 在 {case_number} 问你：{text}", "{by_en} asks you in {case_number}: {text}"),
    "commented": ("asked", "{by} 在 {case_number} 留言：{text}", "{by_en} wrote in {case_number}: {text}"),
    "customer_wrote": ("asked", "客户在 {case_number} 留言：{text}", "The customer wrote in {case_number}: {text}"),
    "answered": ("asked", "{by} 在 {case_number} 回复：{text}", "{by_en} replied in {case_number}: {text}"),
    "returned": ("returned", "{by} 把" + S + "退回给你：{reason}", "{by_en} returned" + E + " to you: {reason}"),
    "pulled_back": (
        "returned",
        "{by} 撤回了上一步，" + S + "不再需要办理。",
        "{by_en} took the previous step back;" + E + " is not needed any more.",
    ),
    "cancelled": ("returned", "{by} 撤销了 {case_number}：{reason}", "{by_en} cancelled {case_number}: {reason}"),
    "terminated": ("returned", "{by} 终止了 {case_number}：{reason}", "{by_en} terminated {case_number}: {reason}"),
    "draft_submitted": (
        "case",
        "{by} 提交了流程草稿「{title}」，请审核：{reason}",
        "{by_en} handed in the draft “{title}” for approval: {reason}",
    ),
    "draft_sent_back": (
        "case",
        "{by} 退回了流程草稿「{title}」：{reason}",
        "{by_en} sent the draft “{title}” back: {reason}",
    ),
    "draft_published": (
        "case",
        "{by} 发布了流程草稿「{title}」：{reason}",
        "{by_en} published the draft “{title}”: {reason}",
    ),
    "suspended": ("case", "{by} 挂起了 {case_number}：{reason}", "{by_en} paused {case_number}: {reason}"),
    "resumed": ("case", "{by} 恢复了 {case_number}：{reason}", "{by_en} resumed {case_number}: {reason}"),
    "moved": (
        "returned",
        "{by} 跳转了 {case_number}，你的待办已取消：{reason}",
        "{by_en} moved {case_number} on; your task is called off: {reason}",
    ),
    "extended": ("deadline", S + "的期限改为 {due_at}：{reason}", "The deadline of" + E + " is now {due_at}: {reason}"),
    "clock_paused": ("deadline", S + "已暂停计时：{reason}", "The clock of" + E + " is paused: {reason}"),
    "clock_resumed": (
        "deadline",
        S + "恢复计时，期限 {due_at}：{reason}",
        "The clock of" + E + " runs again, due {due_at}: {reason}",
    ),
    "deadline_0": ("deadline", S + "将于 {due_at} 到期。", E + " is due {due_at}."),
    "deadline_1": ("escalated", S + "已逾期（期限 {due_at}）。", E + " is overdue (due {due_at})."),
    "deadline_2": (
        "escalated",
        S + "逾期，升级到第 2 级（期限 {due_at}）。",
        E + " is overdue and escalated to level 2 (due {due_at}).",
    ),
    "deadline_3": (
        "escalated",
        S + "逾期，升级到第 3 级（期限 {due_at}）。",
        E + " is overdue and escalated to level 3 (due {due_at}).",
    ),
    "escalated_by_hand": (
        "escalated",
        "{by} 把" + S + "升级给你：{reason}",
        "{by_en} escalated" + E + " to you: {reason}",
    ),
    "notice": ("case", "{zh}", "{en}"),
    "substituted": (
        "absence",
        "{from_day} 至 {until_day} 由你代理 {who} 的待办。",
        "You stand in for {who_en} from {from_day} until {until_day}.",
    ),
    "substitution_made": (
        "absence",
        "{from_day} 至 {until_day} 由 {who} 代理你的待办。",
        "{who_en} stands in for you from {from_day} until {until_day}.",
    ),
    "substitution_ended": ("absence", "{who} 的代理已结束。", "The substitution for {who_en} has ended."),
    "handed_over": (
        "absence",
        "{by} 把 {who} 的 {count} 件待办交接给你：{reason}",
        "{by_en} handed {count} tasks of {who_en} over to you: {reason}",
    ),
    "channel_failed": (
        "case",
        "通知渠道「{channel}」发送失败，已停用：{reason}",
        "Notices by “{channel_en}” could not be sent; the channel is switched off: {reason}",
    ),
}
"""Code -> (group, Chinese, English). A code that is missing here is a mistake that a test finds."""


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def group_of(code: str) -> str:
    """The group of a notice."""
    return SENTENCES[code][0] if code in SENTENCES else "case"


def sentence(code: str, params: Mapping[str, Any], zone: ZoneInfo) -> Bilingual:
    """A notice in words; moments are shown in ``zone``. Whatever people wrote is text, never markup."""
    values = _Params({key: _shown(value, zone) for key, value in params.items() if value is not None})
    values.setdefault("step", values.get("name", ""))
    values.setdefault("step_en", values.get("name_en") or values["step"])
    for key in ("by", "who", "channel"):
        values[key + "_en"] = values.get(key + "_en") or values.get(key, "")
    if code == "notice":
        values["en"] = values.get("en") or values.get("zh", "")
    _group, zh, en = SENTENCES.get(code, ("case", "{case_number}", "{case_number}"))
    return Bilingual(_tidy(zh.format_map(values)), _tidy(en.format_map(values)))


def _shown(value: Any, zone: ZoneInfo) -> str:
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


def _tidy(text: str) -> str:
    """A reason that was not given leaves no colon behind."""
    return text.removesuffix("：").removesuffix(": ").strip()
