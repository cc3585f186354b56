"""What a draft touches, before it is published."""

from __future__ import annotations

import pytest

from engine import NotPermitted
from engine.authorization import SYSTEM
from tests.engine.house import content
from tests.simulation.conftest import Lived

ORDER, FORM, PACK = "t/order.bpmn", "forms/t/note_verdict.yaml", "t/pack.yaml"


def _change(house: Lived, draft: str, path: str, old: str, new: str) -> None:
    view = house.studio.read(draft, path, house.owner)
    assert old.encode() in view.content
    house.studio.write(draft, path, view.content.replace(old.encode(), new.encode()), view.revision, house.owner)


def _start(house: Lived, key: str = "order") -> str:
    agent = house.engine.identity.actor_by_login("li.na")
    return house.engine.instances.start(key, agent).case_id


def test_a_draft_without_a_change_touches_nothing(lived_house: Lived) -> None:
    draft = lived_house.studio.open("order", lived_house.owner)
    effect = lived_house.studio.effects.of(draft.id, lived_house.owner)
    assert effect.steps == ()
    assert (effect.touched_cases, effect.tasks, effect.people) == (0, 0, 0)
    assert effect.running == sum(count for _version, count in effect.versions)


def test_a_changed_step_counts_the_cases_and_people_at_it(lived_house: Lived) -> None:
    # given three orders that wait to be taken, on top of those on their way
    draft = lived_house.studio.open("order", lived_house.owner)
    before = lived_house.studio.effects.of(draft.id, lived_house.owner)
    for _ in range(3):
        _start(lived_house)
    # when the step at which they wait gets another name
    _change(lived_house, draft.id, ORDER, 'name="take"', 'name="accept"')
    effect = lived_house.studio.effects.of(draft.id, lived_house.owner)
    # then they are counted, and whoever may take them
    (step,) = effect.steps
    assert (step.element_id, step.change, step.why, step.name.zh) == ("take", "changed", ("element",), "accept")
    assert step.here == step.tasks >= 3
    assert step.visits > 100
    assert effect.running == before.running + 3
    assert effect.touched_cases == step.here
    assert effect.touched_cases + effect.coming_cases == effect.running
    assert effect.people == 3  # the agents of all units
    assert [role.en for role in effect.roles] == ["Agent"]


def test_forms_flows_and_deadlines_count_for_the_steps_that_use_them(lived_house: Lived) -> None:
    draft = lived_house.studio.open("order", lived_house.owner)
    _change(lived_house, draft.id, FORM, "zh: 结论", "zh: 决定")
    _change(lived_house, draft.id, ORDER, "order_form.price &gt;= 1000", "order_form.price &gt;= 500")
    effect = lived_house.studio.effects.of(draft.id, lived_house.owner)
    assert {(step.element_id, step.why) for step in effect.steps} == {("decide", ("form",)), ("dear", ("flow",))}


def test_new_and_removed_steps_are_told_apart(lived_house: Lived) -> None:
    # given a draft in which the order goes from taking to a new step, and nobody prices any more
    draft = lived_house.studio.open("order", lived_house.owner)
    _change(lived_house, draft.id, ORDER, 'id="price" name="price"', 'id="weigh" name="weigh"')
    _change(lived_house, draft.id, ORDER, 'targetRef="price"', 'targetRef="weigh"')
    _change(lived_house, draft.id, ORDER, 'sourceRef="price"', 'sourceRef="weigh"')
    effect = lived_house.studio.effects.of(draft.id, lived_house.owner)
    changes = {step.element_id: step.change for step in effect.steps}
    assert changes == {"weigh": "added", "price": "removed", "dear": "changed"}


def test_callers_are_named_with_their_cases(lived_house: Lived) -> None:
    # given a process that another one calls
    lived_house.engine.deployments.deploy(content("called", "caller"), SYSTEM)
    _start(lived_house, "caller")
    draft = lived_house.studio.open("called", lived_house.owner)
    effect = lived_house.studio.effects.of(draft.id, lived_house.owner)
    assert [(key, count) for key, _name, count in effect.callers] == [("caller", 1)]


def test_effects_are_for_owners_and_auditors(lived_house: Lived) -> None:
    draft = lived_house.studio.open("order", lived_house.owner)
    actor = lived_house.engine.identity.actor_by_login
    assert lived_house.studio.effects.of(draft.id, actor("xu.shen")).process_key == "order"
    with pytest.raises(NotPermitted):
        lived_house.studio.effects.of(draft.id, actor("li.na"))
