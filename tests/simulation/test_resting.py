"""When nobody could work on a task, and who was there: signers, suspended cases, people away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import simpy

from engine.calendar import WorkingCalendar
from engine.simulation.desks import Clerk, Desks
from engine.simulation.hours import WorkHours
from engine.simulation.measuring import Done, steps
from engine.simulation.resting import length, signing, standing_still, within

DAY = datetime(2026, 4, 7, tzinfo=UTC)
HOURS = WorkHours(WorkingCalendar.from_declaration({"hours": {"mon-sun": "00:00-24:00"}, "holidays": "none"}), DAY,
                  DAY + timedelta(days=30))
POOL = frozenset({("agent", "hq")})


def told(*entries: tuple[int, str] | tuple[int, str, str]) -> list[Any]:
    """Entries of the history: (hour, verb, position)."""
    return [SimpleNamespace(at=DAY + timedelta(hours=one[0]), verb=one[1],
                            detail={"position": one[2]} if len(one) > 2 else {}) for one in entries]


def hours(stretches: Any) -> list[tuple[float, float]]:
    return [((since - DAY).total_seconds() / 3600, (until - DAY).total_seconds() / 3600) for since, until in stretches]


@pytest.mark.parametrize(("entries", "expected"), [
    ([(1, "signers_added", "before"), (2, "signed", "before"), (5, "signed", "before"), (9, "completed")], [(1, 5)]),
    ([(1, "signers_added", "after"), (4, "submitted"), (6, "signed", "after"), (6, "completed")], [(4, 6)]),
    ([(1, "signers_added", "joint"), (3, "signed", "joint"), (7, "completed")], [(1, 7)]),
    ([(1, "signers_added", "after"), (4, "submitted"), (6, "given_back"), (8, "submitted"), (9, "completed")],
     [(4, 6), (8, 9)]),
    ([(1, "signers_added", "joint"), (2, "signer_removed"), (2, "given_back"), (9, "completed")], [(1, 2)]),
    ([(9, "completed")], [])])
def test_signers_are_at_a_task_from_when_it_is_their_turn_until_they_have_had_their_say(
        entries: Any, expected: list[tuple[float, float]]) -> None:
    assert hours(signing(told(*entries))) == expected


def test_signers_that_the_drawing_names_are_at_it_from_the_beginning() -> None:
    found = within(signing(told((3, "signed", "joint"), (5, "completed"))), DAY + timedelta(hours=2),
                   DAY + timedelta(hours=5))
    assert hours(found) == [(2, 5)]


def test_a_suspended_case_stands_still_and_no_hour_is_counted_twice() -> None:
    still = standing_still(told((1, "suspended"), (3, "resumed"), (8, "suspended")), DAY + timedelta(hours=10))
    assert hours(still) == [(1, 3), (8, 10)]
    found = within([*still, *signing(told((2, "signers_added", "joint"), (9, "completed")))], DAY,
                   DAY + timedelta(hours=9))
    assert hours(found) == [(1, 3), (3, 9)]
    assert length(found) == 8 * 3600


def test_what_rested_is_neither_waiting_nor_work() -> None:
    # given a task opened at 0, resting from 1 to 3, claimed at 4, resting from 5 to 9, completed at 10
    done = Done(("p", "step"), "agent", "hq", "ann", 0, 4 * 3600, 10 * 3600, None,
                rests=((3600, 3 * 3600), (5 * 3600, 9 * 3600)))
    work = steps([done], {"": HOURS})["p", "step"].works[0]
    # then somebody could have turned to it for two hours, and worked on it for two
    assert (work.reaction / 3600, work.service / 3600, work.elapsed / 3600) == (2, 2, 4)


def test_who_is_away_takes_nothing_and_a_substitute_does() -> None:
    # given Ann who is away for two hours, Bob who stands in, and a task that is Ann's own
    env = simpy.Environment()
    ann = Clerk("ann", POOL, HOURS.without([(0, 7200)]))
    bob = Clerk("bob", frozenset(), HOURS, stands_in=((3600, 7200, "ann", POOL),))
    desks, taken = Desks(env, [ann, bob]), []

    def task(only: str) -> Any:
        clerk = yield desks.ask(POOL, None, only).taken
        taken.append((clerk.key, env.now))
        yield env.timeout(600)
        desks.free(clerk)

    def later() -> Any:
        yield env.timeout(3600)
        for only in ("ann", "", ""):
            env.process(task(only))

    env.process(task(""))
    env.process(later())
    env.run(until=3 * 3600)
    # then nobody takes it while Bob does not stand in yet; he does all of it until she is back
    assert [key for key, _at in taken] == ["bob"] * 4
    assert taken[0][1] >= 3600 and taken[-1][1] < 7200


def test_hours_without_an_absence_are_fewer() -> None:
    assert HOURS.without([(3600, 7200)]).between(0, 10800) == 7200
    assert HOURS.without([(3600, 7200)]).opening(4000) == 7200
