"""Rules as data: who may change them, what is refused, where they hold, what the history keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import Invalid, NotFound, NotPermitted
from engine.models.history import HistoryEntry
from tests.engine.house import House, at


@pytest.fixture
def due(small_house: House) -> House:
    small_house.deploy("due", "note")
    return small_house


def save(house: House, kind: str, key: str, value: dict[str, Any], unit: str | None = None, by: str = "root") -> None:
    house.engine.rules.save("engine_tests", kind, key, value, house(by), unit)


def begun(house: House, unit: str = "north_desk") -> Any:
    case = house.start("due", unit=unit)
    return next(row for row in house.tasks(case) if row.element_id == "by_duration")


def test_a_changed_deadline_holds_in_its_unit_and_below_for_later_tasks(due: House) -> None:
    before = begun(due)
    save(due, "deadline", "D-2H", {"limit": "PT6H"}, "north")
    assert (begun(due, "north_desk").due_at, begun(due, "south").due_at) == (at(7, 7), at(7, 3))
    assert next(row for row in due.tasks() if row.id == before.id).due_at == at(7, 3)
    save(due, "deadline", "D-2H", {"limit": "PT1H"})
    assert (begun(due, "north_desk").due_at, begun(due, "south").due_at) == (at(7, 7), at(7, 2)), "the nearest counts"
    due.engine.rules.reset("engine_tests", "deadline", "D-2H", due("root"), "north")
    assert begun(due, "north_desk").due_at == at(7, 2)


def test_a_deadline_may_depend_on_the_severity_of_the_case(due: House) -> None:
    save(due, "deadline", "D-2H", {"by_severity": {"critical": "PT30M"}})
    assert begun(due).due_at == at(7, 3), "a case without a severity takes the limit"


def test_a_changed_chain_is_followed_by_tasks_that_are_there(due: House) -> None:
    row = begun(due)
    due.complete(row.root_id, "by_date")
    save(due, "escalation", "agent", {"chain": ["director", "president"]})
    due.after(days=2)
    assert [role for _, level, role, _ in due.escalations(row.root_id) if level] == ["director", "president"]


def test_whoever_a_chain_names_supervises(due: House) -> None:
    case = due.start("note")
    due.engine.identity.set_roles("he.wai", [("president", "hq")], due("root"))
    due.engine.identity.set_roles("chen.yu", [("agent", "hq")], due("root"))
    with pytest.raises(NotPermitted):
        due.engine.instances.suspend(case, "x", due("chen.yu"))
    save(due, "escalation", "director", {"chain": ["agent"]})
    due.engine.instances.suspend(case, "x", due("chen.yu"))


def test_a_role_takes_turns_by_data(due: House) -> None:
    save(due, "distribution", "agent", {"distribute": "least_loaded", "work_limit": 3}, "north")
    rows = [due.tasks(due.start("note", unit="north_desk"))[0] for _ in range(7)]
    got = [row.assignee_id for row in rows]
    assert sorted(map(str, got)).count(str(due("li.na").person_id)) == 3
    assert got[-1] is None, "both have three"
    assert due.tasks(due.start("note", unit="south"))[0].assignee_id is None


@pytest.mark.parametrize("login", ["li.na", "zhou.min", "xu.shen", "he.wai"])
def test_rules_are_for_process_owners_and_administrators(due: House, login: str) -> None:
    acts = [lambda: save(due, "deadline", "D-2H", {"limit": "PT1H"}, by=login),
            lambda: due.engine.rules.reset("engine_tests", "deadline", "D-2H", due(login))]
    if login != "xu.shen":  # an auditor sees all and changes nothing
        acts.append(lambda: due.engine.rules.list(due(login)))
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    due.engine.identity.set_roles("he.wai", [("process_owner", "hq")], due("root"))
    save(due, "deadline", "D-2H", {"limit": "PT1H"}, by="he.wai")


@pytest.mark.parametrize(("kind", "key", "value", "field"), [
    ("deadline", "D-2H", {"limit": "soon"}, "limit"), ("deadline", "D-2H", {"limit": "-PT1H"}, "limit"),
    ("deadline", "D-2H", {"limit": "=1 +"}, "limit"), ("deadline", "D-2H", {"by_severity": {"critical": "x"}},
                                                       "by_severity.critical"),
    ("deadline", "D-2H", {"escalation": ["nobody"]}, "escalation"), ("deadline", "D-2H", {"colour": 1}, "colour"),
    ("escalation", "agent", {"chain": ["supervisor"] * 2}, "chain"),
    ("escalation", "agent", {"chain": ["supervisor", "director", "president", "agent"]}, "chain"),
    ("escalation", "agent", {"chain": "supervisor"}, "chain"),
    ("distribution", "agent", {"distribute": "fair"}, "distribute"),
    ("distribution", "agent", {"work_limit": 0}, "work_limit"),
    ("distribution", "agent", {"work_limit": True}, "work_limit")])
def test_what_cannot_be_is_refused_at_its_field(due: House, kind: str, key: str, value: dict[str, Any],
                                                field: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(due, kind, key, value)
    assert field in [fault.path for fault in refused.value.fields]
    assert all(fault.zh and fault.en for fault in refused.value.fields)
    assert begun(due).due_at == at(7, 3)


@pytest.mark.parametrize(("pack", "kind", "key", "unit"), [
    ("nothing", "deadline", "D-2H", None), ("engine_tests", "fate", "D-2H", None),
    ("engine_tests", "deadline", "D-3H", None), ("engine_tests", "deadline", "D-2H", "moon")])
def test_what_is_not_there_is_not_found(due: House, pack: str, kind: str, key: str, unit: str | None) -> None:
    with pytest.raises(NotFound):
        due.engine.rules.save(pack, kind, key, {"limit": "PT1H"}, due("root"), unit)
    with pytest.raises(NotFound):
        due.engine.rules.reset(pack, kind, key, due("root"), unit)


def test_the_list_shows_what_is_declared_and_what_holds(due: House) -> None:
    save(due, "deadline", "D-2H", {"limit": "PT6H"}, "north")
    due.clock.move(timedelta(hours=1))
    save(due, "deadline", "D-2H", {"limit": "PT5H"}, "north")
    cards = [card for card in due.engine.rules.list(due("root"), "engine_tests") if card.kind == "deadline"]
    assert [(card.unit, card.declared["limit"], card.value and card.value["limit"]) for card in cards] == [
        ("", "PT2H", None), ("north", "PT2H", "PT5H")]
    assert (cards[1].changed_by, cards[1].changed_at) == ("root", at(7, 2))
    told = due.rows(select(HistoryEntry.detail).where(HistoryEntry.verb == "rule_saved").order_by(HistoryEntry.id))
    assert [(row.detail["before"], row.detail["after"]) for row in told] == [
        (None, {"limit": "PT6H"}), ({"limit": "PT6H"}, {"limit": "PT5H"})]
