"""A case that moves to another version goes on with its work: tasks, clocks, timers, subscriptions, signers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import SYSTEM, BihuanError
from engine.models.runtime import TaskCandidate, TaskDraft
from tests.engine.house import House
from tests.engine.migrated import move, publish
from tests.engine.sketch import Sketch, files, line


def test_a_case_goes_on_in_the_new_drawing_and_its_history_says_so(house: House) -> None:
    # given a case at the first of two steps, and a version with a step between them
    publish(house, line("a", "b"))
    case = house.start("moved")
    publish(house, line("a", "b").then("a", "between"))
    # when it is moved
    view = move(house)
    # then it goes the new way
    assert (view.card.moved, view.card.refused, view.card.state) == (1, 0, "done")
    assert house.row(case).definition_id == house.engine.deployments.definitions(house("root"))[0].id
    house.complete(case, "a")
    assert house.open(case) == ["between"]
    told = house.engine.boards.case(case, house("root")).timeline
    assert [one.sentence.zh for one in told if one.verb == "migrated"] == ["由 v1 迁到 v2：新版本"]
    assert [one.sentence.en for one in told if one.verb == "migrated"] == ["moved from v1 to v2: 新版本"]


def test_open_work_under_a_new_name_keeps_assignee_clock_draft_and_goes_the_new_way(house: House) -> None:
    # given a claimed task with a running deadline and a draft
    publish(house, line("a", "b").changed("a", deadline="D-2H", form="note_form"))
    case = house.start("moved")
    task = house.task(case, "a")
    house.engine.tasks.claim(task, house("li.na"))
    house.engine.tasks.save_draft(task, {"customer": "恒泰", "amount": "7"}, house("li.na"))
    due = house.tasks(case)[0].due_at
    house.clock.move(timedelta(minutes=30))
    # when its step has another id, and its form lost a field
    form = files(line())["forms/t/note_form.yaml"].decode()
    shorter = "".join(row for row in form.splitlines(keepends=True) if "id: amount" not in row)
    publish(house, line("a", "b").changed("a", deadline="D-2H", form="note_form", name="填写").renamed("a", "a_now"),
            forms={"note_form": shorter.encode()})
    view = move(house, {1: {"a": "a_now"}})
    assert view.card.moved == 1
    row = house.tasks(case)[0]
    assert (row.id, row.element_id, row.name, row.assignee_id) == (task, "a_now", "填写", house("li.na").person_id)
    assert row.due_at == due and row.revision > 0
    assert "amount" not in repr(house.engine.boards.task(task, house("li.na")).form)
    # then a further draft loses nothing of the field that is gone
    house.engine.tasks.save_draft(task, {"customer": "恒泰二"}, house("li.na"))
    kept = house.rows(select(TaskDraft.__table__))[0]
    assert kept.values["customer"] == "恒泰二" and "amount" in kept.values
    house.after(hours=1.6)
    assert house.escalations(case)[-1][1] == 1, "the level falls due when it would have"
    house.engine.tasks.complete(task, {"customer": "恒泰"}, house("li.na"))
    assert house.open(case) == ["b"]
    assert house.visits(case)[-1] == "a_now"


def test_a_new_role_is_offered_the_task_and_a_new_deadline_begins_to_run(house: House) -> None:
    publish(house, line("a"))
    free, held = house.start("moved"), house.start("moved")
    house.engine.tasks.claim(house.task(held, "a"), house("wang.fang"))
    publish(house, line("a").changed("a", role="supervisor", deadline="D-2H", priority="80"))
    house.clock.move(timedelta(minutes=30))
    move(house)
    offers = house.rows(select(TaskCandidate.role, TaskCandidate.unclaimed, TaskCandidate.due_sort)
                        .order_by(TaskCandidate.unclaimed))
    assert [(one.role, one.unclaimed) for one in offers] == [("supervisor", False), ("supervisor", True)]
    rows = {one.root_id: one for one in house.tasks()}
    assert rows[held].assignee_id == house("wang.fang").person_id and rows[free].assignee_id is None
    assert {one.due_at for one in rows.values()} == {house.clock.now() + timedelta(hours=2)} == {
        one.due_sort for one in offers}
    assert {one.priority for one in rows.values()} == {80}
    assert [row.kind for row in house.jobs("deadline")] == ["deadline", "deadline"]
    house.engine.tasks.claim(house.task(free, "a"), house("zhou.min"))
    with pytest.raises(BihuanError):
        house.engine.tasks.release(house.task(held, "a"), house("li.na"))


def test_timers_keep_their_moment_new_ones_are_armed_dropped_ones_called_off(house: House) -> None:
    publish(house, line("a", "b").add("kept", "boundaryEvent", on="a", timer="PT4H", beside=True).way("kept", "b")
            .add("gone", "boundaryEvent", on="a", timer="PT5H", beside=True).way("gone", "b"))
    case = house.start("moved")
    due = {row.element_id: (row.id, row.due_at) for row in house.jobs("timer")}
    house.clock.move(timedelta(hours=1))
    publish(house, line("a", "b").add("kept", "boundaryEvent", on="a", timer="PT1M", beside=True).way("kept", "b")
            .add("fresh", "boundaryEvent", on="a", timer="PT2H", beside=True).way("fresh", "b"))
    move(house)
    now = {row.element_id: (row.id, row.due_at) for row in house.jobs("timer")}
    assert set(now) == {"kept", "fresh"} and now["kept"] == due["kept"]
    assert now["fresh"][1] == house.clock.now() + timedelta(hours=2)
    house.after(hours=2.5)
    assert house.open(case) == ["a", "b"]


def test_a_subscription_listens_for_the_message_of_the_new_drawing(house: House) -> None:
    waits = Sketch().add("start", "startEvent").add("heard", "intermediateCatchEvent", message="old", match="={n: n}")
    publish(house, waits.add("a").add("end", "endEvent").way("start", "heard", "a", "end"))
    case = house.start("moved", variables={"n": "1"})
    publish(house, waits.changed("heard", message="new").renamed("heard", "heard_now"))
    house.engine.instances.correlate("new", {"n": "1"}, {}, SYSTEM)  # somebody was early
    move(house, {1: {"heard": "heard_now"}})
    house.work()
    assert house.open(case) == ["a"] and house.visits(case)[-1] == "heard_now"


def test_several_who_work_at_once_and_several_signers_go_on(house: House) -> None:
    wide = Sketch().add("start", "startEvent").add("each", each="people").add("end", "endEvent").add("b")
    publish(house, wide.way("start", "each", "b", "end"))
    case = house.start("moved", variables={"people": ["x", "y", "z"]})
    first = house.tasks(case)[0].id
    house.engine.tasks.claim(first, house("li.na"))
    house.engine.tasks.add_signers(first, ["wang.fang", "chen.yu"], "before", "一起看", house("li.na"))
    house.engine.tasks.complete(house.tasks(case)[1].id, None, house("li.na"))
    publish(house, wide.changed("each", name="每人").renamed("each", "each_now"))
    assert move(house, {1: {"each": "each_now"}}).card.moved == 1
    assert house.open(case) == ["each_now", "each_now"]
    for login in ("wang.fang", "chen.yu"):
        house.engine.tasks.sign(first, "agree", "", house(login))
    for task in house.tasks(case):
        house.engine.tasks.complete(task.id, None, house("li.na"))
    assert house.open(case) == ["b"]
