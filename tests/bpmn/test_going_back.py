"""Going back to a step that was done: through all steps, or beside what goes on and straight back."""

from __future__ import annotations

import pytest

from engine.bpmn import NotWaiting, RunFailed


def walk(story, at: str, to: str, nth: int = 0):
    """The walk from the last visit of ``to``, for the ``nth`` token at ``at``."""
    left = [event.element_id for event in story.events if event.kind == "left"]
    since = len(left) - 1 - left[::-1].index(to)
    token = [wait for wait in story.run.waits() if wait.element_id == at][nth]
    return story.run.walk_back(to, token.id, set(left[since + 1:])), token


def back(story, at: str, to: str):
    story.run.go_back(walk(story, at, to)[0])
    return story.go()


def away(story, at: str, to: str, nth: int = 0):
    """A detour; a finished one brings its token back, as the engine does it."""
    found, token = walk(story, at, to, nth)
    story.run.detour(found, ("here", token.id))
    story.run.go_away(token.id)
    return story.go()


def come(story, *element_ids: str):
    for element_id in element_ids:
        story.complete(element_id)
        for event in story.events:
            if event.kind == "left" and "back" in event.data:
                story.run.come_back(event.data["back"][1])
        story.go()
    return story


def lost(story, at: str, to: str) -> list[str]:
    found, _ = walk(story, at, to)
    ids = story.run.called_off(found)
    return sorted(wait.element_id for wait in story.run.waits() if wait.id in ids and wait.kind == "user")


@pytest.fixture
def begun(story):
    return story.start("going_back", more=True).complete("a")


def test_back_within_a_branch_leaves_the_other_branch_alone(begun):
    begun.complete("b", "c")
    assert lost(begun, "b2", "b") == ["b2"]
    assert back(begun, "b2", "b").open == ["b", "c2"]
    assert begun.complete("b", "b2", "c2").open == ["each", "each", "each"]


def test_back_before_a_block_calls_off_every_branch_and_what_had_arrived(begun):
    begun.complete("c", "c2", "b")
    assert lost(begun, "b2", "a") == ["b2"]
    assert back(begun, "b2", "a").open == ["a"]
    assert begun.complete("a").open == ["b", "c"]
    assert begun.complete("b", "b2", "c", "c2").open == ["each", "each", "each"], "nothing stands at the join twice"


def test_back_before_a_block_takes_what_a_boundary_event_began(begun):
    begun.later(hours=1)
    assert begun.open == ["b", "c", "hurry"]
    assert lost(begun, "hurry", "a") == ["b", "c", "hurry"]
    assert back(begun, "hurry", "a").open == ["a"]


def test_back_into_a_branch_finds_the_other_one_done(begun):
    begun.complete("b", "b2", "c", "c2")
    assert lost(begun, "each", "c") == ["each", "each", "each"]
    assert back(begun, "each", "c").open == ["c"]
    assert begun.complete("c", "c2").open == ["each", "each", "each"]


def test_a_loop_in_the_drawing_pulls_in_no_branch_beside(begun):
    begun.complete("b", "b2", "c", "c2", "each", "each", "each", "s1", "s2", "z", "a")
    assert begun.open == ["b", "c"]
    begun.complete("b")
    assert lost(begun, "b2", "b") == ["b2"]
    assert back(begun, "b2", "b").open == ["b", "c"]


def test_back_into_an_ended_sub_process_opens_it_again(begun):
    begun.complete("b", "b2", "c", "c2", "each", "each", "each", "s1", "s2")
    assert back(begun, "z", "s2").open == ["s2"]
    assert begun.complete("s2").open == ["z"]


def test_back_out_of_a_sub_process_closes_it(begun):
    begun.complete("b", "b2", "c", "c2", "each", "each", "each", "s1")
    assert lost(begun, "s2", "c2") == ["s2"]
    assert back(begun, "s2", "c2").open == ["c2"]
    assert begun.complete("c2").open == ["each", "each", "each"]


def test_what_did_not_come_from_a_step_cannot_go_back_to_it(begun):
    begun.complete("c")
    found, _ = walk(begun, "b", "c")
    assert not found.came_from_it
    assert walk(begun, "c2", "c")[0].came_from_it


def test_straight_back_calls_off_nothing(begun):
    begun.complete("c")
    away(begun, "c2", "a")
    assert begun.open == ["a", "b"], "the step that returned it rests, the other branch goes on"
    assert begun.run.waits() and all(wait.element_id != "c2" for wait in begun.run.waits())
    assert come(begun, "a").open == ["b", "c2"]
    assert begun.complete("c2", "b", "b2").open == ["each", "each", "each"]


def test_straight_back_to_one_of_many_instances(begun):
    begun.complete("b", "b2", "c", "c2")
    away(begun, "each", "c2", nth=1)
    assert begun.open == ["c2", "each", "each"]
    begun.complete("each", "each")
    assert begun.open == ["c2"]
    assert come(begun, "c2").open == ["each"]
    assert begun.complete("each").open == ["s1"]


def test_straight_back_from_behind_a_sub_process_does_one_step_of_it(begun):
    begun.complete("b", "b2", "c", "c2", "each", "each", "each", "s1", "s2")
    away(begun, "z", "s1")
    assert begun.open == ["s1"]
    assert come(begun, "s1").open == ["z"]
    assert begun.run.held() == []


def test_who_rests_cannot_be_completed(begun):
    begun.complete("c")
    token = begun.wait_for("c2").id
    away(begun, "c2", "a")
    with pytest.raises(NotWaiting):
        begun.run.complete(token)
    with pytest.raises(NotWaiting):
        begun.run.go_away(token)


def test_one_cannot_go_back_to_what_is_not_there(begun):
    with pytest.raises(RunFailed):
        begun.run.walk_back("nowhere", begun.wait_for("b").id, set())
