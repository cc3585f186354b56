"""Which steps a drawing leads to from a step, with what is known of the variables. Pure: no database, no run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions import Definition
from engine.expressions import ExpressionFailed, Expressions

CHANGING = frozenset({"serviceTask", "sendTask", "scriptTask", "businessRuleTask", "receiveTask", "callActivity",
                      "subProcess", "transaction", "adHocSubProcess"})
"""Behind these nobody knows the variables beforehand."""
DEEPEST = 3
"""Processes called within each other that are looked into."""
Called = Callable[[str], Definition | None]


@dataclass(frozen=True, slots=True)
class Way:
    """A step that may follow: a user task or the end; ``variables`` as they were last known, to guess its role by."""

    definition: Definition
    element_id: str
    variables: Mapping[str, Any]

    @property
    def element(self) -> Any:
        return self.definition.model.elements[self.element_id]


def following(definition: Definition, element_id: str, expressions: Expressions, called: Called,
              variables: Mapping[str, Any], limit: int = 6, depth: int = 0, sure: bool = True) -> list[Way]:
    """User tasks and ends after an element, along its flows, through gateways, automatic steps and called processes.

    A condition that is known to be false closes its flow; one that cannot be told leaves it open. ``sure``: whether
    the variables are known, as they are until an automatic step may change them.
    """
    model, found = definition.model, []
    queue = [(flow, sure) for flow in _leaving(definition, element_id, expressions, variables if sure else None)]
    seen: set[str] = set()
    while queue and len(found) < limit:
        step, known = queue.pop(0)
        if step in seen or step not in model.elements:
            continue
        seen.add(step)
        element = model.elements[step]
        if element.kind in ("userTask", "endEvent"):
            found.append(Way(definition, step, variables))
            continue
        inner = _within(definition, element, expressions, called, variables, limit - len(found), depth)
        if inner:
            found += inner
            continue
        known = known and element.kind not in CHANGING
        queue += [(target, known) for target in _leaving(definition, step, expressions, variables if known else None)]
    return found[:limit]


def _within(definition: Definition, element: Any, expressions: Expressions, called: Called,
            variables: Mapping[str, Any], limit: int, depth: int) -> list[Way]:
    """The first user tasks inside a called process or a sub-process; nothing where there are none to be told."""
    if depth >= DEEPEST or limit < 1:
        return []
    if element.kind == "callActivity":
        key = element.attributes.get("calledElement") or ""
        other = called(key) if key and not key.startswith("=") else None
        start = next((event for event in other.model.start_events if event.kind == "none"), None) if other else None
        if other is None or start is None:
            return []
        ways = following(other, start.element_id, expressions, called, variables, limit, depth + 1, sure=False)
    else:
        start = next((one for one in definition.model.elements.values()
                      if one.parent == element.id and one.kind == "startEvent"), None)
        if start is None:
            return []
        ways = following(definition, start.id, expressions, called, variables, limit, depth + 1, sure=False)
    return [way for way in ways if way.element.kind == "userTask"]


def _leaving(definition: Definition, element_id: str, expressions: Expressions,
             variables: Mapping[str, Any] | None) -> Iterator[str]:
    """The targets of the flows that may be taken from an element."""
    model = definition.model
    element = model.elements.get(element_id)
    flows = [flow for flow in model.flows.values() if flow.source == element_id]
    if element is None or variables is None or not any(flow.condition for flow in flows):
        yield from (flow.target for flow in flows)
        return
    only_one = element.kind == "exclusiveGateway"
    open_ones = []
    for flow in flows:
        if flow.default:
            continue
        answer = _answer(flow.condition, expressions, variables)
        if answer is not False:
            open_ones.append((flow, answer))
        if only_one and answer is True:
            break
    certain = any(answer is True for _, answer in open_ones)
    yield from (flow.target for flow, _ in open_ones)
    if not certain:
        yield from (flow.target for flow in flows if flow.default)


def _answer(condition: str | None, expressions: Expressions, variables: Mapping[str, Any]) -> bool | None:
    """Whether a condition holds; ``None`` where it cannot be told."""
    if not condition:
        return True
    try:
        return expressions.condition(condition, variables)
    except ExpressionFailed:
        return None
