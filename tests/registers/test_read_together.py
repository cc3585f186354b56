"""Records of several registers in one statement are those that one statement each would give."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from engine.registers import RegisterStore, deploy_register, read_together, together
from tests.registers.test_register_store import BY, CLIENT, HENGTAI, declare, evaluate

SHOP = {"code": "type: text, required: true, unique: true", "name": "type: text, required: true",
        "orders": "type: int", "opened": "type: date"}
VISIT = {"number": "type: int, required: true, unique: true", "day": "type: date", "at": "type: time"}


@pytest.fixture
def stores(connection):
    """Customers of all kinds of fields, shops and visits; two or three records each."""
    declared = [declare(CLIENT), declare(SHOP, key="store"), declare(VISIT, "", key="visit")]
    for register in declared:
        deploy_register(connection, register)
    clients, shops, visits = (RegisterStore(register, evaluate) for register in declared)
    for code in ("C1", "C2", "C3"):
        clients.save(connection, HENGTAI | {"code": code}, **BY)
    for code, name in (("S1", "丙店"), ("S2", "乙店"), ("S3", "甲店")):
        shops.save(connection, {"code": code, "name": name, "opened": "2026-04-01"}, **BY)
    visits.save(connection, {"number": 7, "day": "2026-04-07", "at": "9:30"}, **BY)
    return clients, shops, visits


def asked_of(stores):
    clients, shops, visits = stores
    return [(clients, clients.searching({"code": ["C1", "C3"]})), (shops, shops.searching(limit=2)),
            (visits, visits.searching({"number": 8})), (visits, visits.searching()),
            (shops, shops.searching({"code": "S1"}))]


def counted(connection):
    said = []
    event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    return said


def test_several_searches_are_one_statement_and_find_what_each_finds_in_its_order(stores, connection):
    alone = [[store.record(row) for row in connection.execute(query)] for store, query in asked_of(stores)]
    said = counted(connection)
    together_ = read_together(connection, asked_of(stores))
    assert (together_, len(said)) == (alone, 1)
    assert [len(one) for one in together_] == [2, 2, 0, 1, 1]
    assert together_[0][0].values["phone"] == "13812346621"


def test_what_is_wider_than_a_statement_may_be_is_asked_one_by_one(stores, connection, monkeypatch):
    monkeypatch.setattr(together, "WIDEST", 10)
    said = counted(connection)
    assert [len(one) for one in read_together(connection, asked_of(stores))] == [2, 2, 0, 1, 1]
    assert len(said) == 5


def test_nothing_asked_is_nothing_said(connection):
    said = counted(connection)
    assert (read_together(connection, []), said) == ([], [])
