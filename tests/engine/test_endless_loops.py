"""A drawing that loops without waiting meets the step budget: an incident names the element, and the worker goes on."""

from __future__ import annotations

from tests.engine.house import House


def test_a_loop_that_never_rests_becomes_an_incident_and_other_cases_go_on(house: House) -> None:
    house.deploy("never_rests")
    first, second = house.start("never_rests"), house.start("never_rests")

    house.after(hours=30)

    told = house.incidents()
    assert sorted(row.root_id for row in told) == sorted([first, second])
    assert {row.code for row in told} == {"step_budget_exceeded"}
    assert {row.params["element_id"] for row in told} <= {"again", "count", "enough"}
    assert [house.row(case).state for case in (first, second)] == ["active", "active"]
    assert house.work() == 0
