"""Event definitions: what an event waits for or throws, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.elements import camunda_attributes, children, feel, inner_text, kind_of, reference, text_of
from engine.bpmn.model import Text


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """One definition of an event. ``kind``: message, signal, timer, conditional, error, escalation, compensate,
    cancel, terminate or link."""

    kind: str
    key: Text | None = None
    """Name of the message, signal or link; code of the error or escalation (``None``: any)."""
    timer: str = ""
    """date, duration or cycle."""
    text: Text | None = None
    """The time of a timer."""
    condition: str | None = None
    activity: str | None = None
    """What a compensation is limited to."""
    wait: bool = True
    """Whether a compensation is waited for."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes of the ``camunda`` namespace, e.g. ``errorCodeVariable``."""
    reference: str | None = None
    """Id of the message, signal, error or escalation in the file."""

    @property
    def name(self) -> str | None:
        """The key when it is literal."""
        return self.key.source if self.key is not None and not self.key.feel else None


class EventReader:
    """Reads event definitions; ``by_id``: all elements of the file."""

    def __init__(self, by_id: Mapping[str, etree._Element]):
        self.by_id = by_id

    def of(self, node: etree._Element) -> tuple[EventDefinition, ...]:
        """The event definitions of a node, those it refers to included."""
        found = []
        for child in children(node):
            entry = child
            if kind_of(child) == "eventDefinitionRef":
                entry = self.by_id.get(reference(child.text) or "")
            if entry is not None and kind_of(entry).endswith("EventDefinition"):
                found.append(self._definition(entry, node))
        return tuple(found)

    def _definition(self, entry: etree._Element, node: etree._Element) -> EventDefinition:
        kind = kind_of(entry)[:-len("EventDefinition")]
        attributes = camunda_attributes(entry)
        if kind in ("message", "signal"):
            key = self.named(entry, kind + "Ref", "name")
            return EventDefinition(kind, key, attributes=attributes, reference=reference(entry.get(kind + "Ref")))
        if kind in ("error", "escalation"):
            key = self.named(entry, kind + "Ref", kind + "Code")
            return EventDefinition(kind, key, attributes=attributes, reference=reference(entry.get(kind + "Ref")))
        if kind == "timer":
            for timer in ("date", "duration", "cycle"):
                if (text := inner_text(entry, "time" + timer.capitalize())) is not None:
                    return EventDefinition(kind, timer=timer, text=text_of(text), attributes=attributes)
            return EventDefinition(kind, timer="duration", attributes=attributes)
        if kind == "conditional":
            return EventDefinition(kind, condition=feel(inner_text(entry, "condition")), attributes=attributes)
        if kind == "link":
            return EventDefinition(kind, Text(entry.get("name") or node.get("name") or ""))
        if kind == "compensate":
            return EventDefinition(kind, activity=reference(entry.get("activityRef")),
                                   wait=entry.get("waitForCompletion", "true").strip() in ("true", "1"))
        return EventDefinition(kind, attributes=attributes)

    def named(self, entry: etree._Element, attribute: str, name: str) -> Text | None:
        """The name or code of what a definition refers to; without one its id."""
        target = reference(entry.get(attribute))
        if target is None:
            return None
        node = self.by_id.get(target)
        return text_of((node.get(name) if node is not None else None) or target)
