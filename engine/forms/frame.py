"""What checking a value needs to know of the world: the moment, and where things may be looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol


class Lookup(Protocol):
    """Finds what a value refers to; each method answers ``None`` for what does not exist or may not be chosen."""

    def record(self, register: str, key: int | str) -> dict[str, Any] | None:
        """``{"register", "id", "label"}`` of a record, ``key`` being its id or the text of its key; may carry
        ``"values"`` (column → value) for fields that are filled from it."""

    def user(self, login: str, role: str | None) -> dict[str, Any] | None:
        """``{"login", "name"}`` of a person, who must hold ``role`` where one is given."""

    def file(self, sha256: str) -> dict[str, Any] | None:
        """``{"sha256", "name", "type", "size"}`` of an uploaded file that this person may attach."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The moment (aware, in the zone of the case) and the look-ups; without ``lookup`` references are trusted."""

    now: datetime
    lookup: Lookup | None = None

    @property
    def zone(self) -> tzinfo:
        """The zone that input without a zone is in."""
        return self.now.tzinfo  # type: ignore[return-value]
