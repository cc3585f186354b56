"""Event definitions: what an event waits for or throws, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
