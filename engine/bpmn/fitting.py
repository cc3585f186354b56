"""Whether an element of one drawing can stand for one of another: what a token there needs to find again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from engine.bpmn.activities import SubProcess
from engine.bpmn.events import Attached, Catch
from engine.bpmn.model import ProcessModel
from engine.bpmn.nodes import Node
from engine.bpmn.publish import all_nodes


class Fitting:
    """From one model to another; ``mapping``: old element id to new, for those that differ."""

    def __init__(self, old: ProcessModel, new: ProcessModel, mapping: Mapping[str, str]):
        self.old, self.new, self.mapping = old, new, mapping
        self.before, self.after = by_name(old), by_name(new)
        self._codes: dict[str, str | None] = {}

    def name(self, element_id: str) -> str:
        """The new id of an element."""
        return self.mapping.get(element_id, element_id)

    def code(self, element_id: str) -> str | None:
        """Why a token at an old element has no place in the new drawing (a reason of ``RunFailed``), if it has none."""
        if element_id not in self._codes:
            self._codes[element_id] = self.between(element_id, self.name(element_id))
        return self._codes[element_id]

    def between(self, old_id: str, new_id: str) -> str | None:
        """As :meth:`code`, for any two elements."""
        old, new = self.before.get(old_id), self.after.get(new_id)
        if old is None or new is None:
            return "unknown_element"
        if old.element.kind != new.element.kind or type(old) is not type(new) or _ways(old) != _ways(new):
            return "not_a_target"
        if self._around(old) != new.scope_spec.name and (self._around(old) or new.scope_spec.parent is not None):
            return "other_place"
        if _repeated(old) != _repeated(new):
            return "other_repetition"
        if isinstance(old, Catch) and _events(old) != _events(new):
            return "other_events"
        if isinstance(old, Attached) and self._beside(old) != (new.element.attached_to or new.element.parent):
            return "other_host"
        return None

    @cached_property
    def replaced(self) -> frozenset[str]:
        """The elements of the new drawing that stand for one of the old."""
        return frozenset(self.name(old) for old in self.before if self.code(old) is None)

    def same_event(self, old_id: str, new_id: str) -> bool:
        """Whether two events wait for the same: the same moment, message or condition."""
        old, new = self.before[old_id], self.after[new_id]
        return isinstance(old, Catch) and isinstance(new, Catch) and old.definitions == new.definitions

    def _around(self, old: Node) -> str | None:
        """The sub-process around an old element under its new id; ``None``: the process itself."""
        return self.name(old.scope_spec.name) if old.scope_spec.parent is not None else None

    def _beside(self, old: Node) -> str | None:
        """What an attached event hangs on, under its new id; of the start of an event sub-process, that."""
        beside = old.element.attached_to or old.element.parent
        return self.name(beside) if beside else None


def by_name(model: ProcessModel) -> dict[str, Node]:
    """All nodes by element id; of a start event of an event sub-process the side that is armed."""
    found: dict[str, Node] = {}
    for node in all_nodes(model.graph):
        if node.name not in found or isinstance(node, Attached):
            found[node.name] = node
    return found


def _repeated(node: Node) -> str | None:
    return node.repetition.info.kind if node.repetition is not None else None


def _ways(node: Node) -> tuple[bool, ...]:
    """What of an ad-hoc sub-process may not change under way."""
    rule = node.inner.ad_hoc if isinstance(node, SubProcess) else None
    return (rule.sequential, rule.chosen) if rule is not None else ()


def _events(node: Node) -> tuple[object, ...]:
    """The kinds of events that a node waits for, in their order: what was armed is kept by its place."""
    assert isinstance(node, Catch)
    return (*(definition.kind for definition in node.definitions), node.parallel)
