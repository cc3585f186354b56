"""A process in as few words as stories about versions need: elements and flows that can be changed and drawn again."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.engine.house import CONTENT

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d_moved" targetNamespace="http://bihuan.example/tests">
"""
PROPERTIES = {"role": "bihuan:role", "deadline": "bihuan:deadline", "name_en": "bihuan:name_en",
              "match": "bihuan:correlation", "sign": "bihuan:sign_people", "operations": "bihuan:operations"}


@dataclass
class Sketch:
    """``elements``: id -> its kind and what is said of it; ``flows``: (from, to) or (from, to, condition)."""

    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    flows: list[tuple[str, ...]] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    key: str = "moved"

    def add(self, element_id: str, kind: str = "userTask", **said: Any) -> Sketch:
        self.elements[element_id] = {"kind": kind} | ({"role": "agent", "name": element_id} if kind == "userTask"
                                                     else {}) | said
        return self

    def way(self, *ids: str) -> Sketch:
        """Flows from each to the next."""
        self.flows += [pair for pair in zip(ids, ids[1:]) if pair not in self.flows]
        return self

    def changed(self, element_id: str, **said: Any) -> Sketch:
        other = deepcopy(self)
        other.elements[element_id] |= said
        return other

    def renamed(self, old: str, new: str) -> Sketch:
        other = deepcopy(self)
        other.elements = {new if one == old else one: said for one, said in other.elements.items()}
        for said in other.elements.values():
            said.update({name: new for name in ("on", "inside") if said.get(name) == old})
        other.flows = [tuple(new if end == old else end for end in flow[:2]) + flow[2:] for flow in other.flows]
        return other

    def without(self, *ids: str) -> Sketch:
        """Without some elements and what hangs on them; what led to them leads to what came after."""
        other = deepcopy(self)
        for gone in ids:
            after = next((flow[1] for flow in other.flows if flow[0] == gone), None)
            other.flows = [(flow[0], after, *flow[2:]) if flow[1] == gone else flow for flow in other.flows
                           if flow[0] != gone]
            hanging = [one for one, said in other.elements.items() if said.get("on") == gone]
            other.elements = {one: said for one, said in other.elements.items() if one not in (gone, *hanging)}
            other.flows = [flow for flow in other.flows if flow[0] not in hanging]
        other.flows = list(dict.fromkeys(other.flows))
        return other

    def then(self, before: str, new: str, kind: str = "userTask", **said: Any) -> Sketch:
        """With a new element right behind another one."""
        other = deepcopy(self).add(new, kind, **said)
        other.flows = [(new, *flow[1:]) if flow[0] == before else flow for flow in other.flows]
        return other.way(before, new)

    def copy(self) -> Sketch:
        return deepcopy(self)

    def xml(self) -> bytes:
        messages = sorted({said["message"] for said in self.elements.values() if "message" in said})
        drawn = "".join(f'<message id="M_{name}" name="{name}"/>' for name in messages)
        inner = _properties(self.properties) + self._inside(None)
        return (f'{HEAD}{drawn}<process id="{self.key}" name="搬家" isExecutable="true">{inner}</process></definitions>'
                ).encode()

    def _inside(self, scope: str | None) -> str:
        here = {one: said for one, said in self.elements.items() if said.get("inside") == scope}
        flows = [flow for flow in self.flows if flow[0] in here]
        return "".join(self._element(one, said) for one, said in here.items()) + "".join(
            f'<sequenceFlow id="{flow[0]}_{flow[1]}" sourceRef="{flow[0]}" targetRef="{flow[1]}">'
            + (f'<conditionExpression xsi:type="tFormalExpression">={escape(flow[2])}</conditionExpression>'
               if len(flow) > 2 else "") + "</sequenceFlow>" for flow in flows)

    def _element(self, element_id: str, said: dict[str, Any]) -> str:
        kind = said["kind"]
        head = f'<{kind} id="{element_id}"' + "".join(
            f" {name}={quoteattr(str(said[key]))}" for key, name in (
                ("name", "name"), ("form", "camunda:formKey"), ("on", "attachedToRef"), ("due", "camunda:dueDate"),
                ("default", "default"), ("called", "calledElement"), ("topic", "camunda:topic"),
                ("priority", "camunda:priority")) if key in said)
        head += ' camunda:type="external"' if "topic" in said else ""
        head += ' cancelActivity="false"' if said.get("beside") else ""
        inside = _properties({PROPERTIES[key]: value for key, value in said.items() if key in PROPERTIES},
                             said.get("inputs", {}))
        if kind == "subProcess":
            inside += self._inside(element_id)
        if "each" in said:
            sequential = ' isSequential="true"' if said.get("in_turn") else ""
            inside += (f'<multiInstanceLoopCharacteristics{sequential} camunda:collection="={said["each"]}" '
                       'camunda:elementVariable="item"/>')
        if "timer" in said:
            inside += (f'<timerEventDefinition><timeDuration xsi:type="tFormalExpression">{escape(said["timer"])}'
                       "</timeDuration></timerEventDefinition>")
        if "message" in said:
            inside += f'<messageEventDefinition messageRef="M_{said["message"]}"/>'
        return f"{head}>{inside}</{kind}>"


def _properties(found: dict[str, str], inputs: dict[str, str] | None = None) -> str:
    rows = "".join(f"<camunda:property name={quoteattr(name)} value={quoteattr(value)}/>"
                   for name, value in found.items())
    takes = "".join(f"<camunda:inputParameter name={quoteattr(name)}>{escape(value)}</camunda:inputParameter>"
                    for name, value in (inputs or {}).items())
    both = (f"<camunda:properties>{rows}</camunda:properties>" if rows else "") + (
        f"<camunda:inputOutput>{takes}</camunda:inputOutput>" if takes else "")
    return f"<extensionElements>{both}</extensionElements>" if both else ""


def line(*steps: str) -> Sketch:
    """Start, user tasks in a row, end."""
    made = Sketch().add("start", "startEvent")
    for step in steps:
        made.add(step)
    return made.add("end", "endEvent").way("start", *steps, "end")


def split(*branches: str) -> Sketch:
    """Start, parallel user tasks, join, end."""
    made = Sketch().add("start", "startEvent").add("fork", "parallelGateway").add("join", "parallelGateway")
    made.add("end", "endEvent").way("start", "fork").way("join", "end")
    for branch in branches:
        made.add(branch).way("fork", branch, "join")
    return made


def files(*drawings: Sketch, forms: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """A deployment of these drawings with the pack and the forms of the tests, some of them changed."""
    found = {f"t/{one.key}.bpmn": one.xml() for one in drawings}
    found["t/pack.yaml"] = (CONTENT / "pack.yaml").read_bytes()
    found |= {f"forms/t/{path.name}": path.read_bytes() for path in sorted((CONTENT / "forms").iterdir())}
    return found | {f"forms/t/{name}.yaml": raw for name, raw in (forms or {}).items()}
