"""Which column a node stands in.

Longest-path layering over the graph without its back edges, with one liberty that keeps wide processes narrow: a step
that goes on in another lane may stand right below (or above) the step before, in the same column.
"""

from __future__ import annotations

from collections import defaultdict

from engine.bpmn.layout import sizes
from engine.bpmn.layout.drawing import Edge, Node

Taken = defaultdict[tuple[int, int], list[str]]
"""Nodes by column and band."""


def assign_columns(nodes: dict[str, Node], edges: list[Edge], stacked: frozenset[str] = frozenset()) -> None:
    """Set ``col`` of every node and ``back`` of every edge that closes a loop. Boundary events follow their hosts.

    ``stacked`` saves width for height: nodes in the same column as what leads to them in the same lane, see
    :func:`stackable`.
    """
    for edge in edges:
        edge.back = False
    flows = [edge for edge in edges if edge.kind == "sequence"]
    _mark_back_edges(nodes, flows)
    messages = [edge for edge in edges if edge.kind == "message" and _free(nodes, edge)]
    forward = [edge for edge in flows if not edge.back and owner(nodes, edge.source) != owner(nodes, edge.target)]
    forward += _without_cycles(nodes, forward, messages)
    before, after = defaultdict(list), defaultdict(list)
    for edge in forward:
        after[owner(nodes, edge.source)].append(edge)
        before[owner(nodes, edge.target)].append(edge)
    order = _topological(nodes, before, after)
    alone = [key for key in order if not before[key] and not after[key]]
    taken: Taken = defaultdict(list)
    ports: set[tuple[str, int]] = set()
    for key in order:
        if key in alone:
            continue
        node = nodes[key]
        node.col = _column(node, before[key], nodes, taken, ports, stacked)
        for column in range(node.col, node.col + node.span):
            taken[column, node.band].append(key)
    _pull_right(nodes, order, before, after)
    _place_loose([nodes[key] for key in alone], nodes, edges)
    for node in nodes.values():
        if node.host:
            node.col = nodes[node.host].col


def owner(nodes: dict[str, Node], key: str) -> str:
    """The node whose place counts: the host of a boundary event, else the node itself."""
    return nodes[key].host or key


def _free(nodes: dict[str, Node], edge: Edge) -> bool:
    return "participant" not in (nodes[edge.source].kind, nodes[edge.target].kind)


def _mark_back_edges(nodes: dict[str, Node], flows: list[Edge]) -> None:
    after = defaultdict(list)
    entered = set()
    for edge in flows:
        after[owner(nodes, edge.source)].append(edge)
        entered.add(owner(nodes, edge.target))
    roots = [key for key in nodes if key not in entered and not nodes[key].host]
    done: set[str] = set()
    for root in roots + list(nodes):
        if root not in done and not nodes[root].host:
            _walk(root, nodes, after, done)


def _walk(root: str, nodes: dict[str, Node], after: dict[str, list[Edge]], done: set[str]) -> None:
    path = {root}
    done.add(root)
    stack = [(root, iter(after[root]))]
    while stack:
        key, rest = stack[-1]
        edge = next(rest, None)
        if edge is None:
            path.discard(key)
            stack.pop()
            continue
        target = owner(nodes, edge.target)
        if target in path:
            edge.back = True
        elif target not in done:
            done.add(target)
            path.add(target)
            stack.append((target, iter(after[target])))


def _without_cycles(nodes: dict[str, Node], forward: list[Edge], more: list[Edge]) -> list[Edge]:
    """Those of ``more`` that can be added one after the other without closing a cycle."""
    reach = defaultdict(set)
    for edge in forward:
        reach[owner(nodes, edge.source)].add(owner(nodes, edge.target))
    kept = []
    for edge in more:
        source, target = owner(nodes, edge.source), owner(nodes, edge.target)
        if not _reaches(reach, target, source):
            reach[source].add(target)
            kept.append(edge)
    return kept


def _reaches(reach: dict[str, set[str]], start: str, goal: str) -> bool:
    seen, todo = {start}, [start]
    while todo:
        key = todo.pop()
        if key == goal:
            return True
        todo += [n for n in reach[key] if n not in seen]
        seen |= reach[key]
    return False


def _topological(nodes: dict[str, Node], before: dict[str, list[Edge]], after: dict[str, list[Edge]]) -> list[str]:
    """Nodes in an order in which every forward edge points ahead; a chain is followed before its siblings."""
    rank = {key: index for index, key in enumerate(nodes)}
    depth: dict[str, int] = {}
    waiting = {key: len(before[key]) for key in nodes if not nodes[key].host}
    ready = [key for key, count in waiting.items() if not count]
    depth = dict.fromkeys(ready, 0)
    order = []
    while ready:
        ready.sort(key=lambda key: (depth[key], rank[key]))
        key = ready.pop(0)
        order.append(key)
        for edge in after[key]:
            target = owner(nodes, edge.target)
            waiting[target] -= 1
            depth[target] = max(depth.get(target, 0), depth[key] + 1)
            if not waiting[target]:
                ready.append(target)
    return order


