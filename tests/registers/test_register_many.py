"""Many records: pages in any order, a file of rows at once, twins and merging; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event, text

from engine.errors import Conflict
from engine.registers import (
    Batch,
    RecordMerged,
    RegisterStore,
    deploy_register,
    merge,
    page_of,
    relate,
    twin_groups,
    twins,
    twins_among,
)
from tests.registers.test_register_store import BY, NOW, declare, evaluate

FIELDS = {"code": "type: text, required: true, unique: true", "name": "type: text, required: true",
          "phone": "type: phone, personal: true", "spent": "type: money", "since": "type: date",
          "agent": "type: user", "parent": "type: ref, register: client", "mail": "type: email, unique: true"}
ROWS = [(number, {"code": f"C{number}", "name": f"客户{number}", "phone": f"1390000{number:04d}",
                  "spent": str(number % 3) if number % 4 else ""}) for number in range(1, 21)]


@pytest.fixture
def store(connection):
    made = RegisterStore(declare(FIELDS, "label: '=name'\n"), evaluate)
    deploy_register(connection, made.register)
    return made


@pytest.fixture
def filled(store, connection):
    batch = Batch(store, connection, NOW)
    assert batch.write(batch.check(ROWS), by="li.na", source="import k.csv") == 20
    return store


@pytest.mark.parametrize("order", ["", "spent", "-spent", "code", "-code", "-since", "agent", "-row_changed_at"])
def test_pages_give_every_record_once_in_their_order(filled, connection, order):
    # when one goes on page by page
    seen, after = [], 0
    while after is not None:
        records, after = page_of(filled, connection, order=order, after=after, limit=3)
        assert len(records) <= 3
        seen += records
    # then it is the list in one piece
    whole, _none = page_of(filled, connection, order=order, limit=100)
    assert [one.id for one in seen] == [one.id for one in whole] and len({one.id for one in seen}) == 20
    if order.endswith("spent"):
        spent = [one.values["spent"] for one in seen]
        assert spent[15:] == [None] * 5
        assert spent[:15] == sorted(spent[:15], reverse=order.startswith("-"))


def test_a_file_of_rows_writes_records_with_their_history(filled, connection):
    one = filled.by_key(connection, {"code": "C7"})
    assert (one.values["spent"], one.version, one.label) == (Decimal("1.00"), 1, "客户7")
    [change] = filled.history(connection, one.id)
    assert (change.by, change.source, change.changes["phone"][1]) == ("li.na", "import k.csv", "13900000007")
    # when the file comes again with one change
    batch = Batch(filled, connection, NOW)
    outcomes = batch.check([*ROWS[:6], (7, ROWS[6][1] | {"name": "新名"})], lock=True)
    assert [row.action for row in outcomes] == ["same"] * 6 + ["changed"]
    assert batch.write(outcomes, by="wang.fang", source="import again") == 1
    assert [change.by for change in filled.history(connection, one.id)] == ["li.na", "wang.fang"]
    assert filled.get(connection, one.id).label == "新名"


def test_a_unique_value_is_refused_against_the_register_and_the_file(filled, connection):
    filled.save(connection, {"code": "C1", "mail": "a@example.com"}, **BY)
    rows = [(2, {"code": "C2", "mail": "a@example.com"}), (3, {"code": "N3", "name": "某", "mail": "b@example.com"}),
            (4, {"code": "N4", "name": "某", "mail": "b@example.com"}), (5, {"code": "C1", "mail": "a@example.com"})]
    found = Batch(filled, connection, NOW).check(rows)
    assert [row.action for row in found] == ["refused", "new", "refused", "same"]


def test_twins_are_found_told_apart_and_merged_once(filled, connection):
    other = filled.save(connection, {"code": "C21", "name": "另一个", "phone": "13900000005"}, **BY)
    first = filled.by_key(connection, {"code": "C5"})
    child = filled.save(connection, {"code": "C22", "name": "分店", "parent": first.reference()}, **BY)
    assert [one.id for one in twins(filled, connection, first)] == [other.id]
    assert twins_among(filled, connection, [first, other, child]) == {first.id, other.id}
    assert [[one.id for one in group] for group in twin_groups(filled, connection)] == [[first.id, other.id]]
    # when they are told apart they are twins no more; when they are merged after all, one is left
    relate(filled, connection, first.id, other.id, **BY)
    assert twins(filled, connection, first) == [] and twin_groups(filled, connection) == []
    made = merge(filled, connection, (other.id, 1), (first.id, 1), take=["name"], referring=[filled], **BY)
    assert (made.label, made.values["spent"], made.values["code"]) == ("客户5", Decimal("2.00"), "C21")
    assert filled.get(connection, child.id).values["parent"]["id"] == other.id
    assert filled.by_key(connection, {"code": "C5"}).id == other.id
    with pytest.raises(RecordMerged):
        filled.save(connection, {"name": "x"}, record_id=first.id, expected_version=2, **BY)
    # and a process that knows the old number changes the one that stays
    assert filled.save(connection, {"spent": "9"}, record_id=first.id, **BY).id == other.id
    with pytest.raises(Conflict):
        merge(filled, connection, (other.id, 1), (child.id, 2), take=(), referring=(), **BY)


def test_records_merged_into_one_that_is_merged_lead_to_the_last(filled, connection):
    numbers = [filled.by_key(connection, {"code": code}).id for code in ("C1", "C2", "C3")]
    merge(filled, connection, (numbers[1], 1), (numbers[0], 1), take=(), referring=(), **BY)
    version = filled.get(connection, numbers[1]).version
    merge(filled, connection, (numbers[2], 1), (numbers[1], version), take=(), referring=(), **BY)
    assert {filled.current(connection, number).id for number in numbers} == {numbers[2]}


def test_looking_for_twins_reads_no_whole_table(filled, connection):
    one = filled.by_key(connection, {"code": "C5"})
    seen = []

    def listen(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT") and "reg_client" in statement:
            seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    twins(filled, connection, one)
    event.remove(connection, "before_cursor_execute", listen)
    [(statement, parameters)] = seen
    if connection.dialect.name == "sqlite":
        plan = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)]
        assert not [line for line in plan if line.startswith("SCAN reg_client")], plan
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # twenty records are read faster without an index
        plan = [row[0] for row in connection.exec_driver_sql("EXPLAIN " + statement, parameters)]
        assert not [line for line in plan if "Seq Scan on reg_client" in line], plan
    assert connection.execute(text("SELECT count(*) FROM reg_client")).scalar_one() == 20
