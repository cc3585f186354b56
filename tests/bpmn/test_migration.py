"""A run goes on under another version of its drawing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn import ProcessRun, RunFailed

RENAMED = {"b": "b_now"}


def migrated(story, name, mapping):
    old, saved = story.model, story.run.state()
    story.run = ProcessRun.migrate(old, story.read(name), story.world, saved, story.run.variables, mapping)
    return story.go()


def test_open_work_stays_open_under_its_new_name_and_goes_the_new_way(story):
    story.start("migration_before")
    ids = {wait.element_id: wait.id for wait in story.run.waits()}
    migrated(story, "migration_after", RENAMED)
    assert story.open == ["a", "b_now"]
    assert story.wait_for("b_now").id == ids["b"]
    story.complete("a", "b_now")
    assert story.open == ["check"]


def test_what_waits_at_a_join_is_not_lost(story):
    story.start("migration_before").complete("b")
    migrated(story, "migration_after", RENAMED).complete("a")
    assert story.open == ["check"]


def test_running_timers_keep_their_moment_new_events_are_armed_dropped_ones_are_gone(story):
    story.start("migration_before")
    due = story.wait_for("slow").detail["due"]
    story.later(hours=0.5)
    migrated(story, "migration_after", RENAMED)
    assert {wait.element_id for wait in story.run.waits()} == {"a", "b_now", "new", "slow", "es"}
    assert story.wait_for("slow").detail["due"] == due
    story.signal("s1").later(days=1)
    assert sorted(story.passed) == ["h", "late"]
    assert story.world.now() - due == timedelta(hours=0.5)
    assert story.message("m1").passed[-1] == "told"


def test_a_token_without_a_place_is_refused_by_name(kept):
    kept.start("migration_before")
    with pytest.raises(RunFailed) as failed:
        migrated(kept, "migration_without_a", {})
    assert failed.value.element_id == "a"


def test_an_element_may_not_become_one_of_another_kind(kept):
    kept.start("migration_before")
    with pytest.raises(RunFailed):
        migrated(kept, "migration_after", {"b": "told"})


def test_what_a_complex_gateway_has_still_to_swallow_is_not_forgotten(story):
    story.start("complex_two_of_three_in_loop", n=0, needed=2).complete("a", "b")
    migrated(story, "complex_two_of_three_in_loop", {})
    story.complete("c", "a")
    assert story.run.variables["n"] == 1
    assert story.complete("b").run.variables["n"] == 2
