"""Messages find their receivers by marks of keys: the mark always finds what the keys fit, old rows included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, event, text

from engine import SYSTEM
from engine.correlation import ANY, MOST, fits, mark_of, marks_within
from engine.models import migration
from engine.models.messages import BufferedMark
from engine.models.runtime import EventSubscription
from tests.engine.house import House

VALUES: tuple[Any, ...] = (1, True, Decimal("1.00"), "1", None, date(2026, 4, 7), [1], {"a": 1}, Decimal("0.1"), -0)


def test_whatever_fits_is_found() -> None:
    """Equal values have one mark however they are spelled; what is not marked by its value is still compared."""
    for given, wanted in product(VALUES, VALUES):
        keys = {"order": given, "place": "x"}
        for asked in ({"order": wanted}, {"order": wanted, "place": "x"}, {"place": "x"}, {}):
            if fits(asked, keys):
                assert mark_of(asked) in marks_within(keys)


def test_other_keys_have_other_marks() -> None:
    marks = {mark_of(keys) for keys in ({}, {"a": 1}, {"b": 1}, {"a": 2}, {"a": "1"}, {"a": 1, "b": 1})}
    assert len(marks) == 6
    assert marks_within({"a": 1, "b": 2}) == ["", mark_of({"a": 1}), mark_of({"b": 2}), mark_of({"a": 1, "b": 2})]


@pytest.mark.parametrize("early", [True, False])
def test_a_message_with_many_keys_finds_its_case(small_house: House, early: bool) -> None:
    small_house.deploy("receiver")
    keys = {"order": "A1"} | {f"more_{number}": number for number in range(MOST)}
    assert marks_within(keys) == [ANY]

    def post() -> str:
        return small_house.engine.instances.correlate("order-paid", keys, {"amount": 5}, SYSTEM)

    first = post() if early else ""
    case = small_house.start("receiver", variables={"order": "A1"})
    small_house.start("receiver", variables={"order": "A2"})
    assert (first or post()) == ("buffered" if early else "delivered")
    small_house.work()
    assert (small_house.open(case), small_house.count(EventSubscription)) == (["look"], 1)
    assert small_house.count(BufferedMark) == 0, "marks go with their message"


def test_of_thousands_that_wait_one_is_read(small_house: House) -> None:
    """Given many cases that wait for one name, when a message comes, then only its receiver's row is fetched."""
    small_house.deploy("receiver")
    case = small_house.start("receiver", variables={"order": "A0"})
    with small_house.engine.database.transaction() as connection:
        one = dict(connection.execute(EventSubscription.__table__.select()).one()._mapping)
        connection.execute(EventSubscription.__table__.insert(), [
            one | {"element_instance_id": f"other-{number}", "keys": {"order": f"A{number}"},
                   "mark": mark_of({"order": f"A{number}"})} for number in range(1, 2000)])
    fetched = _rows_of(small_house.engine.database.engine)
    assert small_house.engine.instances.correlate("order-paid", {"order": "A0"}, {}, SYSTEM) == "delivered"
    assert max(fetched) == 1
    small_house.work()
    assert small_house.open(case) == ["look"]


def _rows_of(engine: Engine) -> list[int]:
    """How many rows each statement about subscriptions finds from now on."""
    counted: list[int] = []

    def after(connection: Any, _cursor: Any, sql: str, given: Any, *_rest: Any) -> None:
        if "event_subscription" in sql and sql.startswith("SELECT"):
            counted.append(len(connection.connection.cursor().execute(sql, given).fetchall()))

    event.listen(engine, "after_cursor_execute", after)
    return counted


def test_what_waited_before_the_revision_is_marked_by_it() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        command.upgrade(migration._config(connection), "0002")
        connection.execute(text(
            "INSERT INTO event_subscription (instance_id, element_instance_id, slot, root_id, element_id, kind, name, "
            "keys, suspended) VALUES ('i', 'e', 0, 'i', 'x', 'message', 'paid', '{\"order\":\"A1\"}', 0), "
            "('i', 'f', 0, 'i', 'x', 'signal', 'all', '{}', 0)"))
        connection.execute(text(
            "INSERT INTO buffered_message (id, name, keys, payload, sent_at, expires_at) VALUES "
            "('b', 'paid', '{\"order\":\"A2\"}', '{}', '2026-04-07', '2026-04-08')"))
        migration.upgrade(connection)
        assert connection.execute(text("SELECT kind, mark FROM event_subscription ORDER BY kind")).all() == [
            ("message", mark_of({"order": "A1"})), ("signal", "")]
        found = connection.execute(text("SELECT message_id, name, mark FROM buffered_mark")).all()
        assert sorted(found) == sorted(("b", "paid", mark) for mark in marks_within({"order": "A2"}))
        command.downgrade(migration._config(connection), "0002")
        assert connection.execute(text("SELECT count(*) FROM event_subscription")).scalar() == 2
    engine.dispose()
