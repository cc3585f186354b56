"""Where the elements of an old drawing may have gone in a new one: the same id, or proposals by kind and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from engine.bpmn import Element
from engine.definitions import Definition
from engine.migrating.route import Route

ALIKE = 0.6
"""From this likeness of names on an element is proposed; below it a person chooses."""


def proposed(old: Definition, new: Definition, chosen: Mapping[str, str]) -> dict[str, str]:
    """A mapping of elements whose id has no fitting element in the new drawing: what was ``chosen``, else the most
    likely one that is new there. What lies outside comes first, what is attached last."""
    mapping = dict(chosen)
    for stage in _stages(old):
        free = set(new.model.elements) - set(old.model.elements)
        route = Route(old, new, mapping)
        taken = {route.name(one) for one in old.model.elements if route.migration.fitting.code(one) is None}
        for _, element, other in sorted(_pairs(route, stage, free - taken, chosen), reverse=True):
            if element not in mapping and other not in taken:
                mapping[element] = other
                taken.add(other)
    return {key: to for key, to in mapping.items() if to}


def choices(route: Route, element_id: str) -> list[str]:
    """The elements of the new drawing that could stand for an old one, the most like it first."""
    old = route.old.model.elements[element_id]
    fitting = [one for one in route.new.model.elements.values()
               if route.migration.fitting.between(element_id, one.id) is None]
    return [one.id for one in sorted(fitting, key=lambda one: (-likeness(old, one), one.id))]


def likeness(old: Element, new: Element) -> float:
    """How likely two elements of a kind are the same: by name, then by form, role and what they are attached to."""
    names = [SequenceMatcher(None, one, other).ratio() for one, other in ((old.name, new.name),
                                                                          (old.name_en.lower(), new.name_en.lower()))
             if one and other]
    same = sum(0.2 for name in ("formKey", "topic", "decisionRef", "calledElement", "candidateGroups")
               if old.attributes.get(name) and old.attributes.get(name) == new.attributes.get(name))
    same += sum(0.2 for name in ("bihuan:deadline", "bihuan:case_state")
                if old.properties.get(name) and old.properties.get(name) == new.properties.get(name))
    return max(names, default=0.0) + same


def _pairs(route: Route, stage: Iterable[str], free: set[str],
           chosen: Mapping[str, str]) -> list[tuple[float, str, str]]:
    found = []
    fitting = route.migration.fitting
    for element_id in stage:
        if element_id in chosen or fitting.code(element_id) is None:
            continue
        old = route.old.model.elements[element_id]
        for other in sorted(free):
            if fitting.between(element_id, other) is None:
                alike = likeness(old, route.new.model.elements[other])
                if alike >= ALIKE or (old.attached_to and fitting.same_event(element_id, other)):
                    found.append((alike, element_id, other))
    return found


def _stages(old: Definition) -> list[list[str]]:
    """The elements by depth; those that are attached after those they hang on."""
    elements = old.model.elements

    def depth(element: Element) -> int:
        return 0 if element.parent is None else 1 + depth(elements[element.parent])

    stages: dict[tuple[int, bool], list[str]] = {}
    for element in elements.values():
        stages.setdefault((depth(element), element.attached_to is not None), []).append(element.id)
    return [stages[key] for key in sorted(stages)]
