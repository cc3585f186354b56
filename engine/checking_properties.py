"""Our own properties of a drawing: a misspelt name would be ignored without a word, so it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from engine.bpmn import ProcessModel
from engine.errors import Problem
from engine.packs import PackContent

PREFIX = "bihuan:"
KEYS = "bihuan:key:"
KNOWN = frozenset(PREFIX + name for name in (
    "adhoc", "case_state", "correlation", "criteria", "customer", "deadline", "documentation_en", "external",
    "for_each", "gist", "hint_en", "hint_zh", "name_en", "number_prefix", "operations", "output_collection",
    "output_element",
    "phone", "promised_at", "register", "role", "search", "severity", "startable_by", "variables"))
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


def _unknown(file: str, place: str, name: str, line: int, one: str) -> Problem:
    near = get_close_matches(one, KNOWN, 1)
    zh, en = (f"是否应为 {near[0]}？", f" Did you mean {near[0]}?") if near else ("", "")
    return Problem("unknown_property", f"“{name}”的属性 {one} 不存在，不会起作用。{zh}",
                   f"The property {one} of “{name}” is not known and has no effect.{en}", file=file, element=place,
                   line=line, severity="warning")


def check_pack(pack: PackContent, file: str, keys: Iterable[str]) -> Iterator[Problem]:
    """Number prefixes for processes that do not exist."""
    known = set(keys)
    for key in pack.numbers:
        if key not in known:
            yield Problem("unknown_process", f"numbers 中的流程“{key}”不存在。",
                          f"The process {key!r} in `numbers` does not exist.", file=file, element=key,
                          severity="warning")
