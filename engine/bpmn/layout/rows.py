"""Which row of its band a node stands in: straight chains first, then fewer crossings, then fewer rows.

A first placement follows the flow; a local search over single nodes and straight runs improves it until nothing gets
better. Everything is deterministic: ties are decided by the order in the file.
"""

from __future__ import annotations

from collections import defaultdict

from engine.bpmn.layout.columns import owner
from engine.bpmn.layout.drawing import Edge, Node

_PASSES = 4
_ROW_COST = 5.0
_BLOCKED = 9.0
_CROSSING = 4.0


class RowPlan:
    """The rows of every band; after :meth:`settle` every node has its ``row`` and no two share a cell."""

    def __init__(self, nodes: dict[str, Node], edges: list[Edge], bands: int):
        self.nodes = nodes
        self.bands = bands
        self.placed = [node for node in nodes.values() if not node.host]
        self.links = []
        for edge in edges:
            source, target = nodes[owner(nodes, edge.source)], nodes[owner(nodes, edge.target)]
            if source is not target and "participant" not in (source.kind, target.kind):
                weight = {"sequence": 0.4 if edge.back else 1.0, "message": 0.4}.get(edge.kind, 0.8)
                self.links.append((source, target, weight, edge))
        self.cells: dict[tuple[int, int, int], Node] = {}

    def settle(self) -> None:
        self._first_placement()
        if len(self.placed) <= 150:
            best = self._cost()
            for _ in range(_PASSES):
                before = best
                best = self._improve(best)
                if best >= before - 1e-9:
                    break
        self._close_rows()

    def rows(self, band: int) -> int:
        """How many rows the band has, at least one."""
        return max([node.row + 1 for node in self.placed if node.band == band], default=1)

    # --- first placement -----------------------------------------------------------------------------------

    def _first_placement(self) -> None:
        depth = self._depths()
        index = {node.id: i for i, node in enumerate(self.placed)}
        before = defaultdict(list)
        for source, target, _, edge in self.links:
            if not edge.back:
                before[target.id].append(source)
        seen: set[str] = set()
        order = sorted(self.placed, key=lambda n: (n.kind == "textAnnotation" or n.kind.startswith("data"), n.col,
                                                   -depth[n.id], index[n.id]))
        for node in order:
            wish = next((s.row for s in before[node.id] if s.band == node.band and s.id in seen), 0)
            node.row = self._free_row(node, wish)
            self._put(node)
            seen.add(node.id)

    def _depths(self) -> dict[str, int]:
        """Steps to the farthest end, by which the main path is known."""
        depth = {node.id: 0 for node in self.placed}
        for _ in range(len(self.placed)):
            changed = False
            for source, target, _, edge in self.links:
                if not edge.back and edge.kind == "sequence" and depth[source.id] < depth[target.id] + 1:
                    if depth[target.id] + 1 > len(self.placed):
                        continue
                    depth[source.id] = depth[target.id] + 1
                    changed = True
            if not changed:
                break
        return depth

    def _free_row(self, node: Node, wish: int) -> int:
        for distance in range(len(self.placed) + 1):
            for row in (wish + distance, wish - distance):
                if row >= 0 and self._fits(node, row):
                    return row
        return wish

    def _fits(self, node: Node, row: int, without: frozenset[str] = frozenset()) -> bool:
        for col in range(node.col, node.col + node.span):
            other = self.cells.get((node.band, row, col))
            if other is not None and other is not node and other.id not in without:
                return False
        return True

    def _put(self, node: Node) -> None:
        for col in range(node.col, node.col + node.span):
            self.cells[node.band, node.row, col] = node

    def _lift(self, node: Node) -> None:
        for col in range(node.col, node.col + node.span):
            self.cells.pop((node.band, node.row, col), None)

    # --- local search --------------------------------------------------------------------------------------

    def _improve(self, best: float) -> float:
        for node in self.placed:
            if node.kind == "participant":
                continue
            for group in self._groups(node):
                best = self._try_rows(group, best)
        return best

    def _groups(self, node: Node) -> list[list[Node]]:
        run = self._run(node)
        return [[node]] if len(run) == 1 else [[node], run]

    def _run(self, node: Node) -> list[Node]:
        """``node`` and what follows it straight on in the same row."""
        run, known = [node], {node.id}
        for member in run:
            for source, target, _, edge in self.links:
                if (source is member and not edge.back and target.band == node.band and target.row == node.row
                        and target.id not in known):
                    run.append(target)
                    known.add(target.id)
        return run

    def _try_rows(self, group: list[Node], best: float) -> float:
        start = group[0].row
        keys = frozenset(node.id for node in group)
        for row in range(-1, self.rows(group[0].band) + 1):
            if row == start:
                continue
            if row == -1:
                self._shift(group[0].band, 1)
            shift = (row + (row == -1)) - group[0].row
            if all(self._fits(node, node.row + shift, keys) for node in group):
                self._move(group, shift)
                cost = self._cost()
                if cost < best - 1e-6:
                    self._close_rows()
                    return cost
                self._move(group, -shift)
            if row == -1:
                self._shift(group[0].band, -1)
        return best

    def _move(self, group: list[Node], shift: int) -> None:
        for node in group:
            self._lift(node)
        for node in group:
            node.row += shift
            self._put(node)

    def _shift(self, band: int, by: int) -> None:
        self._move([node for node in self.placed if node.band == band], by)

    def _close_rows(self) -> None:
        for band in range(self.bands):
            members = [node for node in self.placed if node.band == band]
            used = {row: index for index, row in enumerate(sorted({node.row for node in members}))}
            for node in members:
                self._lift(node)
            for node in members:
                node.row = used[node.row]
                self._put(node)

    # --- cost ----------------------------------------------------------------------------------------------

    def _cost(self) -> float:
        used = [sorted({node.row for node in self.placed if node.band == band}) for band in range(self.bands)]
        height, start = {}, 0.0
        for band in range(self.bands):
            for row in used[band]:
                height[band, row] = start
                start += 1
            start += 0.4 + (not used[band])
        cost = sum(_ROW_COST * max(0, len(rows) - 1) for rows in used)
        lines = []
        for source, target, weight, edge in self.links:
            y1, y2 = height[source.band, source.row], height[target.band, target.row]
            x1, x2 = source.col + source.span - 1, target.col
            cost += weight * (abs(y1 - y2) + (1.0 if y1 != y2 and x1 != x2 else 0) + self._in_the_way(source, target))
            if not edge.back:
                lines.append((x1, y1, x2, y2, source, target))
        return cost + _CROSSING * _crossings(lines)

    def _in_the_way(self, source: Node, target: Node) -> float:
        """What stands on the straight way of an edge within one row or one column."""
        if source.band == target.band and source.row == target.row:
            low, high = sorted((source.col, target.col))
            return _BLOCKED * sum((source.band, source.row, col) in self.cells and
                                  self.cells[source.band, source.row, col] not in (source, target)
                                  for col in range(low, high))
        if source.col == target.col:
            (b1, r1), (b2, r2) = sorted(((source.band, source.row), (target.band, target.row)))
            return _BLOCKED * sum(1 for node in self.placed if node.col <= source.col < node.col + node.span
                                  and node.kind != "participant" and (b1, r1) < (node.band, node.row) < (b2, r2))
        return 0.0


def _crossings(lines: list[tuple[float, float, float, float, Node, Node]]) -> int:
    count = 0
    for i, (ax1, ay1, ax2, ay2, a1, a2) in enumerate(lines):
        for bx1, by1, bx2, by2, b1, b2 in lines[i + 1:]:
            if a1 is b1 or a2 is b2 or a1 is b2 or a2 is b1 or ax2 < bx1 or bx2 < ax1:
                continue
            low, high = max(ax1, bx1), min(ax2, bx2)
            if low >= high:
                continue
            left = _at(ax1, ay1, ax2, ay2, low) - _at(bx1, by1, bx2, by2, low)
            right = _at(ax1, ay1, ax2, ay2, high) - _at(bx1, by1, bx2, by2, high)
            count += left * right < 0
    return count


def _at(x1: float, y1: float, x2: float, y2: float, x: float) -> float:
    return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
