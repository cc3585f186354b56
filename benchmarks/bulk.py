"""Completing many tasks of one form at once, as the bulk bar of the inbox does: each in a transaction of its own.

    python benchmarks/bulk.py [--json] [--postgresql URL] [--tasks 500]

The first step of the complaint process is completed with the same values. Wall time of one call of ``tasks.many``, and
the CPU that this process spent on it; also of as many claims before it. One JSON object for each database.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both, show  # noqa: E402

from engine import SYSTEM, MovableClock, ProcessEngine, Settings  # noqa: E402
from engine.content import shipped  # noqa: E402
from engine.testing import read_scenarios  # noqa: E402
from engine.testing.world import furnish  # noqa: E402

PROCESS = "complaint-handling-manufacturer"
STORY = f"processes/complaint/{PROCESS}.scenario.yaml"


def measure(url: str, tasks: int) -> dict[str, Any]:
    """Start ``tasks`` cases, claim their first tasks and complete them, all by one person."""
    files = shipped()
    story = read_scenarios(files[STORY], STORY).scenarios[0]
    clock = MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))
    engine = ProcessEngine(Settings(database_url=url, secret_key="for measuring only"), clock)
    engine.upgrade()
    engine.deployments.deploy(files, SYSTEM)
    furnish(engine, clock, story)
    first = next(step for _line, step in story.steps if "complete" in step)
    by = engine.identity.actor_by_login(first["by"])
    ids = [engine.instances.start(PROCESS, by).next_task_id for _ in range(tasks)]
    claimed, claiming, _ = timed(lambda: engine.tasks.many("claim", ids, by))
    done, completing, cpu = timed(lambda: engine.tasks.many("complete", ids, by, values=first["form"]))
    engine.close()
    assert all(row.ok for row in [*claimed, *done]), next(row.sentence.en for row in [*claimed, *done] if not row.ok)
    return {"database": url.partition(":")[0], "tasks": tasks, "claims_seconds": round(claiming, 2),
            "completions_seconds": round(completing, 2), "completions_cpu_seconds": round(cpu, 2),
            "completions_per_second": round(tasks / completing, 1)}


def timed(act: Any) -> tuple[Any, float, float]:
    """What ``act`` gives, how many seconds it takes, and how many of them this process was at work."""
    began, worked = time.perf_counter(), time.process_time()
    found = act()
    return found, time.perf_counter() - began, time.process_time() - worked


def main() -> None:
    """Measure on both databases, or on the PostgreSQL that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--postgresql", help="address of an empty database")
    parser.add_argument("--tasks", type=int, default=500)
    given = parser.parse_args()
    if given.postgresql:
        show(measure(given.postgresql, given.tasks), given.json)
    else:
        on_both(lambda url: measure(url, given.tasks), lambda url: measure(url, given.tasks), given.json)


if __name__ == "__main__":
    main()
