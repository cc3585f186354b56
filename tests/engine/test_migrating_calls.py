"""Called processes and calls to the outside move with their case, or keep it where it is."""

from __future__ import annotations

from tests.engine.house import House
from tests.engine.migrated import move, publish, rows_of
from tests.engine.sketch import Sketch, line


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
