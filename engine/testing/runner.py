"""Runs scenarios through the real engine on a database of their own; the clock is moved, nothing sleeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.cards import Bilingual
from engine.clock import MovableClock
from engine.errors import BihuanError
from engine.models.history import ElementVisit, HistoryEntry
from engine.testing.failing import words_of
from engine.testing.ground import BEGIN, ground
from engine.testing.reader import Scenario
from engine.testing.story import Story
from engine.testing.world import furnish, only_own_calendar

if TYPE_CHECKING:
    from engine.process_engine import ProcessEngine


@dataclass
class Outcome:
    """How a scenario went; ``words`` say what failed, ``message`` in English, at ``line``."""

    scenario: Scenario
    ok: bool
    line: int = 0
    words: Bilingual = Bilingual("")
    step: int = 0
    """The number of the step that failed, counted from 1."""

    @property
    def message(self) -> str:
        return self.words.en


@dataclass
class Coverage:
    """What scenarios walked through: elements and flows by process, rules by decision table."""

    elements: dict[str, set[str]] = field(default_factory=dict)
    flows: dict[str, set[str]] = field(default_factory=dict)
    rules: dict[str, set[int]] = field(default_factory=dict)


class Runner:
    """Runs scenarios against ``files`` (path -> content), each in a database of its own in memory."""

    def __init__(self, files: Mapping[str, bytes]):
        self._ground = ground(files)
        self.coverage = Coverage()

    def close(self) -> None:
        """Nothing is left behind: the databases were in memory."""

    def run(self, scenario: Scenario) -> Outcome:
        """Run one scenario; never raises for what the story or the content does."""
        clock = MovableClock(BEGIN)
        engine = self._ground.engine(clock)
        engine.flows_taken = set()
        line, number = scenario.line, 0
        try:
            furnish(engine, clock, scenario)
            only_own_calendar(engine, scenario.process)
            story = Story(engine, clock, scenario)
            for number, (line, step) in enumerate(scenario.steps, 1):  # noqa: B007 - told when a step fails
                story.take(step)
            return Outcome(scenario, True)
        except BihuanError as error:
            return Outcome(scenario, False, line, words_of(error), number)
        finally:
            self._cover(engine)
            engine.close()

    def _cover(self, engine: ProcessEngine) -> None:
        with engine.database.reading() as connection:
            for definition_id, element_id in connection.execute(
                    select(ElementVisit.definition_id, ElementVisit.element_id)
                    .where(ElementVisit.outcome == "completed").distinct()):
                key = engine.definitions.get(connection, definition_id).key
                self.coverage.elements.setdefault(key, set()).add(element_id)
            for key, flow in engine.flows_taken or ():
                self.coverage.flows.setdefault(key, set()).add(flow)
            for detail in connection.scalars(select(HistoryEntry.detail).where(HistoryEntry.verb == "decided")):
                for rule in detail.get("fired") or []:
                    self.coverage.rules.setdefault(detail.get("decision", ""), set()).add(rule["rule"])
