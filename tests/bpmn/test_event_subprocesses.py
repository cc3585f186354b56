"""Event sub-processes, interrupting and not."""

from __future__ import annotations


def test_it_is_armed_in_each_instance_and_fires_every_time(story):
    story.start("event_subprocess_in_each_instance").signal("s1")
    assert story.passed == ["h"] * 3
    story.complete("w").signal("s1")
    assert story.passed == ["h"] * 5
    assert story.complete("w", "w").passed[-1] == "z"


def test_it_interrupts_only_the_instance_it_belongs_to(story):
    story.start("event_subprocess_interrupts_one_instance", bad=False).complete("w", bad=True)
    assert story.open == ["h", "w", "w"]
    story.complete("w", "w", bad=False)
    assert story.open == ["h"]
    assert story.complete("h").passed == ["z"]


def test_an_error_in_the_handler_goes_outwards(story):
    story.start("error_in_handler_goes_outwards")
    assert story.open == ["o"]
    assert story.complete("o").ended


def test_an_armed_timer_does_not_keep_its_scope_open(story):
    story.start("event_subprocess_timer_and_scope_end").later(seconds=11)
    assert story.open == ["r", "w"]
    story.complete("w")
    assert story.passed == []
    assert story.complete("r").passed == ["z"]
    assert story.ended


def test_a_condition_interrupts_the_process(story):
    story.start("event_subprocess_condition", x=0).complete("w", x=6)
    assert story.open == ["h"]
    assert story.complete("h").ended


def test_a_condition_that_holds_from_the_start_lets_nothing_else_begin(story):
    assert story.start("event_subprocess_condition", x=6).open == ["h"]
    assert "w" not in {event.element_id for event in story.events}


def test_nested_handlers_wait_in_their_own_scopes(story):
    story.start("event_subprocess_message_nested").message("m1")
    assert story.open == ["f", "w"]
    story.message("m2")
    assert story.open == ["e"]
    assert story.complete("e").passed == ["z"]


def test_an_escalation_runs_beside(story):
    story.start("event_subprocess_escalation")
    assert story.open == ["h", "w"]
    assert story.complete("w", "h").ended


def test_a_handler_may_wait_for_a_message_or_a_timer(story):
    story.start("handler_over_message_or_timer").later(hours=2)
    assert story.open == ["h", "w"]
    story.message("m1")
    assert story.open == ["h", "h", "w"]
    assert story.complete("w", "h", "h").ended


def test_conditions_interrupt_from_the_inside_outwards(story):
    story.start("condition_interrupts_twice", x=0).complete("w", x=6)
    assert story.open == ["e"]
    story.run.set_variables({"x": 10})
    assert story.go().open == ["h"]
    assert story.complete("h").ended


def test_an_error_of_a_service_reaches_the_handler_of_its_scope(story):
    story.start("event_subprocess_error_of_task").error("a", "E1")
    assert story.open == ["h"]
    assert story.run.variables == {"code": "E1"}


def test_what_a_handler_throws_itself_goes_outwards(story):
    story.start("escalation_twice_from_handler").complete("w")
    assert story.passed == ["h"]
    assert story.complete("v").ended


def test_a_handler_may_have_a_handler_of_its_own(story):
    story.start("handler_inside_handler").signal("s1")
    assert story.open == ["h"]
    story.message("m1").message("m1")
    assert story.open == ["f", "f", "h"]
    assert story.complete("h", "f", "f").ended


def test_each_pass_of_a_loop_has_its_handler_armed_anew(story):
    story.start("loop_over_a_subprocess_with_handler", n=0).signal("s1")
    assert story.open == ["h"]
    story.complete("h", n=1)
    assert story.open == ["w"]
    story.signal("s1").complete("h", n=2)
    assert story.passed == ["z"]


def test_what_an_interrupting_handler_throws_interrupts_the_scope_around(story):
    story.start("throw_beside_its_handler_in_a_subprocess").complete("w")
    assert story.passed == ["out"]
    assert story.ended
