"""Registers on screen: who may look and change, masked lists, records and their history, files, duplicates."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import Workbook
from sqlalchemy import event, select

from engine import SYSTEM, Conflict, Invalid, NotPermitted
from engine.boards import audit
from engine.errors import ReasonNeeded
from engine.models.history import HistoryEntry
from engine.people.reading_csv import UnreadableTable
from tests.engine.house import House, content

CLIENT = """register: client
title: {zh: 客户登记簿, en: Customers}
read: [agent]
edit: [supervisor]
party: true
label: '=name'
search: [code, name, phone]
readonly: '=closed = true'
sections:
  - id: client
    title: {zh: 客户, en: Customer}
    fields:
      - {id: code, label: {zh: 编号, en: Code}, type: text, required: true, unique: true}
      - {id: name, label: {zh: 名称, en: Name}, type: text, required: true, personal: true}
      - {id: phone, label: {zh: 电话, en: Phone}, type: phone, required: true, personal: true}
      - id: level
        label: {zh: 等级, en: Level}
        type: enum
        values: [{id: key, zh: 关键, en: Key}, {id: general, zh: 一般, en: General}]
      - {id: spent, label: {zh: 消费, en: Spent}, type: money}
      - {id: owner, label: {zh: 负责人, en: Owner}, type: user}
      - {id: closed, label: {zh: 停用, en: Closed}, type: bool}
"""
VISIT = """register: visit
title: {zh: 来访, en: Visits}
read: [agent]
label: '=no'
sections:
  - id: visit
    title: {zh: 来访, en: Visit}
    fields:
      - {id: no, label: {zh: 编号, en: Number}, type: text, required: true, unique: true}
      - {id: client, label: {zh: 客户, en: Client}, type: ref, register: client}
      - {id: case_number, label: {zh: 案件, en: Case}, type: text}
      - {id: satisfaction, label: {zh: 满意度, en: Satisfaction}, type: int}
      - id: commitments
        label: {zh: 承诺, en: Promises}
        type: table
        columns:
          - {id: content, label: {zh: 内容, en: What}, type: text}
          - {id: due, label: {zh: 期限, en: Due}, type: date}
          - {id: done, label: {zh: 完成, en: Done}, type: bool}
