"""The supervisors' board with 50,000 late tasks among many open ones: its figures, its matrix, its list.

    python benchmarks/board.py [--json] [--tasks 1000000] [--late 50000] [--sqlite-tasks 100000]

The databases make the rows themselves (see ``inbox_rows.py``); then the deadlines are spread so that ``late`` tasks are
overdue and as many again at risk. A director who supervises everything and a head of one department turn to the board
in all groupings. ``p95_ms`` is the wall clock of the engine's own call. One JSON object for each database.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both  # noqa: E402
from inbox_rows import NOW, seed  # noqa: E402
from sqlalchemy import text  # noqa: E402

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings  # noqa: E402

WARM, ROUNDS = 5, 60
GROUPS = ("person", "role", "unit", "process")
FILTERS: tuple[dict[str, str], ...] = ({}, {"age": "late"}, {"age": "d1"}, {"age": "risk"}, {"person": "-"})


def measure(url: str, tasks: int, late: int) -> dict[str, Any]:
    """The figures on one database."""
    engine = ProcessEngine(Settings(database_url=url, secret_key="benchmark"), MovableClock(NOW))
    seed(engine, tasks, 0)
    _spread(engine, tasks, late)
    for login, unit in (("director", "hq"), ("head", "u3")):
        engine.identity.create_person(login, Bilingual(login), SYSTEM, unit=unit, roles=[("leader_in_charge", unit)])
    chance, took = random.Random(7), {"director": [], "head": []}
    for number in range(WARM + ROUNDS):
        for login, times in took.items():
            by = engine.identity.actor_by_login(login)
            began = time.perf_counter()
            page = engine.boards.board(by, chance.choice(GROUPS), chance.choice(FILTERS))
            if number >= WARM:
                times.append((time.perf_counter() - began) * 1000)
            assert login != "director" or page.figures["late"] >= late * 0.99, page.figures
    found = {"database": engine.database.url.get_backend_name(), "open_tasks": tasks, "late": late}
    for login, times in took.items():
        ranked = sorted(times)
        found |= {f"{login}_p50_ms": round(ranked[len(ranked) // 2], 1),
                  f"{login}_p95_ms": round(ranked[(len(ranked) * 95 + 99) // 100 - 1], 1)}
    engine.close()
    return found


def _spread(engine: ProcessEngine, tasks: int, late: int) -> None:
    """Deadlines anew: every ``tasks // late``-th task is overdue by up to five days, its neighbour at risk."""
    step = max(1, tasks // late)
    sqlite = engine.database.is_sqlite
    number = "CAST(substr(id, 2) AS integer)" if sqlite else "substr(id, 2)::bigint"

    def moved(minutes: str) -> str:
        if sqlite:
            return f"datetime(:now, (({minutes})) || ' minutes') || '.000000'"
        return f"CAST(:now AS timestamptz) + ({minutes}) * interval '1 minute'"

    now = NOW.replace(tzinfo=None).isoformat(sep=" ") if sqlite else NOW
    with engine.database.transaction() as connection:
        for condition, due, warn in (
                (f"{number} % {step} = 0", f"-1 - ({number} / {step}) % 7200", f"-61 - ({number} / {step}) % 7200"),
                (f"{number} % {step} = 1", f"1 + ({number} / {step}) % 600", f"-1 - ({number} / {step}) % 60"),
                (f"{number} % {step} > 1", "10000", "8000")):
            connection.execute(text(
                f"UPDATE user_task SET due_at = {moved(due)}, due_sort = {moved(due)}, warn_at = {moved(warn)}"
                f" WHERE {condition}"), {"now": now})
    with engine.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
            "ANALYZE" if sqlite else "VACUUM ANALYZE user_task")


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--late", type=int, default=50_000)
    parser.add_argument("--sqlite-tasks", type=int, default=100_000)
    given = parser.parse_args()
    on_both(lambda url: measure(url, given.sqlite_tasks, min(given.late, given.sqlite_tasks // 4)),
            lambda url: measure(url, given.tasks, given.late), given.json)


if __name__ == "__main__":
    main()
