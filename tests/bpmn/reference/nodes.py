"""What the reference interpreter moves: nodes as the file draws them, scopes and tokens. Nothing of the engine's."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

NS = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


@dataclass(eq=False)
class Node:
    """A flow node, its flows as (id, target, condition, is default), and for a sub-process what is in it."""

    id: str
    kind: str
    event: str = ""
    flows: list[tuple[str, str, str, bool]] = field(default_factory=list)
    into: list[str] = field(default_factory=list)
    bounds: list[Node] = field(default_factory=list)
    inner: dict[str, Node] = field(default_factory=dict)
    interrupts: bool = True
    items: int = 0
    sequential: bool = False
    loop: tuple[bool, int, str] | None = None


def read(parent: etree._Element) -> dict[str, Node]:
    """The nodes of a process or sub-process by id."""
    nodes: dict[str, Node] = {}
    for one in parent:
        kind = one.tag.removeprefix(NS)
        if kind in ("sequenceFlow", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
            continue
        node = nodes[one.get("id")] = Node(one.get("id"), kind, inner=read(one) if kind == "subProcess" else {})
        node.event = next((c.tag.removeprefix(NS)[:-15] for c in one if c.tag.endswith("EventDefinition")), "")
        node.interrupts = one.get("cancelActivity") != "false"
        if (many := one.find(NS + "multiInstanceLoopCharacteristics")) is not None:
            node.items = many.get(CAMUNDA + "collection").count(",") + 1
            node.sequential = many.get("isSequential") == "true"
        if (loop := one.find(NS + "standardLoopCharacteristics")) is not None:
            node.loop = (loop.get("testBefore") == "true", int(loop.get("loopMaximum")), loop[0].text)
    for one in parent.iter(NS + "boundaryEvent"):
        if one.getparent() is parent:
            nodes[one.get("attachedToRef")].bounds.append(nodes[one.get("id")])
    for one in parent.findall(NS + "sequenceFlow"):
        key, source, target = one.get("id"), one.get("sourceRef"), one.get("targetRef")
        default = any(n.get("default") == key for n in parent if n.get("id") == source)
        nodes[source].flows.append((key, target, one[0].text if len(one) else "", default))
        nodes[target].into.append(key)
    return nodes


@dataclass(eq=False)
class Scope:
    """A running process or sub-process."""

    nodes: dict[str, Node]
    owner: Token | None
    label: tuple[int, ...]
    tokens: list[Token] = field(default_factory=list)


@dataclass(eq=False)
class Token:
    """A token at a node; ``of``: the activity whose instance or boundary event it is."""

    node: Node
    scope: Scope
    flow: str = ""
    of: Token | None = None
    item: int = 0
    waits: bool = False
    passes: int = 0
    child: Scope | None = None
    group: list[Token] | None = None

    @property
    def label(self) -> tuple:
        return (self.node.id, *self.scope.label, *([self.item] if self.item else []))
