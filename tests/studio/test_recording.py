"""A finished case becomes a scenario that passes, and nobody can tell from it whose case it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, MovableClock, NotPermitted, ProcessEngine, Settings, demo, live_files
from engine.forms.types.identity import check_character, phone_number
from engine.models.runtime import ProcessInstance
from engine.studio.disguise import Disguise, identity_number
from engine.studio.past_case import CannotRecord
from engine.studio.yaml_writing import block
from engine.testing import Runner, read_scenarios
from engine.testing.replay import Replay
from tests.engine.house import content
from tests.engine.test_data_stores import REGISTER
from tests.studio.conftest import Workshop
from tests.studio.test_draft_pages import Desk

RECIPES = ("complaint-handling-manufacturer", "complaint-mailbox-watch", "abnormal-retailer-referral",
           "visit-service-plan")
"""Of the living demonstration: called processes, timers, records of registers, the calendar, other departments."""

MEMBERS = {"forms/registers/member.yaml": REGISTER}


def finished(workshop: Workshop, **typed: str) -> str:
    """A case of ``note`` that was returned once, then approved two hours later; its number."""
    case = workshop.start("note")
    values = {"customer": "欧阳小雨", "phone": "13862156621", "amount": "1200"} | typed
    workshop.complete(case, "write", values=values)
    workshop.after(hours=2)
    workshop.complete(case, "approve", "zhou.min", {"decision": "return"})
    workshop.complete(case, "write", values={"amount": "800"})
    workshop.complete(case, "approve", "zhou.min", {"decision": "approve"})
    return workshop.row(case).case_number


def outcome(engine: ProcessEngine, told: dict[str, Any]) -> Any:
    """How a recorded scenario goes when it is run from its text."""
    text = "\n".join(["format: 1", *block({"scenarios": [{"name": {"zh": "录"}, **told}]}, 0, "\n"), ""])
    with engine.database.reading() as connection:
        files = live_files.of_process(connection, told["process"])
    (scenario,) = read_scenarios(text, "recorded.scenario.yaml").scenarios
    return Runner(files).run(scenario)


def test_a_finished_case_becomes_a_scenario_that_passes(small_workshop):
    # given a case that was returned once and then approved
    number = finished(small_workshop)
    # when it is recorded
    told = small_workshop.studio.recording.record(number, small_workshop.owner)
    # then its steps are those that people took, at the times when they took them
    kinds = [next(iter(step)) for step in told["steps"] if "expect" not in step]
    assert kinds == ["start", "complete", "at", "complete", "complete", "complete"]
    assert [step["form"] for step in told["steps"] if "complete" in step][2:] == [
        {"amount": 800}, {"decision": "approve"}]
    # and it passes
    assert outcome(small_workshop.engine, told).ok


def test_records_are_those_that_the_case_met(small_workshop):
    # given a welcome for members who have no points yet, which gives them some
    small_workshop.engine.deployments.deploy(content("welcome") | MEMBERS, SYSTEM)
    small_workshop.engine.registers.save("member", {"phone": "13800000001", "name": "王芳", "points": 0}, SYSTEM)
    small_workshop.after(hours=1)
    case = small_workshop.start("welcome")
    small_workshop.complete(case, "greet")
    small_workshop.work()
    # when the case is recorded after it has changed its record
    told = small_workshop.studio.recording.record(case, small_workshop.owner)
    # then the record is given as it was before, and the case goes the same way
    assert [row["points"] for row in told["given"]["registers"]["member"]] == [0]
    assert outcome(small_workshop.engine, told).ok


def test_nobody_is_named_in_it(small_workshop):
    number = finished(small_workshop, customer="欧阳小雨")
    text = str(small_workshop.studio.recording.record(number, small_workshop.owner))
    assert not any(word in text for word in ("欧阳小雨", "13862156621", "李娜", "li.na", "周敏", "zhou.min"))
    assert phone_number("13800000003") and "138000000" in text


def test_it_is_kept_in_a_draft_of_its_process_and_run_there(small_workshop):
    number = finished(small_workshop)
    desk = Desk(small_workshop, "zheng.yawen")
    assert "录成场景" in desk.get(f"/cases/{number}").text
    answer = desk.post("/studio/record", {"case": number})
    draft = small_workshop.studio.drafts(small_workshop.owner)[0]
    assert answer.headers["Location"] == f"/studio/drafts/{draft.id}/scenarios"
    small_workshop.studio.scenarios.run(draft.id, small_workshop.owner)
    assert small_workshop.studio.scenarios_pass(draft.id, small_workshop.owner).state == "passed"


def test_a_case_that_is_still_open_is_not_recorded(small_workshop):
    case = small_workshop.start("note")
    with pytest.raises(CannotRecord):
        small_workshop.studio.recording.record(case, small_workshop.owner)
    number = small_workshop.row(case).case_number
    desk = Desk(small_workshop, "zheng.yawen")
    assert "录成场景" not in desk.get(f"/cases/{number}").text
    desk.post("/studio/record", {"case": number})
    assert "还没有办结" in desk.get(f"/cases/{number}").text


def test_only_owners_record(small_workshop):
    number = finished(small_workshop)
    for login in ("li.na", "xu.shen"):
        with pytest.raises(NotPermitted):
            small_workshop.studio.recording.record(number, small_workshop(login))


def test_invented_values_keep_their_kind_and_stay_the_same():
    disguise = Disguise()
    phone, landline = disguise.personal("13862156621"), disguise.personal("0512-66001122")
    assert phone_number(phone) and phone != "13862156621" and disguise.personal("13862156621") == phone
    assert landline.startswith("0512-") and len(landline) == len("0512-66001122") and phone_number(landline)
    number = disguise.personal("320502199001011234")
    assert len(number) == 18 and check_character(number) == number[-1] and identity_number(7) != identity_number(8)
    assert disguise.personal("a.b@example.org").endswith("@example.com")
    name = disguise.personal("欧阳小雨")
    assert disguise.free("欧阳小雨的电话 13862156621，另一个 13912345678。") == (
        f"{name}的电话 {phone}，另一个 {disguise.personal('13912345678')}。")
    assert disguise.free(f"已发给 {phone}") == f"已发给 {phone}"


@pytest.fixture(scope="module")
def living(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessEngine]:
    """The people and registers of the demonstration with the cases of some of its recipes."""
    import shutil

    path = tmp_path_factory.mktemp("living") / "demo.db"
    shutil.copy(sqlite_template, path)
    now = datetime(2026, 4, 17, 9, 0, tzinfo=UTC)
    clock = MovableClock(now - timedelta(days=16))
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), clock)
    people, records = demo.found(engine, lambda _told: None)
    recipes = [one for one in demo.recipes() if str(one["recipe"]).startswith(RECIPES)]
    for one in recipes:
        one["cases"] = one["cases"][:3]
    Replay(engine, clock, recipes, records, people).run(now)
    yield engine
    engine.close()


def test_the_finished_cases_of_the_living_demonstration_are_recorded_and_pass(living):
    # given one finished case of each process
    owner = living.identity.actor_by_login("ma.chao")
    with living.database.reading() as connection:
        rows = connection.execute(select(ProcessInstance.id, ProcessInstance.process_key).where(
            ProcessInstance.parent_id.is_(None), ProcessInstance.ended_at.is_not(None))
            .order_by(ProcessInstance.id)).all()
    cases = {row.process_key: row.id for row in rows}
    assert len(cases) >= 3
    # when each is recorded, then each passes
    wrong = {}
    for key, case in cases.items():
        done = outcome(living, living.studio.recording.record(case, owner))
        if not done.ok:
            wrong[key] = f"{done.line}: {done.message}"
    assert wrong == {}
