"""Where the tokens of a saved run stand, read without making a run of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine import values
from engine.bpmn.tokens import ROOT, STARTED, WAITING

OF_THE_CASE = frozenset({"vars", "i", "match", "due", "in", "call", "back"})
"""Notes that differ from run to run and decide nothing about where a token can go on."""
MANY = 2
"""As many tokens at one place as count: more make no difference."""


@dataclass(frozen=True, slots=True)
class Place:
    """A token: its element, the elements around it, and how it stands there."""

    id: str
    element_id: str
    scope: str
    state: int
    flow: str | None
    host: str | None
    group: str | None
    notes: Mapping[str, Any]

    @property
    def works(self) -> bool:
        """Whether work is open here, its own or inside it."""
        return self.state == STARTED

    @property
    def waits(self) -> bool:
        """Whether it is armed, or held at a join."""
        return self.state == WAITING


class Marking:
    """The tokens of a saved state."""

    def __init__(self, saved: str):
        self.state: dict[str, Any] = values.loads(saved)
        self.places = [_place(row) for row in self.state.get("t", ())]
        self.by_id = {place.id: place for place in self.places}

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return "x" in self.state

    @cached_property
    def at(self) -> tuple[str, ...]:
        """The elements where it stands: open work, events that are waited for, joins; what is around them is not."""
        around = {place.scope for place in self.places}
        return tuple(sorted({place.element_id for place in self.places if place.id not in around
                             and place.host is None and (place.works or place.flow is not None or place.group)}))

    @cached_property
    def key(self) -> str:
        """Equal for states of one version to which the same applies when they are moved to another version."""
        places = Counter(self._told(place) for place in self.places)
        told = sorted((place, min(count, MANY)) for place, count in places.items())
        scopes = sorted({(self._way(scope), tuple(sorted(_named(kept))))
                         for scope, kept in self.state.get("s", {}).items() if _named(kept)})
        return repr((told, scopes))

    def _told(self, place: Place) -> tuple[Any, ...]:
        """A place without what differs from run to run. A sequence flow counts where a token is held by it."""
        host = self.by_id[place.host].element_id if place.host in self.by_id else ""
        notes = tuple(sorted(note for note in place.notes if note not in OF_THE_CASE))
        flow = place.flow or "" if place.waits and "in" not in place.notes else ""
        return (place.element_id, self._way(place.scope), int(place.state), flow, host, bool(place.group), notes)

    def _way(self, scope: str) -> str:
        """The elements around a scope, the innermost first."""
        found = []
        while scope != ROOT and scope in self.by_id:
            found.append(self.by_id[scope].element_id)
            scope = self.by_id[scope].scope
        return "/".join(found)


def _place(row: list[Any]) -> Place:
    token_id, node, scope, state, flow, host, group, _order, notes = row + [None] * (9 - len(row))
    return Place(token_id, node, scope, state, flow, host, group, notes or {})


def _named(kept: Mapping[str, Any]) -> set[str]:
    """The elements that a scope remembers."""
    return {*(entry["a"] for entry in kept.get("log", ())), *kept.get("fired", ()), *kept.get("todo", ())}
