"""Many timers on PostgreSQL: all due at once, fired by two workers; many that wait, beside an idle worker.

    python benchmarks/timers.py [--json] [--postgresql URL] [--due 10000] [--waiting 100000] [--idle 20]

Each timer stands in a case of its own, in front of a user task with a deadline. The workers are processes. It is told
how long they took, how many timers fired more than once, and which share of a core an idle worker takes: its own CPU,
and the time that the database spends on its statements.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import show  # noqa: E402
from sqlalchemy import create_engine, event, func, insert, select, text, update  # noqa: E402
from sqlalchemy.engine import make_url  # noqa: E402

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings  # noqa: E402
from engine.ids import new_id  # noqa: E402
from engine.models.history import HistoryEntry  # noqa: E402
from engine.models.runtime import Job, ProcessInstance, UserTask  # noqa: E402
from tests.support import postgres  # noqa: E402

MONDAY = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)
DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="http://bihuan.example/benchmarks">
  <process id="waits" name="waits" isExecutable="true">
    <startEvent id="start"/>
    <intermediateCatchEvent id="hour"><timerEventDefinition>
      <timeDuration xsi:type="tFormalExpression">PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>
    <userTask id="look" name="look"><extensionElements><camunda:properties>
      <camunda:property name="bihuan:role" value="agent"/><camunda:property name="bihuan:deadline" value="D-2H"/>
    </camunda:properties></extensionElements></userTask>
    <endEvent id="end"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="hour"/>
    <sequenceFlow id="b" sourceRef="hour" targetRef="look"/>
    <sequenceFlow id="c" sourceRef="look" targetRef="end"/>
  </process>
</definitions>
"""
PACK = """pack: benchmark
title: {zh: 测量, en: Benchmark}
roles:
  agent: {zh: 客服, en: Agent, escalation: [chief]}
  chief: {zh: 主管, en: Chief}
deadlines:
  D-2H: {title: {zh: 两小时, en: Two hours}, limit: PT2H}
"""


def engine_at(url: str, now: datetime) -> ProcessEngine:
    return ProcessEngine(Settings(database_url=url, secret_key="for measuring only"), MovableClock(now))


def seed(engine: ProcessEngine, count: int) -> str:
    """One case with its timer, and ``count`` - 1 copies of its rows; returns the seconds it took."""
    began = time.perf_counter()
    engine.identity.create_unit("hq", Bilingual("总部", "Headquarters"), SYSTEM)
    engine.identity.create_person("agent", Bilingual("客服", "Agent"), SYSTEM, unit="hq", roles=[("agent", "hq")])
    files = {"b/waits.bpmn": DRAWING.encode(), "b/pack.yaml": PACK.encode()}
    engine.deployments.deploy(files, SYSTEM)
    first = engine.instances.start("waits", SYSTEM, unit="hq").case_id
    with engine.database.transaction() as connection:
        case = dict(connection.execute(select(*ProcessInstance.__table__.columns)).one()._mapping)
        job = dict(connection.execute(select(*Job.__table__.columns).where(Job.root_id == first)).one()._mapping)
        for start in range(1, count, 5000):
            ids = [new_id(MONDAY) for _ in range(start, min(count, start + 5000))]
            connection.execute(insert(ProcessInstance.__table__), [
                case | {"id": one, "root_id": one, "case_number": f"B-{start + place}"}
                for place, one in enumerate(ids)])
            connection.execute(insert(Job.__table__), [
                job | {"id": new_id(MONDAY), "root_id": one, "instance_id": one} for one in ids])
    with engine.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return f"{time.perf_counter() - began:.1f}"


def work(url: str, now: datetime, name: str, ready: Any, go: Any, told: Any) -> None:
    """One worker: everything compiled first, then all that is due; tells how many jobs it took, when it was done."""
    engine = engine_at(url, now)
    with engine.database.reading() as connection:
        engine.live.at(connection)
        engine.definitions.newest(connection, "waits")
    ready.put(name)
    go.wait()
    taken, cpu = 0, time.process_time()
    while done := engine.jobs.run_due(owner=name):
        taken += done
    told.put((taken, time.process_time() - cpu))
    engine.close()


