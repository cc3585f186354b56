"""Why a case was not moved, or not taken back: sentences in both languages."""

from __future__ import annotations

from typing import Any

from engine.cards import Bilingual

WORDS = {
    "left_already": ("案件已结束，或已不在所选版本上", "the case has ended, or is not on the chosen version any more"),
    "unexpected": ("程序出错，案件没有改动", "a fault of the program; the case was left as it was"),
    "moved_on": ("案件在迁移后已往下进行", "the case has moved on since"),
    "taken_up": ("任务在迁移后有人认领、办理或签署", "somebody has taken up, changed or signed a task since"),
    "clock": ("迁移后有期限或定时到点，或期限被调整", "a deadline or timer has fired or was changed since"),
    "ended": ("案件已经结束", "the case has ended"),
    "migrated_again": ("案件后来又迁到了别的版本", "the case was moved to another version since"),
    "irrevocable": ("迁移时已发出消息、写入登记簿或调用其他流程",
                    "on the way a message was sent, a register written or a process called"),
}


def sentence(reason: dict[str, Any] | None) -> Bilingual | None:
    """A stored reason in words."""
    if not reason:
        return None
    zh, en = WORDS.get(reason.get("code", ""), (reason.get("zh", ""), reason.get("en", "")))
    return Bilingual(zh or reason.get("code", ""), en or zh)
