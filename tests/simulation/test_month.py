"""A month that happened in the real engine, simulated: it comes out as it was, and a draft can be held against it."""

from __future__ import annotations

import pytest

from engine import Invalid, NotPermitted, Refused
from tests.simulation.conftest import Lived

ORDER = "t/order.bpmn"
WARY = (b"=order_form.price &gt;= 1000", b"=order_form.price &gt;= 100")


def _draft(house: Lived, old: bytes = b"", new: bytes = b"") -> str:
    draft = house.studio.open("order", house.owner)
    if old:
        view = house.studio.read(draft.id, ORDER, house.owner)
        assert old in view.content
        house.studio.write(draft.id, ORDER, view.content.replace(old, new), view.revision, house.owner)
    return draft.id


def test_last_month_comes_out_as_it_was(lived_house: Lived) -> None:
    # given a month of orders with known gaps and times of work
    draft = _draft(lived_house)
    # when the live version is simulated
    lived_house.studio.simulations.run(draft, lived_house.owner, seeds=4)
    lived_house.work()
    run = lived_house.studio.simulations.progress(draft, lived_house.owner)
    # then its median and its 95 % value are within 15 % of the month's
    assert run is not None and run.state == "done" and run.done == run.total, run
    verdict = run.result["verdict"]
    assert verdict["code"] == "reproduced"
    for actual, simulated in zip(verdict["actual"], verdict["simulated"]):
        assert simulated == pytest.approx(actual, rel=0.15)
    # and the times of work were read off the claims
    assert all(step["measured"] for step in run.result["past_steps"].values())
    assert "replications" not in run.result
    # and a draft that changes nothing does not differ
    live, same = run.result["variants"]["live"], run.result["variants"]["draft"]
    assert live["lead"] == same["lead"]


def test_more_people_shorten_the_queue_and_a_stricter_draft_lengthens_it(lived_house: Lived) -> None:
    # given a draft in which every order skips the pricing and goes to the supervisor at once
    draft = _draft(lived_house, *WARY)
    # when it is simulated, once with the people there are and once with two supervisors
    lived_house.studio.simulations.run(draft, lived_house.owner, people={"supervisor": 2}, seeds=3)
    lived_house.work()
    run = lived_house.studio.simulations.progress(draft, lived_house.owner)
    assert run is not None and run.state == "done", run
    live, wary, more = (run.result["variants"][name] for name in ("live", "draft", "staffed"))
    # then nobody prices any more
    assert "order|price" in live["steps"]
    assert "order|price" not in wary["steps"]
    # and a second supervisor halves how busy they are
    assert more["roles"]["supervisor"]["people"] == 2
    assert more["roles"]["supervisor"]["busy"]["mean"] == pytest.approx(
        wary["roles"]["supervisor"]["busy"]["mean"] / 2, rel=0.25)
    assert more["steps"]["order|decide"]["wait"][1]["mean"] < wary["steps"]["order|decide"]["wait"][1]["mean"]


def test_without_enough_history_nothing_is_promised(lived_house: Lived) -> None:
    # given a process of which nobody has had a case yet
    draft = lived_house.studio.open("note", lived_house.owner)
    lived_house.studio.simulations.run(draft.id, lived_house.owner)
    lived_house.work()
    run = lived_house.studio.simulations.progress(draft.id, lived_house.owner)
    # then the run says so and compares nothing
    assert run is not None and run.state == "done", run
    assert run.result["verdict"]["code"] == "too_little"
    assert run.result["variants"] == {}


def test_a_month_of_other_people_than_the_history_says_is_not_believed(lived_house: Lived) -> None:
    # given times of work that are set far from what was measured
    draft = _draft(lived_house)
    lived_house.studio.simulations.run(draft, lived_house.owner, minutes={"order|take": 400, "order|decide": 400},
                                       seeds=2)
    lived_house.work()
    run = lived_house.studio.simulations.progress(draft, lived_house.owner)
    # then the live version does not come out as it was, and the draft is not looked at
    assert run is not None and run.state == "done", run
    assert run.result["verdict"]["code"] == "not_reproduced"
    assert set(run.result["variants"]) == {"live"}


def test_a_run_is_stopped_and_its_draft_may_move_on(lived_house: Lived) -> None:
    draft = _draft(lived_house)
    run_id = lived_house.studio.simulations.run(draft, lived_house.owner)
    # when one piece is done and the owner stops it
    lived_house.engine.jobs.run_due(limit=1)
    lived_house.studio.simulations.stop(run_id, lived_house.owner)
    # then the worker does nothing more
    assert lived_house.work() == 1
    run = lived_house.studio.simulations.progress(draft, lived_house.owner)
    assert run is not None and run.state == "stopped" and 0 < run.done < run.total
    # when the draft changes while it is simulated
    lived_house.studio.simulations.run(draft, lived_house.owner)
    _draft(lived_house, *WARY)
    lived_house.work()
    run = lived_house.studio.simulations.progress(draft, lived_house.owner)
    assert run is not None and run.outdated
    assert run.state == "failed"


def test_what_is_set_by_hand_is_checked(lived_house: Lived) -> None:
    draft = _draft(lived_house)
    simulate = lived_house.studio.simulations.run
    for wrong, field in (({"people": {"agent": 0}}, "people.agent"),
                         ({"minutes": {"order|take": 0}}, "minutes.order|take"),
                         ({"outcomes": {"order|decide": {"approve": 0}}}, "outcomes.order|decide"),
                         ({"seeds": 99}, "seeds"), ({"days": 0}, "days")):
        with pytest.raises(Invalid) as refused:
            simulate(draft, lived_house.owner, **wrong)
        assert [one.path for one in refused.value.fields] == [field]
    with pytest.raises(NotPermitted):
        simulate(draft, lived_house.engine.identity.actor_by_login("li.na"))


def test_a_drawing_that_cannot_run_is_refused_with_its_fault(lived_house: Lived) -> None:
    draft = _draft(lived_house, b'targetRef="decided"', b'targetRef="nowhere"')
    with pytest.raises(Refused):
        lived_house.studio.simulations.run(draft, lived_house.owner)


def test_the_setup_tells_roles_and_steps_with_what_happened_at_them(lived_house: Lived) -> None:
    setup = lived_house.studio.simulations.setup(_draft(lived_house), lived_house.owner)
    roles = {one.role: (one.active, one.holders) for one in setup.roles}
    assert roles == {"agent": (2, 3), "supervisor": (1, 1)}
    steps = {one.place: one for one in setup.steps}
    assert steps["order|take"].done > 100
    assert [key for key, _name in steps["order|decide"].outcomes] == ["approve", "return"]
