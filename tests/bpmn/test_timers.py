"""When timers are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.bpmn import timers
from engine.feel import YearsMonths

NOW = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)


def due(kind, value, **options):
    return timers.from_micros(timers.armed(kind, value, NOW, once=True, **options)[0])


@pytest.mark.parametrize(("kind", "value", "moment"), [
    ("duration", "PT1H", NOW + timedelta(hours=1)),
    ("duration", timedelta(minutes=5), NOW + timedelta(minutes=5)),
    ("duration", "P1M", datetime(2026, 2, 28, 10, tzinfo=UTC)),
    ("duration", YearsMonths(13), datetime(2027, 2, 28, 10, tzinfo=UTC)),
    ("duration", "P1W", NOW + timedelta(weeks=1)),
    ("date", "2026-02-01T08:00:00+08:00", datetime(2026, 2, 1, 0, tzinfo=UTC)),
    ("date", "2026-02-01T08:00:00", datetime(2026, 2, 1, 8, tzinfo=UTC)),
    ("date", date(2026, 2, 1), datetime(2026, 2, 1, tzinfo=UTC)),
    ("date", "PT1H", NOW + timedelta(hours=1)),
    ("cycle", "R/PT1H", NOW + timedelta(hours=1)),
    ("cycle", "R3/2026-02-01T00:00:00Z/P1D", datetime(2026, 2, 1, tzinfo=UTC)),
    ("cycle", "R/2020-01-01T08:00:00Z/P1D", datetime(2026, 2, 1, 8, tzinfo=UTC)),
    ("cycle", "R3/2026-01-30T08:00:00Z/P1D", datetime(2026, 2, 1, 8, tzinfo=UTC)),
])
def test_a_text_or_value_gives_a_moment(kind, value, moment):
    assert due(kind, value) == moment


@pytest.mark.parametrize(("kind", "value"), [
    ("duration", "soon"), ("duration", None), ("duration", ""), ("date", 5), ("date", "31/1/26"), ("cycle", "daily"),
    ("cycle", "R0/PT1H"), ("cycle", "R/PT0S"),
    ("cycle", "R2/2026-01-30T08:00:00Z/P1D"),
    ("cycle", "R1/2026-01-30T08:00:00Z/P1D")])
def test_what_is_no_time_is_refused(kind, value):
    with pytest.raises(timers.BadTimer):
        due(kind, value)


def test_months_are_counted_from_the_anchor_so_that_the_31st_comes_back():
    state = timers.armed("cycle", "R/P1M", NOW, once=False)
    days = []
    for _ in range(4):
        moment = timers.from_micros(state[0])
        days.append((moment.month, moment.day))
        state = timers.ticked(state, moment)
    assert days == [(2, 28), (3, 31), (4, 30), (5, 31)]


def test_months_and_texts_without_zone_are_read_in_the_zone_of_the_case():
    here = datetime(2026, 1, 31, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    state = timers.armed("cycle", "R/P1M", here, once=False)
    assert timers.from_micros(state[0]) == datetime(2026, 2, 28, 0, 30, tzinfo=here.tzinfo)
    following = timers.ticked(state, datetime(2026, 2, 28, 0, 30, tzinfo=here.tzinfo))
    assert timers.from_micros(following[0]) == datetime(2026, 3, 31, 0, 30, tzinfo=here.tzinfo)
    moment = timers.armed("date", "2026-02-01T09:00:00", here, once=True)
    assert timers.from_micros(moment[0]) == datetime(2026, 2, 1, 1, 0, tzinfo=UTC)


def test_hours_are_real_hours_also_when_the_clocks_change():
    before = datetime(2026, 3, 29, 0, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert timers.from_micros(timers.armed("duration", "PT4H", before, once=True)[0]) - before.astimezone(UTC) \
        == timedelta(hours=4)


def test_a_repetition_counts_its_ticks_also_those_that_were_missed():
    state = timers.armed("cycle", "R3/PT10S", NOW, once=False)
    state = timers.ticked(state, NOW + timedelta(seconds=25))
    assert (state[1], timers.from_micros(state[0])) == (1, NOW + timedelta(seconds=30))
    assert timers.ticked(state, NOW + timedelta(seconds=30)) is None


def test_a_very_long_stop_costs_no_loop_without_end():
    state = timers.armed("cycle", "R/PT1S", NOW, once=False)
    later = NOW + timedelta(days=3650)
    assert timers.from_micros(timers.ticked(state, later)[0]) == later + timedelta(seconds=1)
