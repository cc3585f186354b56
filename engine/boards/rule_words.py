"""What rules did by themselves, in words: whom a task went to, which step was skipped and why."""

from __future__ import annotations

from typing import Any

from engine.cards import Bilingual

WHY = {
    "nobody": ("没有人担任所需岗位", "nobody holds the role"),
    "starter_is_approver": ("发起人就是办理人", "the starter would decide on the own case"),
    "same_person": ("与上一步为同一人", "the same person did the step before"),
}
HOW = {"round_robin": ("轮流", "in turn"), "least_loaded": ("待办最少者", "to who has the fewest")}


def applied(detail: dict[str, Any], _definition: Any = None) -> Bilingual:
    """A rule gave a task to somebody, or offered it to another role."""
    zh, en = detail.get("name", ""), detail.get("name_en") or detail.get("name", "")
    if detail.get("rule") == "distribute":
        how = HOW.get(detail.get("how", ""), ("", ""))
        if not detail.get("person"):
            return Bilingual(f"“{zh}”没有可分配的人，等待认领", f"nobody is free for “{en}”; it waits to be claimed")
        who, who_en = detail.get("person_name", ""), detail.get("person_name_en") or detail.get("person_name", "")
        return Bilingual(f"“{zh}”自动分配给 {who}（{how[0]}）", f"gave “{en}” to {who_en} ({how[1]})")
    why = WHY.get(detail.get("rule", ""), ("", ""))
    return Bilingual(f"“{zh}”按规则改派：{why[0]}", f"“{en}” went elsewhere by rule: {why[1]}")


def skipped(detail: dict[str, Any], _definition: Any = None) -> Bilingual:
    """A rule skipped a step."""
    zh, en = detail.get("name", ""), detail.get("name_en") or detail.get("name", "")
    why = WHY.get(detail.get("rule", ""), ("", ""))
    return Bilingual(f"“{zh}”按规则跳过：{why[0]}", f"skipped “{en}”: {why[1]}")


def escalated(detail: dict[str, Any], _definition: Any = None) -> Bilingual:
    """A task went up a level, by itself or by hand."""
    zh, en = detail.get("name", ""), detail.get("name_en") or detail.get("name", "")
    level = detail.get("level", "")
    if detail.get("by_hand"):
        return Bilingual(f"把“{zh}”升级到第 {level} 级", f"escalated “{en}” to level {level}")
    return Bilingual(f"“{zh}”逾期，升级到第 {level} 级", f"“{en}” is overdue; escalated to level {level}")


def returned(detail: dict[str, Any], _definition: Any = None) -> Bilingual:
    """A step went back to an earlier one."""
    zh, en = detail.get("name", ""), detail.get("name_en") or detail.get("name", "")
    to, to_en = detail.get("to_name", ""), detail.get("to_name_en") or detail.get("to_name", "")
    straight = ("，办完直接回到这一步", ", to come straight back") if detail.get("straight") else ("", "")
    return Bilingual(f"把“{zh}”退回到“{to}”{straight[0]}", f"returned “{en}” to “{to_en}”{straight[1]}")
