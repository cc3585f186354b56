"""The studio: drafts of processes, changed, checked, tried, compared and published. One mixin of verbs per module."""

from __future__ import annotations

from typing import Any

from engine.authorization import Actor
from engine.studio.checking import Checks
from engine.studio.choosing import Choosing
from engine.studio.differences import Comparisons
from engine.studio.draft_files import DraftFiles
from engine.studio.drafts import Drafts
from engine.studio.editing import Editing
from engine.studio.effects import Effects
from engine.studio.exchange import Exchange
from engine.studio.publishing import Publishing
from engine.studio.recording import Recording
from engine.studio.restoring import Restoring
from engine.studio.runs import Runs
from engine.studio.sandbox import Sandboxes
from engine.studio.scenario_cards import ScenariosVerdict
from engine.studio.scenarios import Scenarios
from engine.studio.simulations import Simulations
from engine.studio.tidying import Tidying

__all__ = ["Studio"]


class Studio(Drafts, DraftFiles, Checks, Publishing, Comparisons, Restoring, Exchange, Editing, Choosing, Tidying):
    """The verbs of the studio; each is one transaction. Mixins share ``self._parts``, the engine's parts."""

    def __init__(self, parts: Any):
        self._parts = parts
        self.runs = Runs(parts)
        self.scenarios = Scenarios(parts, self.runs)
        self.sandboxes = Sandboxes(parts)
        self.recording = Recording(parts)
        self.effects = Effects(parts)
        self.simulations = Simulations(parts, self.runs)

    def scenarios_pass(self, draft_id: str, by: Actor) -> ScenariosVerdict:
        """Whether the scenarios of a draft pass as it stands, from their last run; nothing is run."""
        return self.scenarios.scenarios_pass(draft_id, by)
