"""Working time over weekends, Chinese holidays and make-up days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import SHANGHAI, BadCalendar, NaiveMoment, NeverOpen, WorkingCalendar, announced

OFFICE = WorkingCalendar.from_declaration()
SPLIT = WorkingCalendar.from_declaration({"hours": {"mon-fri": ["09:00-12:00", "13:30-18:00"], "sat": "09:00-12:00"}})
STORE = WorkingCalendar.from_declaration("store")
BERLIN = WorkingCalendar.from_declaration({"hours": {"daily": "00:00-24:00"}, "holidays": "none"},
                                          ZoneInfo("Europe/Berlin"))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("start", "hours", "end"), [
    ("2026-11-23T10:00", 4, "2026-11-23T14:00"),
    ("2026-11-23T09:00", 9, "2026-11-23T18:00"),  # not Tuesday 09:00
    ("2026-11-20T17:00", 2, "2026-11-23T10:00"),  # over a weekend
    ("2026-11-21T12:00", 1, "2026-11-23T10:00"),  # begun on a Saturday
    ("2026-11-23T20:00", 1, "2026-11-24T10:00"),  # begun in the evening
    ("2026-02-13T17:00", 2, "2026-02-14T10:00"),  # Saturday 14 February makes up for the Spring Festival
    ("2026-02-14T17:00", 2, "2026-02-24T10:00"),  # … which lasts until the 23rd
    ("2026-09-30T16:00", 4, "2026-10-08T11:00"),  # National Day week of 2026
    ("2027-09-30T16:00", 4, "2027-10-06T11:00"),  # … and of 2027, statutory days: its exchanges are not announced
])
def test_working_hours_pass_only_while_the_office_is_open(start, hours, end):
    assert OFFICE.add(at(start), timedelta(hours=hours)) == at(end)


def test_an_organisation_says_what_the_table_does_not_know_yet():
    # given the exchanges of 2027 entered by hand
    calendar = WorkingCalendar.from_declaration({
        "hours": {"mon-fri": "09:00-18:00"},
        "days": {2027: {"10-06": "closed", "10-07": "closed", "10-09": "open"}, "2027-12-31": "09:00-12:00"}})
    # then the week is closed throughout, the Saturday after is open as on a weekday, New Year's Eve is short
    assert calendar.add(at("2027-09-30T16:00"), timedelta(hours=4)) == at("2027-10-08T11:00")
    assert calendar.is_working_day(date(2027, 10, 9))
    assert calendar.is_open(at("2027-10-09T17:59"))
    assert not calendar.is_open(at("2027-12-31T12:00"))


def test_it_is_known_which_years_the_exchanges_are_announced_for():
    assert announced("CN", 2026)
    assert not announced("CN", 2027)


def test_a_working_day_limit_ends_at_18_00_of_the_nth_working_day_after():
    assert OFFICE.working_days(at("2026-09-30T08:00"), 1) == at("2026-10-08T18:00")
    assert OFFICE.working_days(at("2026-09-30T23:00"), 3) == at("2026-10-10T18:00")  # Saturday, made up for
    assert OFFICE.working_days(date(2026, 11, 20), 2, time(12)) == at("2026-11-24T12:00")


def test_the_start_day_is_that_of_the_zone_not_of_utc():
    assert OFFICE.working_days(datetime(2026, 11, 22, 17, tzinfo=UTC), 1) == at("2026-11-24T18:00")


def test_meetings_move_to_the_preceding_working_day_and_deadlines_stay():
    assert OFFICE.meeting_day(date(2026, 2, 28)) == date(2026, 2, 28)  # a Saturday made up for
    assert OFFICE.meeting_day(date(2026, 11, 28)) == date(2026, 11, 27)
    assert OFFICE.by_month_day(date(2026, 12, 1), 5) == at("2026-12-05T18:00")  # a Saturday


def test_a_day_the_month_does_not_have_is_its_last():
    assert OFFICE.by_month_day(date(2026, 2, 10), 30) == at("2026-02-28T18:00")
    assert OFFICE.by_month_day(date(2026, 2, 10), 30, after=28) == at("2026-02-28T23:59")  # shares the day of the 28th
    assert OFFICE.by_month_day(date(2026, 3, 10), 30, after=28) == at("2026-03-30T18:00")


def test_stores_are_open_every_day_until_nine():
    assert STORE.is_open(at("2026-10-01T20:59"))
    assert not STORE.is_open(at("2026-10-01T21:00"))


def test_lunch_does_not_count():
    assert SPLIT.add(at("2026-11-23T11:30"), timedelta(hours=1)) == at("2026-11-23T14:00")
    assert SPLIT.between(at("2026-11-23T08:00"), at("2026-11-23T20:00")) == timedelta(hours=7.5)


def test_a_day_of_23_hours_has_23_working_hours():
    assert BERLIN.between(at("2027-03-28T00:00", BERLIN.zone), at("2027-03-29T00:00", BERLIN.zone)).seconds == 23 * 3600
    assert BERLIN.add(at("2027-03-28T01:00", BERLIN.zone), timedelta(hours=2)) == at("2027-03-28T04:00", BERLIN.zone)


def test_a_calendar_that_never_opens_says_so_instead_of_running_on():
    closed = WorkingCalendar.from_declaration({"hours": {}, "holidays": "none"})
    with pytest.raises(NeverOpen):
        closed.add(at("2026-11-23T10:00"), timedelta(hours=1))
    with pytest.raises(NeverOpen) as error:
        closed.next_working_day(date(2026, 11, 23))
    assert "2026-11-24" in error.value.sentence("zh")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(NaiveMoment):
        OFFICE.is_open(datetime(2026, 11, 23, 10))


@pytest.mark.parametrize("declaration", [
    "nowhere", {"hours": {"mon-fri": "18:00-09:00"}}, {"hours": {"monday": "09:00-18:00"}}, {"holidays": "XX"},
    {"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, {"hours": {"mon": "9-12"}}, {"days": {"2027-02-30": "closed"}},
    {"days": ["2027-01-01"]}, {"opening": "09:00"}, 7, {"hours": {"mon": "09:00-25:00"}},
])
def test_a_declaration_that_is_not_understood_is_refused_in_both_languages(declaration):
    with pytest.raises(BadCalendar) as error:
        WorkingCalendar.from_declaration(declaration)
    assert "无法识别" in error.value.sentence("zh")
    assert "not understood" in error.value.sentence("en")


moments = st.datetimes(datetime(2025, 12, 1), datetime(2028, 2, 1)).map(
    lambda m: m.replace(microsecond=0, tzinfo=SHANGHAI))
lengths = st.integers(1, 400 * 60).map(lambda minutes: timedelta(minutes=minutes))
calendars = st.sampled_from([OFFICE, SPLIT, STORE])


@settings(deadline=None, max_examples=150)
@given(calendars, moments, lengths, lengths)
def test_more_time_ends_later_and_never_outside_opening_hours(calendar, start, some, more):
    first, second = calendar.add(start, some), calendar.add(start, some + more)
    assert start < first < second
    assert calendar.is_open(first - timedelta(seconds=1))


@settings(deadline=None, max_examples=150)
@given(calendars, moments, lengths)
def test_adding_measuring_and_taking_away_agree(calendar, start, length):
    end = calendar.add(start, length)
    assert calendar.between(start, end) == length
    back = calendar.add(end, -length)
    assert back >= start.astimezone(UTC)
    assert calendar.between(start, back) == timedelta()


@settings(deadline=None, max_examples=150)
@given(calendars, moments, st.integers(1, 40))
def test_working_days_are_working_days_and_can_be_walked_back(calendar, start, count):
    day = calendar.working_day_from(start.date())
    found = calendar.plus_working_days(day, count)
    assert calendar.is_working_day(found)
    assert calendar.plus_working_days(found, -count) == day
