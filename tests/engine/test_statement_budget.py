"""What completing a task of the complaint process costs: statements, commits, and bytes of saved state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, select

from engine import SYSTEM, MovableClock, ProcessEngine
from engine.content import ROOT, shipped
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.testing import read_scenarios
from engine.testing.runner import Story
from engine.testing.world import furnish

STATEMENTS, COMMITS, STATE_BYTES = 12, 1, 8192
FILE = ROOT / "processes/complaint/complaint-handling-manufacturer.scenario.yaml"


@dataclass
class Meter:
    """Statements and commits of one engine; ``BEGIN`` is none, a statement with many rows is one."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0

    def attach(self, engine: Any) -> None:
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.statements.append(" ".join(statement.split())[:90])

    def _commit(self, _connection: Any) -> None:
        self.commits += 1

    @contextmanager
    def measured(self) -> Iterator[Meter]:
        found = Meter()
        before, commits = len(self.statements), self.commits
        yield found
        found.statements, found.commits = self.statements[before:], self.commits - commits


def told(engine: ProcessEngine, clock: MovableClock, number: int) -> tuple[dict[str, Meter], int]:
    """Tell a story of the complaint process, all compiled; what each completion cost, and the most bytes."""
    scenario = read_scenarios(FILE.read_bytes(), FILE.name).scenarios[number]
    engine.deployments.deploy(shipped(), SYSTEM)
    furnish(engine, clock, scenario)
    with engine.database.reading() as connection:
        for definition in connection.scalars(select(ProcessDefinition.id)).all():
            engine.definitions.get(connection, definition)
        engine.live.at(connection)
    meter, costs, most = Meter(), {}, 0
    meter.attach(engine.database.engine)
    complete = engine.tasks.complete

    def measured(task_id: str, values: Any, by: Any) -> Any:
        with meter.measured() as cost:
            card = complete(task_id, values, by)
        costs[f"{len(costs)} {step.get('complete')}"] = cost
        return card

    engine.tasks.complete = measured  # type: ignore[method-assign]
    story = Story(engine, clock, scenario)
    for _, step in scenario.steps:
        story.take(step)
        with engine.database.reading() as connection:
            most = max([most, *(len(row.run_state.encode()) for row in connection.execute(
                select(ProcessInstance.run_state).where(ProcessInstance.ended_at.is_(None))))])
    return costs, most


@pytest.mark.parametrize("number", [0, 10], ids=["straight through", "several departments"])
def test_completing_a_task_costs_at_most_twelve_statements_and_one_commit(
        engine: ProcessEngine, clock: MovableClock, number: int) -> None:
    costs, most = told(engine, clock, number)
    assert len(costs) >= 9
    over = {task: cost.statements for task, cost in costs.items() if len(cost.statements) > STATEMENTS}
    assert over == {}, "\n".join(f"{task}: {len(lines)}\n  " + "\n  ".join(lines) for task, lines in over.items())
    assert {cost.commits for cost in costs.values()} == {COMMITS}
    assert 0 < most <= STATE_BYTES
