"""Events attached to activities."""

from __future__ import annotations

from datetime import timedelta


def test_an_error_is_caught_by_the_boundary_event_of_its_own_subprocess(story):
    story.start("error_only_reaches_own_boundary").complete("wB")
    assert story.passed == ["hB"]
    assert story.open == ["wA"]
    story.complete("wA")
    assert story.passed == ["hB", "hA"]
    assert story.ended


def test_the_exact_code_comes_before_the_catch_all(story):
    assert story.start("error_exact_before_any").error("a", "E1").passed == ["exact"]
    story.events.clear()
    assert story.start("error_exact_before_any").error("a", "other").passed == ["any"]


def test_a_non_interrupting_event_fires_every_time_and_its_work_survives(story):
    story.start("boundary_fires_every_time").message("m1").message("m1")
    assert story.open == ["a", "r", "r"]
    story.complete("a")
    assert story.open == ["r", "r"]
    assert story.complete("r", "r").ended


def test_a_cycle_ticks_as_often_as_it_says_and_its_open_work_survives(story):
    story.start("boundary_cycle_keeps_open_work")
    story.later(seconds=11).later(seconds=10)
    assert story.open == ["a", "r", "r"]
    story.later(seconds=10).later(seconds=60)
    assert story.open == ["a", "r", "r", "r"]
    story.complete("a")
    assert story.complete("r", "r", "r").ended


def test_of_ticks_missed_in_a_long_stop_only_the_last_is_made_up_for(story):
    story.start("boundary_cycle_keeps_open_work").later(seconds=25)
    assert story.open == ["a", "r"]
    assert story.run.next_due == story.world.now() + timedelta(seconds=5)
    story.later(hours=1)
    assert story.open == ["a", "r", "r"]
    assert story.run.next_due is None


def test_a_condition_hears_what_another_branch_writes(story):
    story.start("boundary_condition_on_other_branch", x=0).complete("o", x=9)
    assert story.passed == ["h"]
    assert story.complete("a").ended


def test_a_condition_that_holds_already_interrupts_before_the_activity_begins(story):
    story.start("boundary_condition_already_true", x=9)
    assert story.passed == ["h"]
    assert story.ended


def test_a_condition_fires_only_when_it_becomes_true(story):
    story.start("condition_fires_on_the_edge_only", x=0)
    story.complete("o", x=9).complete("o", x=8).complete("o", x=1).complete("o", x=7)
    assert story.passed == ["h", "h"]


def test_a_condition_over_something_not_yet_known_just_waits(story):
    story.start("boundary_condition_on_other_branch").complete("o")
    assert story.passed == []
    assert story.open == ["a"]


def test_a_timer_that_interrupts(story):
    story.start("interrupting_timer_boundary")
    assert story.run.next_due == story.world.now() + timedelta(hours=1)
    story.later(minutes=61)
    assert story.passed == ["h"]
    assert [event.data["outcome"] for event in story.told("left") if event.element_id == "a"] == ["cancelled"]


def test_a_timer_can_be_fired_by_hand_and_shifted(story):
    story.start("interrupting_timer_boundary")
    story.run.shift_timers(timedelta(hours=2))
    story.go().later(hours=2)
    assert story.open == ["a"]
    wait = story.wait_for("b", "timer")
    assert wait.detail["due"] == story.world.now() + timedelta(hours=1)
    story.run.fire(wait.id, wait.index)
    assert story.go().passed == ["h"]


def test_a_cron_text_ticks_by_the_calendar_of_the_environment(story):
    story.world.next_tick = lambda text, after: after.replace(hour=int(text.split()[1]), minute=0) + timedelta(days=1)
    story.start("boundary_by_calendar")
    assert story.wait_for("b").detail["every"] == "cron:0 9 * * *"
    story.later(days=1, hours=9).later(days=1)
    assert story.passed == ["h", "h"]
    assert story.complete("a").ended
