"""Ad-hoc sub-processes: in order, all at once, or as a person chooses."""

from __future__ import annotations

import pytest

from engine.bpmn import NotWaiting, RunFailed


def test_one_after_the_other_until_the_condition_holds(story):
    story.start("ad_hoc_in_order", stop=False)
    assert story.open == ["a"]
    story.complete("a")
    assert story.open == ["b"]
    assert story.complete("b", stop=True).passed == ["z"]


def test_all_at_once_and_the_rest_is_called_off(story):
    story.start("ad_hoc_all_at_once", stop=False)
    assert story.open == ["a", "b"]
    story.complete("b")
    assert story.open == ["a", "c"]
    assert story.complete("a", stop=True).passed == ["z"]
    assert story.ended


def test_it_ends_when_all_is_done_even_if_the_condition_never_holds(story):
    assert story.start("ad_hoc_all_at_once", stop=False).complete("a", "b", "c").passed == ["z"]


def test_a_person_chooses_what_to_do_and_how_often(story):
    story.start("ad_hoc_chosen_by_a_person", stop=False)
    assert story.open == []
    wait = story.wait_for("A", "adhoc")
    assert wait.detail["choices"] == ["a", "b"]
    for name in ("a", "a", "b"):
        story.run.start_adhoc(wait.id, name)
        story.go()
    assert story.open == ["a", "a", "b"]
    story.complete("a", stop=True)
    assert story.open == ["a", "b"]
    assert story.complete("a", "b").passed == ["z"]


def test_a_person_may_end_it(story):
    story.start("ad_hoc_chosen_by_a_person", stop=False)
    wait = story.wait_for("A", "adhoc")
    story.run.start_adhoc(wait.id, "a")
    story.go()
    story.run.complete(wait.id)
    assert story.go().passed == ["z"]
    assert story.ended


def test_what_is_not_offered_cannot_be_started(kept):
    kept.start("ad_hoc_chosen_by_a_person", stop=False)
    with pytest.raises(RunFailed):
        kept.run.start_adhoc(kept.wait_for("A").id, "z")
    with pytest.raises(NotWaiting):
        kept.run.start_adhoc("999", "a")
