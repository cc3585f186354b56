"""Every scenario beside a process runs through the real engine; together they take every flow and every rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.content import shipped
from engine.testing import Runner, Scenario, read_scenarios
from engine.testing import runner as running
from engine.testing.coverage import report
from tests.engine.test_statement_budget import STATEMENTS, Meter

FILES = shipped()
SCENARIOS = [scenario for file in sorted(FILES) if file.endswith(".scenario.yaml")
             for scenario in read_scenarios(FILES[file], file).scenarios]


COLD = ("SELECT process_definition.", "SELECT definition_part.", "SELECT resource.", "SELECT register_declaration.")
"""Reads what is kept afterwards: no later completion pays for it."""


class Counted(running.Story):
    """A story that notes what each completion cost: process and element → the most statements."""

    costs: dict[str, int] = {}

    def __init__(self, engine: Any, clock: Any, scenario: Scenario):
        super().__init__(engine, clock, scenario)
        meter, complete = Meter(), engine.tasks.complete
        meter.attach(engine.database.engine)

        def measured(task_id: str, values: Any, by: Any) -> Any:
            with meter.measured() as cost:
                card = complete(task_id, values, by)
            taken = sum(not line.startswith(COLD) for line in cost.statements)
            key = f"{scenario.process} {self.step.get('complete')}"
            self.costs[key] = max(taken, self.costs.get(key, 0))
            return card

        engine.tasks.complete = measured

    def take(self, step: Any) -> None:
        self.step = step
        super().take(step)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """The content deployed once; each scenario gets a copy of that database."""
    made, told = Runner(FILES), running.Story
    running.Story = Counted  # type: ignore[misc]
    yield made
    running.Story = told  # type: ignore[misc]
    made.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: f"{one.process}:{one.line}:{one.name.en}")
def test_scenario_goes_as_told(runner: Runner, scenario: Scenario) -> None:
    outcome = runner.run(scenario)
    assert outcome.ok, f"{scenario.file}:{outcome.line} {scenario.name.zh}: {outcome.message}"


def test_scenarios_take_every_flow_boundary_event_and_rule(runner: Runner, request: pytest.FixtureRequest) -> None:
    ran = sum("test_scenario_goes_as_told" in item.nodeid for item in request.session.items)
    if ran < len(SCENARIOS):
        pytest.skip("only some scenarios were chosen")
    missed = [line for line in report(runner, FILES) if not line.startswith("coverage:")]
    assert missed == []


def test_no_completion_of_any_scenario_costs_more_than_twelve_statements(runner: Runner) -> None:
    over = {key: cost for key, cost in Counted.costs.items() if cost > STATEMENTS}
    assert over == {}
