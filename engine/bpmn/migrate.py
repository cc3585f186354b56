"""A saved run goes on under another version of its drawing.

Tokens stay where they are (under the new id where ``mapping`` says so); timers that are running keep their due moment.
Boundary events and event sub-processes that the new drawing adds are armed, those it has dropped are called off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import values
from engine.bpmn import state
from engine.bpmn.events import Attached
from engine.bpmn.failures import RunFailed
from engine.bpmn.gateways import Gateway
from engine.bpmn.model import ProcessModel
from engine.bpmn.nodes import Node
from engine.bpmn.publish import all_nodes
from engine.bpmn.tokens import WAITING

if TYPE_CHECKING:
    from engine.bpmn.run import ProcessRun


class Migration:
    """From one model to another; ``mapping``: old element id to new, for those that differ.

    Raises :class:`RunFailed` where a token has no place in the new drawing.
    """

    def __init__(self, old: ProcessModel, new: ProcessModel, mapping: Mapping[str, str]):
        self.old = old
        self.new = new
        self.mapping = mapping
        self.before = _by_name(old)
        self.after = _by_name(new)

    def into(self, run: ProcessRun, saved: str) -> None:
        """Put a saved state of the old model into a fresh run of the new one."""
        found = values.loads(saved)
        if "x" not in found:
            found["t"] = self._kept([self._moved(row) for row in found["t"]])
            for scope in found.get("s", {}).values():
                self._scope(scope)
        state.fill(run, found)
        self._arm_new(run)

    def name(self, element_id: str) -> str:
        """The new id of an element."""
        return self.mapping.get(element_id, element_id)

    def _moved(self, row: list[Any]) -> list[Any] | None:
        row = row + [None] * (9 - len(row))
        old, name = self.before.get(row[1]), self.name(row[1])
        new = self.after.get(name)
        if new is None and row[3] == WAITING and isinstance(old, Attached):
            return None
        if new is None or old is None:
            raise RunFailed(row[1], "unknown_element", wanted=name)
        if new.element.kind != old.element.kind:
            raise RunFailed(row[1], "not_a_target", wanted=name)
        row[1] = name
        if row[4] is not None and row[4] not in self.new.flows:
            row[4] = self._flow(row[4], held=row[3] == WAITING and isinstance(new, Gateway))
        return row

    def _flow(self, flow_id: str, *, held: bool) -> str | None:
        """The flow of the new drawing between the same elements; only at a join it matters which one it was."""
        flow = self.old.flows.get(flow_id)
        ends = (self.name(flow.source), self.name(flow.target)) if flow is not None else None
        for other in self.new.flows.values():
            if (other.source, other.target) == ends:
                return other.id
        if held:
            raise RunFailed(flow_id, "unknown_element", wanted=flow_id)
        return None

    def _kept(self, rows: list[list[Any] | None]) -> list[list[Any]]:
        return [row for row in rows if row is not None]

    def _scope(self, scope: dict[str, Any]) -> None:
        if "log" in scope:
            scope["log"] = [entry | {"a": self.name(entry["a"])} for entry in scope["log"]
                            if self.name(entry["a"]) in self.after]
        if "fired" in scope:
            scope["fired"] = {self.name(name): count for name, count in scope["fired"].items()
                              if self.name(name) in self.after}
        if "todo" in scope:
            scope["todo"] = [self.name(name) for name in scope["todo"] if self.name(name) in self.after]

    def _arm_new(self, run: ProcessRun) -> None:
        known = {self.name(name) for name in self.before}
        for token in list(run.tokens.values()):
            if token.id in run.tokens and "of" not in token.notes and "in" in token.notes:
                for boundary in token.task_spec.boundaries:
                    if boundary.name not in known:
                        event = run.make(token.scope, boundary)
                        event.host = token.id
                        run.bring(event)
        for scope in list(run.scopes.values()):
            for start in scope.spec.event_starts:
                if start not in known and scope.id in run.scopes:
                    run.bring(run.make(scope, scope.spec.task_specs[start]))


def _by_name(model: ProcessModel) -> dict[str, Node]:
    """All nodes by element id; of a start event of an event sub-process the side that is armed."""
    found: dict[str, Node] = {}
    for node in all_nodes(model.graph):
        if node.name not in found or isinstance(node, Attached):
            found[node.name] = node
    return found
