"""Ids sort by the moment they are made, and within one by the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.ids import new_id

NOON = datetime(2026, 4, 7, 4, tzinfo=UTC)


def test_ids_of_one_moment_keep_their_order_though_another_clock_stands_beside() -> None:
    """Given two clocks in one process, when both make ids in turn, then each keeps the order in which it made them."""
    made = [(new_id(NOON), new_id(NOON + timedelta(days=3))) for _ in range(50)]
    here, there = zip(*made, strict=True)
    assert list(here) == sorted(here) and list(there) == sorted(there)
    assert max(here) < min(there)
    assert all(len(one) == 26 for one in here)
