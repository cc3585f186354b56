"""What is known of a person: found, taken out, erased with the history left whole, held, let go in time."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from engine import SYSTEM, Invalid, NotFound, NotPermitted
from engine.models.history import ElementVisit, FormFilled, HistoryEntry
from engine.privacy import Held, StillOpen
from engine.privacy.blanking import scrubbed
from engine.privacy.retention import since
from tests.engine.house import House, content

PHONE, NAME, IDNO = "13862156621", "恒泰装饰", "11010519491231002X"
WRITTEN = {"customer": NAME, "phone": PHONE, "idno": IDNO, "amount": 7,
           "members": [{"name": "甲", "phone": "13912345678"}]}
GONE = (PHONE, PHONE[3:], IDNO, "13912345678", NAME)
WHY = "客户书面要求"
REGISTER = """register: guest
title: {zh: 来访客户, en: Guests}
label: '=name'
retention: P2Y
sections:
  - id: s
    title: {zh: 客户, en: Guest}
    fields:
      - {id: name, label: {zh: 姓名, en: Name}, type: text, required: true, personal: true}
      - {id: phone, label: {zh: 电话, en: Phone}, type: phone, required: true, personal: true}
      - {id: level, label: {zh: 等级, en: Level}, type: text}
"""
TABLES = ("process_instance", "form_filled", "task_draft", "comment", "reg_guest", "reg__history", "sent_message",
          "history_entry", "notice", "incident")


@pytest.fixture
def house(small_house: House) -> House:
    """Notes with personal fields that are kept for three years, and a register of guests kept for two."""
    files = content("note")
    form = files["forms/t/note_form.yaml"].decode()
    form = form.replace("type: phone}", "type: phone, personal: true}").replace(
        "{id: customer, ", "{id: customer, personal: true, ").replace(
        "title: {zh: 便条, en: Note}\n", "title: {zh: 便条, en: Note}\nretention: P3Y\n").replace(
        "    fields:\n", "    fields:\n      - {id: idno, label: {zh: 身份证, en: ID}, type: idno, personal: true}\n"
        "      - id: members\n        label: {zh: 成员, en: Members}\n        type: table\n        columns:\n"
        "          - {id: name, label: {zh: 姓名, en: Name}, type: text}\n"
        "          - {id: phone, label: {zh: 电话, en: Phone}, type: phone, personal: true}\n", 1)
    pack = files["t/pack.yaml"].decode() + "permissions: {export_people: [director]}\n"
    small_house.engine.deployments.deploy(files | {
        "forms/t/note_form.yaml": form.encode(), "t/pack.yaml": pack.encode(),
        "forms/registers/guest.yaml": REGISTER.encode()}, SYSTEM)
    small_house.engine.registers.save("guest", {"name": NAME, "phone": PHONE, "level": "A"}, SYSTEM)
    return small_house


@pytest.fixture
def case(house: House) -> str:
    made = house.start("note")
    house.complete(made, "write", "li.na", WRITTEN)
    return made


def end(house: House, case: str) -> str:
    house.engine.instances.cancel(case, "over", house("root"))
    return case


def on_disk(house: House) -> str:
    """All that is kept, opened."""
    found = [house.rows(select(model.__table__)) for model in (FormFilled,)]
    keys = house.engine.database.keys
    with house.engine.database.reading() as connection:
        for table in TABLES:
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            found.append([[keys.open(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return repr(found)


@pytest.mark.parametrize("asked", [{"phone": PHONE}, {"phone": "+86 138 6215 6621"},
                                   {"register": "guest", "record_id": 1}])
def test_a_person_is_found_by_number_or_record_with_records_and_cases(house: House, case: str, asked: dict) -> None:
    found = house.engine.privacy.find(house("root"), **asked)
    assert [(one.register, one.label) for one in found.records] == [("guest", NAME)]
    assert [(one.id, one.forms, one.held) for one in found.cases] == [(case, 1, False)]
    assert found.phones == (PHONE,) and [one.id for one in found.open_cases] == [case]


def test_another_number_finds_nobody_and_a_part_is_refused(house: House, case: str) -> None:
    found = house.engine.privacy.find(house("root"), phone="13900000000")
    assert found.records == () and found.cases == ()
    with pytest.raises(Invalid):
        house.engine.privacy.find(house("root"), phone="6621")
    with pytest.raises(NotFound):
        house.engine.privacy.find(house("root"), register="guest", record_id=99)


@pytest.mark.parametrize("login", ["li.na", "zhou.min", "xu.shen"])
def test_only_those_permitted_find_take_out_erase_and_hold(house: House, case: str, login: str) -> None:
    by, privacy = house(login), house.engine.privacy
    for act in (lambda: privacy.find(by, phone=PHONE), lambda: privacy.export(by, WHY, phone=PHONE),
                lambda: privacy.erase(by, WHY, phone=PHONE), lambda: privacy.hold(by, WHY, phone=PHONE)):
        with pytest.raises(NotPermitted):
            act()
    house.engine.privacy.find(house("liu.jun"), phone=PHONE)  # whom the pack lets export people


def test_the_export_holds_everything_known_and_leaves_a_trace(house: House, case: str) -> None:
    house.engine.files.put("../合同.png", b"\x89PNG\r\n\x1a\n" + b"0" * 60, None, root_id=case)
    # when it is taken out, with a reason
    with pytest.raises(Invalid):
        house.engine.privacy.export(house("root"), " ", phone=PHONE)
    archive = zipfile.ZipFile(io.BytesIO(house.engine.privacy.export(house("root"), WHY, phone=PHONE)))
    # then register, form and file are in it, and the case says who took it out and why
    told = json.loads(archive.read("person.json"))
    assert told["records"][0]["values"]["phone"] == PHONE
    assert told["cases"][0]["forms"][0]["values"]["idno"] == IDNO
    path = told["cases"][0]["files"][0]["path"]
    assert ".." not in path and archive.read(path).startswith(b"\x89PNG")
    entry = house.rows(select(HistoryEntry).where(HistoryEntry.verb == "person_exported",
                                                  HistoryEntry.root_id == case))
    assert [one.reason for one in entry] == [WHY]


def test_erasing_takes_the_person_out_and_leaves_the_history_whole(house: House, case: str) -> None:
    # given a case that is over, with a file of the customer and a comment that names the number
    house.engine.files.put("photo.png", b"\x89PNG\r\n\x1a\n" + b"1" * 60, None, root_id=case)
    house.engine.tasks.comment(case, f"致电 {PHONE}，{NAME} 未接", house("zhou.min"))
    house.engine.instances.cancel(case, f"{NAME}（{PHONE}）来电撤回", house("root"))
    entries = house.rows(select(HistoryEntry.__table__).where(HistoryEntry.root_id == case).order_by(HistoryEntry.id))
    visits = house.rows(select(ElementVisit.__table__).where(ElementVisit.root_id == case))
    assert all(one in on_disk(house) for one in GONE)
    assert any(NAME in one.reason for one in entries)
    # when the person is erased
    done = house.engine.privacy.erase(house("root"), WHY, phone=PHONE)
    # then nothing kept says it any more
    assert (done.records, done.cases, done.kept) == (1, 1, ())
    kept = on_disk(house)
    assert [one for one in GONE if one in kept] == []
    # and what was done, by whom and when, and what is not personal, stays
    now = house.rows(select(HistoryEntry.__table__).where(HistoryEntry.root_id == case).order_by(HistoryEntry.id))
    assert [replace_words(one) for one in entries] == [tuple(one) for one in now[:len(entries)]]
    assert "***（***）来电撤回" in [one.reason for one in now]
    assert [one.verb for one in now[len(entries):]] == ["erased"]
    assert house.rows(select(ElementVisit.__table__).where(ElementVisit.root_id == case)) == visits
    assert house.variables(case)["note_form"]["amount"] == 7
    page = house.engine.boards.case(case, house("root"))
    assert page.head.customer == "恒***" and page.attachments == ()
    assert house.engine.privacy.find(house("root"), phone=PHONE).cases == ()


def replace_words(entry: Any) -> tuple[Any, ...]:
    """An entry of the history as it is to be after an erasure: nothing but words of the customer gone."""
    return tuple(scrubbed(one, GONE) if isinstance(one, (str, dict)) else one for one in entry)


def test_an_open_case_keeps_its_person(house: House, case: str) -> None:
    with pytest.raises(StillOpen) as told:
        house.engine.privacy.erase(house("root"), WHY, phone=PHONE)
    assert house.row(case).case_number in told.value.sentence("zh")
    assert house.variables(case)["note_form"]["phone"] == PHONE


def test_a_hold_on_the_person_stops_erasure_and_retention_until_it_is_lifted(house: House, case: str) -> None:
    end(house, case)
    privacy, root = house.engine.privacy, house("root")
    hold = privacy.hold(root, "诉讼中", phone="138-6215-6621")
    assert [(one.phone, one.reason, one.lifted_at) for one in privacy.holds(root)] == [("138****6621", "诉讼中", None)]
    house.clock.set(house.clock.now() + timedelta(days=1500))
    with pytest.raises(Held):
        privacy.erase(root, WHY, phone=PHONE)
    assert privacy.expire() == 0
    # when it is lifted, with a reason
    with pytest.raises(Invalid):
        privacy.lift(hold, root, "")
    privacy.lift(hold, root, "已结案")
    with pytest.raises(NotFound):
        privacy.lift(hold, root, "再次")
    # then time does its work
    assert privacy.expire() == 2
    assert privacy.holds(root)[0].lifted_why == "已结案"


def test_a_hold_on_a_case_keeps_that_case_alone(house: House, case: str) -> None:
    other = house.start("note")
    house.complete(other, "write", "li.na", WRITTEN)
    end(house, case), end(house, other)
    house.engine.privacy.hold(house("root"), "诉讼中", case=house.row(case).case_number)
    done = house.engine.privacy.erase(house("root"), WHY, phone=PHONE)
    assert done.cases == 1 and done.kept == (house.row(case).case_number,)
    assert house.variables(case)["note_form"]["phone"] == PHONE
    assert house.variables(other)["note_form"]["phone"] is None


@pytest.mark.parametrize("asked", [{}, {"phone": "6621"}, {"phone": PHONE, "case": "X-1"}])
def test_a_hold_is_on_one_whole_number_or_one_case(house: House, asked: dict) -> None:
    with pytest.raises(Invalid):
        house.engine.privacy.hold(house("root"), WHY, **asked)


def test_personal_values_go_when_their_time_is_over_and_not_before(house: House, case: str) -> None:
    # given a case that ended today and one that goes on
    end(house, case)
    going = house.start("note")
    house.complete(going, "write", "li.na", WRITTEN)
    house.clock.set(house.clock.now() + timedelta(days=3 * 365))
    assert house.engine.privacy.expire() == 1  # the register keeps two years alone
    assert house.variables(case)["note_form"]["phone"] == PHONE
    # when three years are over
    house.clock.set(house.clock.now() + timedelta(days=2))
    assert house.engine.privacy.expire() == 1
    # then the ended case has lost them, once, and the other has not
    assert house.variables(case)["note_form"]["phone"] is None and house.row(case).phone == ""
    assert house.variables(going)["note_form"]["phone"] == PHONE
    assert house.engine.privacy.expire() == 0
    assert "personal_expired" in [one.verb for one in house.rows(
        select(HistoryEntry.verb).where(HistoryEntry.root_id == case))]


def test_a_worker_looks_once_a_day(house: House, case: str) -> None:
    end(house, case)
    house.clock.set(house.clock.now() + timedelta(days=1200))
    house.engine.jobs.sweep()
    assert house.row(case).phone == ""


def test_the_periods_are_listed_for_auditors_too(house: House) -> None:
    told = [(one.key, one.period, one.is_register) for one in house.engine.privacy.periods(house("xu.shen"))]
    assert told == [("guest", "P2Y", True), ("note_form", "P3Y", False)]


def test_a_period_counts_back_by_the_calendar(house: House) -> None:
    now = house.clock.now().replace(year=2028, month=2, day=29)
    assert (since(now, "P1Y").month, since(now, "P1Y").day) == (2, 28)
    assert since(now, "P30D") == now - timedelta(days=30)