"""
SECRET = VISIT.replace("register: visit", "register: secret").replace("read: [agent]\n", "read: [director]\n")
ROWS = (("C1", "恒泰装饰", "13862156621", "key"), ("C2", "安居装饰", "13912345678", "general"),
        ("C3", "恒泰装饰公司", "13862156621", None))


@pytest.fixture
def kept(small_house: House) -> House:
    """Three customers, two with one telephone; agents look, supervisors change and export, both read full numbers."""
    pack = content("note")["t/pack.yaml"].decode() + (
        "permissions: {read_personal: [supervisor], export_people: [supervisor]}\n")
    small_house.engine.deployments.deploy(content("note") | {
        "t/pack.yaml": pack.encode(), "forms/registers/client.yaml": CLIENT.encode(),
        "forms/registers/visit.yaml": VISIT.encode(), "forms/registers/secret.yaml": SECRET.encode()}, SYSTEM)
    for code, name, phone, level in ROWS:
        small_house.engine.registers.save("client", {"code": code, "name": name, "phone": phone, "level": level},
                                          SYSTEM)
    return small_house


def ids(house: House) -> dict[str, int]:
    with house.engine.database.reading() as connection:
        return {one.values["code"]: one.id for one in
                house.engine.registers.store(connection, "client").find(connection, merged=True)}


def statements(house: House, act: object) -> int:
    seen: list[str] = []
    event.listen(house.engine.database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    act()  # type: ignore[operator]
    return len([one for one in seen if not one.startswith("BEGIN")])


# ---- who may what


def test_each_sees_the_registers_of_the_roles_declared(kept: House) -> None:
    registers = kept.engine.registers
    assert {card.key for card in registers.books(kept("li.na"))} == {"client", "visit"}
    assert {card.key for card in registers.books(kept("xu.shen"))} == {"client", "visit", "secret"}
    assert registers.books(kept("he.wai")) == ()
    assert {card.key: card.records for card in registers.books(kept("li.na"))}["client"] == 3


def test_who_may_not_look_is_told_and_auditors_only_look(kept: House) -> None:
    registers = kept.engine.registers
    for by in ("he.wai",):
        with pytest.raises(NotPermitted):
            registers.page("client", kept(by))
    assert registers.page("client", kept("xu.shen")).card.may_edit is False
    for by in ("li.na", "xu.shen"):
        with pytest.raises(NotPermitted):
            registers.save_form("client", {"code": "C9", "name": "新", "phone": "13800000000"}, kept(by))
        with pytest.raises(NotPermitted):
            registers.preview_records("client", b"code\nC1\n", kept(by))


# ---- the list


def test_the_list_masks_filters_and_goes_on_after_the_last_line(kept: House) -> None:
    registers, by = kept.engine.registers, kept("li.na")
    page = registers.page("client", by, limit=2)
    assert "13862156621" not in repr(page) and "138****6621" in repr(page)
    rest = registers.page("client", by, limit=2, after=page.next or 0)
    assert [line.label for line in (*page.lines, *rest.lines)] == sorted(name for _code, name, *_ in ROWS)
    assert [line.label for line in registers.page("client", by, filters={"level": "key"}).lines] == ["恒泰装饰"]
    # and a field without value comes last, whichever way it is ordered
    for order in ("level", "-level"):
        assert registers.page("client", by, order=order).lines[-1].label == "恒泰装饰公司"


@pytest.mark.parametrize(("text", "found"), [("6621", 2), ("13862156621", 2), ("1386", 0), ("86215", 0), ("C2", 1),
                                             ("htzs", 2)])
def test_a_masked_number_cannot_be_guessed_digit_by_digit(kept: House, text: str, found: int) -> None:
    assert len(kept.engine.registers.page("client", kept("li.na"), text=text).lines) == found


def test_a_page_costs_the_same_however_many_records_it_shows(kept: House) -> None:
    registers, by = kept.engine.registers, kept("li.na")
    registers.page("client", by)
    few = statements(kept, lambda: registers.page("client", by, limit=1))
    many = statements(kept, lambda: registers.page("client", by, limit=50))
    assert few == many <= 8


# ---- one record


def test_a_record_tells_who_changed_what_and_masks_it(kept: House) -> None:
    registers, number = kept.engine.registers, ids(kept)["C1"]
    registers.save_form("client", {"level": "general", "phone": "13700001111"}, kept("zhou.min"), record_id=number,
                        version=1)
    view = registers.record_page("client", number, kept("li.na"))
    assert [change.by.zh for change in view.history] == ["周敏", "system"]
    assert ("等级", "关键", "一般") in view.history[0].fields
    assert "13862156621" not in repr(view) and "13700001111" not in repr(view)


def test_a_version_that_has_passed_is_a_conflict(kept: House) -> None:
    registers, number, by = kept.engine.registers, ids(kept)["C1"], kept("zhou.min")
    registers.save_form("client", {"level": "general"}, by, record_id=number, version=1)
    with pytest.raises(Conflict):
        registers.save_form("client", {"level": "key"}, by, record_id=number, version=1)


def test_a_new_record_is_not_the_change_of_another(kept: House) -> None:
    with pytest.raises(Invalid) as error:
        kept.engine.registers.save_form("client", {"code": "C1", "name": "某", "phone": "13800000000"},
                                        kept("zhou.min"))
    assert [one.path for one in error.value.fields] == ["code"]


def test_personal_values_are_replaced_unseen_and_shown_only_with_a_trace(kept: House) -> None:
    registers, number, by = kept.engine.registers, ids(kept)["C1"], kept("zhou.min")
    form = registers.record_form("client", by, record_id=number)
    assert "13862156621" not in repr(form)
    # what is left empty stays, what is typed replaces
    registers.save_form("client", {"phone": "", "level": "general"}, by, record_id=number, version=form.version)
    registers.save_form("client", {"phone": "13700001111"}, by, record_id=number, version=form.version + 1)
    with kept.engine.database.reading() as connection:
        values = registers.store(connection, "client").get(connection, number).values
    assert (values["name"], values["phone"], values["level"]) == ("恒泰装饰", "13700001111", "general")
    # and to see them leaves a trace
    assert "13700001111" in repr(registers.record_form("client", by, record_id=number, personal=True))
    assert [row.verb for row in kept.rows(select(HistoryEntry.verb).where(HistoryEntry.by == by.person_id))] == [
        "revealed"]


def test_a_closed_record_is_not_changed(kept: House) -> None:
    registers, number, by = kept.engine.registers, ids(kept)["C2"], kept("zhou.min")
    registers.save_form("client", {"closed": "true"}, by, record_id=number, version=1)
    assert registers.record_page("client", number, by).closed
    with pytest.raises(Conflict.__mro__[1]) as error:  # any error of ours, with the code of a closed record
        registers.save_form("client", {"level": "key"}, by, record_id=number, version=2)
    assert error.value.code == "record_closed"


# ---- all that concerns a customer


def test_a_customer_has_cases_by_link_and_telephone_promises_and_satisfaction(kept: House) -> None:
    registers, number = kept.engine.registers, ids(kept)["C1"]
    by_phone = kept.started("note")
    kept.complete(by_phone.case_id, "write", "li.na", {"customer": "恒泰", "phone": "13862156621"})
    linked = kept.started("note")
    with kept.engine.database.transaction() as connection:
        registers.store(connection, "client").link(connection, number, "case", linked.case_number, by="system",
                                                   at=kept.clock.now())
    reference = {"register": "client", "id": number, "label": "恒泰装饰"}
    registers.save("visit", {"no": "V1", "client": reference, "case_number": linked.case_number, "satisfaction": 4,
                             "commitments": [{"content": "换板", "due": "2020-01-01"}]}, SYSTEM)
    view = registers.record_page("client", number, kept("li.na"))
    assert {case.number for case in view.cases} == {by_phone.case_number, linked.case_number}
    assert {task.case_number for task in view.party.tasks} == {by_phone.case_number, linked.case_number}
    assert [(one.what, one.state) for one in view.party.promises] == [("换板", "late")]
    assert view.party.satisfaction == (("满意度", "4", linked.case_number),)
    assert [book.key for book in view.party.related] == ["visit"]
    assert registers.page("client", kept("li.na"), text="C1").lines[0].open_cases == 2
    # a colleague in another branch sees the customer and not the cases
    other = registers.record_page("client", number, kept("chen.yu"))
    assert other.cases == () and other.party.tasks == ()


# ---- duplicates


def test_the_same_telephone_is_found_and_can_be_told_apart(kept: House) -> None:
    registers, by, known = kept.engine.registers, kept("zhou.min"), ids(kept)
    assert [one.id for one in registers.record_page("client", known["C1"], by).twins] == [known["C3"]]
    assert {line.id for line in registers.page("client", by).lines if line.twin} == {known["C1"], known["C3"]}
    assert [[line.id for line in group] for group in registers.duplicates("client", by)[2]] == [
        [known["C1"], known["C3"]]]
    with pytest.raises(ReasonNeeded):
        registers.relate("client", known["C1"], known["C3"], by, reason=" ")
    registers.relate("client", known["C1"], known["C3"], by, reason="总店和分店")
    assert registers.record_page("client", known["C1"], by).twins == ()
    assert registers.duplicates("client", by)[2] == ()
    assert not any(line.twin for line in registers.page("client", by).lines)


def test_merging_moves_links_and_references_and_keeps_both_histories(kept: House) -> None:
    registers, by, known = kept.engine.registers, kept("zhou.min"), ids(kept)
    case = kept.started("note")
    with kept.engine.database.transaction() as connection:
        registers.store(connection, "client").link(connection, known["C1"], "case", case.case_number, by="system",
                                                   at=kept.clock.now())
    registers.save("visit", {"no": "V1", "client": {"register": "client", "id": known["C1"], "label": "x"}}, SYSTEM)
    # when the older record goes into the newer one
    registers.merge("client", (known["C3"], 1), (known["C1"], 1), by, reason="同一家")
    view = registers.record_page("client", known["C3"], kept("li.na"))
    # then what was missing is filled in, links and references have moved
    assert "关键" in repr(view.sheet)
    with kept.engine.database.reading() as connection:
        store = registers.store(connection, "client")
        assert store.links(connection, known["C3"], "case") == [("case", case.case_number)]
        assert [one.id for one in store.find(connection, {"phone": "13862156621"})] == [known["C3"]]
        assert registers.store(connection, "visit").find(connection)[0].values["client"]["id"] == known["C3"]
        # and whoever knows the old number or the old key gets the one that stays
        assert registers.reference(connection, "client", known["C1"])["id"] == known["C3"]
        assert store.by_key(connection, {"code": "C1"}).id == known["C3"]
    gone = registers.record_page("client", known["C1"], kept("li.na"))
    assert gone.merged_into == known["C3"] and [change.version for change in gone.history] == [2, 1]
    [line] = kept.engine.boards.audit(kept("root"), kind="record_merged").lines
    assert (line.reason, line.by_login) == ("同一家", "zhou.min")
    assert "record_merged" in audit.verbs()


def test_merging_is_refused_when_somebody_changed_one_meanwhile(kept: House) -> None:
    registers, by, known = kept.engine.registers, kept("zhou.min"), ids(kept)
    registers.save_form("client", {"level": "general"}, by, record_id=known["C1"], version=1)
    for pair in (((known["C1"], 1), (known["C3"], 1)), ((known["C3"], 1), (known["C1"], 1))):
        with pytest.raises(Conflict):
            registers.merge("client", *pair, by, reason="同一家")
    assert registers.record_page("client", known["C1"], by).merged_into is None


# ---- files


def test_an_export_comes_back_unchanged(kept: House) -> None:
    registers, by = kept.engine.registers, kept("zhou.min")
    heads, rows = registers.export_records("client", by, personal=True)
    assert len(rows) == 3 and "电话" in heads
    report = registers.import_records("client", excel(heads, rows), by, name="again.xlsx")
    assert (report.done, report.written, report.count("same")) == (True, 0, 3)


def test_personal_fields_leave_only_with_permission_and_a_trace(kept: House) -> None:
    registers, by = kept.engine.registers, kept("li.na")
    heads, _rows = registers.export_records("client", by)
    assert heads == ["编号", "等级", "消费", "负责人", "停用"]
    with pytest.raises(NotPermitted):
        registers.export_records("client", by, personal=True)
    assert [line.verb for line in kept.engine.boards.audit(kept("root"), kind="personal").lines] == ["records_exported"]


FILE = "编号,名称,电话,等级,负责人,别的\nC1,恒泰装饰,13862156621,一般,李娜,1\nC4,新客户,13700001111,关键,,\n" \
       "C5,没有电话,,,,\nC6,某,13700002222,高,,\nC4,又一个,13700003333,,,\n,无号,13700004444,,,\n"


def test_a_file_is_looked_at_row_by_row_before_anything_changes(kept: House) -> None:
    registers, by = kept.engine.registers, kept("zhou.min")
    report = registers.preview_records("client", FILE.encode(), by)
    assert [line.action for line in report.lines] == ["changed", "new", "refused", "refused", "refused", "refused"]
    assert report.lines[0].changes == ("等级", "负责人") and report.ignored == ("别的",)
    assert [line.problems[0][0] for line in report.lines[2:]] == ["电话", "等级", "编号", "编号"]
    assert [line.line for line in report.lines] == [2, 3, 4, 5, 6, 7]
    assert registers.books(by)[0].records == 3


def test_all_rows_or_by_choice_the_good_ones_and_twice_is_once(kept: House) -> None:
    registers, by = kept.engine.registers, kept("zhou.min")
    assert registers.import_records("client", FILE.encode(), by).done is False
    assert registers.books(by)[0].records == 3
    first = registers.import_records("client", FILE.encode(), by, name="客户.csv", partly=True)
    again = registers.import_records("client", FILE.encode(), by, name="客户.csv", partly=True)
    assert (first.written, again.written, registers.books(by)[0].records) == (2, 0, 4)
    view = registers.record_page("client", ids(kept)["C1"], by)
    assert view.history[0].source == "import 客户.csv" and view.history[0].by.zh == "周敏"
    heads, rows = registers.refused_records("client", FILE.encode(), by)
    assert heads[-2:] == ["行", "问题"] and [row[-2] for row in rows] == [4, 5, 6, 7]


def test_an_import_costs_the_same_however_many_rows_it_has(kept: House) -> None:
    registers, by = kept.engine.registers, kept("zhou.min")

    def file(start: int, count: int) -> bytes:
        rows = (f"N{n},客{n},13{n:09d},,李娜" for n in range(start, start + count))
        return "\n".join(["编号,名称,电话,等级,负责人", *rows]).encode()

    few = statements(kept, lambda: registers.import_records("client", file(0, 2), by))
    many = statements(kept, lambda: registers.import_records("client", file(100, 300), by))
    assert many <= few + 2 <= 14


def excel(heads: list[str], rows: list[list[object]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(heads)
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no", b"\xff\xfe\x00", "名称\n某\n".encode()])
def test_what_is_no_table_of_this_register_is_told_in_a_sentence(kept: House, data: bytes) -> None:
    with pytest.raises(UnreadableTable) as error:
        kept.engine.registers.preview_records("client", data, replace(kept("root"), system=True))
    assert error.value.sentence("zh").startswith("读不懂这个文件") and "file" in error.value.sentence("en")


def test_reading_personal_data_somewhere_opens_no_other_register(kept: House) -> None:
    with pytest.raises(NotPermitted):
        kept.engine.personal.reveal_record("secret", 1, "no", kept("zhou.min"))
