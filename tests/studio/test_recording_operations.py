"""What people did with tasks besides submitting them is recorded: passing on, returning, signing, waiting, jumping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import SYSTEM
from engine.studio.past_case import CannotRecord
from tests.engine.house import content
from tests.studio.conftest import Workshop
from tests.studio.test_recording import outcome


class Desk:
    """A note on its way, in the hands of Li Na who writes it and Zhou Min who approves."""

    def __init__(self, shop: Workshop):
        self.shop, self.tasks = shop, shop.engine.tasks
        self.case = shop.start("note")

    def task(self, element: str) -> str:
        return self.shop.task(self.case, element)

    def written(self) -> Desk:
        self.complete("write", customer="欧阳小雨")
        return self

    def claimed(self, element: str = "approve", by: str = "zhou.min") -> str:
        task = self.task(element)
        self.tasks.claim(task, self.shop(by))
        return task

    def complete(self, element: str, by: str = "li.na", **values: Any) -> None:
        self.shop.after(minutes=20)
        self.shop.complete(self.case, element, by, values)

    def approved(self) -> None:
        self.complete("approve", "zhou.min", decision="approve")

    def told(self) -> dict[str, Any]:
        """The case as a scenario; it passes, and nobody is named in it."""
        told = self.shop.studio.recording.record(self.case, self.shop.owner)
        done = outcome(self.shop.engine, told)
        assert done.ok, f"{told['steps']} {done.message}"
        assert not any(word in str(told) for word in ("欧阳小雨", "李娜", "li.na", "zhou.min", "wang.fang", "周敏"))
        return told

    def kinds(self) -> list[str]:
        """The steps that it is told in, but for the clock and what is expected."""
        kinds = [next(iter(step)) for step in self.told()["steps"]]
        return [kind for kind in kinds if kind not in ("at", "expect")]


@pytest.fixture
def desk(small_workshop: Workshop) -> Desk:
    return Desk(small_workshop)


def test_a_transfer_and_what_was_lent(desk: Desk) -> None:
    # given a note that was transferred, lent, handed back, and reassigned
    task = desk.claimed("write", "li.na")
    desk.tasks.transfer(task, "wang.fang", "李娜请帮忙", desk.shop("li.na"))
    desk.tasks.delegate(task, "li.na", "查一下", desk.shop("wang.fang"))
    desk.tasks.hand_back(task, "查好了", desk.shop("li.na"))
    desk.tasks.reassign(task, "li.na", "轮班", desk.shop("zhou.min"))
    desk.written().approved()
    # then each is a step
    assert desk.kinds() == ["start", "transfer", "delegate", "hand_back", "reassign", "complete", "complete"]


def test_a_return_straight_back(desk: Desk) -> None:
    desk.written().tasks.return_to(desk.claimed(), "write", "缺电话", desk.shop("zhou.min"), straight=True)
    desk.complete("write", phone="13862156621")
    desk.approved()
    told = [step for step in desk.told()["steps"] if "return" in step]
    assert [(step["return"], step["to"], step["straight"], step["reason"]) for step in told] == [
        ("approve", "write", True, "缺电话")]


def test_a_completion_that_was_taken_back_and_made_again(desk: Desk) -> None:
    # given a note that was written, taken back, and written anew
    desk.written()
    desk.tasks.pull_back(desk.case, desk.shop("li.na"))
    desk.complete("write", customer="王小雨", amount="800")
    desk.approved()
    # then both are told, each with what was filled in then
    told = desk.told()["steps"]
    assert desk.kinds() == ["start", "complete", "pull_back", "complete", "complete"]
    forms = [step["form"] for step in told if step.get("complete") == "write"]
    assert ["amount" in form for form in forms] == [False, True]


def test_signers_before_and_after(desk: Desk) -> None:
    # given an approval that one signs before and one after it
    task = desk.written().claimed()
    desk.tasks.add_signers(task, ["liu.jun"], "before", "请把关", desk.shop("zhou.min"))
    desk.tasks.sign(task, "refuse", "不妥", desk.shop("liu.jun"))
    desk.tasks.add_signers(task, ["gao.lei"], "after", "请把关", desk.shop("zhou.min"))
    desk.approved()
    desk.tasks.sign(task, "refuse", "再想想", desk.shop("gao.lei"))
    desk.tasks.add_signers(task, ["gao.lei"], "after", "再看", desk.shop("zhou.min"))
    desk.approved()
    desk.shop.after(hours=1)
    desk.tasks.sign(task, "agree", "可以", desk.shop("gao.lei"))
    # then the signatures are told, and what followed from them is not told twice
    assert desk.kinds() == ["start", "complete", "add_signers", "sign", "add_signers", "complete", "sign",
                            "add_signers", "complete", "sign"]


def test_a_joint_decision(desk: Desk) -> None:
    task = desk.written().claimed()
    desk.tasks.add_signers(task, ["liu.jun", "gao.lei", "li.na"], "joint", "会签", desk.shop("zhou.min"),
                           rule="weight:0.5", weights={"liu.jun": "3", "gao.lei": "2"})
    desk.tasks.remove_signer(task, "li.na", "出差", desk.shop("zhou.min"))
    desk.tasks.sign(task, "approve", "同意", desk.shop("liu.jun"))
    assert desk.kinds() == ["start", "complete", "add_signers", "remove_signer", "sign"]


def test_waiting_and_deadlines(desk: Desk) -> None:
    # given a case that stood still, was moved on by hand and at last terminated
    suspend, resume = desk.shop.engine.instances.suspend, desk.shop.engine.instances.resume
    suspend(desk.case, "等料", desk.shop("zhou.min"))
    desk.shop.after(days=1)
    resume(desk.case, "到了", desk.shop("zhou.min"))
    visit = next(row.element_instance_id for row in desk.shop.tasks(desk.case))
    desk.shop.engine.instances.jump(desk.case, [visit], ["approve"], "已有记录", desk.shop("zhou.min"))
    desk.tasks.take_over(desk.task("approve"), "我来", desk.shop("zhou.min"))
    due = desk.shop.clock.now() + timedelta(days=3)
    desk.tasks.extend(desk.task("approve"), due, "复杂", desk.shop("zhou.min"))
    desk.shop.engine.instances.terminate(desk.case, "误建", desk.shop("zhou.min"))
    # then all of it is told
    assert desk.kinds() == ["start", "operate", "operate", "operate", "take_over", "extend", "operate"]


def test_what_scenarios_cannot_tell_is_named(desk: Desk) -> None:
    # given a task that was lent, and its owner's work handed over meanwhile
    desk.tasks.delegate(desk.claimed("write", "li.na"), "wang.fang", "", desk.shop("li.na"))
    desk.shop.engine.identity.hand_over("li.na", "chen.yu", "离职", desk.shop("root"))
    desk.shop.engine.instances.terminate(desk.case, "误建", desk.shop("zhou.min"))
    # then it is not recorded, and the reason names it
    with pytest.raises(CannotRecord) as refused:
        desk.told()
    assert "交接" in refused.value.sentence("zh")


def test_several_tasks_of_one_step_are_told_apart(small_workshop: Workshop) -> None:
    # given three questions put at once, of which the second is looked at before the others are answered
    shop = small_workshop
    shop.engine.deployments.deploy(content("polled"), SYSTEM)
    case = shop.start("polled")
    first, second, third = (row.id for row in shop.tasks(case))
    for task, by in ((second, "li.na"), (None, "zhou.min"), (third, "wang.fang"), (first, "li.na")):
        shop.after(minutes=10)
        shop.engine.tasks.complete(task or shop.task(case, "look"), {}, shop(by))
    # when it is recorded, then the same is answered first
    told = shop.studio.recording.record(case, shop.owner)
    assert outcome(shop.engine, told).ok
    assert [step["complete"] for step in told["steps"] if "complete" in step] == ["ask", "look", "ask", "ask"]
    assert [step.get("index") for step in told["steps"] if "complete" in step] == [2, None, 2, None]
