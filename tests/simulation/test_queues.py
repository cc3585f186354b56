"""The simulation against queueing theory, and against itself: the same seed gives the same month."""

from __future__ import annotations

import pytest

from engine.simulation.replication import Wishes
from tests.simulation.counter import OFFICE, WITH_APPROVAL, mean_wait, past, simulate

SEEDS = (1, 2, 3)


def _mean_wait(clerks: int, wanted: int | None = None) -> float:
    found = []
    for seed in SEEDS:
        told = past(gap=600, service=720, clerks=clerks, days=30, seed=seed)
        wishes = Wishes(people={"clerk": wanted}) if wanted else None
        found.append(simulate(told, seed, wishes=wishes)["steps"]["counter|serve"]["wait_mean"])
    return sum(found) / len(found)


def test_waits_are_those_of_erlang_and_twice_the_people_shorten_them_as_he_says() -> None:
    # given two clerks who are busy six tenths of the time
    # when a month of arrivals goes through, with two clerks and with four
    two, four = _mean_wait(2), _mean_wait(2, wanted=4)
    # then the waits are those of M/M/2 and M/M/4
    assert two == pytest.approx(mean_wait(600, 720, 2), rel=0.15)
    assert four == pytest.approx(mean_wait(600, 720, 4), rel=0.3)
    assert four < two / 10


def test_people_are_as_busy_as_the_load_says() -> None:
    # given work of 900 seconds every 600 for two clerks
    told = past(gap=600, service=900, clerks=2, days=20)
    # then each is busy three quarters of the time, and the boss, to whom nothing comes, never
    roles = simulate(told)["roles"]
    assert roles["clerk"]["busy"] == pytest.approx(0.75, rel=0.07)
    assert roles["boss"]["busy"] == 0


def test_the_same_seed_gives_the_same_month_and_another_one_another() -> None:
    told = past(gap=900, service=600, clerks=1, days=10)
    first, again, other = simulate(told, 7), simulate(told, 7), simulate(told, 8)
    assert first == again
    assert first["lead"] != other["lead"]


def test_nobody_works_while_the_office_is_closed() -> None:
    # given a clerk who is there nine hours on five days, with half of them filled
    told = past(gap=7200, service=960, clerks=1, days=28, calendar=OFFICE)
    found = simulate(told)
    # then tasks that come at night and at weekends wait for the morning
    assert found["steps"]["counter|serve"]["wait"][1] > 24 * 3600
    assert 0 < found["roles"]["clerk"]["busy"] < 1


def test_the_drawing_decides_by_the_values_of_the_past() -> None:
    # given a past in which every second paper is about 500
    told = past(gap=3600, service=600, clerks=2, days=30, amounts=(50, 500))
    # when a draft asks the boss above 100
    found = simulate(told, content=WITH_APPROVAL)
    # then every second case goes there, and takes the time that is assumed for a step nobody did yet
    asked = found["steps"]["counter|approve"]["done"]
    assert asked == pytest.approx(found["ended"] / 2, abs=3)
    assert found["stuck_count"] == 0


def test_a_step_that_is_set_by_hand_takes_the_time_that_was_set() -> None:
    told = past(gap=3600, service=600, clerks=2, days=30, amounts=(500,))
    usual = simulate(told, content=WITH_APPROVAL)
    slow = simulate(told, content=WITH_APPROVAL, wishes=Wishes(minutes={("counter", "approve"): 50.0}))
    stay = "stay"
    assert slow["steps"]["counter|approve"][stay][0] > 2 * usual["steps"]["counter|approve"][stay][0]


def test_deadlines_that_are_kept_are_counted_by_the_clock_of_the_pack() -> None:
    # given a step to be done within an hour, by people who are seldom busy, and by one who is always
    calm = simulate(past(gap=3600, service=300, clerks=2, days=15))
    busy = simulate(past(gap=600, service=580, clerks=1, days=15))
    share = [found["kept"] / found["clocked"] for found in (calm, busy)]
    assert share[0] > 0.99
    assert share[1] < 0.5
