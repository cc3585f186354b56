"""Ways of edges over the grid: the cheapest path by length, bends, crossings and company on the line.

Short edges first, back edges late; then every edge is taken out and routed once more, now that it knows the others.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict

from engine.bpmn.layout import sizes
from engine.bpmn.layout.drawing import Edge, Node
from engine.bpmn.layout.grid import Grid, GridPoint

State = tuple[GridPoint, int]
"""A point and the direction in which it was reached."""
_GOAL: GridPoint = (-1, -1)
RIGHT, DOWN, LEFT, UP = range(4)
_STEP = ((1, 0), (0, 1), (-1, 0), (0, -1))
_BEND = 45.0
_CROSSING = 45.0
_TOUCH = 10.0
_COMPANY_GAP = 5.0
_COMPANY_MIDDLE = 160.0


class Router:
    """Routes edges over ``grid``; :meth:`routes` gives for each edge id its turning points in line numbers."""

    def __init__(self, grid: Grid):
        self.grid = grid
        self.nodes = grid.nodes
        self.over: dict[tuple[GridPoint, int], list[Edge]] = defaultdict(list)
        """Edges on the step from a point to its right (axis 0) or lower (axis 1) neighbour."""
        self.through: dict[tuple[GridPoint, int], list[Edge]] = defaultdict(list)
        self.turning: dict[GridPoint, list[Edge]] = defaultdict(list)
        self.ports: dict[tuple[str, int], list[tuple[Edge, bool]]] = defaultdict(list)
        self.paths: dict[str, list[GridPoint]] = {}
        self.loaded = {(node.host, DOWN if node.slot[0] > 0 else UP) for node in self.nodes.values() if node.host}

    def routes(self, edges: list[Edge]) -> dict[str, list[GridPoint]]:
        order = sorted(edges, key=self._urgency)
        for _ in range(2 if len(edges) < 120 else 1):
            for edge in order:
                if edge.id in self.paths:
                    self._enter(edge, self.paths.pop(edge.id), out=True)
                path = self._search(edge)
                if path:
                    self.paths[edge.id] = path
                    self._enter(edge, path)
        return {key: _turns(path) for key, path in self.paths.items()}

    def _urgency(self, edge: Edge) -> tuple:
        a, b = self.nodes[edge.source], self.nodes[edge.target]
        aside, apart = abs(a.col - b.col), abs(self.grid.row_of(a) - self.grid.row_of(b))
        straight = not edge.back and not a.host and (not aside or not apart)
        return (edge.kind == "message", edge.back, not straight, 2 * aside + apart, edge.id)

    # --- ports ---------------------------------------------------------------------------------------------

    def _exits(self, node: Node) -> list[tuple[GridPoint, int]]:
        j = self.grid.row_of(node)
        if node.host:
            return [((self.grid.slot_line(node), j), DOWN if node.slot[0] > 0 else UP)]
        reach = self.grid.reach(node)
        found = [((i, j), side) for i in reach for side in (DOWN, UP) if i % 2]
        if node.kind != "participant":
            found += [((reach[-1], j), RIGHT), ((reach[0], j), LEFT)]
        return found

    def _port_cost(self, node: Node, side: int, edge: Edge, leaving: bool) -> float:
        """``side`` is the side of the node at which the edge leaves or enters."""
        if node.host:
            return 0.0
        forth = RIGHT if leaving else LEFT
        cost = 0.0 if side == forth else 150.0 if side in (LEFT, RIGHT) else 25.0
        if edge.kind != "sequence":
            cost = 20.0 if side in (LEFT, RIGHT) else 0.0
        elif sizes.is_gateway(node.kind) and side in (UP, DOWN):
            cost = 4.0
        elif sizes.is_event(node.kind) and side in (UP, DOWN):
            cost = 12.0
        if edge.back and side in (UP, DOWN):
            cost = 2.0
        if (node.id, side) in self.loaded:
            cost += 20
        for other, other_leaving in self.ports[node.id, side]:
            cost += 190 if other_leaving != leaving else 160 if leaving else 12
            cost += 40 * (other.kind != edge.kind)
        return cost

    # --- search --------------------------------------------------------------------------------------------

    def _search(self, edge: Edge) -> list[GridPoint]:
        source, target = self.nodes[edge.source], self.nodes[edge.target]
        search = _Search({(point, (side + 2) % 4): self._port_cost(target, side, edge, False)
                          for point, side in self._exits(target)})
        pool = self.grid.pool_of(self.grid.row_of(source)) if edge.kind == "sequence" else None
        starts = dict.fromkeys(self._exits(source))
        for start in starts:
            search.reach(start, self._port_cost(source, start[1], edge, True), None)
        while (found := search.nearest()) is not None:
            cost, state = found
            point, side = state
            if point == _GOAL:
                return search.path(state)
            for turn in (side,) if state in starts else (side, (side + 1) % 4, (side + 3) % 4):
                step = self._step(edge, point, turn, pool)
                if step is None:
                    continue
                following, price = step
                price += cost + (0 if state in starts else self._passing(edge, point, side, turn))
                if (following, turn) in search.arrivals and self._may_dock(source, target, following, turn):
                    search.arrive((following, turn), price, state)
                elif following not in self.grid.at:
                    search.reach((following, turn), price, state)
        return []

    def _may_dock(self, source: Node, target: Node, following: GridPoint, turn: int) -> bool:
        """A boundary event beside the middle of its host cannot drop straight into something narrow."""
        if not source.host or turn not in (UP, DOWN) or not source.slot[1]:
            return True
        straight = following[0] == self.grid.slot_line(source)
        return not (straight and abs(source.slot[1]) > target.w / 2 - 8)

    def _step(self, edge: Edge, point: GridPoint, side: int,
              pool: str | None) -> tuple[GridPoint, float] | None:
        dx, dy = _STEP[side]
        i, j = point[0] + dx, point[1] + dy
        grid = self.grid
        if not (0 <= i <= 2 * grid.columns and 0 <= j < len(grid.lines)):
            return None
        if pool is not None and grid.pool_of(j) != pool:
            return None
        if edge.kind == "sequence" and grid.lines[j].band is None:
            return None
        axis = side % 2
        first = (min(i, point[0]), min(j, point[1]))
        length = abs(grid.estimate_x[i] - grid.estimate_x[point[0]])
        length += abs(grid.estimate_y[j] - grid.estimate_y[point[1]])
        middle = point[0] % 2 == 1 if axis else grid.lines[point[1]].row is not None
        for other in self.over[first, axis]:
            if other.target == edge.target and other.kind == edge.kind:
                length += 3
            elif middle:
                length += _COMPANY_MIDDLE * (0.4 if other.source == edge.source else 1)
            else:
                length += _COMPANY_GAP
        return (i, j), length

    def _passing(self, edge: Edge, point: GridPoint, side: int, turn: int) -> float:
        """What it costs to go on from ``point``: a bend, or crossing those that pass there."""
        if turn != side:
            return _BEND + _TOUCH * sum(not _kin(edge, other) for other in self.turning[point])
        others = self.through[point, 1 - side % 2]
        return _CROSSING * sum(not _kin(edge, other) for other in others)

    # --- keeping account -----------------------------------------------------------------------------------

    def _enter(self, edge: Edge, path: list[GridPoint], out: bool = False) -> None:
        def book(register: list, entry: object) -> None:
            register.remove(entry) if out else register.append(entry)

        for a, b in zip(path, path[1:]):
            book(self.over[(min(a[0], b[0]), min(a[1], b[1])), int(a[0] == b[0])], edge)
        for a, b, c in zip(path, path[1:], path[2:]):
            if a[0] == b[0] == c[0] or a[1] == b[1] == c[1]:
                book(self.through[b, int(a[0] == c[0])], edge)
            else:
                book(self.turning[b], edge)
        book(self.ports[edge.source, _side(path[0], path[1])], (edge, True))
        book(self.ports[edge.target, _side(path[-1], path[-2])], (edge, False))


def _kin(a: Edge, b: Edge) -> bool:
    return a.target == b.target or a.source == b.source


def _side(a: GridPoint, b: GridPoint) -> int:
    return _STEP.index(((b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])))


class _Search:
    """Dijkstra's account of one search: best cost and origin of every state, a state being a point and a direction."""

    def __init__(self, arrivals: dict[State, float]):
        self.arrivals = arrivals
        self.best: dict[State, float] = {}
        self.came: dict[State, State | None] = {}
        self.arrived: dict[State, tuple[GridPoint, State]] = {}
        self.heap: list[tuple[float, int, State]] = []
        self.count = 0

    def reach(self, state: State, cost: float, origin: State | None) -> bool:
        """Note a way to ``state`` if it is better than those known."""
        if cost >= self.best.get(state, math.inf) - 1e-9:
            return False
        self.best[state], self.came[state] = cost, origin
        self.count += 1
        heapq.heappush(self.heap, (cost, self.count, state))
        return True

    def arrive(self, state: State, cost: float, origin: State) -> None:
        """Note a way into the target, at the border of ``state``."""
        final = (_GOAL, state[1])
        if self.reach(final, cost + self.arrivals[state], None):
            self.arrived[final] = state[0], origin

    def nearest(self) -> tuple[float, State] | None:
        """The cheapest state not yet looked at."""
        while self.heap:
            cost, _, state = heapq.heappop(self.heap)
            if cost <= self.best[state] + 1e-9:
                return cost, state
        return None

    def path(self, final: State) -> list[GridPoint]:
        point, state = self.arrived[final]
        path = [point]
        origin: State | None = state
        while origin is not None:
            path.append(origin[0])
            origin = self.came[origin]
        return path[::-1]


def _turns(path: list[GridPoint]) -> list[GridPoint]:
    kept = [path[0]]
    for a, b, c in zip(path, path[1:], path[2:]):
        if not (a[0] == b[0] == c[0] or a[1] == b[1] == c[1]):
            kept.append(b)
    return [*kept, path[-1]]
