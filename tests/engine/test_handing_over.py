"""Giving somebody's open work to another, and what becomes of the tasks of a person who leaves."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import SYSTEM, NotPermitted
from engine.errors import PersonLeft, ReasonNeeded
from engine.models.history import HistoryEntry
from engine.models.runtime import TaskCandidate
from engine.models.working import TaskSigner
from engine.substitutions import OneselfAway
from tests.engine.house import House, content


@pytest.fixture
def busy(small_house: House) -> House:
    """Li Na has one task, lent one to Wang Fang, and is asked to sign one."""
    small_house.deploy("note", "due")
    tasks = [small_house.task(small_house.start("note"), "write") for _ in range(3)]
    house = small_house
    house.engine.tasks.claim(tasks[0], house("li.na"))
    house.engine.tasks.claim(tasks[1], house("li.na"))
    house.engine.tasks.delegate(tasks[1], "wang.fang", "请帮忙", house("li.na"))
    house.engine.tasks.claim(tasks[2], house("wang.fang"))
    house.engine.tasks.add_signers(tasks[2], ["li.na"], "before", "看一下", house("wang.fang"))
    return house


def kinds(house: House, person: str) -> list[str]:
    return sorted(work.kind for work in house.engine.identity.hand_over_preview(person, house("root")))


def test_all_that_a_person_has_goes_to_another_with_a_row_for_each(busy: House) -> None:
    assert kinds(busy, "li.na") == ["asked", "assigned", "lent"]
    rows = busy.engine.identity.hand_over("li.na", "chen.yu", "调岗", busy("zhou.min"))
    assert [row.ok for row in rows] == [True] * 3 and all(row.case_number for row in rows)
    assert kinds(busy, "li.na") == [] and kinds(busy, "chen.yu") == ["asked", "assigned", "lent"]
    assert ("chen.yu", "handed_over") in busy.notices()
    told = busy.rows(select(HistoryEntry.detail, HistoryEntry.reason).where(
        HistoryEntry.verb == "handed_over", HistoryEntry.task_id.is_not(None)))
    assert sorted(row.detail["kinds"][0] for row in told) == ["asked", "assigned", "lent"]
    assert {row.reason for row in told} == {"调岗"}


def test_what_was_lent_to_the_receiver_is_the_receivers(busy: House) -> None:
    busy.engine.identity.hand_over("li.na", "wang.fang", "调岗", busy("root"), processes=["note"])
    owners = {(row.assignee_id, row.owner_id) for row in busy.tasks()}
    assert owners == {(busy("wang.fang").person_id, None)}


def test_only_the_processes_named(busy: House) -> None:
    assert busy.engine.identity.hand_over("li.na", "chen.yu", "调岗", busy("root"), processes=["due"]) == []
    assert kinds(busy, "li.na") == ["asked", "assigned", "lent"]


def test_a_refusal_stops_nothing(busy: House) -> None:
    signed = busy.rows(select(TaskSigner.task_id))[0].task_id
    busy.engine.tasks.add_signers(signed, ["chen.yu"], "before", "再看", busy("wang.fang"))
    rows = busy.engine.identity.hand_over("li.na", "chen.yu", "调岗", busy("root"))
    assert sorted(row.ok for row in rows) == [False, True, True]
    refused = next(row for row in rows if not row.ok)
    assert "签署人" in refused.sentence.zh and "signer" in refused.sentence.en
    assert kinds(busy, "li.na") == ["asked"]


@pytest.mark.parametrize("login", ["wang.fang", "li.na", "xu.shen", "chen.yu"])
def test_handing_over_is_for_supervisors_and_administrators(busy: House, login: str) -> None:
    with pytest.raises(NotPermitted):
        busy.engine.identity.hand_over("li.na", "chen.yu", "x", busy(login))
    with pytest.raises(NotPermitted):
        busy.engine.identity.hand_over_preview("li.na", busy(login))


def test_what_cannot_be_is_refused_with_a_sentence(busy: House) -> None:
    over = busy.engine.identity.hand_over
    with pytest.raises(ReasonNeeded):
        over("li.na", "chen.yu", " ", busy("root"))
    with pytest.raises(OneselfAway):
        over("li.na", "li.na", "x", busy("root"))
    busy.engine.identity.leave("he.wai", busy("root"))
    with pytest.raises(PersonLeft):
        over("li.na", "he.wai", "x", busy("root"))


def by_name(house: House) -> str:
    """A case whose step is for Li Na by name and for no role."""
    files = content("named")
    role = b'<camunda:property name="bihuan:role" value="agent"/>'
    assert role in files["t/named.bpmn"]
    files["t/named.bpmn"] = files["t/named.bpmn"].replace(role, b"")
    house.engine.deployments.deploy(files, SYSTEM)
    return house.start("named", by="zhou.min", variables={"person": "li.na"})


def test_a_task_by_name_goes_to_the_supervisors_when_the_person_leaves(small_house: House) -> None:
    case = by_name(small_house)
    assert small_house.tasks(case)[0].assignee_id == small_house("li.na").person_id
    small_house.engine.identity.leave("li.na", small_house("root"))
    assert small_house.tasks(case)[0].assignee_id is None
    assert {row.role for row in small_house.rows(select(TaskCandidate.role))} == {"supervisor"}
    small_house.engine.tasks.claim(small_house.task(case, "do"), small_house("zhou.min"))


def test_a_task_for_somebody_who_has_left_is_seen_by_the_supervisors(small_house: House) -> None:
    small_house.deploy("note")
    small_house.engine.identity.leave("li.na", small_house("root"))
    case = by_name(small_house)
    assert small_house.tasks(case)[0].assignee_id is None
    small_house.engine.tasks.claim(small_house.task(case, "do"), small_house("zhou.min"))
