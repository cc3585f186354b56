"""Where the ways part and meet."""

from __future__ import annotations

import pytest

from engine.bpmn import RunFailed


@pytest.mark.parametrize(("n", "way"), [(20, ["a"]), (7, ["b"]), (1, ["c"])])
def test_exclusive_gateway_takes_the_first_true_flow_or_the_default(story, n, way):
    assert story.start("exclusive_takes_first_true_flow", n=n).passed == way


def test_a_null_condition_without_a_default_raises_even_where_another_way_is_open(kept):
    with pytest.raises(RunFailed) as failed:
        kept.start("null_condition_without_a_default")
    assert failed.value.element_id == "x"
    assert "missing > 10" in failed.value.sentence("zh")


def test_a_null_condition_beside_a_default_is_not_true_and_is_told(story):
    story.start("null_condition_is_no_wrong_turn")
    assert story.passed == ["c"]
    told = story.told("unclear")[0]
    assert (told.element_id, told.data["flow"], told.data["text"]) == ("x", "x_a", "missing > 10")


def test_a_gateway_without_a_way_names_itself(kept):
    with pytest.raises(RunFailed) as failed:
        kept.start("no_flow_can_be_taken", n=1)
    assert (failed.value.element_id, failed.value.reason) == ("x", "no_flow")


def test_parallel_join_keeps_excess_tokens_for_the_next_time(story):
    story.start("parallel_join_keeps_excess_tokens")
    story.complete("a", "a")
    assert story.passed == []
    story.complete("b")
    assert story.passed == ["z"]
    story.complete("b")
    assert story.passed == ["z", "z"]
    assert story.ended


def test_two_flows_out_of_an_event_split_and_two_into_a_task_do_not_join(story):
    story.start("implicit_split_and_merge")
    assert story.open == ["a", "b"]
    story.complete("a", "b")
    assert story.passed == ["z", "z"]
    assert story.ended


@pytest.mark.parametrize(("n", "taken"), [(0, ["d", "e"]), (2, ["b", "e"]), (3, ["b", "c", "e"])])
def test_conditional_flows_out_of_an_activity(story, n, taken):
    story.start("conditional_flows_out_of_an_activity", n=n).complete("a")
    assert sorted(story.passed) == taken


def test_inclusive_join_waits_for_the_branches_that_were_chosen(story):
    story.start("inclusive_join_waits_for_chosen_branches").complete("a")
    assert story.passed == []
    story.complete("b")
    assert story.passed == ["z"]


def test_inclusive_join_inside_a_loop_joins_anew_in_each_pass(story):
    story.start("inclusive_join_inside_loop", n=0)
    story.complete("a")
    assert story.open == ["b"]
    story.complete("b")
    assert story.open == ["a"]
    story.complete("a")
    assert story.open == ["a", "b"]
    story.complete("b", "a")
    assert story.passed == ["z"]
    assert story.ended


def test_inclusive_join_waits_only_for_what_can_fill_an_empty_flow(story):
    story.start("inclusive_join_finer_rule", again=True).complete("a")
    assert story.passed == []
    story.complete("w")
    assert story.passed == []
    story.complete("w", again=False)
    assert story.passed == ["z"]


def test_complex_gateway_fires_at_two_of_three_and_swallows_the_third(story):
    story.start("complex_two_of_three_in_loop", n=0, needed=2)
    story.complete("a")
    assert story.run.variables["n"] == 0
    story.complete("b")
    assert story.run.variables["n"] == 1
    assert story.open == ["a", "b", "c", "c"]
    story.complete("c", "a")
    assert story.run.variables["n"] == 1
    story.complete("b")
    assert story.run.variables["n"] == 2
    assert story.complete("c").ended


def test_event_gateway_lets_the_first_timer_win(story):
    story.start("event_gateway_first_wins", x=0).later(seconds=20)
    assert story.passed == ["b"]
    assert story.ended


def test_event_gateway_hears_a_condition_and_a_receive_task(story):
    story.start("event_gateway_first_wins", x=0)
    story.run.set_variables({"x": 9})
    assert story.go().passed == ["c"]
    assert story.ended
    story.events.clear()
    assert story.start("event_gateway_first_wins", x=0).message("m1").passed == ["d"]


def test_parallel_block_in_a_loop_of_400_passes_stays_small(kept):
    kept.mode = "saved"
    kept.start("parallel_block_in_long_loop", n=0)
    first = len(kept.run.state())
    for _ in range(8):
        kept.complete("w")
    assert kept.run.variables["n"] == 400
    assert kept.ended
    assert kept.largest <= first * 1.2


def test_start_and_completion_quantities(story):
    story.start("quantities_of_tokens").complete("a")
    assert story.open == ["b"]
    story.complete("b")
    assert story.open == ["w"]
    story.message("m1")
    assert story.passed == ["n"]
    story.complete("w")
    assert story.open == ["z", "z", "z"]
    assert story.complete("z", "z", "z").ended
