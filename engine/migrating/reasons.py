"""Why a case was not moved, or not taken back: sentences in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.bpmn import RunFailed
from engine.cards import Bilingual
from engine.migrating.route import Route

PROBLEMS = ("unknown_element", "not_a_target", "other_place", "other_repetition", "other_events", "other_host",
            "lost_branch", "two_at_one", "join_starves")
"""What a step of the old drawing may lack in the new one (reasons of ``RunFailed``)."""

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


def problem(route: Route, element_id: str, code: str, wanted: str) -> Bilingual:
    """A problem in words, with the names that people know."""
    name = route.old.element_name(element_id)
    if code == "unknown_element":
        return Bilingual(f"新版本中没有“{name.zh}”", f"the new version has no “{name.in_('en')}”")
    if code == "not_a_target":
        return Bilingual(f"“{name.zh}”在新版本中是另一种环节", f"“{name.in_('en')}” is another kind of step now")
    flow = route.old.model.flows.get(wanted)
    shown = (route.old.element_name(flow.source) if flow is not None else route.new.element_name(wanted))
    failed = RunFailed(element_id, code)
    zh, en = (failed.params[key].replace("{wanted}", shown.in_(lang)) for key, lang in (("reason_zh", "zh"),
                                                                                      ("reason_en", "en")))
    return Bilingual(f"“{name.zh}”：{zh}", f"“{name.in_('en')}”: {en}")


def failure(routes: Iterable[Route], error: RunFailed) -> Bilingual:
    """Why a case could not move, with the names that people know."""
    route = next((one for one in routes if error.element_id in one.old.model.elements), None)
    if route is not None and error.reason in PROBLEMS:
        return problem(route, error.element_id, error.reason, str(error.params.get("wanted", "")))
    definition = next((one.new for one in routes if error.element_id in one.new.model.elements), None)
    name = definition.element_name(error.element_id) if definition else Bilingual(error.element_id)
    return Bilingual(f"“{name.zh}”：{error.params['reason_zh']}", f"“{name.in_('en')}”: {error.params['reason_en']}")
