"""The variables that a drawing itself writes, and those it hands to processes it calls: for checks at deployment."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.activities import CallActivity, SubProcess
from engine.bpmn.model import ProcessModel
from engine.bpmn.nodes import Node
from engine.bpmn.tokens import ScopeSpec


def nodes_of(spec: ScopeSpec) -> Iterator[Node]:
    """All nodes of a scope and of the scopes within it."""
    for node in spec.task_specs.values():
        if isinstance(node, Node):
            yield node
            inner = getattr(node, "inner", None)
            if isinstance(node, SubProcess) and inner is not None:
                yield from nodes_of(inner)


def written_names(model: ProcessModel) -> frozenset[str]:
    """Names that results, mappings, loops, data objects and called processes write."""
    found: set[str] = set(model.graph.data_objects)
    for node in nodes_of(model.graph):
        element = node.element
        found |= {*element.inputs, *element.outputs, element.attributes.get("resultVariable") or ""}
        if element.loop is not None:
            found |= {element.loop.element_variable or "", element.loop.output_collection or ""}
        if isinstance(node, CallActivity):
            found |= {passing.target or "" for passing in node.outs}
        inner = getattr(node, "inner", None)
        if inner is not None:
            found |= set(inner.data_objects)
        found |= {association.target for association in getattr(node, "writes", ()) if association.target}
        found |= {association.target for association in getattr(node, "reads", ()) if association.target}
    return frozenset(found - {""})


def handed_names(model: ProcessModel, called: str) -> tuple[frozenset[str], bool]:
    """The names that ``model`` hands to the process ``called``, and whether it hands over everything it has."""
    found: set[str] = set()
    everything = False
    for node in nodes_of(model.graph):
        if isinstance(node, CallActivity) and node.called is not None and node.called.source == called:
            everything |= not node.ins or any(passing.all for passing in node.ins)
            found |= {passing.target for passing in node.ins if passing.target}
    return frozenset(found), everything


def called_keys(model: ProcessModel) -> dict[str, str]:
    """The process that each call activity calls, by element; those that an expression names are left out."""
    return {node.element.id: node.called.source for node in nodes_of(model.graph)
            if isinstance(node, CallActivity) and node.called is not None and not node.called.feel}
