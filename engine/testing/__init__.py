"""A process told as a story: scenario files, and the clock that is moved while they run."""

from engine.clock import MovableClock
from engine.testing.reader import Scenario, ScenarioFile, read_scenarios, scenario_problems, scenario_schema
from engine.testing.runner import Coverage, Outcome, Runner

__all__ = ["Coverage", "MovableClock", "Outcome", "Runner", "Scenario", "ScenarioFile", "read_scenarios",
           "scenario_problems", "scenario_schema"]
