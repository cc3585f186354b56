"""Personal values of registers are sealed at rest, and found, ordered, told apart and resealed all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, text

from engine import feel
from engine.errors import Conflict, Invalid
from engine.registers import (
    Batch,
    RegisterStore,
    deploy_register,
    erase,
    page_of,
    read_register,
    rewrite,
    twin_groups,
    twins,
    twins_among,
)
from engine.registers.table import PREFIX
from engine.sealing import Keys
from tests.registers.conftest import empty_database

NOW = datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BY = {"by": "li.na", "at": NOW}
WORDS = "{zh: 一, en: One}"
FIELDS = {"code": "type: text, required: true, unique: true", "name": "type: text, personal: true",
          "phone": "type: phone, personal: true", "idno": "type: idno, personal: true",
          "address": "type: longtext, personal: true", "born": "type: date, personal: true",
          "level": "type: text", "shop": "type: ref, register: store",
          "family": f"type: table, columns: [{{id: who, label: {WORDS}, type: text, personal: true}}, "
                    f"{{id: no, label: {WORDS}, type: int}}]"}
SEARCH = "search: [code, name, phone, idno, address, shop]\n"
WANG = {"code": "C1", "name": "王建国", "phone": "13862156621", "idno": "11010519491231002X", "level": "A",
        "address": "苏州市姑苏区人民路88号2幢301", "born": "1949-12-31", "family": [{"who": "王小明", "no": 1}],
        "shop": {"register": "store", "id": 4, "label": "观前店"}}
TOLD = ("王建国", "建国", "wjg", "13862156621", "6621", "11010519491231002X", "人民路", "王小明", "1949", "观前店")
KEYED = ("one", "two")


def declare(fields: dict[str, str], more: str = SEARCH + "label: '=name'\n") -> Any:
    lines = "\n".join(f"      - {{id: {name}, label: {WORDS}, {said}}}" for name, said in fields.items())
    return read_register(f"register: client\ntitle: {WORDS}\nsections:\n  - id: s\n    title: {WORDS}\n    fields:\n"
                         f"{lines}\n{more}", "client.yaml", None, feel.compile)


def evaluate(formula: str, variables: Any) -> Any:
    return feel.evaluate(formula, variables, clock=lambda: NOW)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request, tmp_path_factory):
    """One empty database under a key; every test rolls back what it did."""
    with empty_database(request, tmp_path_factory, "sealed", Keys("one")) as made:
        yield made


@pytest.fixture
def connection(database):
    with database.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
    database.engine.dialect.bihuan_keys = Keys("one")


@pytest.fixture
def store(connection):
    return deployed(connection, declare(FIELDS))


def deployed(connection: Any, register: Any) -> RegisterStore:
    deploy_register(connection, register)
    return RegisterStore(register, evaluate)


def on_disk(connection: Any) -> str:
    """What somebody reads who has the tables and no key; but for what orders lists (initials)."""
    found = ""
    for table in (PREFIX + "client", "reg__history"):
        for row in connection.execute(text(f"SELECT * FROM {table}")).all():
            found += repr({name: value for name, value in row._mapping.items() if name != "row_order"})
    return found


def test_nothing_personal_stands_in_the_clear_neither_in_the_record_nor_in_its_history(store, connection):
    saved = store.save(connection, WANG, **BY)
    store.save(connection, {"name": "王建国二", "address": "人民路90号", "level": "B"}, record_id=saved.id, **BY)
    kept = on_disk(connection)
    assert [word for word in TOLD if word in kept] == []
    assert "'level': 'B'" in kept, "what is not personal stands as it is"
    found = store.get(connection, saved.id)
    assert (found.label, found.values["phone"], str(found.values["born"])) == ("王建国二", WANG["phone"], WANG["born"])
    assert found.values["family"] == WANG["family"] and found.values["shop"]["label"] == "观前店"
    assert store.history(connection, saved.id)[1].changes["name"] == ("王建国", "王建国二")


@pytest.mark.parametrize("criteria", [
    {"phone": "13862156621"}, {"phone": ["13900000000", "138 6215 6621"]}, {"name": "王建国"}, {"born": "1949-12-31"},
    {"idno": "11010519491231002x"}, {"shop": 4}, {"level": "A"}, {"born": None}])
def test_sealed_fields_are_found_by_whole_values(store, connection, criteria):
    store.save(connection, WANG, **BY)
    store.save(connection, {"code": "C2", "name": "李四", "phone": "13900001111"}, **BY)
    wanted = "C2" if criteria == {"born": None} else "C1"
    assert [one.values["code"] for one in store.find(connection, criteria)] == [wanted]


@pytest.mark.parametrize("words", [
    "王", "建国", "王建国", "wjg", "jg", "WJ", "6621", "13862156621", "人民路", "人民路88号", "姑苏区人民路", "rml",
    "c1", "王 6621", "11010519491231002X"])
def test_text_search_finds_words_parts_initials_and_digits_of_sealed_fields(store, connection, words):
    store.save(connection, WANG, **BY)
    store.save(connection, {"code": "K2", "name": "李四", "phone": "13900001111", "address": "平江路3号"}, **BY)
    assert [one.values["code"] for one in store.find(connection, text=words)] == ["C1"]
    assert [one.values["code"] for one in page_of(store, connection, text=words)[0]] == ["C1"]


@pytest.mark.parametrize("words", ["国建", "1386", "662", "86215662", "平江路88", "王四", "wjgx", "1101", "1231"])
def test_text_search_finds_nothing_else(store, connection, words):
    store.save(connection, WANG, **BY)
    assert store.find(connection, text=words) == []


def test_whoever_sees_masked_values_cannot_guess_digits_of_an_address(store, connection):
    store.save(connection, WANG, **BY)
    assert page_of(store, connection, text="301")[0] and not page_of(store, connection, text="301", masked=True)[0]
    assert page_of(store, connection, text="6621", masked=True)[0]


@pytest.mark.parametrize("criteria", [{"born": {"from": "1940-01-01"}}, {"name": {"to": "赵"}}, {"family": []}])
def test_a_sealed_field_is_not_found_by_a_range(store, connection, criteria):
    with pytest.raises(Invalid):
        store.find(connection, criteria)


def test_lists_by_label_are_in_the_order_of_initials_page_after_page(store, connection):
    for number, name in enumerate(("周敏", "安然", "王芳", "李娜", "陈宇")):
        store.save(connection, {"code": f"C{number}", "name": name, "phone": f"1390000000{number}"}, **BY)
    seen, after = [], 0
    while after is not None:
        found, after = page_of(store, connection, after=after, limit=2)
        seen += [one.label for one in found]
    assert seen == ["安然", "陈宇", "李娜", "王芳", "周敏"]
    assert [one.label for one in store.find(connection, order="-row_label")] == seen[::-1]
    with pytest.raises(Invalid):
        page_of(store, connection, order="phone")


def test_the_same_customer_twice_is_found_by_number_or_name(store, connection):
    first = store.save(connection, WANG, **BY)
    other = store.save(connection, {"code": "C2", "name": "王先生", "phone": WANG["phone"]}, **BY)
    third = store.save(connection, {"code": "C3", "name": "王建国"}, **BY)
    store.save(connection, {"code": "C4", "level": "B"}, **BY)
    store.save(connection, {"code": "C5", "level": "B"}, **BY)
    assert {one.id for one in twins(store, connection, first)} == {other.id, third.id}
    assert twins_among(store, connection, [first, other, third]) == {first.id, other.id, third.id}
    assert sorted(sorted(one.id for one in group) for group in twin_groups(store, connection)) == [
        [first.id, other.id], [first.id, third.id]]


def test_a_sealed_value_may_be_unique_or_a_key(connection):
    fields = FIELDS | {"phone": "type: phone, personal: true, required: true, unique: true"}
    store = deployed(connection, declare(fields, SEARCH + "label: '=name'\nkey: [phone]\n"))
    made = store.save(connection, WANG, **BY)
    again = store.save(connection, {"phone": "138-6215-6621", "code": "C1", "level": "B"}, **BY)
    assert (again.id, again.version) == (made.id, 2)
    with pytest.raises(Conflict):
        store.write(connection, made.values | {"code": "C9"}, None, "li.na", NOW)
    rows = [(2, {"phone": WANG["phone"], "code": "C1", "level": "C"}), (3, {"phone": "13911112222", "code": "C7"})]
    batch = Batch(store, connection, NOW)
    assert [one.action for one in batch.check(rows)] == ["changed", "new"]
    assert batch.write(batch.check(rows), by="li.na", source="import") == 2
    assert store.get(connection, made.id).values["level"] == "C"
    assert store.find(connection, {"phone": "13911112222"})[0].values["code"] == "C7"


def test_erasing_leaves_nothing_to_find_a_person_by(store, connection):
    saved = store.save(connection, WANG, **BY)
    erase(store, connection, saved.id, by="root", at=NOW)
    found = store.get(connection, saved.id)
    assert (found.label, found.values["family"], found.values["level"]) == ("–", [{"who": None, "no": 1}], "A")
    assert [store.find(connection, text=word) for word in ("王", "wjg", "6621", "人民路")] == [[]] * 4
    assert store.find(connection, {"phone": WANG["phone"]}) == []
    assert "name" not in store.history(connection, saved.id)[0].changes


def test_a_register_that_stood_in_the_clear_is_sealed_when_its_fields_become_personal(connection):
    # given records under a declaration that calls nothing personal
    plain = declare({name: said.replace(", personal: true", "") for name, said in FIELDS.items()
                     if name not in ("born", "family")})
    old = deployed(connection, plain)
    number = old.save(connection, {name: value for name, value in WANG.items() if name in plain.fields}, **BY).id
    assert "王建国" in on_disk(connection)
    # when the declaration says so
    store = deployed(connection, declare(FIELDS))
    # then they are sealed and found, and no index of the values is left
    assert [word for word in ("王建国", "13862156621", "人民路") if word in on_disk(connection)] == []
    assert [one.id for word in ("建国", "wjg", "6621") for one in store.find(connection, text=word)] == [number] * 3
    assert store.find(connection, {"phone": WANG["phone"]})[0].label == "王建国"
    indexed = {tuple(one["column_names"]) for one in inspect(connection).get_indexes("reg_client")}
    assert ("phone",) not in indexed and {("phone__mark",), ("row_order", "id")} <= indexed
    # and erasing takes them out of the history that was written before
    with connection.begin_nested() as point:
        erase(store, connection, number, by="root", at=NOW)
        assert set(store.history(connection, number)[0].changes) == {"code", "level", "shop"}
        point.rollback()
    # and when it says the opposite again, nothing is lost
    again = deployed(connection, declare({**FIELDS, "phone": "type: phone"}))
    assert again.get(connection, number).values["phone"] == WANG["phone"]
    assert again.find(connection, {"phone": WANG["phone"]})[0].id == number


def test_a_newer_key_takes_over_records_and_what_they_are_found_by(store, connection):
    # given a record under the first key
    dialect = connection.engine.dialect
    saved = store.save(connection, WANG, **BY)
    # when the house has a newer one, then it is found before and after it was written anew
    dialect.bihuan_keys = keys = Keys("two", "one")
    looks = ({"criteria": {"phone": WANG["phone"]}}, {"text": "建国"}, {"text": "wjg"}, {"text": "6621"})
    assert [store.find(connection, **look)[0].id for look in looks] == [saved.id] * 4

    def stands(column: Any, raw: str) -> bool:
        return keys.is_current(raw) if column.type.seal else not keys.is_sealed(raw)

    assert rewrite(connection, store.register, store.table, 0, stands) == (1, None)
    assert rewrite(connection, store.register, store.table, 0, stands) == (0, None)
    # and the old key is not needed any more
    dialect.bihuan_keys = Keys("two")
    assert [store.find(connection, **look)[0].id for look in looks] == [saved.id] * 4
    assert replace(store.get(connection, saved.id), values={}) == replace(saved, values={})


def test_a_date_in_the_clear_cannot_become_personal_in_its_column(connection):
    deployed(connection, declare({**FIELDS, "born": "type: date"}))
    with pytest.raises(Exception, match="born"):
        deploy_register(connection, declare(FIELDS))
