"""A record as it stood before a moment, from the history of its changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.registers import Change, Record
from engine.registers.record import before

NOW = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)


def test_a_record_is_seen_as_it_stood_before_a_moment() -> None:
    # given a record that was made now and changed on the two days after
    days = [NOW + timedelta(days=number) for number in range(3)]
    history = [Change(1, days[0], "li.na", None, {"visits": (None, 3), "name": (None, "恒泰")}),
               Change(2, days[1], "li.na", None, {"visits": (3, 4)}),
               Change(3, days[2], "li.na", None, {"visits": (4, 5)})]
    record = Record("client", 1, "恒泰", {"visits": 5, "name": "恒泰"}, 3, days[0], days[2], "li.na")
    # then it can be seen as it was between the changes, and before it was made as it was made
    seen = [before(record, history, NOW + timedelta(hours=hours)) for hours in (-1, 1, 24, 30, 99)]
    assert [one["visits"] for one in seen] == [3, 3, 3, 4, 5]
    assert {one["name"] for one in seen} == {"恒泰"}
