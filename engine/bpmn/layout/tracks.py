"""Edges that share a line get tracks of their own, ordered so that they cross as little as possible."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import permutations

from engine.bpmn.layout.drawing import Edge
from engine.bpmn.layout.grid import Grid, GridPoint

SEPARATION = 10.0
"""Distance of two parallel edges, in pixels."""


@dataclass(eq=False, slots=True)
class Strand:
    """A straight piece of one edge, or of several that run together to one target or from one source.

    ``ends`` are (position, side): where the strand turns and to which side (-1 left or up, 1 right or down); side 0
    ends at a shape.
    """

    members: list[tuple[str, int]]
    low: int
    high: int
    ends: list[tuple[int, int]]
    targets: set[str] = field(default_factory=set)
    pinned: float | None = None


class Tracks:
    """Offsets of every piece of every edge from its line; ``width[axis, line]`` counts the tracks of a line."""

    def __init__(self, grid: Grid, edges: list[Edge], paths: dict[str, list[GridPoint]]):
        self.grid = grid
        self.paths = paths
        self.edges = {edge.id: edge for edge in edges}
        self.offset: dict[tuple[str, int], float] = {}
        self.width: dict[tuple[int, int], int] = {}
        lines = defaultdict(list)
        for key, path in paths.items():
            for k in range(len(path) - 1):
                axis = int(path[k][0] == path[k + 1][0])
                lines[axis, path[k][1 - axis]].append(self._strand(key, k, axis))
        for (axis, line), strands in sorted(lines.items()):
            self._arrange(axis, line, strands)

    def _strand(self, key: str, k: int, axis: int) -> Strand:
        path = self.paths[key]
        a, b = path[k][axis], path[k + 1][axis]
        before = _turn(path[k - 1][1 - axis] - path[k][1 - axis]) if k else 0
        after = _turn(path[k + 2][1 - axis] - path[k + 1][1 - axis]) if k + 2 < len(path) else 0
        strand = Strand([(key, k)], min(a, b), max(a, b), [(a, before), (b, after)], {self.edges[key].target})
        source = self.grid.nodes[self.edges[key].source]
        target = self.grid.nodes[self.edges[key].target]
        if source.host and k == 0:
            strand.pinned = source.slot[1]
        elif target.host and k == len(path) - 2:
            strand.pinned = target.slot[1]
        return strand

    def _arrange(self, axis: int, line: int, strands: list[Strand]) -> None:
        middle = self.grid.lines[line].row is not None if axis == 0 else line % 2 == 1
        strands = self._bundled(strands)
        loose = [strand for strand in strands if strand.pinned is None]
        for strand in strands:
            if strand.pinned is not None:
                self._set(strand, strand.pinned)
        widest = 0
        for group in _groups(loose, touching=not middle):
            order = _ordered(group)
            level = _levels(order, touching=not middle)
            count = max(level.values()) + 1
            widest = max(widest, count)
            centre = (count - 1) / 2
            straight = [s for s in order if not any(side for _, side in s.ends)]
            if middle and straight:
                centre = level[straight[0]]
            distance = SEPARATION if not middle or count < 3 else 8.0
            for strand in order:
                self._set(strand, (level[strand] - centre) * distance)
        self.width[axis, line] = widest

    def _set(self, strand: Strand, offset: float) -> None:
        for member in strand.members:
            self.offset[member] = offset

    def _bundled(self, strands: list[Strand]) -> list[Strand]:
        kept: list[Strand] = []
        for strand in strands:
            mate = next((other for other in kept if self._same_way(other, strand)), None)
            if mate is None:
                kept.append(strand)
                continue
            mate.members += strand.members
            mate.low, mate.high = min(mate.low, strand.low), max(mate.high, strand.high)
            mate.ends += [end for end in strand.ends if end not in mate.ends]
        return kept

    def _same_way(self, one: Strand, two: Strand) -> bool:
        """Whether both go on together to the end, or came together from the start."""
        (a, k), (b, m) = one.members[0], two.members[0]
        if one.pinned is not None or two.pinned is not None or one.low >= two.high or two.low >= one.high:
            return False
        ea, eb = self.edges[a], self.edges[b]
        if ea.kind != eb.kind:
            return False
        if ea.target == eb.target and self.paths[a][k + 1:] == self.paths[b][m + 1:]:
            return True
        return ea.source == eb.source and self.paths[a][:k + 1] == self.paths[b][:m + 1] and k == m


def _turn(difference: int) -> int:
    return (difference > 0) - (difference < 0)


def _overlap(a: Strand, b: Strand, touching: bool) -> bool:
    if touching:
        return a.low <= b.high and b.low <= a.high
    return a.low < b.high and b.low < a.high


def _groups(strands: list[Strand], touching: bool) -> list[list[Strand]]:
    groups: list[list[Strand]] = []
    for strand in sorted(strands, key=lambda s: (s.low, s.high, s.members)):
        near = [group for group in groups if any(_overlap(strand, other, touching) for other in group)]
        merged = [strand] if not near else sum(near, []) + [strand]
        groups = [group for group in groups if group not in near] + [merged]
    return groups


def _ordered(group: list[Strand]) -> list[Strand]:
    if len(group) == 1:
        return group
    price = {(a, b): _price(a, b) for a in group for b in group if a is not b}

    def total(order: tuple[Strand, ...] | list[Strand]) -> int:
        return sum(price[a, b] for k, a in enumerate(order) for b in order[k + 1:])

    if len(group) <= 5:
        return list(min(permutations(group), key=total))
    order: list[Strand] = []
    for strand in group:
        trials = [order[:k] + [strand] + order[k:] for k in range(len(order) + 1)]
        order = min(trials, key=total)
    for _ in range(3):
        for strand in list(order):
            rest = [s for s in order if s is not strand]
            order = min([rest[:k] + [strand] + rest[k:] for k in range(len(rest) + 1)], key=total)
    return order


def _price(first: Strand, second: Strand) -> int:
    """Crossings and overlaps when ``first`` lies left of (above) ``second``."""
    cost = 0
    for position, side in first.ends:
        if side > 0:
            cost += _meets(position, second, -1)
    for position, side in second.ends:
        if side < 0:
            cost += _meets(position, first, 1)
    return cost


def _meets(position: int, other: Strand, facing: int) -> int:
    """Cost of a turn at ``position`` towards ``other``: it crosses, or runs into a turn that faces it."""
    if any(position == at and side == facing for at, side in other.ends):
        return 6
    return 2 if other.low < position < other.high else 1 if position in (other.low, other.high) else 0


def _levels(order: list[Strand], touching: bool) -> dict[Strand, int]:
    level: dict[Strand, int] = {}
    for k, strand in enumerate(order):
        level[strand] = max([level[o] + 1 for o in order[:k] if _overlap(o, strand, touching)], default=0)
    return level
