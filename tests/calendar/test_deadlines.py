"""Due moments, reminders and levels of escalation."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import SHANGHAI, BadDeadlineRule, DeadlineRule, WorkingCalendar

OFFICE = WorkingCalendar.from_declaration()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(limit, start: str, **more) -> list[str | None]:
    steps = DeadlineRule.read(limit, **more).steps(at(start), OFFICE)
    return [moment and moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
            for moment in (steps.warn_at, steps.due_at, steps.level_1_at, steps.level_2_at, steps.level_3_at)]


@pytest.mark.parametrize(("limit", "start", "expected"), [
    # hours run day and night: liability within 24 h, level 2 half a limit later, level 3 a day after that
    ("PT24H", "2026-11-20T17:00", ["11-21 12:12", "11-21 17:00", "11-21 17:00", "11-22 05:00", "11-23 05:00"]),
    # a week: level 2 after 24 h at most
    ("P7D", "2026-11-20T17:00", ["11-26 07:24", "11-27 17:00", "11-27 17:00", "11-28 17:00", "11-29 17:00"]),
    # five minutes: level 2 after an hour at least
    ("PT5M", "2026-11-20T17:00", ["11-20 17:04", "11-20 17:05", "11-20 17:05", "11-20 18:05", "11-21 18:05"]),
    # eight working hours over a weekend; the reminder comes while people work
    ({"working": "PT8H"}, "2026-11-20T16:00",
     ["11-23 13:24", "11-23 15:00", "11-23 15:00", "11-24 15:00", "11-25 15:00"]),
    # a limit in working days is a date
    ({"working_days": 5}, "2026-11-20T10:00",
     ["11-26 09:00", "11-27 18:00", "11-27 18:00", "11-30 18:00", "12-01 18:00"]),
    # by the 5th, a Saturday: it does not move; the reminder comes on Friday, level 2 on Monday
    ({"month_day": 5}, "2026-11-30T10:00",
     ["12-04 09:00", "12-05 18:00", "12-05 18:00", "12-07 18:00", "12-08 18:00"]),
    ({"month_day": 5}, "2026-12-05T18:00",
     ["01-04 09:00", "01-05 18:00", "01-05 18:00", "01-06 18:00", "01-07 18:00"]),
    # the same day: no reminder before its clock starts
    ({"time": "18:00"}, "2026-11-20T10:00",
     [None, "11-20 18:00", "11-20 18:00", "11-23 18:00", "11-24 18:00"]),
    ({"time": "10:00", "working_days": 1}, "2026-11-20T16:30",
     [None, "11-23 10:00", "11-23 10:00", "11-24 18:00", "11-25 18:00"]),
    ("2026-12-31", "2026-12-01T10:00", ["12-30 09:00", "12-31 18:00", "12-31 18:00", "01-04 18:00", "01-05 18:00"]),
])
def test_a_limit_gives_reminder_due_and_three_levels(limit, start, expected):
    assert told(limit, start) == expected


def test_the_table_may_name_another_reminder():
    assert told("P7D", "2026-11-20T17:00", reminder="P6D")[0] == "11-26 17:00"


def test_a_moment_is_warned_like_a_duration_and_a_date_like_a_date():
    start = at("2026-11-20T10:00")
    assert DeadlineRule.until(at("2026-11-30T10:00")).steps(start, OFFICE).warn_at == at("2026-11-28T10:00")
    assert DeadlineRule.until(date(2026, 11, 30)).steps(start, OFFICE).warn_at == at("2026-11-27T09:00")


def test_a_due_moment_that_is_past_has_no_reminder():
    steps = DeadlineRule.until(at("2026-11-19T10:00")).steps(at("2026-11-20T10:00"), OFFICE)
    assert steps.warn_at is None
    assert steps.level_2_at == at("2026-11-19T11:00")


@pytest.mark.parametrize("limit", [None, "", "soon", "PT0S", "-PT1H", 5, {"working": "8h"}, {"working_days": 1.5},
                                   {"month_day": 32}, {"month_day": 0}, {"hours": 8}, {}, {"time": "25:00"},
                                   {"working": "PT8H", "working_days": 1}, {"working_days": True}, "2026-02-30", []])
def test_a_limit_that_is_not_understood_is_a_value_error_with_a_sentence(limit):
    with pytest.raises(BadDeadlineRule) as error:
        DeadlineRule.read(limit)
    assert isinstance(error.value, ValueError)
    assert "无法识别" in error.value.sentence("zh")


limits = st.one_of(
    st.integers(1, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 200).map(lambda hours: {"working": f"PT{hours}H"}),
    st.integers(1, 30).map(lambda days: {"working_days": days}),
    st.integers(1, 31).map(lambda day: {"month_day": day}),
)
starts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(lambda m: m.replace(tzinfo=SHANGHAI))


@settings(deadline=None, max_examples=200)
@given(limits, starts)
def test_reminder_due_and_levels_come_in_order(limit, start):
    steps = DeadlineRule.read(limit).steps(start, OFFICE)
    assert start < steps.due_at == steps.level_1_at < steps.level_2_at < steps.level_3_at
    assert steps.warn_at is None or start < steps.warn_at < steps.due_at
