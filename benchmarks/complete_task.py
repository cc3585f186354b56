"""What completing a user task of the complaint process costs: statements, commits, CPU, state, growth in a loop.

    python benchmarks/complete_task.py [--json] [--postgresql URL] [--cases 40]

CPU is that of this process. The ratio compares it, in the same run, with a bare SQLAlchemy transaction that locks the
case and writes the same rows by the same statements. One JSON object for each database.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both  # noqa: E402
from sqlalchemy import event, select  # noqa: E402

from engine import SYSTEM, MovableClock, ProcessEngine, Settings  # noqa: E402
from engine.content import shipped  # noqa: E402
from engine.models.runtime import ProcessInstance, UserTask  # noqa: E402
from engine.testing import read_scenarios  # noqa: E402
from engine.testing.runner import Story  # noqa: E402
from engine.testing.world import furnish  # noqa: E402

STORY = "processes/complaint/complaint-handling-manufacturer.scenario.yaml"
LOOP = Path(__file__).with_name("rework_loop.bpmn")


class Meter:
    """Counts statements and commits, keeps what was executed, and adds up CPU while it is on."""

    def __init__(self, engine: ProcessEngine):
        self.on = False
        self.statements = self.commits = 0
        self.executed: list[tuple[Any, Any]] = []
        event.listen(engine.database.engine, "before_cursor_execute", self._statement)
        event.listen(engine.database.engine, "before_execute", self._clause)
        event.listen(engine.database.engine, "commit", self._commit)

    def _statement(self, _connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        self.statements += self.on and not sql.startswith(("BEGIN", "PRAGMA"))

    def _clause(self, _connection: Any, clause: Any, several: Any, one: Any, _options: Any) -> None:
        if self.on:
            self.executed.append((clause, [dict(row) for row in several] if several else _given(clause, dict(one))))

    def _commit(self, _connection: Any) -> None:
        self.commits += self.on

    @contextlib.contextmanager
    def measuring(self) -> Iterator[list[float]]:
        self.executed, self.statements, self.commits, self.on = [], 0, 0, True
        took: list[float] = []
        began = time.process_time()
        try:
            yield took
        finally:
            took.append((time.process_time() - began) * 1000)
            self.on = False


def complete_all(engine: ProcessEngine, clock: MovableClock, cases: int) -> dict[str, Any]:
    """Play the straight story ``cases`` times; measure every completion of the later half."""
    files = shipped()
    story = read_scenarios(files[STORY], STORY).scenarios[0]
    engine.deployments.deploy(files, SYSTEM)
    furnish(engine, clock, story)
    meter = Meter(engine)
    cpu, bare, statements, commits, state = [], [], [], [], [0]
    original = engine.tasks.complete
    measured = [False]

    def complete(task_id: str, values: Any, by: Any) -> Any:
        if not measured[0]:
            return original(task_id, values, by)
        with meter.measuring() as took:
            card = original(task_id, values, by)
        cpu.append(took[0])
        statements.append(meter.statements)
        commits.append(meter.commits)
        bare.append(replay(engine, meter.executed))
        with engine.database.reading() as connection:
            state.append(max(len(row) for row in connection.scalars(
                select(ProcessInstance.run_state).where(ProcessInstance.root_id == card.case_id))))
        return card

    engine.tasks.complete = complete  # type: ignore[method-assign]
    for number in range(cases):
        measured[0] = number >= cases // 2
        clock.set(datetime(2026, 4, 7, 1, 0, tzinfo=UTC) + timedelta(days=7 * number))
        tale = Story(engine, clock, story)
        for _line, step in story.steps:
            if "expect" not in step and "refuse" not in step:
                tale.take(_shifted(step))
    engine.tasks.complete = original  # type: ignore[method-assign]
    return {"sql_statements": max(statements), "sql_statements_median": statistics.median(statements),
            "commits": max(commits), "cpu_ms": round(statistics.median(cpu), 3),
            "bare_cpu_ms": round(statistics.median(bare), 3),
            "cpu_ratio_to_bare_transaction": round(sum(cpu) / sum(bare), 2), "state_bytes_max": max(state),
            "completions": len(cpu), "completions_per_second": round(1000 / statistics.mean(cpu), 1)}


def _shifted(step: dict[str, Any]) -> dict[str, Any]:
    """The story's fixed dates, moved far enough into the future for every repetition."""
    form = step.get("form")
    if not form or "steps" not in form:
        return step
    rows = [{**row, "due": "2099-12-31"} if "due" in row else row for row in form["steps"]]
    return {**step, "form": {**form, "steps": rows}}


