"""What a run needs from outside: the time, expressions, decisions, data stores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Protocol

from engine.bpmn.model import Element


class Environment(Protocol):
    """Given by whoever runs a process; every FEEL text comes without its leading ``=``."""

    zone: tzinfo
    """Where texts without a zone are read and months are counted (optional, else UTC)."""

    def now(self) -> datetime:
        """The present moment, aware."""
        ...

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> Any:
        """The value of a FEEL text."""
        ...

    def condition(self, text: str, variables: Mapping[str, Any]) -> bool:
        """Whether a condition holds. Where it is neither true nor false it raises an error with the code
        ``null_condition`` (and ``params["missing"]``, the names that were not there)."""
        ...

    def decide(self, element: Element, variables: Mapping[str, Any]) -> tuple[Any, Any]:
        """The decision ``camunda:decisionRef`` of a business rule task: (value as ``mapDecisionResult`` says, fired
        rules)."""
        ...

    def next_tick(self, text: str, after: datetime) -> datetime:
        """The next moment of a cron text (only needed where a drawing has one inside a process)."""
        ...

    def read_store(self, store: str, element: Element, variables: Mapping[str, Any]) -> Any:
        """What a data store gives to ``element`` (only needed where a drawing has data stores)."""
        ...

    def write_store(self, store: str, element: Element, value: Any, variables: Mapping[str, Any]) -> None:
        """Put ``value`` into a data store."""
        ...
