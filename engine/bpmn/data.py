"""Reading data objects, data stores and data associations: which variable each of them is."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.elements import BPMN, children, feel, inner_text, reference
from engine.bpmn.mapping import DataAssociation
from engine.bpmn.nodes import Node

_PLACEHOLDER = "__targetRef_placeholder"


class DataNames:
    """From the ids of data in a file to names of variables, and to data stores."""

    def __init__(self, root: etree._Element):
        self.variables: dict[str, str] = {}
        self.stores: dict[str, str] = {}
        self.placeholders: set[str] = set()
        for node in root.iter(BPMN + "dataObject", BPMN + "dataInput", BPMN + "dataOutput", BPMN + "property"):
            if node.get("id"):
                self.variables[node.get("id")] = node.get("name") or node.get("id")
                if node.get("name") == _PLACEHOLDER:
                    self.placeholders.add(node.get("id"))
        for node in root.iter(BPMN + "dataObjectReference"):
            target = reference(node.get("dataObjectRef")) or node.get("id")
            if self.variables.get(target, target) == target and node.get("name"):
                self.variables[target] = node.get("name")
            self.variables[node.get("id")] = self.variables.get(target, target)
        for node in root.iter(BPMN + "dataStoreReference"):
            self.stores[node.get("id")] = reference(node.get("dataStoreRef")) or node.get("id")

    def variable(self, name: str | None) -> str | None:
        """The variable of a data object, input, output or property; any other name stands for itself."""
        return self.variables.get(name, name) if name else None

    def objects_of(self, scope: etree._Element) -> tuple[str, ...]:
        """The variables of the data objects that live in a sub-process."""
        return tuple(self.variables[node.get("id")] for node in children(scope, "dataObject"))

    def read_into(self, node: etree._Element, task: Node) -> None:
        """The data associations of an activity or event."""
        task.reads = tuple(found for entry in children(node, "dataInputAssociation")
                           if (found := self._association(entry)) is not None)
        task.writes = tuple(found for entry in children(node, "dataOutputAssociation")
                            if (found := self._association(entry)) is not None)
        outputs = (output for spec in children(node, "ioSpecification") for output in children(spec, "dataOutput"))
        task.locals = tuple(self.variables[output.get("id")] for output in outputs if output.get("id"))

    def _association(self, entry: etree._Element) -> DataAssociation | None:
        source, target = reference(inner_text(entry, "sourceRef")), reference(inner_text(entry, "targetRef"))
        transformation = feel(inner_text(entry, "transformation"))
        for assignment in children(entry, "assignment"):
            transformation = feel(inner_text(assignment, "from")) or transformation
            target = reference(inner_text(assignment, "to")) or target
        if target is None or target in self.placeholders or (source is None and transformation is None):
            return None
        store = self.stores.get(source or "") or self.stores.get(target)
        return DataAssociation(self.variable(source), self.variable(target) or target, transformation, store)
