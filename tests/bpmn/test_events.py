"""Messages, signals, escalations, errors, links and ends."""

from __future__ import annotations


def test_a_message_releases_one_and_a_signal_all(story):
    story.start("message_one_signal_all").message("m1")
    assert len(story.passed) == 1
    story.signal("s1")
    assert len(story.passed) == 3
    assert story.message("m1").ended


def test_parallel_multiple_needs_each_of_its_events(story):
    story.start("parallel_multiple_event").message("m1").later(seconds=11)
    assert story.passed == []
    assert [wait.kind for wait in story.run.waits()] == ["signal"]
    assert story.signal("s1").passed == ["z"]


def test_multiple_needs_one_of_its_events_and_shows_each_as_a_wait(story):
    story.start("multiple_event")
    assert [(wait.kind, wait.index) for wait in story.run.waits()] == [("message", 0), ("signal", 1), ("timer", 2)]
    assert story.later(seconds=10).passed == ["z"]
    assert story.ended


def test_a_multiple_throw_throws_all(story):
    story.start("multiple_throw")
    assert [event.data["name"] for event in story.events if event.kind.endswith("thrown")] == ["m1", "s1"]
    assert story.passed == ["z"]


def test_a_signal_end_event_is_heard_inside_and_told_outside(story):
    story.start("signal_end_event").complete("a")
    assert story.passed == ["z"]
    assert [event.data["name"] for event in story.told("signal_thrown")] == ["s1"]
    assert story.ended


def test_a_link_goes_on_at_its_other_end(story):
    assert story.start("link_events").complete("a").passed == ["z"]
    assert story.ended


def test_terminate_ends_everything(story):
    story.start("terminate_ends_all").complete("a")
    assert story.run.outcome == "terminated"
    assert story.open == []


def test_terminate_in_a_subprocess_ends_its_handlers_and_the_process_goes_on(story):
    story.start("terminate_in_subprocess_with_event_subprocess").signal("s1")
    assert story.open == ["r", "v", "w"]
    assert story.complete("w").passed == ["z"]
    assert story.run.outcome == "completed"


def test_a_throw_that_interrupts_itself_does_not_go_on(story):
    assert story.start("throw_interrupts_itself").passed == ["h"]
    assert story.ended


def test_a_throw_that_interrupts_its_own_scope_does_not_go_on(story):
    assert story.start("throw_interrupts_own_scope").passed == ["h"]
    assert story.ended


def test_an_uncaught_error_ends_the_run_and_says_which(story):
    story.start("uncaught_error_ends_the_run").complete("w")
    assert story.run.outcome == "error:E1"
    assert story.open == []
    assert [event.data["code"] for event in story.told("error_uncaught")] == ["E1"]


def test_each_instance_escalates(story):
    story.start("escalation_from_multi_instance").complete("w", "w")
    assert story.passed == ["h", "h"]
    assert story.complete("w2", "w2").passed == ["h", "h", "z"]


def test_a_process_is_started_by_one_of_its_start_events(story):
    story.read("several_start_events")
    kinds = {start.element_id: (start.kind, start.key, start.timer) for start in story.model.start_events}
    assert kinds == {"start": ("none", None, None), "by_message": ("message", "m1", None),
                     "by_signal": ("signal", "s1", None), "by_timer": ("timer", None, ("cycle", "R/P1D"))}
    assert story.start("several_start_events").passed == ["a"]
    assert story.start("several_start_events", entry="by_message", payload={"text": "late"}).passed == ["a", "b"]
    assert story.run.variables == {"text": "late"}


def test_a_receive_task_that_instantiates_is_a_start(story):
    story.read("instantiating_receive_task")
    assert [(start.element_id, start.kind, start.key, start.instantiate_element)
            for start in story.model.start_events] == [("r", "message", "m1", "receiveTask")]
    assert story.start("instantiating_receive_task", entry="r").passed == ["z"]


def test_an_event_gateway_that_instantiates_starts_at_the_event_that_came(story):
    assert story.start("instantiating_event_gateway", entry="k2").passed == ["b"]
    assert story.ended


def test_a_parallel_event_gateway_that_instantiates_waits_for_the_others(story):
    story.start("instantiating_parallel_event_gateway", entry="k2")
    assert story.passed == []
    assert story.message("m1").passed == ["z"]
    assert story.ended


def test_messages_carry_a_payload_and_keys(story):
    story.start("message_payload_and_keys", number="TS-1", price=21).complete("a")
    thrown = story.told("message_thrown")[0].data
    assert (thrown["name"], thrown["payload"], thrown["correlation"]) == ("m1", {"amount": 42}, {"case": "TS-1"})
    assert story.wait_for("k").detail["correlation"] == {"case": "TS-1"}
    story.message("m2", answer="yes")
    assert story.run.variables["answer"] == "yes"
    assert story.ended


def test_a_send_task_throws_for_each_instance_with_its_own_payload(story):
    story.start("send_task", members=["an", "bo"])
    assert [event.data["payload"] for event in story.told("message_thrown")] == [{"text": "for an"}, {"text": "for bo"}]
    assert story.passed == ["z"]


def test_the_name_of_a_message_may_be_computed(story):
    story.start("message_name_by_expression", number="TS-1").message("answer to TS-1")
    assert [event.data["name"] for event in story.told("message_thrown")] == ["answer to TS-1"]
    assert story.ended


def test_an_error_sets_its_code_and_message(story):
    story.start("error_with_message").error("a", "E1", message="no stock", article=7)
    assert story.run.variables == {"code": "E1", "message": "no stock", "article": 7}


def test_a_receive_task_can_be_overtaken_by_a_timer(story):
    assert story.start("receive_task_with_boundary").later(hours=1).passed == ["late"]
    assert story.ended
    story.events.clear()
    assert story.start("receive_task_with_boundary").message("m1").passed == ["z"]
    assert story.run.next_due is None
