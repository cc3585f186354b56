"""People at one task at the same moment: each act counts once, and whoever was slower is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine import BihuanError, urging
from engine.models.working import Urge
from tests.engine.house import House

NOTE = {"customer": "恒泰"}


@pytest.fixture
def noted(house: House) -> House:
    house.deploy("note")
    return house


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Do all at the same moment; ``done`` or the code of the refusal of each, sorted."""
    results: list[str] = []
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            act()
            results.append("done")
        except BihuanError as error:
            results.append(error.code)
        except BaseException as error:  # noqa: BLE001 - told by the assertion
            results.append(repr(error))

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(results)


def approving(house: House) -> tuple[str, str]:
    case = house.start("note")
    house.complete(case, "write", values=NOTE)
    return case, house.task(case, "approve")


@pytest.mark.parametrize(("rule", "expected"), [("all", ["done", "done"]), ("any", ["already_done", "done"])])
def test_two_signers_sign_at_once(noted: House, rule: str, expected: list[str]) -> None:
    case, task = approving(noted)
    tasks = noted.engine.tasks
    tasks.add_signers(task, ["liu.jun", "gao.lei"], "joint", "会签", noted("zhou.min"), rule=rule)
    people = [noted("liu.jun"), noted("gao.lei")]
    assert at_once(*(lambda by=by: tasks.sign(task, "agree", "", by) for by in people)) == expected
    assert noted.row(case).state == "completed" and noted.verbs(case).count("completed") == 2


def test_a_completion_and_a_take_over_do_not_both_happen(noted: House) -> None:
    case, task = approving(noted)
    tasks = noted.engine.tasks
    tasks.claim(task, noted("zhou.min"))
    mine, other = noted("zhou.min"), noted("liu.jun")
    found = at_once(lambda: tasks.complete(task, {"decision": "approve"}, mine),
                    lambda: tasks.take_over(task, "急", other))
    assert found in (["already_done", "done"], ["already_taken", "done"], ["done", "not_permitted"])
    assert (noted.row(case).state == "completed") != ("taken_over" in noted.verbs(case))


def test_two_reminders_at_once_are_one(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.tasks.claim(task, noted("wang.fang"))
    people = [noted("li.na"), noted("zhou.min")]
    assert at_once(*(lambda by=by: noted.engine.tasks.urge(task, "", by) for by in people)) == ["done", "urged_already"]
    assert noted.count(Urge) == 1


def test_a_reminder_is_taken_back_or_sent_and_never_both(noted: House) -> None:
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.tasks.claim(task, noted("wang.fang"))
    by = noted("li.na")
    card = noted.engine.tasks.urge(task, "", by)
    noted.clock.set(card.undo_until)
    found = at_once(lambda: noted.engine.tasks.take_back_urge(card.id, by), lambda: noted.engine.jobs.run_due())
    noted.work()
    row, = noted.rows(select(Urge.sent_at, Urge.taken_back_at))
    assert (row.sent_at is None) != (row.taken_back_at is None)
    assert ("urge_sent" in found) == (row.sent_at is not None)
    assert [code for _, code in noted.notices()].count("urged") == (row.sent_at is not None)


def test_taking_a_reminder_back_waits_for_the_worker_that_is_sending_it(
        noted: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a worker in the midst of sending, when the author takes it back, then he is told that it is out."""
    case = noted.start("note")
    task = noted.task(case, "write")
    noted.engine.tasks.claim(task, noted("wang.fang"))
    by = noted("li.na")
    card = noted.engine.tasks.urge(task, "", by)
    noted.clock.set(card.undo_until)
    found: list[str] = []
    author = threading.Thread(target=lambda: found.extend(
        at_once(lambda: noted.engine.tasks.take_back_urge(card.id, by))))
    really_send = urging.send

    def send(family: Any, job: Any) -> None:
        author.start()
        author.join(timeout=0.5)  # as far as he comes: the case is the worker's
        assert author.is_alive()
        really_send(family, job)

    monkeypatch.setattr(urging, "send", send)
    noted.engine.jobs.run_due()
    author.join(timeout=60)
    assert found == ["urge_sent"]
    noted.work()
    assert [code for _, code in noted.notices()].count("urged") == 1