def replay(engine: ProcessEngine, executed: list[tuple[Any, Any]]) -> float:
    """CPU milliseconds of a bare transaction: the same statements, the same rows under other ids, and its commit.

    The statements are given ready made, so that not even their making counts for the bare side. It is run once, right
    after the completion it is compared with, so that both meet the same caches.
    """
    statements = [(clause, _renamed(clause, given)) for clause, given in executed]
    made = [(clause.table, row) for clause, given in statements if _makes(clause)
            for row in (given if isinstance(given, list) else [given])]
    began = time.process_time()
    with engine.database.engine.begin() as connection:
        for clause, given in statements:
            result = connection.execute(clause, given)
            if result.returns_rows:
                result.fetchall()
    took = (time.process_time() - began) * 1000
    with engine.database.engine.begin() as connection:
        for table, row in reversed(made):
            connection.execute(table.delete().where(*(column == row[column.name] for column in table.primary_key)))
    return took


def _makes(clause: Any) -> bool:
    """Whether a statement makes rows; one that changes those that are there (as a number is drawn) is run as it is."""
    return clause.is_insert and clause._post_values_clause is None


def _given(clause: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a statement: those it is executed with, or those that it holds itself."""
    return values if values or not clause.is_insert else {
        name: value for name, value in clause.compile().params.items() if name in clause.table.c}


def _renamed(clause: Any, given: Any) -> Any:
    """The rows to insert under ids of their own, so that they can stand beside those that are there."""
    if not _makes(clause):
        return given

    def row(values: dict[str, Any]) -> dict[str, Any]:
        other = {name: "x" + values[name][1:] for name in ("id", "task_id") if values.get(name)}
        if values.get("element_instance_id"):
            other["element_instance_id"] = "x" + values["element_instance_id"]
        return values | other

    return [row(one) for one in given] if isinstance(given, list) else row(given)


def loop_growth(engine: ProcessEngine, passes: int = 400) -> float:
    """CPU of the last completions of a rework loop against the first ones."""
    engine.deployments.deploy({"processes/bench/rework_loop.bpmn": LOOP.read_bytes()}, SYSTEM)
    actor = next(iter(_worker(engine)))
    engine.instances.start("rework-loop", actor)
    took = []
    for _ in range(passes):
        with engine.database.reading() as connection:
            task = connection.scalar(select(UserTask.id).where(UserTask.process_key == "rework-loop"))
        began = time.process_time()
        engine.tasks.complete(task, None, actor)
        took.append(time.process_time() - began)
    return round(statistics.median(took[-20:]) / statistics.median(took[5:25]), 2)


def _worker(engine: ProcessEngine) -> Iterator[Any]:
    yield engine.identity.actor_by_login("chen.siyuan")


def measure(url: str, cases: int) -> dict[str, Any]:
    """All figures on one database, which is made and filled here."""
    clock = MovableClock(datetime(2026, 1, 1, tzinfo=UTC))
    engine = ProcessEngine(Settings(database_url=url, secret_key="benchmark"), clock)
    engine.upgrade()
    found = {"database": engine.database.url.get_backend_name()} | complete_all(engine, clock, cases)
    found["loop_400_ratio"] = loop_growth(engine)
    engine.close()
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--cases", type=int, default=20)
    chosen = options.parse_args()
    on_both(lambda url: measure(url, chosen.cases), lambda url: measure(url, chosen.cases), chosen.json)


if __name__ == "__main__":
    main()
