"""Rules that need no drawing: nobody, the starter as approver, the same person twice, distribution, limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, Conflict
from engine.bpmn import RunFailed
from engine.errors import Refused
from engine.models.history import ElementVisit, HistoryEntry
from engine.tasks.limits import OverLimit
from tests.engine.house import House, content

ROLE = '<camunda:property name="bihuan:role" value="supervisor"/>'
NOTE = {"customer": "恒泰"}


def ruled(house: House, role: str = "supervisor", **rules: str) -> House:
    """The process `note` with rules at its second step, which is for ``role``."""
    files = content("note")
    drawing = files["t/note.bpmn"].decode()
    assert ROLE in drawing
    more = "".join(f'<camunda:property name="bihuan:{name}" value="{value}"/>' for name, value in rules.items())
    files["t/note.bpmn"] = drawing.replace(ROLE, ROLE.replace("supervisor", role) + more, 1).encode()
    house.engine.deployments.deploy(files, SYSTEM)
    return house


def approving(house: House, starter: str = "li.na", writer: str = "li.na") -> tuple[str, Any]:
    """A case whose first step is done; its id and the row of the second step, if that is there."""
    case = house.start("note", by=starter)
    house.complete(case, "write", writer, NOTE)
    rows = [row for row in house.tasks(case) if row.element_id == "approve"]
    return case, rows[0] if rows else None


def told(house: House, case: str) -> list[tuple[str, str]]:
    return [(row.verb, row.detail["rule"]) for row in house.rows(
        select(HistoryEntry.verb, HistoryEntry.detail).where(
            HistoryEntry.root_id == case, HistoryEntry.verb.in_(("rule_applied", "skipped")))
        .order_by(HistoryEntry.id))]


def holder(house: House, row: Any) -> str | None:
    return next((login for login in ("li.na", "wang.fang", "zhou.min", "liu.jun", "chen.yu", "gao.lei")
                 if house(login).person_id == row.assignee_id), None)


def without_supervisor(house: House) -> House:
    house.engine.identity.set_roles("zhou.min", [], house("root"))
    return house


def test_nobody_holds_the_role_and_the_chain_knows_who(small_house: House) -> None:
    house = ruled(small_house, "agent", nobody="supervisor")
    for login in ("wang.fang", "chen.yu"):
        house.engine.identity.set_roles(login, [], house("root"))
    case = house.start("note")
    task = house.task(case, "write")
    house.engine.tasks.claim(task, house("li.na"))
    house.engine.identity.set_roles("li.na", [], house("root"))
    house.engine.tasks.complete(task, NOTE, house("li.na"))
    assert told(house, case) == [("rule_applied", "nobody")]
    house.engine.tasks.claim(house.task(case, "approve"), house("zhou.min"))


@pytest.mark.parametrize(("rule", "login"), [("starter", "li.na"), ("person:liu.jun", "liu.jun")])
def test_nobody_holds_the_role_and_a_person_gets_it(small_house: House, rule: str, login: str) -> None:
    case, row = approving(without_supervisor(ruled(small_house, nobody=rule)))
    assert holder(small_house, row) == login and told(small_house, case) == [("rule_applied", "nobody")]


def test_nobody_holds_the_role_and_the_step_is_skipped(small_house: House) -> None:
    case, row = approving(without_supervisor(ruled(small_house, nobody="skip:approve")))
    assert row is None and small_house.row(case).state == "completed"
    assert small_house.variables(case)["note_verdict"]["decision"] == "approve"
    assert told(small_house, case) == [("skipped", "nobody")]
    outcomes = small_house.rows(select(ElementVisit.outcome, ElementVisit.by).where(
        ElementVisit.element_id == "approve"))
    assert [tuple(one) for one in outcomes] == [("skipped", None)]


def test_nobody_holds_the_role_and_the_step_before_says_so(small_house: House) -> None:
    house = without_supervisor(ruled(small_house, nobody="incident"))
    with pytest.raises(RunFailed):
        approving(house)


def test_where_somebody_holds_the_role_nothing_changes(small_house: House) -> None:
    case, row = approving(ruled(small_house, nobody="skip:approve"))
    assert row.assignee_id is None and told(small_house, case) == []


def test_the_starter_does_not_decide_on_the_own_case(small_house: House) -> None:
    case, row = approving(ruled(small_house, "agent", starter_is_approver="leader"))
    assert told(small_house, case) == [("rule_applied", "starter_is_approver")]
    with pytest.raises(Exception, match="not_permitted"):
        small_house.engine.tasks.claim(row.id, small_house("wang.fang"))
    small_house.engine.tasks.claim(row.id, small_house("zhou.min"))
    other, row = approving(small_house, starter="zhou.min")
    assert told(small_house, other) == [], "somebody else started it"
    small_house.engine.tasks.claim(row.id, small_house("wang.fang"))


def test_the_starter_is_passed_over(small_house: House) -> None:
    case, row = approving(ruled(small_house, "agent", starter_is_approver="skip:approve"))
    assert row is None and told(small_house, case) == [("skipped", "starter_is_approver")]


def test_the_same_person_twice_in_a_row_decides_once(small_house: House) -> None:
    house = ruled(small_house, "agent", same_person="skip:approve")
    case, row = approving(house, starter="zhou.min", writer="wang.fang")
    assert row is None and told(house, case) == [("skipped", "same_person")]
    assert house.row(case).state == "completed"


def test_a_loop_of_skipped_steps_is_stopped(small_house: House) -> None:
    house = ruled(small_house, "agent", same_person="skip:return")
    files = content("note")
    drawing = files["t/note.bpmn"].decode().replace(ROLE, ROLE.replace("supervisor", "agent"))
    first = '<camunda:property name="bihuan:role" value="agent"/>'
    rule = '<camunda:property name="bihuan:same_person" value="skip:return"/>'
    files["t/note.bpmn"] = drawing.replace(first, first + rule).encode()
    house.engine.deployments.deploy(files, SYSTEM)
    case = house.start("note")
    with pytest.raises(RunFailed):
        house.complete(case, "write", "li.na", NOTE)
    assert house.open(case) == ["write"], "nothing has happened"


def test_tasks_go_round(small_house: House) -> None:
    house = ruled(small_house, "agent", distribute="round_robin")
    got = [holder(house, approving(house, starter="zhou.min")[1]) for _ in range(4)]
    assert got == ["li.na", "wang.fang", "li.na", "wang.fang"]


def test_tasks_go_to_who_has_the_fewest(small_house: House) -> None:
    house = ruled(small_house, "agent", distribute="least_loaded")
    for _ in range(2):
        house.engine.tasks.claim(house.task(house.start("note"), "write"), house("li.na"))
    got = [holder(house, approving(house, writer="wang.fang")[1]) for _ in range(2)]
    assert got == ["wang.fang", "wang.fang"]


def test_who_is_away_gets_none(small_house: House) -> None:
    house = ruled(small_house, "agent", distribute="round_robin")
    now = house.clock.now()
    house.engine.identity.substitute("li.na", "chen.yu", now, now + timedelta(days=1), None, "休假", house("li.na"))
    got = {holder(house, approving(house, writer="wang.fang")[1]) for _ in range(3)}
    assert got == {"wang.fang"}


def test_nobody_has_more_than_the_limit(small_house: House) -> None:
    house = ruled(small_house, "agent", distribute="round_robin", work_limit="2")
    got = [holder(house, approving(house, starter="zhou.min", writer="li.na")[1]) for _ in range(5)]
    assert sorted(one or "" for one in got) == ["", "li.na", "li.na", "wang.fang", "wang.fang"]
    waiting = next(row for row in house.tasks() if row.assignee_id is None and row.element_id == "approve")
    with pytest.raises(OverLimit) as refused:
        house.engine.tasks.claim(waiting.id, house("li.na"))
    assert isinstance(refused.value, Conflict) and "上限 2" in refused.value.sentence("zh")
    house.engine.tasks.release(next(row.id for row in house.tasks() if holder(house, row) == "li.na"), house("li.na"))
    house.engine.tasks.claim(waiting.id, house("li.na"))


@pytest.mark.parametrize("rules", [{"nobody": "somebody"}, {"distribute": "fair"}, {"work_limit": "0"},
                                   {"starter_is_approver": "no"}, {"same_person": "twice"}])
def test_rules_that_do_not_exist_are_refused(small_house: House, rules: dict[str, str]) -> None:
    with pytest.raises(Refused):
        ruled(small_house, **rules)
