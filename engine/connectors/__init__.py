"""Connectors: what service tasks may call, by the topic of the task.

A package adds one by the entry point group ``bihuan.connectors``: each entry names a function that takes the
:class:`Equipment` of the installation and returns a :class:`Connector`. Calls are made between two transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

from engine.connectors.connector import (
    CallContext,
    Connector,
    ConnectorFailure,
    Input,
    Secrets,
    failure_sentence,
)
from engine.connectors.http import Http
from engine.connectors.inside import INSIDE, WINDOW, InsideTopic
from engine.connectors.mail import Mail, MailServer, RecordingMail
from engine.connectors.sms import RecordingProvider, ShortMessage, Sms, SmsProvider

__all__ = ["ENTRY_POINTS", "INSIDE", "CallContext", "Connector", "ConnectorFailure", "Connectors", "Equipment",
           "Http", "Input", "InsideTopic", "Mail", "MailServer", "RecordingMail", "RecordingProvider", "Secrets",
           "ShortMessage", "Sms", "SmsProvider", "failure_sentence"]

ENTRY_POINTS = "bihuan.connectors"


@dataclass(frozen=True, slots=True)
class Equipment:
    """What connectors of packages are made from: secrets by name, and options of the settings."""

    secrets: Secrets
    options: Mapping[str, Any] = field(default_factory=dict)


class Connectors:
    """The connectors of one installation, by topic."""

    def __init__(self, *connectors: Connector):
        self._by_name: dict[str, Connector] = {}
        for connector in connectors:
            self.add(connector)

    def add(self, connector: Connector) -> None:
        """Add one; raises ``ValueError`` when its name is missing or taken."""
        if not connector.name or connector.name in self._by_name:
            raise ValueError(f"the connector name {connector.name!r} is missing or taken")
        self._by_name[connector.name] = connector

    def add_installed(self, equipment: Equipment, group: str = ENTRY_POINTS) -> None:
        """Add those of installed packages; one that is there already is not replaced."""
        for entry in entry_points(group=group):
            make: Callable[[Equipment], Connector] = entry.load()
            connector = make(equipment)
            if connector.name not in self._by_name:
                self.add(connector)

    def get(self, name: str) -> Connector | None:
        """The connector of this topic."""
        return self._by_name.get(name)

    def wrong_inputs(self, topic: str, names: Iterable[str]) -> list[tuple[str, str]]:
        """What is wrong with a service task of this topic and these inputs: (code of a failure, name)."""
        inside = next((one for one in INSIDE if one.name == topic), None)
        found = inside or self.get(topic)
        if found is None:
            return [("topic_unknown", topic)]
        return found.wrong_inputs(names if inside else set(names) - {WINDOW.name})

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._by_name.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_name
