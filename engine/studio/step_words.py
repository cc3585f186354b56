"""Steps of a scenario as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cards import Bilingual
from engine.definitions import Definition
from engine.live import Live

VERBS = {"cancel": ("撤销案件", "cancels the case"), "suspend": ("挂起案件", "suspends the case"),
         "resume": ("恢复案件", "resumes the case"), "move": ("跳转", "moves the case"),
         "retry": ("重试失败的步骤", "retries what failed")}
_TASK = {"complete": ("办结", "completes"), "claim": ("认领", "claims"), "release": ("释放", "releases"),
         "refuse": ("被拒绝提交", "is refused at")}


def words_of_step(step: Mapping[str, Any], definitions: Mapping[str, Definition], live: Live) -> Bilingual:
    """A step in both languages; elements, processes and people by their names where these are known."""
    verb = next(iter(step))
    who = _who(step.get("by") or (step.get("operate") or {}).get("by"), live)
    if verb in ("start", "adopt"):
        key = str(step[verb])
        name = definitions[key].name if key in definitions else Bilingual(key)
        if verb == "start":
            return Bilingual(f"{who.zh}发起“{name.zh}”", f"{who.in_('en')} starts “{name.in_('en')}”")
        return Bilingual(f"接着办自动发起的“{name.zh}”", f"goes on with “{name.in_('en')}”, which began by itself")
    if verb in _TASK:
        name, (zh, en) = _element(str(step[verb]), definitions), _TASK[verb]
        return Bilingual(f"{who.zh}{zh}“{name.zh}”", f"{who.in_('en')} {en} “{name.in_('en')}”")
    if verb in ("message", "signal"):
        name, kind = step[verb]["name"], ("消息", "message") if verb == "message" else ("信号", "signal")
        return Bilingual(f"收到{kind[0]}“{name}”", f"the {kind[1]} “{name}” arrives")
    if verb == "operate":
        zh, en = VERBS.get(step["operate"]["verb"], (step["operate"]["verb"],) * 2)
        return Bilingual(f"{who.zh}{zh}", f"{who.in_('en')} {en}")
    if verb == "expect":
        return Bilingual("核对", "compares")
    if verb == "after":
        return Bilingual(f"时钟走 {step[verb]}", f"the clock moves on by {step[verb]}")
    at = str(step[verb]).replace("T", " ")[:16]
    return Bilingual(f"时钟走到 {at}", f"the clock moves to {at}")


def _who(login: Any, live: Live) -> Bilingual:
    person = live.people.get(str(login or ""))
    return person.name if person is not None else Bilingual(str(login or ""))


def _element(name: str, definitions: Mapping[str, Definition]) -> Bilingual:
    process, _, element = name.rpartition("/")
    homes = [definitions[process]] if process in definitions else definitions.values()
    return next((one.element_name(element) for one in homes if element in one.model.elements), Bilingual(element))
