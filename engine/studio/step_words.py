"""Steps of a scenario as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cards import Bilingual
from engine.definitions import Definition
from engine.live import Live
from engine.testing.reader import verb_of

VERBS = {"cancel": ("撤销案件", "cancels the case"), "terminate": ("终止案件", "terminates the case"),
         "suspend": ("挂起案件", "suspends the case"),
         "resume": ("恢复案件", "resumes the case"), "move": ("跳转", "moves the case"),
         "retry": ("重试失败的步骤", "retries what failed")}
_TASK = {"complete": ("办结", "completes"), "claim": ("认领", "claims"), "release": ("释放", "releases"),
         "refuse": ("被拒绝提交", "is refused at"), "hand_back": ("交还", "hands back"),
         "take_back_delegation": ("收回委派的", "takes back what was lent of"), "take_over": ("接管", "takes over"),
         "pull_back": ("撤回", "takes back"), "sign": ("签署", "signs"),
         "extend": ("延长期限：", "extends the deadline of"),
         "pause_clock": ("暂停计时：", "pauses the clock of"), "resume_clock": ("恢复计时：", "resumes the clock of"),
         "escalate": ("升级", "escalates")}
_GIVEN = {"transfer": ("把“{task}”转办给{other}", "transfers “{task}” to {other}"),
          "delegate": ("把“{task}”委派给{other}", "delegates “{task}” to {other}"),
          "reassign": ("把“{task}”改派给{other}", "reassigns “{task}” to {other}"),
          "return": ("把“{task}”退回到“{step}”", "returns “{task}” to “{step}”"),
          "add_signers": ("请{other}签署“{task}”", "asks {other} to sign “{task}”"),
          "remove_signer": ("不再请{other}签署“{task}”", "no longer asks {other} to sign “{task}”")}
"""Steps that name somebody or something else besides their task."""


def words_of_step(step: Mapping[str, Any], definitions: Mapping[str, Definition], live: Live) -> Bilingual:
    """A step in both languages; elements, processes and people by their names where these are known."""
    verb = verb_of(step)
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
    if verb in _GIVEN:
        return _given(verb, step, who, definitions, live)
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


def _given(verb: str, step: Mapping[str, Any], who: Bilingual, definitions: Mapping[str, Definition],
           live: Live) -> Bilingual:
    task, target = _element(str(step[verb]), definitions), str(step.get("to") or "")
    others = [_who(one, live) for one in step.get("people") or [step.get("signer") or target]]
    back = _element(target, definitions)
    zh, en = _GIVEN[verb]
    return Bilingual(who.zh + zh.format(task=task.zh, other="、".join(one.zh for one in others), step=back.zh),
                     who.in_("en") + " " + en.format(task=task.in_("en"), step=back.in_("en"),
                                                     other=", ".join(one.in_("en") for one in others)))


def _who(login: Any, live: Live) -> Bilingual:
    person = live.people.get(str(login or ""))
    return person.name if person is not None else Bilingual(str(login or ""))


def _element(name: str, definitions: Mapping[str, Definition]) -> Bilingual:
    process, _, element = name.rpartition("/")
    homes = [definitions[process]] if process in definitions else definitions.values()
    return next((one.element_name(element) for one in homes if element in one.model.elements), Bilingual(element))
