"""One page of the inbox, with two filters and the counts of all views, at a million open tasks.

    python benchmarks/inbox.py [--json] [--tasks 1000000] [--sqlite-tasks 100000]

The rows are seeded by the databases themselves; then random people of twenty departments turn to random views with two
filters (process and severity). Wall-clock times of the engine's own call, one JSON object for each database.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both  # noqa: E402
from sqlalchemy import text  # noqa: E402

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings  # noqa: E402
from engine.content import shipped  # noqa: E402

UNITS, PEOPLE, TASKS_A_CASE = 20, 200, 5
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SEVERITIES = ("critical", "major", "normal", "minor")
ROLES = ("complaint_agent", "dept_quality", "dept_production", "cs_supervisor")
PROCESSES = ("complaint-handling-manufacturer", "complaint-intake", "complaint-planning", "complaint-revisit")


def seed(engine: ProcessEngine, tasks: int) -> float:
    """People, cases and tasks; returns the seconds it took."""
    began = time.perf_counter()
    engine.upgrade()
    engine.deployments.deploy(shipped(), SYSTEM)
    engine.identity.create_unit("hq", Bilingual("总部"), SYSTEM)
    for number in range(UNITS):
        engine.identity.create_unit(f"u{number}", Bilingual(f"部门{number}"), SYSTEM, parent="hq")
    for number in range(PEOPLE):
        unit = f"u{number % UNITS}"
        engine.identity.create_person(f"p{number}", Bilingual(f"员工{number}"), SYSTEM, unit=unit,
                                      roles=[(role, unit) for role in ROLES[number % 2::2]])
    with engine.database.transaction() as connection:
        for statement in _statements(engine.database.is_sqlite):
            connection.execute(text(statement), {"tasks": tasks, "cases": tasks // TASKS_A_CASE, "now": _now(engine)})
    with engine.database.engine.connect() as connection:
        if engine.database.is_sqlite:
            connection.exec_driver_sql("ANALYZE")
        else:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    return time.perf_counter() - began


def _now(engine: ProcessEngine) -> Any:
    return NOW.replace(tzinfo=None).isoformat(sep=" ") if engine.database.is_sqlite else NOW


def _statements(sqlite: bool) -> list[str]:
    """The rows of cases, tasks and offers, made by the database from a series of numbers."""
    def series(name: str) -> str:
        return (f"WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :{name})" if sqlite else
                f"WITH s(n) AS (SELECT generate_series(0, :{name} - 1))")

    def pick(values: tuple[str, ...], by: str) -> str:
        return f"CASE {by} % {len(values)} " + " ".join(
            f"WHEN {n} THEN '{value}'" for n, value in enumerate(values)) + " END"

    def key(letter: str, number: str) -> str:
        return f"'{letter}' || substr('0000000000000000000000000' || ({number}), -25)" if sqlite else \
            f"'{letter}' || lpad(({number})::text, 25, '0')"

    def minutes(number: str) -> str:
        return f"datetime(:now, ({number}) || ' minutes')" if sqlite else \
            f"CAST(:now AS timestamptz) + ({number}) * interval '1 minute'"

    false = "0" if sqlite else "false"
    hashed = "(((n % 100003) * 7919) % 100003)"
    unit = f"(SELECT id FROM org_unit WHERE key = 'u' || (({hashed} / 13) % {UNITS}))"
    person = f"(SELECT id FROM person WHERE login = 'p' || ({hashed} % {PEOPLE}))"
    definition = f"(SELECT id FROM process_definition WHERE key = {pick(PROCESSES, hashed)})"
    case = key("c", f"n / {TASKS_A_CASE}")
    return [
        f"{series('cases')} INSERT INTO process_instance (id, root_id, definition_id, process_key, case_number, state,"
        " case_state, unit_id, started_at, run_state, variables, revision, customer, customer_initials, phone, severity,"
        f" gist) SELECT {key('c', 'n')}, {key('c', 'n')}, {definition}, {pick(PROCESSES, hashed)},"
        f" 'TS-' || n, 'active', 'planning', {unit}, {minutes('-n % 20000')}, '', '{{}}', 0, '客户' || (n % 5000), 'kh',"
        f" '13800000000', {pick(SEVERITIES, '(n / 3)')}, '客厅地板起翘，要求换货' FROM s",
        f"{series('tasks')} INSERT INTO user_task (id, instance_id, root_id, definition_id, process_key, element_id,"
        " element_instance_id, name, name_en, role, assignee_id, claimed_at, created_at, suspended, priority, due_at,"
        " due_sort, warn_at, deadline, escalation_level, came_from, case_number, customer, customer_initials, phone_last4,"
        f" severity, gist, unit_id, revision) SELECT {key('t', 'n')}, {case}, {case}, {definition},"
        f" {pick(PROCESSES, hashed)}, 'form_plan', 'e' || n, '拟定方案', 'Form the plan', {pick(ROLES, hashed)},"
        f" CASE WHEN n % 3 = 0 THEN {person} END, CASE WHEN n % 3 = 0 THEN {minutes('-n % 1000')} END,"
        f" {minutes('-n % 20000')}, {false}, 50, {minutes(f'{hashed} % 20000 - 2000')},"
        f" {minutes(f'{hashed} % 20000 - 2000')}, {minutes(f'{hashed} % 20000 - 3000')}, 'T-49', 0, '',"
        f" 'TS-' || (n / {TASKS_A_CASE}), '客户' || (n % 5000), 'kh', '6621', {pick(SEVERITIES, '(n / 3)')},"
        f" '客厅地板起翘，要求换货', {unit}, 0 FROM s",
        "INSERT INTO task_candidate (task_id, role, unit_id, due_sort, unclaimed, process_key, severity)"
        " SELECT id, role, unit_id, due_sort, assignee_id IS NULL, process_key, severity FROM user_task",
    ]


def measure(url: str, tasks: int, rounds: int = 300) -> dict[str, Any]:
    """The figures on one database."""
    engine = ProcessEngine(Settings(database_url=url, secret_key="benchmark"), MovableClock(NOW))
    seeded = seed(engine, tasks)
    chance = random.Random(7)
    actors = [engine.identity.actor_by_login(f"p{number}") for number in range(PEOPLE)]
    took: dict[str, list[float]] = {"mine": [], "unclaimed": []}
    for number in range(rounds + 20):
        view = chance.choice(list(took))
        filters = {"process": chance.choice(PROCESSES), "severity": chance.choice(SEVERITIES)}
        began = time.perf_counter()
        page = engine.boards.inbox(chance.choice(actors), view, filters)
        if number >= 20:  # the first rounds warm the caches up
            took[view].append((time.perf_counter() - began) * 1000)
        assert page.view == view
    every = took["mine"] + took["unclaimed"]
    found = {"database": engine.database.url.get_backend_name(), "open_tasks": tasks, "p50_ms": _share(every, 50),
             "p95_ms": _share(every, 95)}
    found |= {f"{view}_p95_ms": _share(times, 95) for view, times in took.items()}
    engine.close()
    return found | {"pages": len(every), "seed_seconds": round(seeded, 1)}


def _share(times: list[float], percent: int) -> float:
    return round(statistics.quantiles(times, n=100)[percent - 1], 1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--tasks", type=int, default=1_000_000, help="open tasks on PostgreSQL")
    options.add_argument("--sqlite-tasks", type=int, default=100_000, help="open tasks on SQLite")
    chosen = options.parse_args()
    on_both(lambda url: measure(url, chosen.sqlite_tasks), lambda url: measure(url, chosen.tasks), chosen.json)


if __name__ == "__main__":
    main()
