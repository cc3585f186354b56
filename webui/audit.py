"""The audit log: what was done, by whom, why, with the values before and after."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from webui import show
from webui.auth import actor
from webui.show import engine
from webui.words import _

blueprint = Blueprint("audit", __name__)
GROUPS = (("people", "人员、岗位和登录"), ("personal", "查看、打印和导出个人信息"))
"""Kinds of entries that are looked for together."""
NAMES = {"name": "名称", "name_en": "英文名", "email": "电子邮箱", "phone": "电话", "lang": "通知用的语言",
         "unit": "单位", "roles": "岗位", "parent": "上级单位", "kind": "类型", "value": "值", "limit": "时限",
         "reminder": "提前提醒", "escalation": "升级链", "chain": "升级链", "by_severity": "按严重程度"}
"""What values of people, units and rules are called; those of a case have the names of its variables."""


@blueprint.get("/admin/audit")
def page() -> str:
    """Entries by person, case, kind and day; what cannot be read of the filters counts as not given."""
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("person", "case", "kind", "since", "until",
                                                                         "after")}
    since, until = _day(asked["since"]), _day(asked["until"])
    if not since:
        asked["since"] = ""
    if not until:
        asked["until"] = ""
    found = engine().boards.audit(
        actor(), person=asked["person"], case=asked["case"], kind=asked["kind"], since=since, after=asked["after"],
        until=until + timedelta(days=1) if until else None)
    address = {name: value for name, value in asked.items() if value and name != "after"}
    return render_template("admin/audit.html", found=found, asked=asked, groups=GROUPS, address=address,
                           verbs=engine().boards.audit_verbs(), shown=shown, called=called)


def shown(value: Any) -> str:
    """A value of an entry as text."""
    if isinstance(value, datetime):
        return f"{value.astimezone(show.zone()):%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(one)}" for name, one in value.items())
    return show.MISSING if value in (None, "") else str(value)[:300]


def called(name: str) -> str:
    """What a changed value is called."""
    return _(NAMES[name]) if name in NAMES else name


def _day(text: str) -> datetime | None:
    """The beginning of a day in the reader's zone; ``None`` for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), show.zone())
    except ValueError:
        return None
