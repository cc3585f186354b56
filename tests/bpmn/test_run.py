"""The run as a whole: order, ids, budget, ends, and what is not waiting."""

from __future__ import annotations

import json

import pytest

from engine.bpmn import NotWaiting, ProcessRun, RunFailed, StepBudgetExceeded
from engine.bpmn.parser import parse
from engine.xml import read_xml


def test_any_element_id_will_do(story):
    story.start("any_element_id").complete("End")
    assert story.open == ["Root"]
    assert story.complete("Root").ended


def test_an_automatic_loop_without_end_meets_its_budget_and_is_named(kept):
    kept.read("loop_without_end")
    run = ProcessRun.start(kept.model, kept.world, {"n": 0})
    with pytest.raises(StepBudgetExceeded) as failed:
        run.advance(200)
    assert failed.value.element_id in ("k", "m")
    assert "200" in failed.value.sentence("en")
    assert len(run.state()) < 200


def test_element_instances_have_stable_ids_and_their_visits_match_the_waits(story):
    story.start("moves")
    first = story.wait_for("a").id
    assert [event.element_instance_id for event in story.told("entered") if event.element_id == "a"] == [first]
    story.complete("a")
    assert ("left", first) in [(event.kind, event.element_instance_id) for event in story.events]
    assert first not in {wait.id for wait in story.run.waits()}


def test_flows_are_told_in_order(kept):
    kept.start("moves").complete("a")
    assert [event.data["flow"] for event in kept.told("flow")] == ["start_a", "a_f", "f_b", "f_c"]


def test_elements_in_a_subprocess_name_it_as_their_parent(story):
    story.start("moves").move(["a"], ["d"]).complete("d")
    entered = {event.element_id: event for event in story.told("entered")}
    assert entered["s1"].data["parent"] == entered["S"].element_instance_id
    assert entered["d"].data["parent"] is None


def test_what_is_not_waiting_cannot_be_completed_fired_or_told(kept):
    kept.start("boundary_fires_every_time")
    task, event = kept.wait_for("a").id, kept.wait_for("b").id
    for say in (lambda: kept.run.complete("999"), lambda: kept.run.complete(event), lambda: kept.run.deliver(task),
                lambda: kept.run.fire(event), lambda: kept.run.deliver(event, index=1)):
        with pytest.raises(NotWaiting):
            say()
    kept.complete("a")
    with pytest.raises(NotWaiting):
        kept.run.complete(task)


def test_a_cancelled_run_is_over_and_says_so(story):
    story.start("moves").run.cancel()
    story.go()
    assert [event.data["outcome"] for event in story.told("left") if event.element_id == "a"] == ["cancelled"]
    assert (story.ended, story.run.outcome, story.open) == (True, "cancelled", [])


def test_a_run_that_is_over_stays_over_when_saved(kept):
    kept.start("any_element_id").complete("End", "Root")
    again = ProcessRun.restore(kept.model, kept.world, kept.run.state(), {})
    assert (again.ended, again.outcome, again.waits(), again.advance()) == (True, "completed", [], 0)


def test_a_process_without_a_none_start_is_not_started_by_hand(kept):
    with pytest.raises(RunFailed) as failed:
        kept.start("instantiating_receive_task")
    assert failed.value.reason == "unknown_entry"


def test_an_unknown_entry_is_refused(kept):
    with pytest.raises(RunFailed):
        kept.start("several_start_events", entry="a")


def test_a_wide_multi_instance_is_no_endless_loop(kept):
    kept.read("wide_automatic_multi_instance")
    run = ProcessRun.start(kept.model, kept.world, {"items": list(range(300))})
    assert run.advance(100) > 900
    assert run.ended


def test_the_400th_rework_costs_no_more_state_than_the_first(kept):
    kept.mode = "saved"
    kept.start("rework_loop", approved=False)
    sizes = []
    for _ in range(400):
        sizes.append(len(kept.run.state()))
        kept.complete("plan", "approve")
    assert max(sizes[1:]) <= sizes[0] * 1.1
    assert max(sizes) < 400
    assert kept.complete("plan").complete("approve", approved=True).complete("execute").ended


def test_where_a_run_is_stuck_can_be_asked(story):
    story.start("joined_too_early", n=2).complete("a")
    assert (story.ended, story.run.waits(), story.run.held()) == (False, [], ["j"])


def test_without_start_and_end_all_that_nothing_leads_to_begins(story):
    story.start("neither_start_nor_end")
    assert story.open == ["a", "b"]
    assert story.complete("a").passed == ["z"]
    assert story.complete("b").ended


def test_a_global_task_is_a_process_of_one_task(story):
    drawing = (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://x.example/">'
               b'<globalUserTask id="sign" name="Sign"/></definitions>')
    story.model = parse(read_xml(drawing), "global")[0]
    story.run = ProcessRun.start(story.model, story.world, {})
    story.go().complete("sign.task", signed=True)
    assert (story.ended, story.run.variables) == (True, {"signed": True})


def test_a_run_at_rest_saves_nothing_but_its_tokens(kept):
    kept.start("moves").complete("a")
    assert set(json.loads(kept.run.state())) == {"v", "n", "t"}
