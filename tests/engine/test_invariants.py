"""Whatever people do in whatever order: rows match runs, tasks have one owner, the history tells everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from engine import SYSTEM, BihuanError, MovableClock, ProcessEngine, Settings
from engine.bpmn import ProcessRun
from engine.decisions import CaseEnvironment
from engine.expressions import Expressions
from engine.models.history import ElementVisit, HistoryEntry
from engine.models.runtime import EventSubscription, Job, ProcessInstance, TaskCandidate, UserTask
from engine.values import loads
from tests.engine.house import House

PEOPLE = ("li.na", "wang.fang", "chen.yu", "zhou.min", "xu.shen", "he.wai")
ACTS = ("claim", "claim", "release", "complete", "complete", "complete", "wait", "work", "message", "suspend", "resume",
        "cancel", "draft")
VALUES: dict[str, dict[str, Any]] = {
    "write": {"customer": "恒泰"}, "approve": {"decision": "return"}, "reply": {"how": "fine", "text": "x"}}


@pytest.fixture(scope="module")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, ProcessEngine]]:
    """A database with people and processes, to be copied for each story; its engine keeps what is compiled."""
    path = tmp_path_factory.mktemp("furnished") / "house.db"
    shutil.copy(sqlite_template, path)
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), CLOCK())
    House(engine, CLOCK()).deploy("note", "timed", "caller", "called", "mixed", "due")
    engine.close()
    yield path, engine


def CLOCK() -> MovableClock:  # noqa: N802 - a new one each time
    return MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))


steps = some.lists(some.tuples(some.sampled_from(ACTS), some.sampled_from(PEOPLE), some.integers(0, 7)), max_size=25)
kinds = some.lists(some.sampled_from(["note", "timed", "caller", "mixed", "due"]), min_size=1, max_size=3)
numbers = count()


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps, keys=kinds)
def test_random_stories_keep_the_rules(
        furnished: tuple[Path, ProcessEngine], tmp_path: Path, steps: list[tuple[str, str, int]],
        keys: list[str]) -> None:
    path = tmp_path / f"{next(numbers)}.db"
    shutil.copy(furnished[0], path)
    clock = CLOCK()
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), clock)
    engine.definitions = furnished[1].definitions
    house = object.__new__(House)
    house.engine, house.clock = engine, clock
    for number, key in enumerate(keys):
        house.start(key, variables={"order": str(number), "question": "?"} if key in ("mixed", "caller") else None)
    keep_the_rules(house)
    for act, login, number in steps:
        try:
            do(house, act, login, number)
        except BihuanError as error:
            assert error.http_status < 500 and error.sentence("zh") and error.sentence("en")
        keep_the_rules(house)
    engine.close()
    path.unlink()


def do(house: House, act: str, login: str, number: int) -> None:
    """One act of one person on one of the things there are."""
    verbs, by = house.engine, house(login)
    tasks = house.tasks()
    task = tasks[number % len(tasks)] if tasks else None
    cases = house.rows(select(ProcessInstance.id).where(ProcessInstance.parent_id.is_(None))
                       .order_by(ProcessInstance.id))
    case = cases[number % len(cases)].id
    if act == "wait":
        house.clock.move(timedelta(minutes=17 * (number + 1)))
    elif act == "work":
        house.work()
    elif act == "message":
        verbs.instances.correlate("order-paid", {"order": str(number % 3)}, {}, SYSTEM)
    elif act in ("suspend", "resume", "cancel"):
        getattr(verbs.instances, act)(case, "试试", by)
    elif task is None:
        return
    elif act == "claim":
        verbs.tasks.claim(task.id, by)
    elif act == "release":
        verbs.tasks.release(task.id, by)
    elif act == "draft":
        verbs.tasks.save_draft(task.id, VALUES.get(task.element_id, {}), by)
    else:
        verbs.tasks.complete(task.id, VALUES.get(task.element_id), by)


def keep_the_rules(house: House) -> None:
    """The invariants of the tables."""
    instances = {row.id: row for row in house.rows(select(ProcessInstance.__table__))}
    live = {row.id for row in instances.values() if row.ended_at is None}
    rows = [(task.instance_id, task.element_instance_id, 0) for task in house.tasks()]
    for model, kinds in ((Job, ("timer", "service")), (EventSubscription, ("message", "signal"))):
        rows += [tuple(row) for row in house.rows(
            select(model.instance_id, model.element_instance_id, model.slot).where(model.kind.in_(kinds)))]
    waits, visiting = [], []
    with house.engine.database.reading() as connection:
        for row in instances.values():
            definition = house.engine.definitions.get(connection, row.definition_id)
            expressions = Expressions(house.clock.now(), house.engine.live.at(connection), row.unit_id, "Asia/Shanghai")
            state, visits = orjson.loads(row.run_state)
            run = ProcessRun.restore(definition.model, CaseEnvironment(expressions, definition), state,
                                     loads(row.variables))
            assert run.ended == (row.ended_at is not None)
            if not run.ended:
                found = run.waits()
                waits += [(row.id, wait.id, wait.index) for wait in found
                          if wait.kind in ("user", "timer", "service", "message", "signal")]
                calls = {wait.id for wait in found if wait.kind == "call"}
                children = [one for one in instances.values() if one.parent_id == row.id and one.id in live]
                assert {one.parent_wait for one in children} == calls and len(children) == len(calls)
                visiting += visits
    assert sorted(rows) == sorted(waits), "each wait has its row and each row its wait"
    for row in instances.values():
        assert row.parent_id is None or row.id not in live or row.parent_id in live, "no child outlives its caller"
    for task in house.tasks():
        assert task.instance_id in live and (task.assignee_id is None) == (task.claimed_at is None)
        assert task.suspended == (instances[task.root_id].state == "suspended")
    assert not house.rows(select(TaskCandidate.task_id).outerjoin(UserTask, UserTask.id == TaskCandidate.task_id)
                          .where(UserTask.id.is_(None)))
    completed = [row.element_id for row in house.rows(select(ElementVisit.element_id).where(
        ElementVisit.kind == "userTask", ElementVisit.outcome == "completed",
        ElementVisit.by.is_not(None)))]  # a repeated step as a whole has a visit of its own
    told = [row.element_id for row in house.rows(
        select(HistoryEntry.element_id).where(HistoryEntry.verb == "completed"))]
    assert sorted(completed) == sorted(told), "every completed step has its entry"
    for row in instances.values():
        if row.parent_id is None:
            verbs = house.verbs(row.id)
            assert verbs[0] == "started" and verbs.count("ended") == (row.ended_at is not None)
