"""What a drawing says, for whoever asks: elements, lanes, starts, expressions. Frozen; shared by all runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.bpmn.tokens import ScopeSpec


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a drawing: FEEL (without its leading ``=``) or literal."""

    source: str
    feel: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a pool; ``properties`` are its ``camunda:property`` entries."""

    id: str
    name: str
    name_en: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; ``condition`` is FEEL text or ``None``."""

    id: str
    source: str
    target: str
    condition: str | None = None
    default: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class LoopInfo:
    """How an activity is repeated: ``kind`` is ``standard``, ``parallel`` or ``sequential``."""

    kind: str
    collection: Text | None = None
    element_variable: str | None = None
    cardinality: Text | None = None
    condition: str | None = None
    """Completion condition of a multi-instance, loop condition of a standard loop (FEEL)."""
    test_before: bool = False
    maximum: int | None = None
    output_collection: str | None = None
    output_element: Text | None = None
    behavior: str = "All"


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node of a drawing. ``kind`` is its BPMN name, e.g. ``userTask``; ``parent`` the id of the sub-process
    around it (``None``: the process itself); ``attributes`` are those of the ``camunda`` namespace without prefix,
    ``properties`` its ``camunda:property`` entries, ``lanes`` the lanes around it, outermost first."""

    id: str
    kind: str
    name: str = ""
    name_en: str = ""
    documentation: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    lanes: tuple[Lane, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    default: str | None = None
    loop: LoopInfo | None = None
    attached_to: str | None = None
    events: tuple[str, ...] = ()
    """Kinds of its event definitions, e.g. ``('timer',)``."""
    line: int = 0

    def property(self, name: str) -> str | None:
        """The property ``name``, of the element itself or else of the innermost lane that has it."""
        if name in self.properties:
            return self.properties[name]
        return next((lane.properties[name] for lane in reversed(self.lanes) if name in lane.properties), None)


@dataclass(frozen=True, slots=True)
class StartEvent:
    """A way to start a process. ``kind``: none, message, signal, timer or conditional; ``key``: name of the message
    or signal; ``timer``: (``date`` | ``duration`` | ``cycle``, text); ``instantiate_element``: kind of the element when
    it is not a start event (an instantiating ``receiveTask`` or a catch event behind an instantiating gateway)."""

    element_id: str
    kind: str
    key: str | None = None
    timer: tuple[str, str] | None = None
    condition: str | None = None
    instantiate_element: str | None = None


@dataclass(frozen=True, slots=True)
class ModelExpression:
    """A FEEL text of a drawing and what it is for (role: condition, value, timer, cardinality, collection …)."""

    element_id: str
    attribute: str
    text: str
    role: str


@dataclass(frozen=True, slots=True, eq=False)
class ProcessModel:
    """One executable process of a file, compiled once and shared by all its runs."""

    key: str
    name: str
    name_en: str
    version_tag: str | None
    documentation: str
    file: str
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    start_events: tuple[StartEvent, ...]
    called_elements: tuple[str, ...]
    expressions: tuple[ModelExpression, ...]
    form_keys: tuple[str, ...]
    decision_refs: tuple[str, ...]
    roles: tuple[str, ...]
    properties: Mapping[str, str]
    attributes: Mapping[str, str]
    graph: ScopeSpec = field(repr=False)
    participant: str = ""
    """Name of its pool, if any."""
    executable: bool = True
