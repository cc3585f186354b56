"""Working time in expressions, and contact windows."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine import feel
from engine.calendar import SHANGHAI, WINDOWS, BadCalendar, ContactWindow, WorkingCalendar, calendar_functions

NOW = datetime(2027, 9, 30, 16, tzinfo=SHANGHAI)
FUNCTIONS = calendar_functions(WorkingCalendar.from_declaration(), lambda: NOW)


def value(text: str):
    found = feel.evaluate(text, {"received": NOW}, clock=lambda: NOW, functions=FUNCTIONS)
    return found.isoformat() if hasattr(found, "isoformat") else found


@pytest.mark.parametrize(("text", "expected"), [
    ('working time("PT4H")', "2027-10-06T11:00:00+08:00"),
    ('working time(duration("PT4H"))', "2027-10-06T11:00:00+08:00"),
    ('working time(received, duration("-PT1H"))', "2027-09-30T15:00:00+08:00"),
    ('working time(start: received, duration: "PT1H")', "2027-09-30T17:00:00+08:00"),
    ('working time between(received, working time(received, "PT4H")) = duration("PT4H")', True),
    ("working days(2)", "2027-10-07T18:00:00+08:00"),
    ("working days(date(2026, 11, 20), 5)", "2026-11-27T18:00:00+08:00"),
    ("next working day(date(2027, 9, 30))", "2027-10-06"),
    ("previous working day(received)", "2027-09-29"),
    ("is working day(date(2026, 10, 10))", True),
    ('is working day("2026-10-07")', False),
    ("meeting day(date(2026, 11, 28))", "2026-11-27"),
    ("month day(31)", "2027-09-30"),
    ("month day(date(2026, 2, 1), 30)", "2026-02-28"),
    ("month day(-1)", "2027-09-30"),
    ('in contact window(received, "sms")', True),
    ('in contact window(date and time("2026-11-20T20:45:00"), "call")', False),
    ('contact time(date and time("2026-11-20T20:45:00"), "call")', "2026-11-21T09:00:00+08:00"),
    ('contact time(date and time("2026-11-20T06:00:00"), "sms")', "2026-11-20T08:00:00+08:00"),
])
def test_expressions_reckon_in_working_time(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize("text", [
    'working time("soon")', "working days(1.5)", "working days(null)", "month day(0)", "month day(40)",
    'in contact window(received, "fax")', 'is working day("tomorrow")', 'working time("P1M")',
    "working days(999999999)",
])
def test_arguments_that_do_not_fit_give_null(text):
    assert value(text) is None


def test_both_ends_of_a_contact_window_belong_to_it():
    sms = WINDOWS["sms"]
    assert sms.holds(datetime(2026, 11, 20, 8, tzinfo=SHANGHAI))
    assert sms.holds(datetime(2026, 11, 20, 21, tzinfo=SHANGHAI))
    assert sms.shifted(datetime(2026, 11, 20, 21, 0, 1, tzinfo=SHANGHAI)) == datetime(2026, 11, 21, 8, tzinfo=SHANGHAI)


def test_a_window_is_read_from_the_parameters_of_a_pack():
    assert ContactWindow.read("09:00-20:30") == WINDOWS["call"]
    with pytest.raises(BadCalendar):
        ContactWindow.read("morning")
