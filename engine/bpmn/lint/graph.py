"""Ways through a scope: what can be reached, what goes in circles."""

from __future__ import annotations

from engine.bpmn.lint.drawing import Drawing, Element, flag, local
from engine.bpmn.lint.links import links


def following(drawing: Drawing, node: Element) -> list[Element]:
    """The nodes that may come next: by flows, by links, by boundary events, by compensation."""
    found = [target for flow in drawing.outgoing(node) if (target := drawing.ends(flow)[1]) is not None]
    found += drawing.boundaries.get(node, [])
    if local(node) == "boundaryEvent":
        found += drawing.handlers(node)
    for event, throw in links(drawing, "intermediateThrowEvent"):
        if event is node:
            found += [catch for catch, other in links(drawing, "intermediateCatchEvent")
                      if other in drawing.targets(throw, "target") or throw in drawing.targets(other, "source")
                      or (throw.get("name") and throw.get("name") == other.get("name"))]
    return found


def reachable(drawing: Drawing, scope: Element) -> set[Element]:
    """The nodes of ``scope`` that a token may reach."""
    nodes = drawing.nodes(scope)
    starts = [node for node in nodes if local(node) == "startEvent" or flag(node, "instantiate")
              or drawing.is_event_sub_process(node)]
    if not any(local(node) == "startEvent" or flag(node, "instantiate") for node in starts):
        starts += [node for node in nodes if not drawing.incoming(node) and local(node) != "boundaryEvent"
                   and not drawing.is_handler(node)]
    found, todo = set(starts), list(starts)
    while todo:
        for node in following(drawing, todo.pop()):
            if node not in found:
                found.add(node)
                todo.append(node)
    return found


def cycles(drawing: Drawing, scope: Element) -> list[list[Element]]:
    """The strongly connected parts of ``scope`` that hold a cycle, each in the order drawn (Kosaraju's algorithm)."""
    nodes = drawing.nodes(scope)
    here = set(nodes)
    after = {node: [one for one in following(drawing, node) if one in here] for node in nodes}
    before: dict[Element, list[Element]] = {node: [] for node in nodes}
    for node, others in after.items():
        for other in others:
            before[other].append(node)
    found, seen = [], set()
    for root in reversed(_finished(nodes, after)):
        part = set(_finished([root], before, seen))
        if len(part) > 1 or (part and root in after[root]):
            found.append([node for node in nodes if node in part])
    return found


def _finished(roots: list[Element], after: dict[Element, list[Element]],
              seen: set[Element] | None = None) -> list[Element]:
    """What can be reached from ``roots`` and is not in ``seen`` (to which it is added), in the order it is left."""
    seen = set() if seen is None else seen
    order = []
    for root in roots:
        work = [(root, False)]
        while work:
            node, left = work.pop()
            if left:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                work.append((node, True))
                work += [(one, False) for one in after[node] if one not in seen]
    return order
