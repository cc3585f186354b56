"""What goes into activities and comes out of them."""

from __future__ import annotations

import pytest

from engine.bpmn import ProcessRun, RunFailed


def test_a_call_hands_over_what_its_mappings_say(story):
    story.start("call_activity", a=1, number="TS-1")
    wait = story.wait_for("c")
    assert wait.kind == "call"
    assert wait.detail == {"called_key": "q", "binding": "versionTag", "version_tag": "v2", "version": None,
                           "inputs": {"b": 1, "d": 2}, "business_key": "TS-1"}
    story.run.complete(wait.id, {"r": 5, "own": 6})
    assert story.go().passed == ["z"]
    assert story.run.variables == {"a": 1, "number": "TS-1", "result": 5}


def test_an_error_of_the_called_process_reaches_the_boundary_of_the_call(story):
    assert story.start("call_activity", a=1, number="").error("c", "E1").passed == ["h"]
    assert story.run.variables["code"] == "E1"


def test_an_escalation_of_the_called_process_does_not_end_the_call(story):
    story.start("call_activity", a=1, number="")
    story.run.escalate(story.wait_for("c").id, "X1")
    assert story.go().passed == ["k"]
    assert story.open == ["c"]


def test_what_is_called_may_be_computed_and_get_all_variables(story):
    story.start("call_activity_by_expression", kind="visit", n=1)
    detail = story.wait_for("c").detail
    assert (detail["called_key"], detail["inputs"]) == ("visit", {"kind": "visit", "n": 1})
    story.complete("c", n=2, secret=3)
    assert story.run.variables == {"kind": "visit", "n": 1}, "what is not handed out stays with the called process"


def test_inputs_are_local_and_outputs_are_written_outside(story):
    story.start("input_output_mapping", n=4)
    assert story.run.scope_variables(story.wait_for("a").id) == {"n": 4, "x": 8, "y": "fixed", "two": 9}
    story.complete("a", got=2)
    assert story.run.variables == {"n": 4, "got": 2, "sum": 10}


def test_outputs_of_events_are_written_when_they_happened(story):
    story.start("outputs_of_events", entry="told", payload={"who": "an"})
    assert story.run.variables == {"who": "an", "lead": {"who": "an"}}
    story.message("m2", amount=4)
    assert story.run.variables["double"] == 8 and story.ended


def test_a_subprocess_with_inputs_keeps_its_variables_to_itself(story):
    story.start("subprocess_with_local_variables", n=1, x=100)
    assert story.run.variables["x"] == 100
    assert story.run.scope_variables(story.wait_for("w").id)["x"] == 2
    story.complete("w")
    assert story.run.variables == {"n": 1, "x": 100, "result": 2}


def test_data_objects_carry_values_between_activities(story):
    story.start("data_objects").complete("a", answer="yes")
    assert story.run.variables == {"complaint": "yes"}
    assert story.run.scope_variables(story.wait_for("b").id)["question"] == "yes"


def test_data_stores_are_read_and_written_through_the_environment(story):
    story.world.store["members"] = "an"
    story.start("data_store")
    assert story.run.scope_variables(story.wait_for("a").id)["member"] == "an"
    story.complete("a", changed="bo")
    assert story.world.store == {"members": "bo"}
    assert story.run.variables == {}


def test_a_decision_is_taken_in_line_and_told(story):
    story.start("business_rule_task", n=7)
    assert story.run.variables["level"] == "level of 7"
    assert [event.data["fired"] for event in story.told("decision")] == [["rule 1"]]


def test_restoring_gives_back_all_kinds_of_values(kept):
    from decimal import Decimal

    kept.start("sequential_over_a_list", members=[Decimal("1.50"), {"$": "odd"}, kept.world.now()])
    again = ProcessRun.restore(kept.model, kept.world, kept.run.state(), kept.run.variables)
    body = next(token for token in again.tokens.values() if "loop" in token.notes)
    assert body.notes["loop"]["items"] == [Decimal("1.50"), {"$": "odd"}, kept.world.now()]


def test_what_a_message_brings_goes_into_a_data_object_and_is_transformed_on_the_way_out(story):
    story.start("data_of_messages").message("m1", amount=4)
    assert story.run.variables == {"amount": 4, "claim": 4}
    assert story.run.scope_variables(story.wait_for("a").id)["twice"] == 8


def test_associations_that_a_modeler_draws_without_data_do_nothing(story):
    story.start("modeler_data_association", claim=1).complete("a")
    assert story.run.variables == {"claim": 1}
    assert story.ended


def test_a_call_of_nothing_is_an_error(kept):
    with pytest.raises(RunFailed) as failed:
        kept.start("call_activity_by_expression", kind=None)
    assert failed.value.element_id == "c"


def test_each_call_of_a_multi_instance_gets_its_item_and_its_answer_is_collected(story):
    story.start("call_for_each", members=["an", "bo"])
    waits = [wait for wait in story.run.waits() if wait.kind == "call"]
    assert [wait.detail["inputs"] for wait in waits] == [{"who": "an"}, {"who": "bo"}]
    for wait in reversed(waits):
        story.run.complete(wait.id, {"answer": f"{wait.detail['inputs']['who']} says yes"})
        story.go()
    assert story.run.variables == {"members": ["an", "bo"], "answers": ["an says yes", "bo says yes"]}


def test_a_data_object_of_a_subprocess_lives_in_each_of_its_instances(story):
    story.start("local_data_object", items=[1, 2])
    notes = [story.run.scope_variables(wait.id)["note"] for wait in story.run.waits()]
    assert notes == [2, 3]
    story.complete("w", "w")
    assert story.run.variables == {"items": [1, 2]}
