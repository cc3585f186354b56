"""In a sandbox people do all that they do at work: pass on, return, sign, take back, stop the case, jump."""

from __future__ import annotations

from typing import Any

import pytest

from engine import BihuanError, NotFound
from tests.studio.conftest import Workshop
from tests.studio.test_sandbox import Table


class Acting(Table):
    """A table at which more is done than filling in forms."""

    def task(self, element: str) -> Any:
        return next(one for one in self.view.tasks if one.element_id == element)

    def verbs(self, element: str = "", case: str = "") -> dict[str, tuple[str, ...]]:
        """Login -> what this person may do with a task, or with the case."""
        offers = self.boxes.offers(self.id, self.by, task=self.task(element).id if element else "",
                                   case=case or (self.view.cases[0].id if not element else ""))
        return {one.person.login: one.verbs for one in offers}

    def act(self, verb: str, element: str, login: str, **given: Any) -> None:
        self.boxes.act(self.id, self.task(element).id, verb, login, given, self.view.revision, self.by)

    def operate(self, verb: str, login: str, **given: Any) -> None:
        self.boxes.operate(self.id, self.view.cases[0].id, verb, login, given, self.view.revision, self.by)

    def steps(self) -> list[dict[str, Any]]:
        return self.boxes.scenario(self.id, self.by)["steps"]


@pytest.fixture
def table(small_workshop: Workshop) -> Acting:
    table = Acting(small_workshop)
    table.start()
    return table


def test_what_each_may_do_is_what_the_table_of_operations_says(table: Acting) -> None:
    # given a task that nobody has claimed, and two agents
    table.boxes.give(table.id, table.view.revision, table.by, login="second", name="第二位", role="agent")
    offered = table.verbs("write")
    # then who could claim it may pass it on, and who supervises may take it
    assert {"transfer", "delegate", "return_to", "add_signers"} <= set(offered["agent"])
    assert {"reassign", "take_over", "add_signers"} <= set(offered["supervisor"])
    assert "transfer" not in offered["supervisor"] and "reassign" not in offered["second"]
    # and what has no sense without a deadline is not there
    assert not {"pause_clock", "resume_clock", "escalate", "remove_signer", "sign"} & set(offered["agent"])
    # and the starter may cancel, who supervises more
    on_case = table.verbs()
    assert on_case["agent"] == ("cancel",)
    assert set(on_case["supervisor"]) == {"cancel", "terminate", "suspend", "jump"}


def test_a_task_is_transferred_and_the_receiver_plays_it(table: Acting) -> None:
    table.boxes.give(table.id, table.view.revision, table.by, login="second", name="第二位", role="agent")
    table.act("transfer", "write", "agent", to="second", reason="请帮忙")
    assert [one.login for one in table.task("write").players] == ["second"]
    assert table.view.steps[-1].words.zh == "客服把“write”转办给第二位"
    # and the scenario has both of them
    table.complete("write", "second", customer="王芳")
    told = table.boxes.scenario(table.id, table.by)
    assert told["steps"][1] == {"transfer": "write", "by": "agent", "to": "second", "reason": "请帮忙"}
    assert set(told["given"]["people"]) == {"agent", "second"}


def test_a_case_is_returned_from_a_task_that_nobody_has(table: Acting) -> None:
    # given an approval that nobody has claimed
    table.complete("write", customer="王芳")
    seen = len(table.view.steps)
    targets = table.boxes.return_targets(table.id, table.task("approve").id, "supervisor", table.by)
    # then the steps before it can be looked at without anything having happened
    assert [one.element_id for one in targets] == ["write"]
    assert len(table.view.steps) == seen
    # when it is returned, the first step is there again, and afterwards comes straight back
    table.act("return_to", "approve", "supervisor", to="write", straight=True, reason="缺电话")
    assert table.open() == ["write"]
    table.complete("write", "agent", phone="13862156621")
    assert [one.login for one in table.task("approve").players] == ["supervisor"]


def test_others_sign_and_then_it_goes_on(table: Acting) -> None:
    table.complete("write", customer="王芳")
    table.act("add_signers", "approve", "supervisor", people=["agent", "director"], position="joint", reason="会签")
    # then the signers play it, not the supervisor
    assert [one.login for one in table.task("approve").signers] == ["agent", "director"]
    assert table.task("approve").players == ()
    table.act("sign", "approve", "agent", outcome="agree")
    table.act("sign", "approve", "director", outcome="agree", opinion="同意")
    assert table.view.cases[0].state == "completed"


def test_a_completion_is_taken_back_and_what_was_typed_counts_again(table: Acting) -> None:
    table.complete("write", customer="王芳")
    assert "pull_back" in table.verbs()["agent"]
    table.operate("pull_back", "agent")
    assert table.open() == ["write"]
    # when the same is typed again, it is handed in, though it stands there as a draft
    table.complete("write", customer="王芳")
    assert table.open() == ["approve"]
    assert [next(iter(step)) for step in table.steps()[:4]] == ["start", "complete", "pull_back", "complete"]


def test_a_case_stands_still_goes_on_and_jumps(table: Acting) -> None:
    table.operate("suspend", "supervisor", reason="等料")
    assert set(table.verbs()["supervisor"]) == {"cancel", "terminate", "resume"}
    assert "transfer" not in table.verbs("write").get("agent", ())
    table.operate("resume", "supervisor", reason="到了")
    table.operate("jump", "supervisor", cancel=["write"], to=["approve"], reason="已有记录")
    assert table.open() == ["approve"]
    table.operate("cancel", "agent", reason="误建")
    assert table.view.cases[0].state == "cancelled"
    assert table.verbs() == {}


def test_what_is_refused_is_told_and_not_kept(table: Acting) -> None:
    for verb, given in (("transfer", {"to": "director"}), ("transfer", {"reason": "请帮忙"}),
                        ("return_to", {"to": "approve", "reason": "不行"})):
        with pytest.raises(BihuanError):
            table.act(verb, "write", "agent", **given)
    with pytest.raises(NotFound):
        table.boxes.offers(table.id, table.by, task="gone")
    assert [step.kind for step in table.view.steps] == ["start"]


def test_the_steps_are_a_scenario_that_passes(table: Acting, small_workshop: Workshop) -> None:
    table.complete("write", customer="王芳")
    table.act("add_signers", "approve", "supervisor", people=["director"], reason="请把关")
    table.act("sign", "approve", "director", outcome="agree")
    table.operate("suspend", "supervisor", reason="等料")
    table.take(after="P1D")
    table.operate("resume", "supervisor", reason="到了")
    table.complete("approve", "supervisor", decision="approve")
    table.boxes.save(table.id, "签过再批", "", table.by)
    scenarios = small_workshop.studio.scenarios
    scenarios.run(table.draft, table.by)
    (result,) = [one.result for file in scenarios.list(table.draft, table.by).files for one in file.scenarios]
    assert result.ok, result.words
