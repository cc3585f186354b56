"""Messages to one of many cases that wait for the same name, each by its own key; on both databases.

    python benchmarks/messages.py [--json] [--waiting 10000] [--messages 100]

Told are milliseconds of the median message from outside until it is on its way to its case, of one that is kept because
nobody waits for it, and of a case that begins to wait while those are kept. CPU is that of this process.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both  # noqa: E402
from sqlalchemy import insert, select  # noqa: E402

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings  # noqa: E402
from engine.correlation import mark_of  # noqa: E402
from engine.ids import new_id  # noqa: E402
from engine.models.runtime import EventSubscription, ProcessInstance  # noqa: E402

MONDAY = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)
DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 id="d" targetNamespace="http://bihuan.example/benchmarks">
  <message id="M" name="paid"/>
  <process id="receives" name="receives" isExecutable="true">
    <startEvent id="start"/>
    <intermediateCatchEvent id="heard"><extensionElements><camunda:properties>
      <camunda:property name="bihuan:correlation" value="={order: order}"/></camunda:properties></extensionElements>
      <messageEventDefinition messageRef="M"/></intermediateCatchEvent>
    <endEvent id="end"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="heard"/>
    <sequenceFlow id="b" sourceRef="heard" targetRef="end"/>
  </process>
</definitions>
"""


def seed(engine: ProcessEngine, count: int) -> None:
    """One case that waits, and ``count`` - 1 copies of its rows with other keys."""
    engine.identity.create_unit("hq", Bilingual("总部", "Headquarters"), SYSTEM)
    engine.deployments.deploy({"b/receives.bpmn": DRAWING.encode()}, SYSTEM)
    engine.instances.start("receives", SYSTEM, unit="hq", variables={"order": "A0"})
    with engine.database.transaction() as connection:
        case = dict(connection.execute(select(*ProcessInstance.__table__.columns)).one()._mapping)
        wait = dict(connection.execute(select(*EventSubscription.__table__.columns)).one()._mapping)
        for start in range(1, count, 2000):
            ids = [(number, new_id(MONDAY)) for number in range(start, min(count, start + 2000))]
            connection.execute(insert(ProcessInstance.__table__), [
                case | {"id": one, "root_id": one, "case_number": f"B-{number}"} for number, one in ids])
            connection.execute(insert(EventSubscription.__table__), [
                wait | {"instance_id": one, "root_id": one} | _keys(number) for number, one in ids])


def _keys(number: int) -> dict[str, Any]:
    keys = {"order": f"A{number}"}
    return {"keys": keys, "mark": mark_of(keys)}


def timed(act: Callable[[int], Any], count: int) -> tuple[float, float]:
    """(milliseconds, CPU milliseconds) of the median act."""
    took, cpu = [], []
    for number in range(count):
        began, busy = time.perf_counter(), time.process_time()
        act(number)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    return round(statistics.median(took), 2), round(statistics.median(cpu), 2)


def measure(url: str, waiting: int, count: int) -> dict[str, Any]:
    """All figures on one database, which is made and filled here."""
    engine = ProcessEngine(Settings(database_url=url, secret_key="benchmark"), MovableClock(MONDAY))
    engine.upgrade()
    seed(engine, waiting)
    step = max(1, waiting // count)

    def send(order: str) -> str:
        return engine.instances.correlate("paid", {"order": order}, {}, SYSTEM)

    found = {"database": engine.database.url.get_backend_name(), "waiting": waiting}
    found["delivered_ms"], found["delivered_cpu_ms"] = timed(lambda number: send(f"A{number * step}"), count)
    found["kept_ms"], found["kept_cpu_ms"] = timed(lambda number: send(f"B{number}"), count)
    found["begins_to_wait_ms"], found["begins_to_wait_cpu_ms"] = timed(
        lambda number: engine.instances.start("receives", SYSTEM, unit="hq", variables={"order": f"C{number}"}), count)
    engine.close()
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--waiting", type=int, default=10_000)
    options.add_argument("--messages", type=int, default=100)
    chosen = options.parse_args()

    def both(url: str) -> dict[str, Any]:
        return measure(url, chosen.waiting, chosen.messages)

    on_both(both, both, chosen.json)


if __name__ == "__main__":
    main()
