"""Moving many running cases to a new version of their process, and taking that back: cases a second.

    python benchmarks/migration.py [--json] [--postgresql URL] [--cases 1000]

Cases of the complaint process stand at five of its steps, four of them in called processes, with deadlines and timers.
In the new version one step has another name and another role, and one a boundary timer more: cases there are tried one
by one before. Wall time of the look at all of them, of the same with those trials, of the moves by one worker, and of
taking them back; for comparison the bare writing of the same rows. One JSON object for each database.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both, show  # noqa: E402
from sqlalchemy import select, update  # noqa: E402

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings  # noqa: E402
from engine.content import shipped  # noqa: E402
from engine.migrating.rows import read  # noqa: E402
from engine.models.runtime import Job, ProcessInstance, UserTask  # noqa: E402
from engine.testing import read_scenarios  # noqa: E402
from engine.testing.world import furnish  # noqa: E402

PROCESS = "complaint-handling-manufacturer"
DRAWING = f"processes/complaint/{PROCESS}.bpmn"
STORY = f"processes/complaint/{PROCESS}.scenario.yaml"
STEPS = ("listen", "apologise", "record", "judge")
REMINDER = """<boundaryEvent id="assigning_is_slow" name="分派拖延" cancelActivity="false"
  attachedToRef="assign_department">
  <outgoing>slow_seen</outgoing>
  <timerEventDefinition><timeDuration xsi:type="tFormalExpression" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  >P1D</timeDuration></timerEventDefinition></boundaryEvent>
  <endEvent id="slowness_seen"><incoming>slow_seen</incoming></endEvent>
  <sequenceFlow id="slow_seen" sourceRef="assigning_is_slow" targetRef="slowness_seen"/>
</process>"""


def measure(url: str, cases: int) -> dict[str, Any]:
    """Start cases, take them to their steps, publish a changed drawing, move all and take all back."""
    files = shipped()
    story = read_scenarios(files[STORY], STORY).scenarios[0]
    engine = ProcessEngine(Settings(database_url=url, secret_key="for measuring only"),
                           MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC)))
    engine.upgrade()
    engine.deployments.deploy(files, SYSTEM)
    furnish(engine, engine.clock, story)
    engine.identity.create_person("owner", Bilingual("流程负责人", "Process owner"), SYSTEM, unit="hq",
                                  roles=[("process_owner", "hq")])
    by = engine.identity.actor_by_login("owner")
    _start(engine, story, cases)
    engine.deployments.deploy(files | {DRAWING: changed(files[DRAWING])}, SYSTEM)
    given: dict[str, Any] = {"sources": [1], "target": 2}
    looking, found = timed(lambda: engine.migrations.look(PROCESS, by, **given))
    trying, tried = timed(lambda: engine.migrations.look(PROCESS, by, **given, tried=True))
    assert found.moves == tried.moves == cases, tried.refusals
    plan = engine.migrations.begin(PROCESS, by, **given, note="measured")
    worked = time.process_time()
    moving, _ = timed(lambda: _work(engine))
    worked = time.process_time() - worked
    assert engine.migrations.progress(plan, by).card.moved == cases
    bare, _ = timed(lambda: _bare(engine, cases))
    engine.migrations.take_back(plan, by)
    returning, _ = timed(lambda: _work(engine))
    assert engine.migrations.progress(plan, by).card.taken_back == cases
    engine.close()
    return {"database": url.partition(":")[0].partition("+")[0], "cases": cases, "look_seconds": round(looking, 2),
            "try_seconds": round(trying, 2), "moved_per_second": round(cases / moving, 1),
            "moved_per_cpu_second": round(cases / worked, 1),
            "taken_back_per_second": round(cases / returning, 1), "ratio_to_bare_rows": round(moving / bare, 1)}


def changed(drawing: bytes) -> bytes:
    """The new version: other names, another role at one step, a boundary timer more."""
    renamed = drawing.decode().replace('"分派责任部门"', '"确定责任部门" camunda:candidateGroups="complaint_agent"')
    return renamed.replace("</process>", REMINDER, 1).encode()


def _start(engine: ProcessEngine, story: Any, cases: int) -> None:
    forms = {step["complete"]: step for _line, step in story.steps if step.get("complete") in STEPS}
    by = engine.identity.actor_by_login(forms[STEPS[0]]["by"])
    for number in range(cases):
        case = engine.instances.start(PROCESS, by).case_id
        for step in STEPS[:number % (len(STEPS) + 1)]:
            task = _rows(engine, select(UserTask.id).where(UserTask.root_id == case, UserTask.element_id == step))
            engine.tasks.complete(task[0].id, forms[step]["form"], by)
            while step == "record" and engine.jobs.run_due(owner="w1"):
                pass  # the customer is told


def _work(engine: ProcessEngine) -> None:
    while _rows(engine, select(Job.id).where(Job.kind == "migrate")):
        engine.jobs.run_due(owner="w1")


def _rows(engine: ProcessEngine, query: Any) -> list[Any]:
    with engine.database.reading() as connection:
        return list(connection.execute(query))


def _bare(engine: ProcessEngine, cases: int) -> None:
    """The rows of each case read, and its instance and tasks written, one transaction a case."""
    roots = _rows(engine, select(ProcessInstance.id).where(ProcessInstance.parent_id.is_(None)).limit(cases))
    for (root,) in roots:
        with engine.database.transaction() as connection:
            rows = read(connection, [root])[root]
            for model, name in ((ProcessInstance, "process_instance"), (UserTask, "user_task")):
                for row in rows[name]:
                    columns = {key: value for key, value in row.items() if key != "id"}
                    connection.execute(update(model.__table__).where(model.id == row["id"]).values(columns))


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds on the wall, and what ``act`` gives."""
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found


def main() -> None:
    """Measure on both databases, or on the PostgreSQL that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--postgresql", help="address of an empty database")
    parser.add_argument("--cases", type=int, default=1000)
    given = parser.parse_args()
    if given.postgresql:
        show(measure(given.postgresql, given.cases), given.json)
    else:
        on_both(lambda url: measure(url, given.cases), lambda url: measure(url, given.cases), given.json)


if __name__ == "__main__":
    main()
