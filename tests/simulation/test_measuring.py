"""From what was noted to how work went: claims, hand-overs, people who do one thing at a time, hours really kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.calendar import WorkingCalendar
from engine.simulation.draws import Draws
from engine.simulation.hours import WorkHours, kept_hours
from engine.simulation.measuring import Done, begun, steps
from tests.simulation.counter import ALWAYS, BEGIN, OFFICE

HOUR = 3600.0
HOURS = {"": WorkHours(ALWAYS, BEGIN, BEGIN + timedelta(days=30))}


def done(opened: float, claimed: float | None, left: float, by: str = "a", **more: Any) -> Done:
    """A completed task, in hours."""
    return Done(("p", "t"), "clerk", "hall", by, opened * HOUR, None if claimed is None else claimed * HOUR,
                left * HOUR, None, **more)


def test_work_begins_with_the_claim_and_not_before_the_task_before_it() -> None:
    # given somebody who claims two tasks at once and does one after the other
    told = [done(0, 1, 3), done(0, 1, 4)]
    assert [moment / HOUR for moment in begun(told)] == [1, 3]


def test_work_that_was_handed_over_lasts_as_long_as_is_usual() -> None:
    # given tasks that take an hour once claimed, and one that was given to somebody and lay there for a day
    told = [done(0, 1, 2), done(3, 4, 5), done(6, None, 30)]
    assert begun(told)[2] / HOUR == 29
    # given a step at which everybody claims on submitting
    assert begun([done(0, 9, 9)])[0] / HOUR == 8.75


def test_waiting_for_somebody_busy_is_a_queue_and_waiting_for_somebody_free_a_reaction() -> None:
    # given a clerk who works from hour 0 to 4, then on what came at hour 1; and a task that nobody took for 2 hours
    told = [done(0, 0, 4), done(1, 4, 6), done(10, 12, 13)]
    step = steps(told, HOURS)["p", "t"]
    assert [work.reaction / HOUR for work in step.works] == [0, 0, 2]
    assert [work.service / HOUR for work in step.works] == [4, 2, 1]
    assert step.measured


def test_tasks_that_are_often_taken_back_are_left_alone() -> None:
    told = [done(0, 0, 1), done(2, 2, 3)]
    assert steps(told, HOURS, {("p", "t"): 2})["p", "t"].left_alone == 0.5
    assert steps(told * 5, HOURS, {("p", "t"): 1})["p", "t"].left_alone == 0
    assert steps([], HOURS, {("p", "t"): 1})["p", "t"].left_alone == 1


def test_hours_are_those_of_the_calendar_and_back() -> None:
    # given the week of an office: Monday 9 to Friday 18, seen from Monday midnight in UTC
    hours = WorkHours(OFFICE, BEGIN, BEGIN + timedelta(days=14))
    opening = hours.opening(0.0)
    assert hours.is_open(opening) and not hours.is_open(opening - 1)
    for amount in (60.0, 9 * HOUR, 45 * HOUR, 46 * HOUR):
        end = hours.after(opening, amount)
        assert hours.between(opening, end) == pytest.approx(amount)
        assert (BEGIN + timedelta(seconds=end)) == OFFICE.add(BEGIN + timedelta(seconds=opening),
                                                             timedelta(seconds=amount))


def test_people_who_work_at_other_hours_are_believed() -> None:
    # given a unit that is open in the day and people who complete their work in the evening, weekends too
    office = WorkingCalendar.from_declaration(None)
    evenings = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day in range(1, 29) for hour in (11, 12)]
    kept = kept_hours(office, evenings)
    assert [kept.week[day] for day in (0, 6)] == [((19 * 60, 21 * 60),)] * 2
    # but not a few exceptions
    days = [datetime(2026, 3, day, 3, 0, tzinfo=UTC) for day in range(2, 6)] * 10
    assert kept_hours(office, [*days, *evenings[:2]]) is office


def test_luck_hangs_on_what_it_is_for_and_on_nothing_before() -> None:
    first, other = Draws(1), Draws(2)
    drawn = [first.one(range(1000), case, "t", 1) for case in range(50)]
    assert drawn == [Draws(1).one(range(1000), case, "t", 1) for case in range(50)]
    assert drawn != [other.one(range(1000), case, "t", 1) for case in range(50)]
    assert len(set(drawn)) > 40
