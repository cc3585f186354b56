"""What cases wait for besides people: timers, called processes, messages, customers; and how tasks may go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.bpmn import RunFailed
from engine.simulation.content import of_files
from engine.simulation.failures import told
from engine.simulation.past import Arrival, Ending, Filling, Past, PastInstance, PastPerson, PastStep, Work
from engine.simulation.replication import Replication, Wishes
from tests.simulation.counter import ALWAYS, BEGIN, FORM, HEAD, ONE_STEP, PACK, WITH_APPROVAL, drawing, flow, live, task

HOUR = 3600.0
TIMER = ('<boundaryEvent id="late" attachedToRef="serve"><timerEventDefinition><timeDuration '
         'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="tFormalExpression">PT2H</timeDuration>'
         "</timerEventDefinition></boundaryEvent>")
MESSAGE = '<receiveTask id="hear" name="hear" messageRef="m"/>'


def month(instances: tuple[PastInstance, ...], steps: Mapping[str, PastStep], cases: int = 20) -> Past:
    """The same case again and again, one a day, with one clerk and one boss."""
    arrivals = tuple(Arrival(number, BEGIN + timedelta(days=number), "hall", None, None, {}, instances, None, False)
                     for number in range(cases))
    people = (PastPerson("p", "p", frozenset({("clerk", "hall")})), PastPerson("b", "b", frozenset({("boss", "hall")})))
    return Past("counter", BEGIN, BEGIN, BEGIN + timedelta(days=cases + 10), arrivals,
                {("counter", element): step for element, step in steps.items()}, people,
                {"": ALWAYS, "clerk": ALWAYS, "boss": ALWAYS}, {("clerk", "hall"): 1.0})


def step(hours: float, **more: Any) -> PastStep:
    """A step whose tasks all take the same time."""
    return PastStep((Work(0.0, hours * HOUR, hours * HOUR),), True, True, **more)


def run(past: Past, content: bytes, more: Mapping[str, bytes] | None = None,
        wishes: Wishes | None = None) -> dict[str, Any]:
    """The month through a drawing; no case may be set aside."""
    files = {"processes/counter/counter.bpmn": content, "processes/counter/pack.yaml": PACK,
             "forms/counter/paper.yaml": FORM} | dict(more or {})
    found = Replication(past, of_files(files, live(), lambda _key: None), 1, zone="Asia/Shanghai", wishes=wishes).run()
    assert found["stuck"] == []
    return found


def _paper(amount: int) -> Filling:
    return Filling("paper", {"amount": amount})


def test_a_timer_takes_the_task_away_on_simulated_time() -> None:
    # given a step with a timer of two hours, and people who need three
    content = drawing(task("serve") + TIMER + '<endEvent id="end"/><endEvent id="gone"/>' + flow("start", "serve")
                      + flow("serve", "end") + flow("late", "gone"))
    slow = run(month((), {"serve": step(3)}), content)
    quick = run(month((), {"serve": step(1)}), content)
    # then cases end by the timer, or by the task
    assert slow["lead"] == [pytest.approx(2 * HOUR, abs=2), pytest.approx(2 * HOUR, abs=2)]
    assert slow["steps"]["counter|serve"]["done"] == 0
    assert quick["lead"][0] == pytest.approx(HOUR, abs=2)
    assert quick["steps"]["counter|serve"]["done"] == 20


def test_the_time_of_a_called_process_counts_for_its_caller() -> None:
    # given a process that calls another one
    content = drawing('<callActivity id="call" calledElement="desk"/>' + task("serve") + '<endEvent id="end"/>'
                      + flow("start", "call") + flow("call", "serve") + flow("serve", "end"))
    called = (HEAD.replace('id="counter" name="counter"', 'id="desk" name="desk"').replace('id="d"', 'id="e"')
              + task("look") + '<endEvent id="end"/>' + flow("start", "look") + flow("look", "end")
              + "</process></definitions>").encode()
    past = month((), {"serve": step(1)})
    found = run(past, content, {"processes/counter/desk.bpmn": called}, Wishes(minutes={("desk", "look"): 60.0}))
    assert found["steps"]["desk|look"]["done"] == found["steps"]["counter|serve"]["done"] == 20
    assert found["lead"][0] == pytest.approx(2 * HOUR, rel=0.35)


def test_a_message_from_outside_comes_when_it_came() -> None:
    # given a case that waited five hours for a message, and one to which none came
    content = drawing(MESSAGE + '<endEvent id="end"/>' + flow("start", "hear") + flow("hear", "end")).replace(
        b'<process id', b'<message id="m" name="heard"/><process id')
    came = run(month((PastInstance("counter", None, {}, events={"hear": (5 * HOUR,)}),), {}), content)
    never = run(month((PastInstance("counter", None, {}, events={"hear": (None,)}),), {}), content)
    assert came["lead"][0] == pytest.approx(5 * HOUR, abs=2)
    assert (came["ended"], never["ended"]) == (20, 0)


def test_customers_take_their_time_and_need_nobody() -> None:
    content = drawing(task("answer", "customer") + '<endEvent id="end"/>' + flow("start", "answer")
                      + flow("answer", "end"))
    past = month((), {"answer": step(30)}, cases=40)
    found = run(Past(**{name: getattr(past, name) for name in (
        "process_key", "begin", "since", "until", "arrivals", "steps", "people", "calendars", "load")},
        external=frozenset({"customer"})), content)
    # thirty hours each, though a new one comes every day: nobody queues
    assert found["lead"] == [pytest.approx(30 * HOUR, abs=2), pytest.approx(30 * HOUR, abs=2)]


def test_a_task_that_was_returned_is_returned_and_done_again() -> None:
    # given cases that the boss returned once to the clerk
    past = PastInstance("counter", None, {}, {"serve": (_paper(500), _paper(600)), "approve": (_paper(600),)},
                        endings={"approve": (Ending("returned", "serve"), Ending())})
    steps = {"serve": step(1), "approve": step(2)}
    found = run(month((past,), steps), WITH_APPROVAL)
    # then the clerk works twice and the boss, too: 1 + 2 + 1 + 2 hours
    assert found["steps"]["counter|serve"]["done"] == 40
    assert found["steps"]["counter|approve"]["done"] == 20
    assert found["lead"][0] == pytest.approx(6 * HOUR, abs=5)
    # when they came straight back
    straight = PastInstance("counter", None, {}, {"serve": (_paper(500), _paper(600)), "approve": (_paper(600),)},
                            endings={"approve": (Ending("returned", "serve", straight=True), Ending())})
    found = run(month((straight,), steps), WITH_APPROVAL)
    assert found["steps"]["counter|serve"]["done"] == 40
    assert found["lead"][0] == pytest.approx(6 * HOUR, abs=5)


def test_a_step_that_a_rule_skipped_takes_nobody() -> None:
    past = PastInstance("counter", None, {}, {"serve": (_paper(500),)},
                        endings={"approve": (Ending("skipped", outcome="approve"),)})
    found = run(month((past,), {"serve": step(1), "approve": step(2)}), WITH_APPROVAL)
    assert found["lead"][0] == pytest.approx(HOUR, abs=2)
    assert found["ended"] == 20


def test_a_task_that_nobody_ever_did_is_left_alone() -> None:
    # given a task that the timer always took back
    content = drawing(task("serve") + TIMER + '<endEvent id="end"/><endEvent id="gone"/>' + flow("start", "serve")
                      + flow("serve", "end") + flow("late", "gone"))
    found = run(month((), {"serve": PastStep((), False, True, left_alone=1.0)}), content)
    assert found["lead"][0] == pytest.approx(2 * HOUR, abs=2)


def test_a_case_that_cannot_go_on_is_set_aside_and_told() -> None:
    # given a draft that decides by a field that nobody fills in, and has no other way
    content = WITH_APPROVAL.replace(b"paper.amount &gt; 100", b"paper.colour &gt; 3").replace(
        b' default="dear_end"', b"").replace(
        b'targetRef="end"></sequenceFlow><sequenceFlow id="approve_end"',
        b'targetRef="end"><conditionExpression>=paper.colour &lt; 4</conditionExpression></sequenceFlow>'
        b'<sequenceFlow id="approve_end"')
    files = {"processes/counter/counter.bpmn": content, "processes/counter/pack.yaml": PACK,
             "forms/counter/paper.yaml": FORM}
    past = month((PastInstance("counter", None, {}, {"serve": (_paper(500),)}),), {"serve": step(1)})
    found = Replication(past, of_files(files, live(), lambda _key: None), 1, zone="Asia/Shanghai").run()
    assert (found["stuck_count"], found["ended"]) == (20, 0)
    assert "colour" in found["stuck"][0]["en"] and found["stuck"][0]["zh"]


def test_a_decision_without_its_value_is_counted() -> None:
    # given the same where there is another way
    content = WITH_APPROVAL.replace(b"paper.amount &gt; 100", b"paper.colour &gt; 3")
    found = run(month((PastInstance("counter", None, {}, {"serve": (_paper(500),)}),), {"serve": step(1)}), content)
    assert found["unclear"] == {"counter|dear": 20}
    assert found["ended"] == 20


def test_why_a_case_was_set_aside_names_no_value() -> None:
    # given a failure whose sentence for the desk holds what somebody entered
    failure = RunFailed("wait", "bad_timer", value="王建国 13812345678")
    assert "王建国" in failure.sentence("zh")
    # then the simulation tells where and why without it
    kept = told(failure)
    assert "王建国" not in str(kept) and "138" not in str(kept)
    assert kept["element"] == "wait" and "无法理解的时间" in kept["zh"]


def test_a_task_that_rested_last_month_rests_again_and_its_deadline_waits_for_a_suspended_case() -> None:
    # given half an hour of work and a deadline of an hour, and cases that rested two hours before they were done
    def rested(**how: float) -> dict[str, Any]:
        ending = Ending(**{name: hours * HOUR for name, hours in how.items()})
        return run(month((PastInstance("counter", None, {}, {}, {}, {"serve": (ending,)}),), {"serve": step(0.5)}),
                   ONE_STEP)

    signed, suspended = rested(rest=2), rested(rest=2, stood=2)
    # then they take that much longer, and nobody was busy with them meanwhile
    assert signed["lead"][0] == suspended["lead"][0] == pytest.approx(2.5 * HOUR, rel=0.01)
    assert signed["roles"]["clerk"]["hours"] == pytest.approx(20 * 0.5, rel=0.01)
    # and the deadline of a task stands still with its case, but waits for no signers
    assert (signed["kept"], suspended["kept"]) == (0, 20)
