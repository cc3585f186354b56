"""Moments, durations and deadlines in words, as UX 2.1 and 2.2 have them; ``assets/src/times.js`` says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = {"zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueWords:
    """A deadline in words: its state (late, risk, normal, paused, none), its icon, and the full instant for a hover."""

    state: str
    icon: str
    words: str
    full: str = ""


def duration(span: timedelta, lang: str) -> str:
    """Two units at most, truncated: ``2 小时 8 分``, ``1 d 7 h``."""
    zh = lang == "zh"
    minutes = int(span // MINUTE)
    if minutes < 1:
        return "不到 1 分" if zh else "under 1 min"
    if minutes < 60:
        return f"{minutes} 分" if zh else f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        tail = (f" {rest} 分" if zh else f" {rest} min") if rest else ""
        return (f"{hours} 小时" if zh else f"{hours} h") + tail
    days, over = divmod(hours, 24)
    tail = (f" {over} 小时" if zh else f" {over} h") if over else ""
    return (f"{days} 天" if zh else f"{days} d") + tail


def day(then: datetime, today: datetime, lang: str) -> str:
    """The day of ``then`` seen from ``today``, both local: 今天, 昨天, 明天, ``11-16 周一``, ``2025-11-16``."""
    zh = lang == "zh"
    gap = (then.date() - today.date()).days
    near = {0: ("今天", "Today"), -1: ("昨天", "Yesterday"), 1: ("明天", "Tomorrow")}.get(gap)
    if near:
        return near[0] if zh else near[1]
    month = f"{then:%m-%d}" if zh else f"{then.day} {MONTHS[then.month - 1]}"
    if then.year != today.year:
        return f"{then.year}-{month}" if zh else f"{month} {then.year}"
    week = WEEK[lang][then.weekday()]
    return f"{month} {week}" if zh else f"{week} {month}"


def ago(then: datetime, now: datetime, zone: ZoneInfo, lang: str) -> str:
    """A moment of the past: 刚刚, 12 分钟前, 今天 09:40, 昨天 17:05, 11-16 周一 16:40."""
    zh, past = lang == "zh", now - then
    if -MINUTE < past < MINUTE:
        return "刚刚" if zh else "just now"
    if timedelta(0) <= past < HOUR:
        minutes = int(past // MINUTE)
        return f"{minutes} 分钟前" if zh else f"{minutes} min ago"
    local = then.astimezone(zone)
    return f"{day(local, now.astimezone(zone), lang)} {local:%H:%M}"


def absolute(then: datetime, zone: ZoneInfo) -> str:
    """For audits and print: ``2026-11-16 16:40``."""
    return f"{then.astimezone(zone):%Y-%m-%d %H:%M}"


def due(state: str, due_at: datetime | None, warn_at: datetime | None, now: datetime, zone: ZoneInfo,
        lang: str) -> DueWords:
    """A deadline as it stands now; ``state`` counts only for ``paused`` and ``none``."""
    zh = lang == "zh"
    if state == "paused":
        return DueWords("paused", "player-pause", "已暂停" if zh else "Paused")
    if due_at is None or state == "none":
        return DueWords("none", "", "无期限" if zh else "No deadline")
    full = absolute(due_at, zone)
    if now >= due_at:
        span = duration(now - due_at, lang)
        return DueWords("late", "alert-triangle", f"逾期 {span}" if zh else f"{span} overdue", full)
    if warn_at is not None and now >= warn_at:
        span = duration(due_at - now, lang)
        return DueWords("risk", "hourglass-low", f"剩 {span}" if zh else f"{span} left", full)
    local, today = due_at.astimezone(zone), now.astimezone(zone)
    gap = (local.date() - today.date()).days
    if 1 < gap <= 7:
        return DueWords("normal", "clock", f"{WEEK[lang][local.weekday()]} {local:%H:%M}", full)
    if gap > 7:
        return DueWords("normal", "calendar", day(local, today, lang), full)
    return DueWords("normal", "clock", f"{day(local, today, lang)} {local:%H:%M}", full)


def finished(due_at: datetime | None, done_at: datetime, lang: str) -> DueWords | None:
    """How a finished task stood to its deadline: on time, or how late; ``None`` where it had none."""
    zh = lang == "zh"
    if due_at is None:
        return None
    if done_at <= due_at:
        return DueWords("met", "check", "按期" if zh else "On time")
    span = duration(done_at - due_at, lang)
    return DueWords("missed", "x", f"超期 {span}" if zh else f"{span} late")
