"""Running cases go on under another version of their process: looked at, tried, moved, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine import SYSTEM, BihuanError, Invalid, NotPermitted
from engine.migrating import plans
from engine.migrating.batches import Heap
from engine.migrating.rows import read
from engine.models.identity import PublicLink
from engine.models.runtime import TaskCandidate, TaskDraft
from engine.models.studio import MigrationItem
from engine.models.working import SearchValue
from engine.privacy.blanking import blank_case
from tests.engine.house import House
from tests.engine.sketch import Sketch, files, line, split
from tests.engine.test_at_the_same_moment import at_once
from tests.engine.test_invariants import keep_the_rules


def publish(house: House, *drawings: Sketch, forms: dict[str, bytes] | None = None) -> None:
    house.engine.deployments.deploy(files(*drawings, forms=forms), SYSTEM)


def move(house: House, mapping: Any = None, key: str = "moved") -> Any:
    """All cases to the newest version; what became of them."""
    verbs, by = house.engine.migrations, house("root")
    versions = verbs.versions(key, by)
    plan = verbs.begin(key, by, sources=[one.version for one in versions[1:]], target=versions[0].version,
                       mapping=mapping, note="新版本")
    house.work()
    keep_the_rules(house)
    return verbs.progress(plan, by)


def rows_of(house: House, case: str) -> Any:
    with house.engine.database.reading() as connection:
        found = read(connection, [case])[case]
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def take_back(house: House, view: Any) -> Any:
    house.engine.migrations.take_back(view.card.id, house("root"))
    house.work()
    keep_the_rules(house)
    return house.engine.migrations.progress(view.card.id, house("root"))


# -- one case


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


def test_migrated_and_taken_back_everything_stands_as_before(house: House) -> None:
    publish(house, line("a", "b").changed("a", deadline="D-2H").add(
        "slow", "boundaryEvent", on="a", timer="P1D", beside=True).way("slow", "b"))
    case = house.start("moved")
    house.engine.tasks.claim(house.task(case, "a"), house("li.na"))
    house.clock.move(timedelta(minutes=5))
    before = rows_of(house, case)
    newer = line("a", "b").changed("a", name="新名字", role="supervisor").add(
        "fresh", "boundaryEvent", on="a", timer="PT3H").way("fresh", "b")
    publish(house, newer)
    view = move(house)
    assert rows_of(house, case) != before
    assert house.tasks(case)[0].due_at is None, "the new drawing has no deadline there"
    after = take_back(house, view)
    assert (after.card.taken_back, after.card.kept, after.card.state) == (1, 0, "taken_back")
    assert rows_of(house, case) == before
    assert house.verbs(case)[-2:] == ["migrated", "migration_taken_back"]
    house.after(hours=2.5)
    assert [one[1] for one in house.escalations(case)] == [0, 1], "its clock runs on"


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


def test_a_called_process_moves_under_the_root_of_its_case(house: House) -> None:
    calls = Sketch(key="outer").add("start", "startEvent").add("call", "callActivity", called="moved")
    publish(house, calls.add("end", "endEvent").way("start", "call", "end"), line("a"))
    case = house.start("outer")
    publish(house, line("a").then("a", "b"))
    view = move(house)
    assert (view.card.moved, [one.case_id for one in view.lines]) == (1, [case])
    house.complete(case, "a")
    assert house.open(case) == ["b"]
    house.complete(case, "b")
    assert house.row(case).ended_at is not None
    assert "migrated" in house.verbs(case)


def test_what_is_called_anew_is_called_with_new_inputs(house: House) -> None:
    service = Sketch().add("start", "startEvent").add("ring", "serviceTask", topic="one", inputs={"to": "=who"})
    publish(house, service.add("end", "endEvent").way("start", "ring", "end"))
    house.start("moved", variables={"who": "li"})
    publish(house, service.changed("ring", topic="two", inputs={"to": "=upper case(who)", "more": "1"}))
    house.work()  # nobody knows the topic: an incident stands for the call
    before = house.jobs("service")[0]
    assert move(house).card.moved == 1
    after = house.jobs("service")[0]
    assert after.id == before.id == house.incidents()[0].job_id
    assert after.payload == {"topic": "two", "inputs": {"to": "LI", "more": "1"}}


def test_a_call_that_is_under_way_is_not_changed(small_house: House) -> None:
    house = small_house
    service = Sketch().add("start", "startEvent").add("ring", "serviceTask", topic="one")
    publish(house, service.add("end", "endEvent").way("start", "ring", "end"))
    case = house.start("moved")
    publish(house, service.changed("ring", topic="two"))
    by = house("root")
    plan = house.engine.migrations.begin("moved", by, sources=[1], target=2, note="x")
    calling, moving = house.engine.jobs.acquire("w1", 9)
    house.engine.jobs.run(moving, "w1")
    told = house.engine.migrations.progress(plan, by).lines[0]
    assert (told.state, told.reason.en) == ("refused", "“ring” is calling an outside system just now; move it later.")
    assert house.jobs("service")[0].payload["topic"] == "one" and house.row(case).ended_at is None


# -- what has no place


def test_what_has_no_place_is_told_before_and_stays_where_it_is(house: House) -> None:
    publish(house, line("a", "b"))
    cases = [house.start("moved") for _ in range(3)]
    house.complete(cases[0], "a")
    publish(house, line("a", "b").changed("a", kind="manualTask"))
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.map, look.never, look.cases) == (1, 2, 0, 3)
    at_a = next(one for one in look.elements if one.element_id == "a")
    assert (at_a.cases, at_a.fate, [one.element_id for one in at_a.choices]) == (2, "map", ["b"])
    view = move(house)
    assert (view.card.moved, view.card.refused) == (1, 2)
    assert {one.reason.zh for one in view.lines if one.state == "refused"} == {
        "“a”在新版本中是另一种环节"} == {one.reason.zh for one in look.refusals}
    assert house.open(cases[1]) == ["a"] and "migrated" not in house.verbs(cases[1])


def test_a_branch_that_could_never_come_is_foreseen(house: House) -> None:
    # given one case before the fork and two after it, one with a branch done
    before = split("a", "b").then("start", "first")
    publish(house, before)
    early, late, half = (house.start("moved") for _ in range(3))
    house.complete(late, "first")
    house.complete(half, "first")
    house.complete(half, "a")
    # when the new drawing waits for a third branch
    publish(house, before.copy().add("c").way("fork", "c", "join"))
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.never) == (1, 2)
    assert look.refusals[0].reason.zh == "“a”：“join”会等一个不会到来的分支。" or "join" in look.refusals[0].reason.zh
    assert move(house).card.moved == 1
    house.complete(early, "first")
    assert sorted(house.open(early)) == ["a", "b", "c"]
    for step in ("a", "b", "c"):
        house.complete(early, step)
    house.complete(half, "b")
    assert {house.row(one).ended_at is not None for one in (early, half)} == {True}


def test_a_join_that_asks_for_less_lets_go_on_at_once(house: House) -> None:
    publish(house, split("a", "b", "c"))
    case = house.start("moved")
    house.complete(case, "a")
    publish(house, split("a", "b").add("d").way("join", "d", "end"))
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.map + look.never) == (0, 1), "there is work at c"
    house.complete(case, "c")
    view = move(house)
    assert view.card.refused == 1, "a branch that was walked is gone"


def test_mapped_by_hand_or_as_proposed(house: House) -> None:
    publish(house, line("registration").changed("registration", name="登记投诉"))
    case = house.start("moved")
    publish(house, Sketch().add("start", "startEvent").add("intake", name="登记客户投诉").add("other", name="回访")
            .add("end", "endEvent").way("start", "intake", "other", "end"))
    look = house.engine.migrations.look("moved", house("root"))
    assert look.mapping == {1: {"registration": "intake"}} and look.moves == 1
    shown = look.elements[0]
    assert (shown.to, shown.proposed, [one.element_id for one in shown.choices]) == ("intake", True,
                                                                                   ["intake", "other"])
    nowhere = house.engine.migrations.look("moved", house("root"), mapping={1: {"registration": ""}})
    assert (nowhere.moves, nowhere.map) == (0, 1)
    move(house, {1: {"registration": "other"}})
    assert house.open(case) == ["other"]


@pytest.mark.parametrize("wrong", [{"a": "start"}, {"a": "nowhere"}, {"nowhere": "b"}])
def test_a_mapping_that_does_not_fit_is_refused_at_its_field(small_house: House, wrong: dict[str, str]) -> None:
    publish(small_house, line("a"))
    small_house.start("moved")
    publish(small_house, line("b"))
    with pytest.raises(Invalid) as refused:
        small_house.engine.migrations.look("moved", small_house("root"), mapping={1: wrong})
    assert [one.path for one in refused.value.fields] == [f"map.1.{next(iter(wrong))}"]


def test_who_may(small_house: House) -> None:
    house = small_house
    publish(house, line("a"))
    house.start("moved")
    publish(house, line("a", "b"))
    verbs = house.engine.migrations
    assert verbs.look("moved", house("xu.shen")).may_run is False
    for login, act in (("xu.shen", lambda by: verbs.begin("moved", by, sources=[1], target=2, note="x")),
                       ("xu.shen", lambda by: verbs.look("moved", by, tried=True)),
                       ("zhou.min", lambda by: verbs.look("moved", by)),
                       ("li.na", lambda by: verbs.versions("moved", by))):
        with pytest.raises(NotPermitted):
            act(house(login))
    with pytest.raises(Invalid):
        verbs.begin("moved", house("root"), sources=[1], target=2, note=" ")


# -- tried, suspended, changed meanwhile


def test_what_hangs_on_the_case_is_tried_for_each(house: House) -> None:
    # given two cases of which the new timer can be computed for one alone
    publish(house, line("a"))
    good = house.start("moved", variables={"days": "P2D"})
    bad = house.start("moved", variables={"days": "soon"})
    publish(house, line("a").add("late", "boundaryEvent", on="a", timer="=days", beside=True).way("late", "end"))
    before = rows_of(house, good), rows_of(house, bad)
    look = house.engine.migrations.look("moved", house("root"), tried=True)
    assert (look.moves, look.never, look.untried) == (1, 1, 0)
    assert [one.case_id for one in look.refusals[0].lines] == [bad] and "soon" in look.refusals[0].reason.zh
    assert (rows_of(house, good), rows_of(house, bad)) == before, "nothing of a trial is kept"
    view = move(house)
    assert {one.case_id: one.state for one in view.lines} == {good: "moved", bad: "refused"}
    assert rows_of(house, bad) == before[1]


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


# -- taken back


@pytest.mark.parametrize("act", ["claim", "complete", "wait", "suspend"])
def test_a_case_that_was_touched_since_stays_and_says_why(small_house: House, act: str) -> None:
    house = small_house
    publish(house, line("a", "b").changed("a", deadline="D-2H"))
    untouched, case = house.start("moved"), house.start("moved")
    before = rows_of(house, untouched)
    publish(house, line("a", "b").changed("a", deadline="D-2H", name="新"))
    view = move(house)
    why = {"claim": "任务在迁移后有人认领、办理或签署", "complete": "案件在迁移后已往下进行",
           "wait": "迁移后有期限或定时到点，或期限被调整", "suspend": "案件在迁移后已往下进行"}[act]
    if act == "claim":
        house.engine.tasks.claim(house.task(case, "a"), house("li.na"))
    elif act == "complete":
        house.complete(case, "a")
    elif act == "suspend":
        house.engine.instances.suspend(case, "等", house("zhou.min"))
    else:
        house.after(hours=3)
    after = take_back(house, view)
    told = {one.case_id: (one.state, one.reason.zh if one.reason else "") for one in after.lines}
    assert told[case] == ("kept", why)
    if act == "wait":
        assert told[untouched] == ("kept", why)
    else:
        assert told[untouched][0] == "taken_back" and rows_of(house, untouched) == before
    assert house.row(case).definition_id != before["process_instance"][0]["definition_id"]


def test_a_migration_is_taken_back_once_and_not_for_ever(small_house: House) -> None:
    house = small_house
    publish(house, line("a"))
    case = house.start("moved")
    publish(house, line("a", "b"))
    view = move(house)
    house.clock.move(timedelta(days=32))
    with pytest.raises(BihuanError) as late:
        house.engine.migrations.take_back(view.card.id, house("root"))
    assert late.value.code == "not_taken_back"
    house.engine.jobs.sweep()
    house.complete(case, "a")
    assert house.open(case) == ["b"]


def test_what_is_kept_to_take_back_is_sealed_and_goes_with_an_erased_person(small_house: House) -> None:
    house = small_house
    publish(house, line("a", "b").changed("a", form="note_form"))
    case = house.start("moved")
    house.complete(case, "a", values={"customer": "恒泰装饰", "phone": "13862156621"})
    publish(house, line("a", "b").changed("a", form="note_form").changed("b", name="二"))
    move(house)
    with house.engine.database.reading() as connection:
        raw = connection.exec_driver_sql("SELECT before FROM migration_item").scalar()
    assert raw and "恒泰" not in raw and "13862156621" not in raw
    assert house.row(case).definition_id


def test_when_the_case_has_ended_and_is_blanked_nothing_is_kept_to_take_back(small_house: House) -> None:
    house = small_house
    publish(house, line("a"))
    case = house.start("moved")
    publish(house, line("a").changed("a", name="二"))
    move(house)
    house.complete(case, "a")
    with house.engine.database.transaction() as connection:
        blank_case(house.engine, connection, case, house.clock.now())
    assert house.rows(select(MigrationItem.before))[0].before is None


# -- lists and links


def test_search_fields_follow_the_new_version(house: House) -> None:
    first = line("a", "b").changed("a", form="note_form")
    first.properties = {"bihuan:search": "note_form.amount"}
    publish(house, first)
    case = house.start("moved")
    house.complete(case, "a", values={"customer": "恒泰", "amount": "7", "severity": "grave", "phone": "13862156621"})
    before = rows_of(house, case)
    second = first.copy()
    second.properties = {"bihuan:search": "note_form.severity", "bihuan:customer": "=note_form.customer",
                         "bihuan:phone": "=note_form.phone"}
    publish(house, second)
    view = move(house)
    found = house.rows(select(SearchValue.field, SearchValue.text))
    assert [(one.field, one.text) for one in found] == [("severity", "grave")]
    task = house.tasks(case)[0]
    assert task.customer == "恒泰" and "severity=grave" in task.facts and "amount" not in task.facts
    found = [one.id for one in house.engine.boards.cases(house("root"), "13862156621")]
    assert found == [case]
    take_back(house, view)
    assert rows_of(house, case) == before
    assert house.engine.boards.cases(house("root"), "13862156621") == ()


def test_a_suspended_case_with_a_call_to_change_is_foreseen_to_stay(small_house: House) -> None:
    house = small_house
    service = Sketch().add("start", "startEvent").add("ring", "serviceTask", topic="one")
    publish(house, service.add("end", "endEvent").way("start", "ring", "end"))
    first, second = house.start("moved"), house.start("moved")
    house.engine.instances.suspend(second, "等", house("zhou.min"))
    publish(house, service.changed("ring", topic="two"))
    look = house.engine.migrations.look("moved", house("root"), tried=True)
    assert (look.moves, look.never) == (1, 1) and look.refusals[0].lines[0].case_id == second
    house.work()
    view = move(house)
    assert {one.case_id: one.state for one in view.lines} == {first: "moved", second: "refused"}


def test_a_case_moves_as_a_whole_or_not_at_all(house: House) -> None:
    # given a case with two called processes, of which one could move
    calls = Sketch(key="outer").add("start", "startEvent").add("fork", "parallelGateway").add("end", "endEvent")
    for name in ("one", "two"):
        calls.add(name, "callActivity", called="moved").way("fork", name, "end")
    publish(house, calls.way("start", "fork"), line("a", "b"))
    case = house.start("outer")
    house.engine.tasks.complete(house.tasks(case)[0].id, None, house("li.na"))
    assert house.open(case) == ["a", "b"]
    publish(house, line("a"))
    before = rows_of(house, case)
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.map, look.never) == (0, 1, 1)
    assert move(house).card.refused == 2
    assert rows_of(house, case) == before


def test_a_link_that_a_customer_has_keeps_the_case_whose_form_would_be_gone(small_house: House) -> None:
    house = small_house
    publish(house, line("a", "b").changed("a", form="note_form"))
    cases = [house.start("moved") for _ in range(2)]
    with house.engine.database.transaction() as connection:
        connection.execute(insert(PublicLink.__table__).values(
            token_hash="h", root_id=cases[0], instance_id=cases[0], element_id="b", purpose="sign",
            form_key="note_form", created_at=house.clock.now(), expires_at=house.clock.now() + timedelta(days=1)))
    publish(house, line("a", "b").renamed("b", "b_now"))
    look = house.engine.migrations.look("moved", house("root"), tried=True)
    assert (look.moves, look.never) == (1, 1) and "便条" in look.refusals[0].reason.zh
    house.clock.move(timedelta(days=2))
    assert move(house, {1: {"b": "b_now"}}).card.moved == 2
    assert house.rows(select(PublicLink.element_id))[0].element_id == "b_now"


# -- at the same moment


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
