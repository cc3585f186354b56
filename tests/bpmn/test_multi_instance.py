"""Activities that are repeated."""

from __future__ import annotations

import pytest

from engine.bpmn import RunFailed

BOTH = pytest.mark.parametrize("way", ["sequential", "parallel"])


def test_an_interrupted_multi_instance_takes_all_its_instances_with_it(story):
    story.start("multi_instance_subprocess_interrupted").complete("w").message("m1")
    assert story.open == []
    assert story.passed == ["h"]
    assert story.ended


@BOTH
def test_the_completion_condition_ends_it_early(story, way):
    story.start(f"{way}_completion_condition", stop=False).complete("w", "w")
    assert story.open == ["w"] * (1 if way == "sequential" else 3)
    assert story.complete("w", stop=True).passed == ["z"]
    assert story.ended


@BOTH
def test_each_instance_has_its_item_its_counter_and_its_place(story, way):
    members = [{"name": "an"}, None, {"name": "bo"}]
    story.start(f"{way}_over_a_list", members=members)
    seen = []
    while story.open:
        wait = story.wait_for("w")
        place = story.run.scope_variables(wait.id)
        seen.append((wait.loop, place["loopCounter"], place["member"], place["nrOfInstances"]))
        story.complete("w")
    assert seen == [((index, 3), index, member, 3) for index, member in enumerate(members)]
    assert story.passed == ["z"]
    assert "member" not in story.run.variables


@BOTH
def test_results_are_collected_in_the_order_of_the_items(story, way):
    story.start(f"{way}_output_collection", members=["an", "bo", "cy"])
    for number in range(3):
        wait = story.run.waits()[-1]
        story.run.set_variables({"vote": number}, at=wait.id)
        story.run.complete(wait.id)
        story.go()
    assert story.run.variables["votes"] == ([0, 11, 22] if way == "sequential" else [2, 11, 20])


@BOTH
def test_bpmn_data_inputs_and_outputs_do_the_same(story, way):
    story.start(f"{way}_bpmn_data", members=["an", "bo"])
    for _ in range(2):
        wait = story.wait_for("w")
        story.complete("w", result=f"from {story.run.scope_variables(wait.id)['member']}")
    assert story.run.variables["results"] == ["from an", "from bo"]
    assert "result" not in story.run.variables


@BOTH
def test_an_empty_list_is_passed_at_once(story, way):
    assert story.start(f"{way}_over_a_list", members=[]).passed == ["z"]
    assert story.ended


@BOTH
@pytest.mark.parametrize(("n", "reason"), [(-1, "negative_cardinality"), (None, "bad_cardinality"),
                                           (1_000_000, "too_many_instances")])
def test_a_computed_number_that_makes_no_sense_is_an_error(kept, way, n, reason):
    with pytest.raises(RunFailed) as failed:
        kept.start(f"{way}_computed_cardinality", n=n)
    assert (failed.value.element_id, failed.value.reason) == ("w", reason)


@BOTH
def test_something_that_is_no_list_is_an_error(kept, way):
    with pytest.raises(RunFailed) as failed:
        kept.start(f"{way}_over_a_list", members="an")
    assert failed.value.reason == "not_a_list"


def test_a_loop_goes_on_while_its_condition_holds(story):
    story.start("loop_after_each_pass", n=5).complete("w", n=1).complete("w", n=2)
    assert story.open == ["w"]
    assert story.complete("w", n=3).passed == ["z"]


def test_a_loop_tested_before_may_not_run_at_all_and_stops_at_its_maximum(story):
    assert story.start("loop_tested_before", n=3).passed == ["z"]
    story.events.clear()
    story.start("loop_tested_before", n=0).complete("w", "w")
    assert story.passed == ["z"]


def test_a_receive_task_takes_one_message_for_each_instance(story):
    story.start("receive_task_three_times").message("m1").message("m1")
    assert story.passed == []
    assert story.message("m1").passed == ["z"]


def test_an_error_of_one_instance_interrupts_all(story):
    assert story.start("error_of_one_instance").error("a", "E1").passed == ["h"]
    assert story.ended


def test_behavior_one_throws_after_the_first_instance(story):
    story.start("behavior_one").complete("w")
    assert story.passed == ["h"]
    assert story.complete("w", "w").passed == ["h", "z"]


def test_behavior_complex_throws_where_its_condition_holds(story):
    story.start("behavior_complex").complete("w")
    assert story.passed == []
    assert story.complete("w", "w").passed == ["h", "z"]


def test_two_hundred_instances_are_saved_with_their_items_once(kept):
    kept.mode = "saved"
    kept.start("parallel_over_a_list", members=[f"member {number}" for number in range(200)])
    assert len(kept.run.state()) < 25_000
    kept.complete(*["w"] * 200)
    assert kept.passed == ["z"]
