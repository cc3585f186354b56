"""What was completed is undone."""

from __future__ import annotations


def test_handlers_run_last_first_also_inside_completed_subprocesses(story):
    story.start("compensation_last_first").complete("a", "b", "c", "d")
    for name in "dcba":
        assert story.open == [f"undo_{name}"]
        assert story.passed == []
        story.complete(f"undo_{name}")
    assert story.passed == ["z"]
    assert story.ended


def test_each_instance_is_undone(story):
    story.start("compensation_of_multi_instance").complete("b", "b", "b")
    for _ in range(3):
        assert story.open == ["undo_b"]
        story.complete("undo_b")
    assert story.passed == ["z"]
    assert story.ended


def test_an_error_handler_undoes_the_scope_around_it(story):
    story.start("compensation_from_error_handler").complete("a")
    assert story.open == ["undo_a"]
    assert story.complete("undo_a").passed == ["h"]


def test_nothing_is_undone_twice_nor_before_it_is_done(story):
    story.start("compensation_not_twice").complete("a")
    assert story.passed == ["undo_a", "z"]
    assert story.complete("q").passed == ["undo_a", "z"]
    assert story.ended


def test_an_end_event_compensates(story):
    story.start("compensation_end_event").complete("a")
    assert not story.ended
    assert story.complete("undo_a").ended


def test_without_waiting_the_way_goes_on_at_once(story):
    story.start("compensation_without_waiting").complete("a")
    assert story.open == ["undo_a", "z"]
    story.complete("z")
    assert not story.ended
    assert story.complete("undo_a").ended


def test_a_cancelled_transaction_is_undone_before_its_boundary_event_goes_on(story):
    story.start("transaction_cancel").complete("a")
    assert story.open == ["undo_a"]
    assert story.complete("undo_a").passed == ["cancelled"]
    assert story.ended


def test_a_compensation_event_subprocess_takes_the_place_of_the_handlers(story):
    story.start("compensation_event_subprocess").complete("b")
    assert story.open == ["r"]
    story.complete("r")
    assert story.open == ["undo_b"]
    assert story.complete("undo_b").passed == ["h", "z"]
    assert story.ended


def test_a_handler_sees_the_variables_of_the_instance_it_undoes(story):
    story.start("compensation_sees_variables_of_its_instance", members=["an", "bo"]).complete("b", "b")
    for name in ("bo", "an"):
        assert story.run.scope_variables(story.wait_for("undo_b").id)["member"] == name
        story.complete("undo_b")
    assert story.passed == ["z"]


def test_a_cancelled_transaction_without_boundary_event_just_ends(story):
    story.start("transaction_cancel_without_boundary").complete("a", "undo_a")
    assert story.open == ["w"]
    assert story.passed == []
    assert story.complete("w").ended


def test_a_cancelled_transaction_undoes_completed_subprocesses_too(story):
    story.start("nested_transaction_cancel").complete("a", "b", "c")
    for name in "cba":
        assert story.open == [f"undo_{name}"]
        story.complete(f"undo_{name}")
    assert story.passed == ["cancelled"]
    assert story.ended


def test_each_instance_undoes_only_its_own(story):
    story.start("compensation_inside_each_instance").complete("b")
    assert story.open == ["b", "undo_b"]
    story.complete("b")
    assert story.open == ["undo_b", "undo_b"]
    assert story.complete("undo_b", "undo_b").passed == ["h", "h", "z"]


def test_an_interruption_calls_off_what_is_being_undone(story):
    story.start("interrupted_while_compensating").complete("b")
    assert story.open == ["undo_b"]
    assert story.message("m1").passed == ["late"]
    assert story.open == []
    assert story.ended