def _column(node: Node, before: list[Edge], nodes: dict[str, Node], taken: Taken, ports: set[tuple[str, int]],
            stacked: frozenset[str]) -> int:
    if not before:
        return 0
    sources = [(edge, nodes[owner(nodes, edge.source)]) for edge in before]
    latest = max(source.col + source.span - 1 for _, source in sources)
    binding = [(edge, source) for edge, source in sources if source.col + source.span - 1 == latest]
    if all(_may_share(edge, source, node, latest, taken, ports) for edge, source in binding):
        for _, source in binding:
            ports.add((source.id, 1 if node.band > source.band else -1))
            ports.add((node.id, 1 if source.band > node.band else -1))
        return latest
    if node.id in stacked and len(binding) == 1 and len(taken[latest, node.band]) == 1:
        return latest
    return latest + 1


def stackable(nodes: dict[str, Node], edges: list[Edge]) -> list[str]:
    """Nodes that may stand in the column of what leads to them: ends first, then gateways behind an activity."""
    ends, gateways = [], []
    for edge in edges:
        source, node = nodes[owner(nodes, edge.source)], nodes[edge.target]
        if edge.kind != "sequence" or edge.back or source.band != node.band or source.span > 1 or node.span > 1:
            continue
        if node.kind == "endEvent":
            ends.append(node.id)
        elif sizes.is_gateway(node.kind) and sizes.is_activity(source.kind):
            gateways.append(node.id)
    return ends + gateways


def estimated_width(nodes: dict[str, Node], gap: float) -> float:
    """Width of the columns and the gaps between them, without what labels and edges will ask for."""
    widths: dict[int, float] = {}
    for node in nodes.values():
        if not node.host and node.kind != "participant":
            for column in range(node.col, node.col + node.span):
                widths[column] = max(widths.get(column, 0), min(node.w, 100.0) if node.span > 1 else node.w)
    return sum(widths.values()) + gap * (len(widths) + 1)


def assign_narrow(nodes: dict[str, Node], edges: list[Edge], gap: float, room: float) -> None:
    """Assign columns, stacking one node after the other, the most helpful first, until ``room`` is kept."""
    assign_columns(nodes, edges)
    width = estimated_width(nodes, gap)
    stacked: frozenset[str] = frozenset()
    choices = stackable(nodes, edges)
    while width > room and choices:
        trials = []
        for index, key in enumerate(choices):
            assign_columns(nodes, edges, stacked | {key})
            trials.append((estimated_width(nodes, gap), index, key))
        width, _, key = min(trials)
        stacked |= {key}
        choices.remove(key)
    assign_columns(nodes, edges, stacked)


def _may_share(edge: Edge, source: Node, node: Node, column: int, taken: Taken,
               ports: set[tuple[str, int]]) -> bool:
    if source.band == node.band or source.span > 1 or node.span > 1:
        return False
    if edge.kind == "message":
        return not taken[column, node.band]
    low, high = sorted((source.band, node.band))
    if any(taken[column, band] for band in range(low + 1, high)) or taken[column, node.band]:
        return False
    down = 1 if node.band > source.band else -1
    return (source.id, down) not in ports and (edge.source == source.id or down == 1)


def _pull_right(nodes: dict[str, Node], order: list[str], before: dict[str, list[Edge]],
                after: dict[str, list[Edge]]) -> None:
    """A node that nothing leads to stands close to what it leads to."""
    for key in order:
        node = nodes[key]
        if not before[key] and after[key]:
            wanted = min(nodes[owner(nodes, edge.target)].col for edge in after[key]) - node.span
            node.col = max(node.col, wanted)


def _place_loose(alone: list[Node], nodes: dict[str, Node], edges: list[Edge]) -> None:
    """What no flow reaches: data and notes by the first thing they belong to, the rest from the left."""
    beside = {}
    for edge in edges:
        if edge.kind == "association":
            beside.setdefault(edge.source, edge.target)
            beside.setdefault(edge.target, edge.source)
    width = max([node.col + node.span for node in nodes.values()], default=1)
    cursor: dict[int, int] = defaultdict(int)
    later = []
    for node in alone:
        mate = nodes.get(owner(nodes, beside[node.id])) if node.id in beside else None
        if mate is not None and mate is not node and mate.kind != "participant":
            later.append((node, mate))
        elif node.kind != "participant":
            if cursor[node.band] + node.span > width:
                cursor[node.band] = 0
            node.col = cursor[node.band]
            cursor[node.band] += node.span
    for node, mate in later:
        node.col = mate.col + (mate.span - 1) // 2
