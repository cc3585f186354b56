"""Every scenario beside a process runs through the real engine; together they take every flow and every rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.content import shipped
from engine.testing import Runner, Scenario, read_scenarios
from engine.testing.coverage import report

FILES = shipped()
SCENARIOS = [scenario for file in sorted(FILES) if file.endswith(".scenario.yaml")
             for scenario in read_scenarios(FILES[file], file).scenarios]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """The content deployed once; each scenario gets a copy of that database."""
    made = Runner(FILES)
    yield made
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
