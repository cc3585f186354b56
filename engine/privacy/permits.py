"""Who may take out, erase or hold what is known of a person."""

from __future__ import annotations

from engine.authorization import ADMINISTRATOR, AUDITOR, Actor, may_export, require, require_acting
from engine.errors import FieldError, Invalid
from engine.live import Live


def may_manage(by: Actor, live: Live, zh: str, en: str) -> None:
    """Administrators, and those whom a pack lets export people; never somebody who only looks."""
    require_acting(by)
    require(by.holds(ADMINISTRATOR) or may_export(by, live), zh, en)


def may_look(by: Actor, live: Live) -> None:
    """The same, and auditors."""
    require(by.holds(ADMINISTRATOR, AUDITOR) or may_export(by, live), "查看法务保全和保存期限",
            "look at legal holds and periods of retention")


def reason_of(reason: str) -> str:
    """The reason that was given. Raises Invalid without one."""
    why = reason.strip()[:1000]
    if not why:
        raise Invalid([FieldError("reason", "required", "请填写原因。", "Give a reason.")])
    return why
