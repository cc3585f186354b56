"""The way from one version of a process to another, made once for all its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn import Element
from engine.bpmn.migrate import Migration
from engine.case_columns import PROPERTIES
from engine.definitions import Definition
from engine.search_fields import SearchField

OFFERED_BY = ("candidateGroups", "assignee")
RULES = ("bihuan:role", "bihuan:nobody", "bihuan:starter_is_approver")


@dataclass(frozen=True, slots=True)
class TaskChange:
    """What of the rows of an open user task a new drawing of its step changes."""

    new: Element
    offers: bool
    form: bool
    priority: bool
    clock: str
    """``begins``, ``stops``, or empty: a clock that runs goes on as it is."""

    @property
    def evaluates(self) -> bool:
        """Whether the outcome hangs on the case: then each case is tried by itself."""
        said = (self.new.attributes.get("formKey") or "") if self.form else ""
        return self.offers or self.clock == "begins" or said.startswith("=")


class Route:
    """From ``old`` to ``new`` with the elements mapped; knows what of each step changes."""

    def __init__(self, old: Definition, new: Definition, mapping: Mapping[str, str]):
        self.old, self.new = old, new
        self.mapping = {key: to for key, to in mapping.items() if key != to}
        self.migration = Migration(old.model, new.model, self.mapping)
        self.lists_differ = any(old.model.properties.get(name) != new.model.properties.get(name)
                                for name in PROPERTIES.values())
        self._tasks: dict[str, TaskChange] = {}

    def name(self, element_id: str) -> str:
        """The new id of an element."""
        return self.mapping.get(element_id, element_id)

    def task(self, element_id: str) -> TaskChange:
        """What changes at the user task that was ``element_id``."""
        if element_id not in self._tasks:
            self._tasks[element_id] = _task_change(self.old, self.new, element_id, self.name(element_id))
        return self._tasks[element_id]

    def calls_anew(self, element_id: str) -> bool:
        """Whether a service task is called otherwise than before: another topic, other inputs."""
        old, new = self.old.model.elements[element_id], self.new.model.elements.get(self.name(element_id))
        return new is None or old.inputs != new.inputs or any(old.attributes.get(name) != new.attributes.get(name)
                                               for name in ("topic", "type"))

    def evaluates(self, elements: tuple[str, ...]) -> bool:
        """Whether moving a case that stands at ``elements`` hangs on more than where it stands."""
        if self.forms_gone:
            return True  # a customer may have a link to one
        for element_id in elements:
            element = self.old.model.elements.get(element_id)
            if element is not None and element.kind == "userTask" and self.task(element_id).evaluates:
                return True
            takes = element is not None and (element.inputs or "topic" in element.attributes)
            if takes and self.calls_anew(element_id):
                return True
        return False

    @property
    def forms_gone(self) -> frozenset[str]:
        """Keys of forms that the new version does not have."""
        return frozenset(self.old.forms) - frozenset(self.new.forms)

    @property
    def searched_anew(self) -> tuple[SearchField, ...]:
        """Search fields that the new version declares and the old did not, or otherwise."""
        known = {(one.name, one.form_key, one.kind) for one in self.old.searched}
        return tuple(one for one in self.new.searched if (one.name, one.form_key, one.kind) not in known)

    @property
    def searched_no_more(self) -> frozenset[str]:
        """Names of search fields that the new version does not declare."""
        return frozenset(one.name for one in self.old.searched) - {one.name for one in self.new.searched}


def _task_change(old: Definition, new: Definition, old_id: str, new_id: str) -> TaskChange:
    before, after = old.model.elements[old_id], new.model.elements[new_id]
    return TaskChange(
        after,
        offers=any(before.attributes.get(name) != after.attributes.get(name) for name in OFFERED_BY)
        or any(_said(old, before, name) != _said(new, after, name) for name in RULES),
        form=before.attributes.get("formKey") != after.attributes.get("formKey"),
        priority=before.attributes.get("priority") != after.attributes.get("priority"),
        clock=_clock(before, after))


def _said(definition: Definition, element: Element, name: str) -> Any:
    """A property of a step, of its lane or of its process."""
    return element.property(name) or definition.model.properties.get(name)


def _clock(before: Element, after: Element) -> str:
    had, has = (bool(one.properties.get("bihuan:deadline") or one.attributes.get("dueDate"))
                for one in (before, after))
    return "" if had == has else "begins" if has else "stops"
