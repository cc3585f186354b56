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
    """The strongly connected parts of ``scope`` that hold a cycle, each in the order drawn (Tarjan, no recursion)."""
    nodes = drawing.nodes(scope)
    after = {node: [one for one in following(drawing, node) if one in nodes] for node in nodes}
    index: dict[Element, int] = {}
    low: dict[Element, int] = {}
    stack: list[Element] = []
    found: list[list[Element]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            node, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = stack[stack.index(node):]
                    del stack[stack.index(node):]
                    if len(part) > 1 or node in after[node]:
                        found.append([one for one in nodes if one in part])
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                work.append((child, iter(after[child])))
            elif child in stack:
                low[node] = min(low[node], index[child])
    return found
