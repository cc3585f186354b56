"""Putting tokens elsewhere: returning, jumping."""

from __future__ import annotations

import pytest

from engine.bpmn import NotWaiting, RunFailed


def test_back_one_step_within_a_branch_leaves_the_other_branch_alone(story):
    story.start("moves").complete("a", "b", "c")
    assert story.open == ["b2"]
    story.move(["b2"], ["b"])
    assert story.open == ["b"]
    story.complete("b", "b2")
    assert story.open == ["d"]


def test_back_before_a_block_drops_what_had_arrived_at_its_join(story):
    story.start("moves").complete("a", "c")
    assert story.open == ["b"]
    story.move(["b"], ["a"])
    story.complete("a")
    assert story.open == ["b", "c"]
    story.complete("b", "b2", "c")
    assert story.open == ["d"]


def test_forward_over_a_block(story):
    story.start("moves").complete("a")
    story.move(["b", "c"], ["d"])
    assert story.open == ["d"]


def test_into_a_subprocess_opens_it_with_its_boundary_events(story):
    story.start("moves").move(["a"], ["s2"])
    assert story.open == ["s2"]
    assert story.wait_for("s2").parent is not None
    story.message("m1")
    assert story.passed == ["late"]
    assert story.ended


def test_out_of_a_subprocess_closes_it_without_going_on_behind_it(story):
    story.start("moves").move(["a"], ["s1"]).move(["s1"], ["d"])
    assert story.open == ["d"]
    story.complete("d")
    assert story.open == ["s1"]
    assert story.complete("s1", "s2").open == ["z"]


def test_within_a_subprocess_stays_in_it(story):
    story.start("moves").move(["a"], ["s2"])
    home = story.wait_for("s2").parent
    story.move(["s2"], ["s1"])
    assert story.wait_for("s1").parent == home


def test_a_gateway_as_target_is_passed_at_once(story):
    story.start("moves").move(["a"], ["j"])
    assert story.open == ["d"]


def test_moving_tells_what_was_called_off_and_gives_the_new_instances(kept):
    kept.start("moves")
    old = kept.wait_for("a").id
    made = kept.run.move([old], ["d"])
    kept.run.advance()
    assert made == [kept.wait_for("d").id]
    assert ("left", "a", "cancelled") in [(event.kind, event.element_id, event.data.get("outcome"))
                                          for event in kept.run.take_events()]


def test_moving_one_instance_away_from_the_rest_keeps_the_rest(story):
    story.start("parallel_over_a_list", members=["an", "bo"]).move(["w"], ["z"])
    assert story.open == ["w"]
    assert story.passed == ["z"]


def test_unknown_targets_and_instances_are_refused(kept):
    kept.start("moves")
    with pytest.raises(RunFailed):
        kept.run.move([kept.wait_for("a").id], ["nowhere"])
    with pytest.raises(RunFailed):
        kept.run.move([kept.wait_for("a").id], ["bt"])
    with pytest.raises(NotWaiting):
        kept.run.move(["999"], ["d"])


def test_moving_away_from_one_event_of_a_gateway_calls_off_the_others(story):
    story.start("event_gateway_moves").move(["k1"], ["b"])
    assert [wait.kind for wait in story.run.waits()] == ["user"]
    assert story.open == ["b"]


def test_into_a_multi_instance_from_outside_is_refused(kept):
    kept.start("event_gateway_moves").message("m1")
    with pytest.raises(RunFailed):
        kept.run.move([kept.wait_for("a").id], ["w"])


def test_out_of_the_last_instance_takes_the_multi_instance_with_it(story):
    story.start("event_gateway_moves").message("m1").complete("a", "w")
    story.move(["w"], ["b"])
    assert story.open == ["b"]
    assert story.complete("b").ended
