"""What needs a person: jobs that gave up. List them, see why, retry, skip, change data, settle, annotate."""

from __future__ import annotations

from typing import Any

from engine.database import done_again
from engine.incidents.listing import Listing
from engine.incidents.settling import Settling, StepWaits
from engine.incidents.wording import SENTENCES, wording

__all__ = ["SENTENCES", "Incidents", "StepWaits", "wording"]


@done_again
class Incidents(Listing, Settling):
    """The verbs around incidents."""

    def __init__(self, parts: Any):
        self._parts = parts
