"""Personal data: masked wherever it is read, shown in full to those who may, and never shown without a trace."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import SYSTEM, NotFound, NotPermitted
from engine.authorization import may_export
from engine.models.history import HistoryEntry
from engine.packs import read_pack
from engine.page_rules import browser_rules
from tests.engine.house import House, content

PHONE, IDNO, MAIL = "13862156621", "11010519491231002X", "heng.tai@example.com"
WRITTEN = {"customer": "恒泰装饰", "phone": PHONE, "idno": IDNO, "born": "1988-08-08",
           "members": [{"name": "王建国", "phone": "13912345678"}]}
PERSONAL = ("    fields:\n      - {id: idno, label: {zh: 身份证, en: ID number}, type: idno, personal: true}\n"
            "      - {id: born, label: {zh: 生日, en: Birthday}, type: date, personal: true}\n"
            "      - id: members\n        label: {zh: 成员, en: Members}\n        type: table\n        columns:\n"
            "          - {id: name, label: {zh: 姓名, en: Name}, type: text}\n"
            "          - {id: phone, label: {zh: 电话, en: Phone}, type: phone, personal: true}\n")
HIDDEN = ("62156621", IDNO[3:16], "1988-08-08", "12345678")
"""What no page may hold while it masks."""


@pytest.fixture
def private_house(small_house: House) -> House:
    """The notes of the tests with personal fields; the supervisor may read them, and a platform with an auditor."""
    files = content("note")
    form = files["forms/t/note_form.yaml"].decode()
    form = form.replace("type: phone}", "type: phone, personal: true}").replace("    fields:\n", PERSONAL, 1)
    pack = files["t/pack.yaml"].decode() + "permissions: {read_personal: [supervisor], export_people: [director]}\n"
    platform = ("pack: platform\nroles: {auditor: {zh: 审计员}, system_admin: {zh: 管理员}}\n"
                "permissions: {read_personal: [auditor]}\n")
    more = {"forms/t/note_form.yaml": form.encode(), "t/pack.yaml": pack.encode(), "p/pack.yaml": platform.encode()}
    small_house.engine.deployments.deploy(files | more, SYSTEM)
    return small_house


@pytest.fixture
def case(private_house: House) -> str:
    made = private_house.start("note")
    private_house.complete(made, "write", "li.na", WRITTEN)
    return made


def pages(house: House, login: str, case: str) -> str:
    """All that a person can list and open of a case, as one text."""
    by, boards = house(login), house.engine.boards
    task = house.task(case, "approve")
    looks = [boards.case(case, by), boards.cases(by), boards.inbox(by, "mine"), boards.inbox(by, "unclaimed"),
             boards.inbox(by, "started"), boards.inbox(by, "done"), boards.sheet(case, "note_form", by)]
    looks.append(boards.task(task, by) if login != "li.na" else None)
    return repr(looks)


def test_whoever_has_no_task_of_the_case_reads_masks_everywhere(private_house: House, case: str) -> None:
    # given Li Na, who wrote the note and is done with it
    told = pages(private_house, "li.na", case)
    # then no page of hers holds what it masks, nor does the printed sheet
    assert [text for text in HIDDEN if text in told] == []
    assert "138****6621" in told


def test_the_assignee_reads_masks_until_asking_and_prints_in_full(private_house: House, case: str) -> None:
    by = private_house("zhou.min")
    private_house.engine.tasks.claim(private_house.task(case, "approve"), by)
    told = repr([private_house.engine.boards.case(case, by), private_house.engine.boards.cases(by)])
    assert [text for text in HIDDEN if text in told] == []
    assert PHONE in repr(private_house.engine.boards.sheet(case, "note_form", by))


@pytest.mark.parametrize(("field", "form", "shown"), [
    ("phone", "", PHONE), ("phone", "note_form", PHONE), ("idno", "note_form", IDNO),
    ("born", "note_form", "1988-08-08"), ("members.0.phone", "note_form", "13912345678")])
def test_a_field_is_shown_to_whoever_has_an_open_task_of_the_case(
        private_house: House, case: str, field: str, form: str, shown: str) -> None:
    with pytest.raises(NotPermitted):
        private_house.engine.personal.reveal(case, field, private_house("li.na"), form_key=form)
    private_house.engine.identity.set_roles("wang.fang", [("president", "hq")], SYSTEM)
    boss = private_house("wang.fang")
    with pytest.raises(NotPermitted):
        private_house.engine.personal.reveal(case, field, boss, form_key=form)
    private_house.engine.identity.set_roles("zhou.min", [("supervisor", "south")], SYSTEM)  # permitted elsewhere alone
    with pytest.raises((NotPermitted, NotFound)):
        private_house.engine.personal.reveal(case, field, private_house("zhou.min"), form_key=form)
    private_house.engine.identity.set_roles("zhou.min", [("supervisor", "north")], SYSTEM)
    found = private_house.engine.personal.reveal(case, field, private_house("zhou.min"), form_key=form)
    assert (found.display, found.seconds) == (shown, 60)


def test_an_open_task_is_reason_enough_and_its_end_ends_it(private_house: House, case: str) -> None:
    private_house.engine.identity.set_roles("zhou.min", [("director", "hq")], SYSTEM)  # no permission any more
    again = private_house.start("note")
    private_house.complete(again, "write", "li.na", WRITTEN)
    back = private_house.start("note", by="wang.fang")
    private_house.engine.tasks.claim(private_house.task(back, "write"), private_house("wang.fang"))
    private_house.complete(back, "write", "wang.fang", WRITTEN)
    with pytest.raises(NotPermitted):
        private_house.engine.personal.reveal(back, "phone", private_house("wang.fang"))
    private_house.engine.identity.set_roles("he.wai", [("supervisor", "hq")], SYSTEM)
    private_house.engine.tasks.complete(private_house.task(back, "approve"), {"decision": "return"},
                                        private_house("he.wai"))
    private_house.engine.tasks.claim(private_house.task(back, "write"), private_house("wang.fang"))
    assert private_house.engine.personal.reveal(back, "phone", private_house("wang.fang")).display == PHONE


def test_each_look_is_in_the_history_and_tells_no_value(private_house: House, case: str) -> None:
    private_house.engine.personal.reveal(case, "idno", private_house("zhou.min"), form_key="note_form")
    entry = private_house.engine.boards.case(case, private_house("zhou.min")).timeline[0]
    assert (entry.verb, entry.sentence.zh, entry.sentence.en) == (
        "revealed", "查看了“便条”的“身份证”", "looked at “ID number” of “Note”")
    row = private_house.rows(select(HistoryEntry.detail, HistoryEntry.by).where(HistoryEntry.verb == "revealed"))[0]
    assert IDNO not in repr(row) and row.by == private_house("zhou.min").person_id


@pytest.mark.parametrize(("field", "form"), [("customer", "note_form"), ("nothing", "note_form"), ("phone", "no_form"),
                                             ("gist", ""), ("members.7.phone", "note_form")])
def test_nothing_but_a_personal_field_with_a_value_is_shown_so(
        private_house: House, case: str, field: str, form: str) -> None:
    with pytest.raises(NotFound):
        private_house.engine.personal.reveal(case, field, private_house("zhou.min"), form_key=form)


def test_a_case_that_one_may_not_see_is_not_found(private_house: House, case: str) -> None:
    with pytest.raises(NotFound):
        private_house.engine.personal.reveal(case, "phone", private_house("chen.yu"))


def test_an_auditor_reads_in_full_on_asking(private_house: House, case: str) -> None:
    told = repr(private_house.engine.boards.case(case, private_house("xu.shen")))
    assert [text for text in HIDDEN if text in told] == []
    assert private_house.engine.personal.reveal(case, "phone", private_house("xu.shen")).display == PHONE


def test_a_substitute_gets_no_permission_of_the_person_represented(private_house: House, case: str) -> None:
    from datetime import timedelta

    now = private_house.clock.now()
    private_house.engine.identity.substitute("zhou.min", "li.na", now, now + timedelta(days=1), None, "出差",
                                             private_house("zhou.min"))
    with pytest.raises(NotPermitted):
        private_house.engine.personal.reveal(case, "phone", private_house("li.na"))


def test_a_masked_number_cannot_be_guessed_by_searching(private_house: House, case: str) -> None:
    by = private_house("li.na")
    assert len(private_house.engine.boards.cases(by, "6621")) == len(private_house.engine.boards.cases(by, PHONE)) == 1
    for part in ("21", "621", "56621", "156621", "2156621", "386215"):
        assert private_house.engine.boards.cases(by, part) == (), part


def test_numbers_inside_sentences_are_masked(private_house: House, case: str) -> None:
    reason = f"客户要求改打 {PHONE}，或写信到 {MAIL}，身份证 {IDNO}，座机 0512-66001234"
    private_house.engine.instances.suspend(case, reason, private_house("zhou.min"))
    told = private_house.engine.boards.case(case, private_house("li.na")).timeline[0]
    for text in (told.sentence.zh, told.sentence.en, told.reason):
        assert "138****6621" in text and "h***@example.com" in text and "110***2X" in text and "0512****34" in text
        assert PHONE not in text and MAIL not in text and IDNO not in text
    assert PHONE in private_house.engine.boards.case(case, private_house("zhou.min")).timeline[0].reason


def test_numbers_in_comments_are_masked_for_whoever_may_not_read_them(private_house: House, case: str) -> None:
    private_house.engine.tasks.comment(case, f"客户换了号码：{PHONE}", private_house("zhou.min"), mentions=["li.na"])
    assert "138****6621" in private_house.engine.tasks.comments(case, private_house("li.na"))[0].text
    assert PHONE in private_house.engine.tasks.comments(case, private_house("zhou.min"))[0].text
    assert PHONE not in repr(private_house.engine.boards.inbox(private_house("li.na"), "asked"))


def test_a_form_that_one_only_reads_sends_no_variables_to_the_browser(private_house: House, case: str) -> None:
    sheet = private_house.engine.boards.task(private_house.task(case, "approve"), private_house("gao.lei")).form
    assert browser_rules(sheet)["context"] == {}


def test_lists_of_people_are_taken_out_by_those_permitted(private_house: House) -> None:
    with private_house.engine.database.reading() as connection:
        live = private_house.engine.live.at(connection)
    assert may_export(private_house("liu.jun"), live) and not may_export(private_house("zhou.min"), live)


@pytest.mark.parametrize(("said", "code"), [
    ("permissions: {fly: [a]}", "permission_unknown"), ("permissions: {read_personal: a}", "permission_roles"),
    ("permissions: {read_personal: [b]}", "unknown_role"), ("permissions: [read_personal]", "pack_not_a_mapping")])
def test_a_permission_that_cannot_be_is_refused_where_it_stands(said: str, code: str) -> None:
    from engine.errors import Refused

    with pytest.raises(Refused) as refused:
        read_pack(f"pack: x\nroles: {{a: {{zh: 甲}}}}\n{said}\n")
    assert [(one.code, one.line) for one in refused.value.problems] == [(code, 3)]