def burst(url: str, due: int) -> dict[str, Any]:
    """All at once, by two workers."""
    engine = engine_at(url, MONDAY)
    seeded = seed(engine, due)
    context = multiprocessing.get_context("spawn")
    ready, told, go = context.Queue(), context.Queue(), context.Event()
    now = MONDAY + timedelta(hours=1, minutes=1)
    workers = [context.Process(target=work, args=(url, now, f"w{n}", ready, go, told)) for n in (1, 2)]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.get(timeout=120)
    began = time.perf_counter()
    go.set()
    found = [told.get(timeout=900) for _ in workers]
    seconds = time.perf_counter() - began
    for worker in workers:
        worker.join()
    with engine.database.reading() as connection:
        fired = connection.execute(
            select(HistoryEntry.root_id, func.count()).where(HistoryEntry.verb == "timer_fired")
            .group_by(HistoryEntry.root_id)).all()
        open_tasks = connection.scalar(select(func.count()).select_from(UserTask))
    engine.close()
    return {"timers_due_at_once": due, "seeded_s": seeded, "fired": len(fired), "tasks_open": open_tasks,
            "fired_twice": sum(count > 1 for _, count in fired), "all_fired_s": round(seconds, 1),
            "timers_per_second": round(due / seconds), "taken_by_each": sorted(taken for taken, _ in found),
            "worker_cpu_ms_per_timer": round(sum(cpu for _, cpu in found) / due * 1000, 2)}


def idle(url: str, waiting: int, seconds: float) -> dict[str, Any]:
    """A worker beside timers that are not due: its CPU, and how long the database is busy with it."""
    engine = engine_at(url, MONDAY)
    seed(engine, waiting)
    with engine.database.transaction() as connection:
        connection.execute(update(Job.__table__).values(due_at=MONDAY + timedelta(days=30)))
    spent, began_at = [0.0, 0], [0.0]

    def before(*_: Any) -> None:
        began_at[0] = time.perf_counter()

    def after(*_: Any) -> None:
        spent[0] += time.perf_counter() - began_at[0]
        spent[1] += 1

    event.listen(engine.database.engine, "before_cursor_execute", before)
    event.listen(engine.database.engine, "after_cursor_execute", after)
    engine.jobs.run_due()
    spent[0], spent[1], cpu, began = 0.0, 0, time.process_time(), time.perf_counter()
    while time.perf_counter() < began + seconds:
        assert engine.jobs.run_due() == 0
        time.sleep(engine.settings.worker_idle_seconds)
    passed = time.perf_counter() - began
    own = time.process_time() - cpu
    engine.close()
    return {"timers_waiting": waiting, "idle_worker_cpu_percent": round(own / passed * 100, 2),
            "idle_database_busy_percent": round(spent[0] / passed * 100, 2),
            "ms_per_look": round(spent[0] / max(1, spent[1]) * 1000, 2)}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--postgresql", default="")
    asked.add_argument("--due", type=int, default=10_000)
    asked.add_argument("--waiting", type=int, default=100_000)
    asked.add_argument("--idle", type=float, default=20)
    options = asked.parse_args()
    with postgres.server() as found:
        server = options.postgresql or found
        if server is None:
            print("PostgreSQL: no server found, nothing measured", file=sys.stderr)
            return
        for name, measure in (("due", lambda url: burst(url, options.due)),
                              ("idle", lambda url: idle(url, options.waiting, options.idle))):
            url = _database(server, f"bihuan_timers_{name}")
            show(measure(url), options.json)


def _database(server: str, name: str) -> str:
    """The address of a new, migrated database."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    engine = engine_at(url, MONDAY)
    engine.upgrade()
    engine.close()
    return url


if __name__ == "__main__":
    main()
