"""A register in a database: made, widened, filled, searched, remembered; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, text

from engine import feel
from engine.errors import Conflict, Invalid, NotFound, Refused
from engine.registers import RecordClosed, RegisterStore, deploy_register, erase, read_register

NOW = datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BY = {"by": "li.na", "at": NOW}
WORDS = "{zh: 一, en: One}"
CLIENT = {
    "code": "type: text, required: true, unique: true",
    "name": "type: text, required: true, personal: true",
    "kind": "type: enum, values: [dealer, person]",
    "phone": "type: phone, personal: true",
    "spent": "type: money",
    "share": "type: number",
    "visits": "type: int",
    "since": "type: date, index: true",
    "last_at": "type: datetime",
    "opens": "type: time",
    "active": "type: bool",
    "tags": "type: multi, values: [a, b]",
    "agent": "type: user, index: true",
    "shop": "type: ref, register: store",
    "closed": "type: bool",
    "orders": f"type: table, columns: [{{id: no, label: {WORDS}, type: text}}]",
}
HENGTAI = {
    "code": "C1",
    "name": "苏州恒泰装饰",
    "kind": "dealer",
    "phone": "13812346621",
    "spent": "1.86万",
    "share": "0.125",
    "visits": "3",
    "since": "2025-01-31",
    "last_at": "2026-04-07T08:30",
    "opens": "9:00",
    "active": "true",
    "tags": ["b"],
    "agent": "li.na",
    "shop": "4",
    "orders": [{"no": "SO-1"}],
}


def declare(fields: dict[str, str], more: str = "label: '=name'\nreadonly: '=closed'\n", key: str = "client") -> Any:
    lines = "\n".join(f"      - {{id: {name}, label: {WORDS}, {said}}}" for name, said in fields.items())
    return read_register(
        f"register: {key}\ntitle: {WORDS}\nsections:\n  - id: s\n    title: {WORDS}\n    fields:\n{lines}\n{more}",
        f"{key}.yaml",
        None,
        feel.compile,
    )


def evaluate(formula: str, variables: Any) -> Any:
    return feel.evaluate(formula, variables, clock=lambda: NOW)


@pytest.fixture
def store(connection):
    register = declare(CLIENT)
    deploy_register(connection, register)
    return RegisterStore(register, evaluate)


def test_every_kind_of_value_comes_back_as_it_was(store, connection):
    saved = store.save(connection, HENGTAI, **BY)
    assert (
        saved.values
        == store.get(connection, saved.id).values
        == {
            "code": "C1",
            "name": "苏州恒泰装饰",
            "kind": "dealer",
            "phone": "13812346621",
            "spent": Decimal("18600.00"),
            "share": Decimal("0.125"),
            "visits": 3,
            "since": date(2025, 1, 31),
            "last_at": datetime(2026, 4, 7, 0, 30, tzinfo=UTC),
            "opens": time(9),
            "active": True,
            "tags": ["b"],
            "agent": {"login": "li.na", "name": "li.na"},
            "shop": {"register": "store", "id": 4, "label": "4"},
            "closed": None,
            "orders": [{"no": "SO-1"}],
        }
    )
    assert str(saved.values["spent"]) == "18600.00"
    assert saved.reference() == {"register": "client", "id": saved.id, "label": "苏州恒泰装饰"}
    assert (saved.version, saved.changed_by, saved.changed_at) == (1, "li.na", NOW)


def test_money_is_exact_in_the_database(store, connection):
    for code, spent in (("C1", "0.10"), ("C2", "0.20"), ("C3", "999999999999999.99")):
        store.save(connection, HENGTAI | {"code": code, "spent": spent}, **BY)
    total = connection.execute(text("SELECT SUM(spent) FROM reg_client WHERE code <> 'C3'")).scalar()
    assert Decimal(total) == (30 if connection.dialect.name == "sqlite" else Decimal("0.30"))
    assert store.find(connection, {"spent": {"from": "1万"}})[0].values["spent"] == Decimal("999999999999999.99")


def test_saving_again_under_the_same_key_changes_the_record_and_remembers_it(store, connection):
    first = store.save(connection, HENGTAI, **BY)
    second = store.save(connection, {"code": "C1", "visits": "4", "name": "恒泰"}, source="TS-1", **BY)
    assert (second.id, second.version, second.values["spent"]) == (first.id, 2, Decimal("18600.00"))
    history = store.history(connection, first.id)
    assert [(one.version, one.by, one.source) for one in history] == [(1, "li.na", None), (2, "li.na", "TS-1")]
    assert history[1].changes == {"visits": (3, 4), "name": ("苏州恒泰装饰", "恒泰")}


def test_saving_nothing_new_leaves_no_trace(store, connection):
    first = store.save(connection, HENGTAI, **BY)
    assert store.save(connection, HENGTAI, **BY).version == 1
    assert len(store.history(connection, first.id)) == 1


def test_wrong_values_are_refused_field_by_field(store, connection):
    with pytest.raises(Invalid) as caught:
        store.save(connection, {"name": "a", "phone": "1", "zzz": "1", "share": "1234567890123"}, **BY)
    assert {(one.path, one.code) for one in caught.value.fields} == {
        ("zzz", "unknown_field"),
        ("code", "required"),
        ("phone", "not_a_phone"),
        ("share", "too_large"),
    }
    assert store.count(connection) == 0


def test_a_unique_value_belongs_to_one_record(store, connection):
    first = store.save(connection, HENGTAI, **BY)
    other = store.save(connection, HENGTAI | {"code": "C2"}, **BY)
    with pytest.raises(Invalid) as caught:
        store.save(connection, {"code": "C1"}, record_id=other.id, **BY)
    assert [(one.path, one.code) for one in caught.value.fields] == [("code", "not_unique")]
    assert store.save(connection, {"code": "C1", "visits": "9"}, record_id=first.id, **BY).values["visits"] == 9


def test_a_version_that_has_passed_is_a_conflict(store, connection):
    first = store.save(connection, HENGTAI, **BY)
    store.save(connection, {"code": "C1", "visits": "4"}, expected_version=1, **BY)
    with pytest.raises(Conflict):
        store.save(connection, {"code": "C1", "visits": "5"}, expected_version=1, **BY)
    with pytest.raises(NotFound):
        store.save(connection, HENGTAI, record_id=first.id + 1, **BY)


def test_a_key_that_somebody_saved_in_the_same_moment_is_a_conflict_and_the_transaction_goes_on(store, connection):
    first = store.save(connection, HENGTAI, **BY)

    class Late(RegisterStore):
        """Looked before the other one had written."""

        def by_key(self, connection, values):  # noqa: ARG002
            return None

        def _refuse_twins(self, *seen):
            pass

    with pytest.raises(Conflict):
        Late(store.register, evaluate).save(connection, HENGTAI | {"visits": "9"}, **BY)
    assert store.get(connection, first.id).values["visits"] == 3


def test_a_closed_record_cannot_be_changed(store, connection):
    store.save(connection, HENGTAI | {"closed": "true"}, **BY)
    with pytest.raises(RecordClosed) as caught:
        store.save(connection, {"code": "C1", "closed": "false"}, **BY)
    assert "苏州恒泰装饰" in caught.value.sentence("zh")


@pytest.mark.parametrize(
    ("criteria", "words", "codes"),
    [
        ({}, "", ["C1", "C2", "C3"]),
        ({"kind": "dealer"}, "", ["C1", "C2"]),
        ({"kind": ["person"]}, "", ["C3"]),
        ({"kind": None}, "", []),
        ({"phone": None}, "", ["C2"]),
        ({"since": {"from": "2025-02-01"}}, "", ["C2", "C3"]),
        ({"since": {"from": "2025-01-31", "to": "2025-01-31"}}, "", ["C1"]),
        ({"agent": "zhou.min"}, "", ["C3"]),
        ({"agent": {"login": "li.na", "name": "改名"}}, "", ["C1", "C2"]),
        ({"shop": 4}, "", ["C1", "C2", "C3"]),
        ({"spent": "18600"}, "", ["C1", "C2", "C3"]),
        ({"active": False}, "", ["C3"]),
        ({}, "恒泰", ["C1"]),
        ({}, "szht", ["C1"]),
        ({}, "6621", ["C1"]),
        ({}, "c2", ["C2"]),
        ({}, "苏州 新", ["C2"]),
        ({}, "100%", ["C3"]),
        ({}, "_", []),
        ({"kind": "dealer"}, "新世界", ["C2"]),
        ({"id": 2}, "", ["C2"]),
        ({"id": [1, "3"]}, "", ["C1", "C3"]),
        ({"id": None}, "", []),
    ],
)
def test_records_are_found_by_criteria_and_words(store, connection, criteria, words, codes):
    store.save(connection, HENGTAI, **BY)
    store.save(connection, HENGTAI | {"code": "C2", "name": "苏州新世界", "phone": "", "since": "2025-03-01"}, **BY)
    store.save(
        connection,
        HENGTAI
        | {
            "code": "C3",
            "name": "100%木业",
            "kind": "person",
            "phone": "0571-87654321",
            "since": "2025-04-01",
            "agent": "zhou.min",
            "active": "false",
        },
        **BY,
    )
    assert sorted(one.values["code"] for one in store.find(connection, criteria, text=words)) == codes
    assert store.count(connection, criteria, text=words) == len(codes)


def test_records_come_in_the_order_asked_for(store, connection):
    for code, visits in (("C1", 2), ("C2", 9), ("C3", 5)):
        store.save(connection, HENGTAI | {"code": code, "visits": visits}, **BY)
    assert [one.values["code"] for one in store.find(connection, order="-visits", limit=2)] == ["C2", "C3"]


def test_an_order_by_what_there_is_not_is_refused(store, connection):
    with pytest.raises(Invalid):
        store.find(connection, order="-zzz")


def test_a_search_for_what_there_is_not_is_refused(store, connection):
    with pytest.raises(Invalid) as caught:
        store.find(connection, {"zzz": 1, "kind": "king"})
    assert [(one.path, one.code) for one in caught.value.fields] == [("zzz", "unknown_field"), ("kind", "not_offered")]


def test_a_record_is_referred_to_by_id_or_key(store, connection):
    saved = store.save(connection, HENGTAI, **BY)
    assert store.referred(connection, "C1") == store.referred(connection, saved.id) == saved
    assert (store.referred(connection, "C9"), store.referred(connection, 99)) == (None, None)


def test_a_record_is_linked_with_a_case_once(store, connection):
    saved = store.save(connection, HENGTAI, **BY)
    for _ in range(2):
        store.link(connection, saved.id, "case", "TS-20260407-001", **BY)
    assert store.links(connection, saved.id) == [("case", "TS-20260407-001")]
    assert [one.id for one in store.linked(connection, "case", "TS-20260407-001")] == [saved.id]
    with pytest.raises(NotFound):
        store.link(connection, 99, "case", "TS-1", **BY)


def test_erasing_a_person_takes_the_personal_values_out_of_record_search_and_history(store, connection):
    saved = store.save(connection, HENGTAI, **BY)
    store.save(connection, {"code": "C1", "phone": "13900000000", "visits": "4"}, **BY)
    erase(store, connection, saved.id, **BY)
    after = store.get(connection, saved.id)
    assert (after.values["name"], after.values["phone"], after.values["visits"], after.label) == (None, None, 4, "–")
    assert store.find(connection, text="恒泰") == []
    history = store.history(connection, saved.id)
    assert [sorted(one.changes)[:1] for one in history] == [["active"], ["visits"], []]
    everything = str(connection.execute(text("SELECT * FROM reg__history")).all())
    assert "恒泰" not in everything
    assert "1390000" not in everything


def test_what_the_caller_rolls_back_was_never_there(store, connection):
    savepoint = connection.begin_nested()
    store.save(connection, HENGTAI, **BY)
    savepoint.rollback()
    assert store.count(connection) == 0


def test_a_register_is_widened_and_keeps_its_records(store, connection):
    saved = store.save(connection, HENGTAI, **BY)
    wider = declare(
        CLIENT | {"level": "type: enum, values: [key], index: true", "boss": "type: user", "name": "type: longtext"}
    )
    deploy_register(connection, wider)
    deploy_register(connection, wider)
    changed = RegisterStore(wider, evaluate).save(connection, {"code": "C1", "level": "key", "boss": "li.na"}, **BY)
    assert (changed.id, changed.values["spent"], changed.values["level"]) == (saved.id, Decimal("18600.00"), "key")
    assert "ix_reg_client_level" in {one["name"] for one in inspect(connection).get_indexes("reg_client")}


def test_what_would_lose_or_reinterpret_values_is_refused_with_a_sentence(store, connection):
    store.save(connection, HENGTAI, **BY)
    narrower = declare({name: said for name, said in CLIENT.items() if name != "visits"} | {"spent": "type: text"})
    with pytest.raises(Refused) as caught:
        deploy_register(connection, narrower)
    assert {(one.code, one.element) for one in caught.value.problems} == {
        ("register_column_changed", "spent"),
        ("register_column_lost", "visits"),
    }
    assert all(one.zh and one.en and one.file == "client.yaml" for one in caught.value.problems)


def test_a_column_nobody_filled_may_be_left_out_and_come_back(store, connection):
    store.save(connection, HENGTAI | {"share": ""}, **BY)
    deploy_register(connection, declare({name: said for name, said in CLIENT.items() if name != "share"}))
    deploy_register(connection, declare(CLIENT))
    assert store.save(connection, {"code": "C1", "share": "0.5"}, **BY).values["share"] == Decimal("0.5")


def test_values_that_repeat_cannot_become_unique(store, connection):
    store.save(connection, HENGTAI, **BY)
    store.save(connection, HENGTAI | {"code": "C2"}, **BY)
    with pytest.raises(Refused) as caught:
        deploy_register(connection, declare(CLIENT | {"phone": "type: phone, unique: true"}))
    assert [one.code for one in caught.value.problems] == ["register_not_unique"]


def test_two_fields_together_may_be_the_key(connection):
    register = declare(
        {"shop": "type: ref, register: store, required: true", "day": "type: date, required: true", "n": "type: int"},
        "key: [shop, day]\n",
        "takings",
    )
    deploy_register(connection, register)
    store = RegisterStore(register, evaluate)
    first = store.save(connection, {"shop": 1, "day": "2026-04-07", "n": 1}, **BY)
    assert store.save(connection, {"shop": 1, "day": "2026-04-07", "n": 2}, **BY).id == first.id
    assert store.save(connection, {"shop": 2, "day": "2026-04-07", "n": 2}, **BY).id != first.id
    assert first.label == "–"


@pytest.mark.usefixtures("store")
def test_the_tables_of_registers_have_a_prefix_that_migrations_leave_alone(connection):
    names = [name for name in inspect(connection).get_table_names() if name.startswith("reg_")]
    assert sorted(names) == ["reg__column", "reg__history", "reg__link", "reg_client"]
