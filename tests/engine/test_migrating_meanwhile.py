"""What happens while cases move: they end or are suspended, people work on them, a worker dies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.migrating import plans
from engine.migrating.batches import Heap
from tests.engine.house import House
from tests.engine.migrated import move, publish
from tests.engine.sketch import line
from tests.engine.test_at_the_same_moment import at_once
from tests.engine.test_invariants import keep_the_rules


def test_a_case_that_ended_meanwhile_is_left_alone(house: House) -> None:
    publish(house, line("a"))
    stays, goes = house.start("moved"), house.start("moved")
    publish(house, line("a", "b"))
    verbs, by = house.engine.migrations, house("root")
    plan = verbs.begin("moved", by, sources=[1], target=2, note="x")
    house.complete(goes, "a")
    house.work()
    view = verbs.progress(plan, by)
    assert {one.case_id: one.state for one in view.lines} == {stays: "moved", goes: "refused"}
    assert view.reasons[0].reason.en == "the case has ended, or is not on the chosen version any more"


def test_a_suspended_case_moves_unless_something_would_begin_to_run(house: House) -> None:
    publish(house, line("a"))
    case = house.start("moved")
    house.engine.instances.suspend(case, "等一等", house("zhou.min"))
    publish(house, line("a").changed("a", name="二"))
    assert move(house).card.moved == 1
    assert house.tasks(case)[0].suspended
    publish(house, line("a").add("late", "boundaryEvent", on="a", timer="PT1H").way("late", "end"))
    view = move(house)
    assert view.lines[0].reason.zh == "案件已挂起，恢复后才能办理。"


def test_people_work_while_cases_are_moved(house: House) -> None:
    publish(house, line("a", "b"))
    cases = [house.start("moved") for _ in range(12)]
    tasks = [house.task(case, "a") for case in cases]
    publish(house, line("a", "b").changed("b", name="新"))
    verbs, by = house.engine.migrations, house("root")
    plan = verbs.begin("moved", by, sources=[1], target=2, note="x")
    people = [house("li.na"), house("wang.fang")]
    told = at_once(house.work, *(lambda part=part: [house.engine.tasks.complete(task, None, people[part])
                                                    for task in tasks[part::2][:3]] for part in (0, 1)))
    assert told == ["done", "done", "done"]
    house.work()
    keep_the_rules(house)
    card = verbs.progress(plan, by).card
    assert (card.moved, card.refused, card.state) == (12, 0, "done")
    assert sorted(house.open()) == ["a"] * 6 + ["b"] * 6
    assert {row.name for row in house.tasks() if row.element_id == "b"} == {"新"}


def test_a_worker_that_dies_leaves_nothing_half_moved(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(house, line("a"))
    cases = [house.start("moved") for _ in range(6)]
    publish(house, line("a", "b"))
    monkeypatch.setattr(plans, "HEAP", 2)
    written: list[int] = []

    def dies(heap: Heap, plan: str) -> None:
        written.append(1)
        if len(written) == 3:
            raise KeyboardInterrupt
        keep(heap, plan)

    keep = Heap.write
    monkeypatch.setattr(Heap, "write", dies)
    verbs, by = house.engine.migrations, house("root")
    plan = verbs.begin("moved", by, sources=[1], target=2, note="x")
    (job,) = house.engine.jobs.acquire("w1", 1)
    with pytest.raises(KeyboardInterrupt):
        house.engine.jobs.run(job, "w1")
    keep_the_rules(house)
    assert verbs.progress(plan, by).card.moved == 4
    monkeypatch.setattr(Heap, "write", keep)
    house.clock.move(timedelta(seconds=house.engine.settings.job_lock_seconds + 1))
    house.work()
    card = verbs.progress(plan, by).card
    assert (card.moved, card.state) == (6, "done")
    assert [house.verbs(case).count("migrated") for case in cases] == [1] * 6
