"""Our own properties of a drawing: a misspelt name would be ignored without a word, so it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from engine.bpmn import ProcessModel
from engine.errors import Problem
from engine.operations import SWITCHES
from engine.packs import PackContent
from engine.signers import BadRule, read_rule
from engine.task_rules import DISTRIBUTE, NOBODY, SAME, STARTER

PREFIX = "bihuan:"
KEYS = "bihuan:key:"
KNOWN = frozenset(PREFIX + name for name in (
    "adhoc", "case_state", "correlation", "criteria", "customer", "deadline", "distribute", "documentation_en",
    "external", "for_each", "gist", "hint_en", "hint_zh", "name_en", "nobody", "number_prefix", "operations",
    "opinion_required", "output_collection", "output_element", "phone", "promised_at", "public", "register", "role",
    "same_person", "search", "severity", "sign_people", "sign_rule", "startable_by", "starter_is_approver", "variables",
    "work_limit"))
"""What ``docs/reference/element-attributes.md`` describes; a test holds the two together."""


def check_properties(model: ProcessModel, pack: PackContent | None) -> Iterator[Problem]:
    """Unknown ``bihuan:`` names, and case states that the pack has no words for."""
    places = [(model.key, model.name or model.key, 0, model.properties)]
    lanes = {lane.id: lane for element in model.elements.values() for lane in element.lanes}
    places += [(lane.id, lane.name or lane.id, 0, lane.properties) for lane in lanes.values()]
    places += [(e.id, e.name or e.id, e.line, e.properties) for e in model.elements.values()]
    for place, name, line, properties in places:
        for one in properties:
            if one.startswith(PREFIX) and one not in KNOWN and not one.startswith(KEYS):
                yield _unknown(model.file, place, name, line, one)
        state = properties.get("bihuan:case_state", "")
        if state and pack is not None and pack.texts and state not in pack.texts:
            yield Problem("unknown_case_state", f"“{name}”的案件状态“{state}”在 pack.yaml 的 case_states 中没有名称。",
                          f"The case state {state!r} of “{name}” has no words in `case_states` of pack.yaml.",
                          file=model.file, element=place, line=line, severity="warning")
        if properties.get("bihuan:public") and place not in {start.element_id for start in model.start_events
                                                             if start.kind in ("none", "message")}:
            yield Problem("public_not_at_start", f"“{name}”不是无触发或消息开始事件，bihuan:public 不会起作用。",
                          f"“{name}” is no start event without trigger or of a message; bihuan:public has no effect.",
                          file=model.file, element=place, line=line)
        yield from _operations(model.file, place, name, line, properties.get("bihuan:operations", ""))
        yield from _rule(model.file, place, name, line, properties.get("bihuan:sign_rule", ""))
        yield from _choices(model.file, place, name, line, properties)


def _operations(file: str, place: str, name: str, line: int, text: str) -> Iterator[Problem]:
    """Names in ``bihuan:operations`` that no verb has, or whose verb is always there."""
    for one in filter(None, (part.strip().lstrip("+-") for part in text.split(","))):
        if one not in SWITCHES:
            near = get_close_matches(one, SWITCHES, 1)
            zh, en = (f"是否应为 {near[0]}？", f" Did you mean {near[0]}?") if near else ("", "")
            yield Problem("unknown_operation", f"“{name}”的 bihuan:operations 中的“{one}”不是可开关的操作。{zh}",
                          f"{one!r} in bihuan:operations of “{name}” is no operation that can be switched.{en}",
                          file=file, element=place, line=line,
                          params={"key": one, "near": near[0] if near else ""})


def _choices(file: str, place: str, name: str, line: int, properties: Mapping[str, str]) -> Iterator[Problem]:
    """Rules without drawing that do not exist, and a limit that is no number."""
    for rule, known in (("nobody", NOBODY), ("starter_is_approver", STARTER), ("same_person", SAME),
                        ("distribute", DISTRIBUTE)):
        text = properties.get(PREFIX + rule, "").strip()
        if text and text.partition(":")[0] not in known:
            yield Problem("unknown_rule", f"“{name}”的 bihuan:{rule}“{text}”不存在；可用：{'、'.join(known)}。",
                          f"bihuan:{rule} of “{name}” is {text!r}; known are {', '.join(known)}.", file=file,
                          element=place, line=line, params={"rule": rule, "key": text, "known": tuple(known)})
    limit = properties.get("bihuan:work_limit", "").strip()
    if limit and not (limit.isascii() and limit.isdigit() and int(limit) > 0):
        yield Problem("bad_work_limit", f"“{name}”的 bihuan:work_limit“{limit}”应为正整数。",
                      f"bihuan:work_limit of “{name}” is {limit!r} and not a whole number above 0.", file=file,
                      element=place, line=line)


def _rule(file: str, place: str, name: str, line: int, text: str) -> Iterator[Problem]:
    """A rule of signing that is none; one in FEEL is seen when it is evaluated."""
    try:
        read_rule(text if not text.startswith("=") else "")
    except BadRule as bad:
        yield Problem(bad.code, f"“{name}”：{bad.sentence('zh')}", f"“{name}”: {bad.sentence('en')}", file=file,
                      element=place, line=line)


def _unknown(file: str, place: str, name: str, line: int, one: str) -> Problem:
    near = get_close_matches(one, KNOWN, 1)
    zh, en = (f"是否应为 {near[0]}？", f" Did you mean {near[0]}?") if near else ("", "")
    return Problem("unknown_property", f"“{name}”的属性 {one} 不存在，不会起作用。{zh}",
                   f"The property {one} of “{name}” is not known and has no effect.{en}", file=file, element=place,
                   line=line, severity="warning", params={"key": one, "near": near[0] if near else ""})


def check_pack(pack: PackContent, file: str, keys: Iterable[str]) -> Iterator[Problem]:
    """Number prefixes for processes that do not exist, and words to customers for states that do not."""
    known = set(keys)
    for key in sorted(set(pack.customer_texts) - set(pack.texts)):
        yield Problem("unknown_case_state", f"customer_states 中的案件状态“{key}”不在 case_states 中。",
                      f"The case state {key!r} in `customer_states` is not in `case_states`.", file=file, element=key,
                      severity="warning")
    for key in pack.numbers:
        if key not in known:
            yield Problem("unknown_process", f"numbers 中的流程“{key}”不存在。",
                          f"The process {key!r} in `numbers` does not exist.", file=file, element=key,
                          severity="warning")
