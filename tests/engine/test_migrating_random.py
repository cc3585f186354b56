"""Random drawings, edited at random, and cases in random states: moved, gone on with, or taken back as they were."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from engine import SYSTEM, BihuanError, MovableClock, ProcessEngine, Refused, Settings
from engine.models.runtime import ProcessInstance
from engine.models.studio import MigrationItem
from tests.engine.house import House
from tests.engine.migrated import rows_of
from tests.engine.sketch import Sketch, files
from tests.engine.test_invariants import keep_the_rules

PEOPLE = ("li.na", "wang.fang", "zhou.min")
UNKEPT = {"owner", "locked_until"}
numbers = count()


def drawn(dice: random.Random) -> Sketch:
    """A block of steps: a row, parallel and exclusive branches, a sub-process, repeated steps, timers, messages."""
    made = Sketch().add("start", "startEvent").add("end", "endEvent")
    last = "start"
    for index in range(dice.randint(1, 3)):
        last = _block(made, dice, last, f"s{index}", dice.choice(("task", "task", "split", "choice", "inner", "each",
                                                                   "event")))
    made.way(last, "end")
    for name in [one for one, said in made.elements.items() if said["kind"] == "userTask"]:
        if dice.random() < 0.4:
            made.elements[name]["deadline"] = "D-2H"
        if dice.random() < 0.4:
            _timer(made, dice, name, f"{name}_t", made.elements[name].get("inside"))
    return made


def _block(made: Sketch, dice: random.Random, last: str, name: str, kind: str, inside: str | None = None) -> str:
    """Add a block behind ``last``; the id of its last element."""
    here = {"inside": inside} if inside else {}
    if kind in ("split", "choice"):
        gateway = "parallelGateway" if kind == "split" else "exclusiveGateway"
        made.add(f"{name}f", gateway, **here, **({"default": f"{name}f_{name}b0"} if kind == "choice" else {}))
        made.add(f"{name}j", gateway, **here).way(last, f"{name}f")
        for branch in range(dice.randint(2, 3)):
            made.add(f"{name}b{branch}", **here).way(f"{name}b{branch}", f"{name}j")
            made.flows.append((f"{name}f", f"{name}b{branch}") if kind == "split" or branch == 0 else
                              (f"{name}f", f"{name}b{branch}", f"n = {branch}"))
        return f"{name}j"
    if kind == "inner":
        made.add(name, "subProcess", **here).add(f"{name}s", "startEvent", inside=name).way(last, name)
        made.add(f"{name}e", "endEvent", inside=name)
        made.way(_block(made, dice, f"{name}s", f"{name}x", dice.choice(("task", "split", "each")), name), f"{name}e")
    elif kind == "event":
        made.add(name, "intermediateCatchEvent", message="order-paid", match="={n: n}", **here).way(last, name)
    else:
        made.add(name, **here, **({"each": "people", "in_turn": dice.random() < 0.5} if kind == "each" else {}))
        made.way(last, name)
    return name


def _timer(made: Sketch, dice: random.Random, host: str, name: str, inside: str | None) -> None:
    """An interrupting one stands only where no join waits for what it interrupts."""
    beside = dice.random() < 0.6 or "b" in host or "new" in host or "x" in host
    here = {"inside": inside} if inside else {}
    made.add(name, "boundaryEvent", on=host, timer=f"PT{dice.randint(1, 5)}H", **here,
             **({"beside": True} if beside else {}))
    made.add(f"{name}_end", "endEvent", **here).way(name, f"{name}_end")


def edited(old: Sketch, dice: random.Random) -> Sketch:
    """Small changes: names, roles, clocks, steps more or less, branches more, timers moved, ids changed."""
    new = old.copy()
    for _ in range(dice.randint(1, 4)):
        tasks = [one for one, said in new.elements.items() if said["kind"] == "userTask"]
        if not tasks:
            return new
        name, what = dice.choice(tasks), dice.choice(("say", "add", "drop", "rename", "timer", "untimer", "clock",
                                                       "branch", "repeat"))
        if what == "say":
            new = new.changed(name, name="改", role=dice.choice(("agent", "supervisor")))
        elif what == "add":
            said = new.elements[name]
            new = new.then(name, f"new{next(numbers)}", **({"inside": said["inside"]} if "inside" in said else {}))
        elif what == "drop" and len(tasks) > 1:
            new = new.without(name)
        elif what == "rename":
            new = new.renamed(name, f"{name}_r")
        elif what == "timer" and f"{name}_u" not in new.elements:
            _timer(new, dice, name, f"{name}_u", new.elements[name].get("inside"))
        elif what == "untimer":
            for hanging in [one for one, said in new.elements.items() if said.get("on") == name]:
                new = new.without(hanging, f"{hanging}_end")
        elif what == "clock":
            new.elements[name].pop("deadline", None) or new.elements[name].update(deadline="D-2H")
        elif what == "branch":
            forks = [one for one, said in new.elements.items() if said["kind"] == "parallelGateway" and one[-1] == "f"]
            if forks:
                fork, fresh = dice.choice(forks), f"new{next(numbers)}"
                said = new.elements[fork]
                new.add(fresh, **({"inside": said["inside"]} if "inside" in said else {}))
                new.way(fork, fresh, fork[:-1] + "j")
        elif what == "repeat":
            new.elements[name].pop("each", None) or new.elements[name].update(each="people")
    return new


@pytest.fixture(scope="module")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("moving") / "house.db"
    shutil.copy(sqlite_template, path)
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), _clock())
    House(engine, _clock())
    engine.close()
    yield path


def _clock() -> MovableClock:
    return MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=some.integers(0, 2**32))
def test_random_edits_move_random_cases_and_take_them_back(furnished: Path, tmp_path: Path, seed: int) -> None:
    try_one(furnished, tmp_path / f"{next(numbers)}.db", seed)


def try_one(furnished: Path, path: Path, seed: int) -> None:
    """One story: what was foreseen comes true, what is taken back is as before, what goes on comes to its end."""
    dice = random.Random(seed)
    shutil.copy(furnished, path)
    clock = _clock()
    house = object.__new__(House)
    house.engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), clock)
    house.clock = clock
    try:
        old = drawn(dice)
        house.engine.deployments.deploy(files(old), SYSTEM)
        cases = [house.start("moved", variables={"n": number, "people": ["x", "y"]}) for number in range(4)]
        for case in cases:
            for _ in range(dice.randint(0, 4)):
                act(house, dice, case)
        try:
            card = house.engine.deployments.deploy(files(edited(old, dice)), SYSTEM)
        except Refused:
            return  # an edit that no drawing survives
        if card.definitions:
            _story(house, dice, cases)
    finally:
        house.engine.close()
        path.unlink()


def _story(house: House, dice: random.Random, cases: list[str]) -> None:
    house.work()
    before = {case: rows_of(house, case) for case in cases}
    first = _moved(house)
    if first is None:
        return
    for case, state in first.items():
        if state == "refused":
            assert rows_of(house, case) == before[case], "a case that is refused stays as it was"
    house.engine.migrations.take_back(_plan(house), house("root"))
    house.work()
    keep_the_rules(house)
    for case in cases:
        assert _kept(rows_of(house, case)) == _kept(before[case]), "taken back it stands as before"
    assert _moved(house) == first, "and moves again as it did"
    _go_on(house, dice, [case for case, state in first.items() if state == "moved"])


def _moved(house: House) -> dict[str, str] | None:
    """Move all, and compare with what was foreseen; the state of each case."""
    verbs, by = house.engine.migrations, house("root")
    look = verbs.look("moved", by, tried=True)
    if look is None:
        return None
    foreseen = verbs.look("moved", by)
    verbs.begin("moved", by, sources=[1], target=2, note="x")
    house.work()
    keep_the_rules(house)
    states = {row.root_id: row.state for row in house.rows(
        select(MigrationItem.root_id, MigrationItem.state).where(MigrationItem.plan_id == _plan(house)))}
    moved = sum(state == "moved" for state in states.values())
    assert moved == look.moves and foreseen.moves >= moved
    assert moved + sum(state == "refused" for state in states.values()) == look.cases
    return states


def _plan(house: House) -> str:
    return house.engine.migrations.listed("moved", house("root"))[0].id


def _kept(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {table: [{name: value for name, value in row.items() if name not in UNKEPT} for row in found]
            for table, found in rows.items()}


def act(house: House, dice: random.Random, case: str) -> None:
    """Somebody does something, or time goes by."""
    tasks = house.tasks(case)
    what = dice.choice(("complete", "complete", "claim", "draft", "wait", "message", "suspend"))
    try:
        if what == "wait":
            house.clock.move(timedelta(minutes=dice.randint(5, 90)))
            house.work()
        elif what == "message":
            house.engine.instances.correlate("order-paid", {"n": dice.randint(0, 3)}, {}, SYSTEM)
            house.work()
        elif what == "suspend" and dice.random() < 0.3:
            house.engine.instances.suspend(case, "等", house("root"))
        elif tasks:
            task, by = dice.choice(tasks), house(dice.choice(PEOPLE))
            if what == "claim":
                house.engine.tasks.claim(task.id, by)
            elif what == "complete":
                house.engine.tasks.complete(task.id, None, by)
    except BihuanError:
        pass


def _go_on(house: House, dice: random.Random, cases: list[str]) -> None:
    """Everything that is open is done until the moved cases are over."""
    for case in cases:
        if house.row(case).state == "suspended":
            house.engine.instances.resume(case, "好", house("root"))
    for _ in range(40):
        for number in range(4):
            house.engine.instances.correlate("order-paid", {"n": number}, {}, SYSTEM) \
                if any(_waits(house, case, number) for case in cases) else None
        house.work()
        tasks = [task for case in cases for task in house.tasks(case)]
        if not tasks and not any(_waits(house, case, number) for case in cases for number in range(4)):
            break
        for task in tasks:
            by = house("zhou.min" if task.role == "supervisor" else "li.na")
            if task.assignee_id not in (None, by.person_id):
                by = next(house(login) for login in PEOPLE if house(login).person_id == task.assignee_id)
            try:
                house.engine.tasks.complete(task.id, None, by)
            except BihuanError as error:
                assert error.code in ("already_done", "timer_is_due"), error
        house.work()
        keep_the_rules(house)
    ended = {row.id: row.ended_at for row in house.rows(select(ProcessInstance.id, ProcessInstance.ended_at)
                                                         .where(ProcessInstance.parent_id.is_(None)))}
    assert all(ended[case] is not None for case in cases), "a case that was moved comes to its end"


def _waits(house: House, case: str, number: int) -> bool:
    from engine.models.runtime import EventSubscription

    return any(row.root_id == case and row.keys.get("n") == number for row in house.rows(
        select(EventSubscription.root_id, EventSubscription.keys)))
