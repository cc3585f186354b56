"""Signers under a task: before, after and instead of its assignee; what their votes lead to; nothing stalls."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine import NotFound, NotPermitted
from engine.models.history import ElementVisit, FormFilled, HistoryEntry
from engine.models.runtime import TaskCandidate, TaskDraft
from engine.models.working import TaskSigner
from engine.signers import BadRule, Rule, decide, read_rule
from engine.standing import NotNow, SwitchedOff
from engine.tasks.finishing import OpinionNeeded
from engine.tasks.signing import BadSigners, OwnSignature, SigningUnderWay
from tests.engine.house import House

NOTE = {"customer": "恒泰"}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 16


class Desk:
    """A note that Zhou Min is to approve."""

    def __init__(self, house: House):
        self.house, self.tasks = house, house.engine.tasks
        house.deploy("note")
        self.case = house.start("note")
        house.complete(self.case, "write", values=NOTE)
        self.task = house.task(self.case, "approve")
        self.tasks.claim(self.task, house("zhou.min"))

    def add(self, people: list[str], position: str, by: str = "zhou.min", **more: Any) -> None:
        self.tasks.add_signers(self.task, people, position, "请把关", self.house(by), **more)

    def sign(self, by: str, outcome: str = "agree", opinion: str = "", **more: Any) -> Any:
        return self.tasks.sign(self.task, outcome, opinion, self.house(by), **more)

    def approve(self, decision: str = "approve", by: str = "zhou.min") -> Any:
        return self.tasks.complete(self.task, {"decision": decision}, self.house(by))

    @property
    def row(self) -> Any:
        return next((row for row in self.house.tasks(self.case) if row.id == self.task), None)

    def states(self) -> dict[str, str]:
        """The signers' states by login, of the round that is not over."""
        names = {person.person_id: login for login, person in ((one, self.house(one)) for one in (
            "li.na", "wang.fang", "chen.yu", "liu.jun", "gao.lei", "zhou.min"))}
        return {names.get(row.person_id, row.person_id): row.state for row in self.house.rows(
            select(TaskSigner.__table__).where(TaskSigner.task_id == self.task, TaskSigner.closed.is_(False)))}

    def visit(self, element: str = "approve") -> Any:
        return self.house.rows(select(ElementVisit.__table__).where(ElementVisit.element_id == element))[-1]

    def last(self, verb: str) -> Any:
        return self.house.rows(select(HistoryEntry.__table__).where(HistoryEntry.verb == verb)
                               .order_by(HistoryEntry.id))[-1]


@pytest.fixture
def desk(small_house: House) -> Desk:
    return Desk(small_house)


# -- the rules


@pytest.mark.parametrize(("rule", "votes", "verdict"), [
    ("all", "oo", None), ("all", "ao", None), ("all", "aa", "agreed"), ("all", "ro", "refused"), ("all", "", None),
    ("any", "oo", None), ("any", "oa", "agreed"), ("any", "ro", "refused"),
    ("sequential", "aw", None), ("sequential", "aa", "agreed"), ("sequential", "rw", "refused"),
    ("ratio:0.6", "aaaoo", "agreed"), ("ratio:0.6", "aaooo", None), ("ratio:0.6", "rrooo", None),
    ("ratio:0.6", "rrroo", "refused"), ("ratio:1", "aao", None), ("ratio:0.5", "axxr", "agreed"),
])
def test_a_rule_decides_as_soon_as_it_is_certain(rule: str, votes: str, verdict: str | None) -> None:
    states = {"o": "open", "w": "waiting", "a": "agreed", "r": "refused", "x": "removed"}
    assert decide(read_rule(rule), [(states[one], Decimal(1)) for one in votes]) == verdict


@pytest.mark.parametrize(("votes", "verdict"), [
    ([("agreed", 3), ("open", 2)], "agreed"), ([("agreed", 2), ("open", 2)], None),
    ([("agreed", 2), ("refused", 2)], "refused"), ([("refused", 3), ("open", 2)], "refused"),
    ([("agreed", 1), ("removed", 9)], "agreed"),
])
def test_weights_need_more_than_their_share(votes: list[tuple[str, int]], verdict: str | None) -> None:
    assert decide(Rule("weight", Decimal("0.5")), [(state, Decimal(weight)) for state, weight in votes]) == verdict


@pytest.mark.parametrize("text", ["most", "ratio", "ratio:0", "ratio:1.1", "ratio:x", "weight:1", "weight:-1",
                                  "all:0.5", "ratio:nan", "weight:inf"])
def test_a_rule_that_is_none_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(BadRule) as bad:
        desk.add(["liu.jun"], "joint", rule=text)
    assert bad.value.fields[0].path == "rule" and desk.row.signing == ""


# -- before


def test_signers_before_a_step_hold_its_assignee_back_until_they_have_signed(desk: Desk) -> None:
    # given two signers before the assignee
    desk.add(["liu.jun", "gao.lei"], "before")
    assert desk.house.notices()[-2:] == [("liu.jun", "sign_asked"), ("gao.lei", "sign_asked")]
    # when the assignee submits
    with pytest.raises(NotNow) as held:
        desk.approve()
    # then the sentence says whom it waits for
    assert held.value.sentence("zh") == "这一步等刘军、高磊先签，现在不能提交。"
    assert held.value.sentence("en") == (
        "this step waits for Liu Jun, Gao Lei to sign first; “Submit” is not possible now.")
    # and a refusal is an opinion that the assignee hears
    desk.sign("liu.jun", "refuse", "证据不足")
    assert desk.states() == {"liu.jun": "refused", "gao.lei": "open"}
    desk.sign("gao.lei")
    assert desk.house.notices()[-2:] == [("zhou.min", "sign_refused"), ("zhou.min", "signed")]
    assert desk.row.signing == "" and desk.approve().ended


def test_signers_in_turn_sign_one_after_the_other(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "before", rule="sequential")
    assert desk.states() == {"liu.jun": "open", "gao.lei": "waiting"}
    with pytest.raises(NotPermitted):
        desk.sign("gao.lei")
    desk.sign("liu.jun")
    assert desk.states() == {"liu.jun": "agreed", "gao.lei": "open"}
    assert desk.house.notices()[-1] == ("gao.lei", "sign_asked")


def test_more_signers_may_join_and_a_removed_one_is_told(desk: Desk) -> None:
    desk.add(["liu.jun"], "before")
    desk.add(["gao.lei"], "before")
    with pytest.raises(SigningUnderWay) as other:
        desk.add(["li.na"], "after")
    assert other.value.sentence("zh") == "这一步正在加签或会签，等刘军、高磊签完再加。"
    with pytest.raises(BadSigners):
        desk.add(["gao.lei"], "before")
    desk.tasks.remove_signer(desk.task, "gao.lei", "不用了", desk.house("zhou.min"))
    assert desk.house.notices()[-1] == ("gao.lei", "sign_removed")
    with pytest.raises(NotPermitted):
        desk.sign("gao.lei")
    desk.tasks.remove_signer(desk.task, "liu.jun", "也不用了", desk.house("zhou.min"))
    assert desk.row.signing == "" and desk.row.assignee_id == desk.house("zhou.min").person_id
    assert desk.approve().ended


def test_a_second_round_knows_nothing_of_the_first(desk: Desk) -> None:
    desk.add(["liu.jun"], "before")
    desk.sign("liu.jun", "refuse", "不妥")
    desk.add(["gao.lei"], "after")
    desk.approve()
    assert desk.sign("gao.lei").ended


# -- after


def test_what_was_submitted_counts_when_the_signers_after_it_have_agreed(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "after")
    assert desk.house.count(TaskSigner, TaskSigner.state == "open") == 0, "their turn comes with the submission"
    with pytest.raises(NotPermitted):
        desk.sign("liu.jun")
    done = desk.approve()
    assert (done.ended, done.next_task_id) == (False, None) and desk.row.submitted["values"] == {"decision": "approve"}
    with pytest.raises(NotNow) as waits:
        desk.approve()
    assert waits.value.sentence("zh") == "这一步已提交，等刘军、高磊签署，现在不能提交。"
    assert desk.house.count(FormFilled, FormFilled.element_id == "approve") == 0, "nothing counts yet"
    desk.sign("liu.jun", opinion="同意")
    assert desk.sign("gao.lei").ended
    # the step was done by whom the step belonged to
    assert desk.visit().by == desk.house("zhou.min").person_id
    assert desk.last("completed").by == desk.house("zhou.min").person_id
    assert desk.house.verbs(desk.case)[-4:] == ["signed", "signed", "completed", "ended"]
    told = desk.house.variables(desk.case)["signed_opinions"]
    assert [(one["by"], one["agreed"], one["opinion"]) for one in told] == [
        ("liu.jun", True, "同意"), ("gao.lei", True, "")]


def test_a_refusal_gives_the_task_back_with_its_values(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "after")
    desk.approve()
    with pytest.raises(OpinionNeeded) as why:
        desk.sign("liu.jun", "refuse")
    assert why.value.fields[0].path == "opinion"
    desk.sign("liu.jun", "refuse", "金额不对")
    assert desk.row.signing == "" and desk.row.submitted is None
    assert desk.row.assignee_id == desk.house("zhou.min").person_id
    assert desk.house.notices()[-1] == ("zhou.min", "sign_refused")
    draft, = desk.house.rows(select(TaskDraft.__table__))
    assert draft.values == {"decision": "approve"} and draft.person_id == desk.house("zhou.min").person_id
    assert desk.approve("return").ended is False, "without signers it is submitted at once"
    assert desk.house.open(desk.case) == ["write"]


def test_a_submission_that_is_wrong_is_told_to_whom_it_belongs(desk: Desk) -> None:
    desk.add(["liu.jun"], "after")
    with pytest.raises(Exception, match="invalid"):
        desk.approve("perhaps")
    assert desk.row.submitted is None and desk.states() == {"liu.jun": "waiting"}


def test_the_last_signer_after_a_step_removed_gives_it_back(desk: Desk) -> None:
    desk.add(["liu.jun"], "after")
    desk.approve()
    desk.house.engine.identity.leave("liu.jun", desk.house("root"))
    desk.tasks.remove_signer(desk.task, "liu.jun", "已离职", desk.house("zhou.min"))
    assert (desk.row.signing, desk.row.submitted) == ("", None)
    assert desk.approve().ended


# -- jointly


def test_joint_signers_take_the_place_of_the_assignee(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "joint")
    assert desk.row.assignee_id is None
    assert [row.unclaimed for row in desk.house.rows(select(TaskCandidate.unclaimed))] == [False], "in nobody's pool"
    with pytest.raises(NotNow):
        desk.approve()
    desk.sign("liu.jun", "approve", "可以")
    assert desk.sign("gao.lei", "agree", "同意").ended, "the first outcome is agreement"
    form = desk.house.variables(desk.case)["note_verdict"]
    assert form["decision"] == "approve"


def test_a_refusal_decides_a_joint_step_and_spares_the_rest(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei", "li.na"], "joint")
    desk.sign("gao.lei", "return", "重写")
    assert desk.house.open(desk.case) == ["write"]
    assert desk.house.count(TaskSigner) == 0, "they went with the task"
    assert desk.last("signed").detail["outcome"] == "return"


def test_the_first_vote_decides_where_one_is_enough(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "joint", rule="any")
    assert desk.sign("gao.lei").ended


def test_shares_and_weights_decide_as_soon_as_certain(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei", "li.na"], "joint", rule="weight:0.5", weights={"liu.jun": 1, "gao.lei": "2.5"})
    desk.sign("liu.jun", "refuse", "不")
    assert desk.sign("gao.lei").ended, "2.5 of 4.5 are more than half"


@pytest.mark.parametrize("weight", [0, -1, "x", "0.001", 10**9])
def test_a_weight_that_is_none_is_refused(desk: Desk, weight: Any) -> None:
    with pytest.raises(BadSigners) as bad:
        desk.add(["liu.jun"], "joint", rule="weight:0.5", weights={"liu.jun": weight})
    assert bad.value.fields[0].path == "weights"


def test_removing_who_is_awaited_lets_the_others_decide(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "joint")
    desk.sign("liu.jun")
    desk.house.engine.identity.leave("gao.lei", desk.house("root"))
    done = desk.tasks.remove_signer(desk.task, "gao.lei", "已离职", desk.house("zhou.min"))
    assert done.ended


def test_the_last_joint_signer_removed_gives_the_task_back_to_whom_it_was(desk: Desk) -> None:
    desk.add(["liu.jun"], "joint")
    desk.tasks.remove_signer(desk.task, "liu.jun", "改由我办", desk.house("zhou.min"))
    assert desk.row.assignee_id == desk.house("zhou.min").person_id and desk.row.signing == ""
    desk.add(["liu.jun"], "joint")
    desk.house.engine.identity.leave("zhou.min", desk.house("root"))
    desk.tasks.remove_signer(desk.task, "liu.jun", "人走了", desk.house("root"))
    assert desk.row.assignee_id is None
    assert [row.unclaimed for row in desk.house.rows(select(TaskCandidate.unclaimed))] == [True]


# -- signatures and people


def test_a_signature_that_was_not_uploaded_is_refused(desk: Desk) -> None:
    desk.add(["liu.jun"], "before")
    with pytest.raises(BadSigners) as missing:
        desk.sign("liu.jun", signature="0" * 64)
    assert missing.value.fields[0].path == "signature"


def test_nobody_strange_signs_adds_or_removes(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        desk.add(["liu.jun"], "before", by="li.na")
    desk.add(["liu.jun"], "before")
    for login in ("zhou.min", "li.na", "xu.shen", "root"):
        with pytest.raises(NotPermitted):
            desk.sign(login)
    with pytest.raises(NotPermitted):
        desk.tasks.remove_signer(desk.task, "liu.jun", "不用", desk.house("wang.fang"))
    with pytest.raises(NotFound):
        desk.tasks.remove_signer(desk.task, "gao.lei", "不用", desk.house("zhou.min"))
    for people in ([], ["zhou.min"], ["liu.jun"]):
        with pytest.raises(BadSigners):
            desk.add(people, "before")


def test_an_outcome_that_is_none_is_refused(desk: Desk) -> None:
    desk.add(["liu.jun"], "joint")
    with pytest.raises(BadSigners) as bad:
        desk.sign("liu.jun", "perhaps", "嗯")
    assert bad.value.fields[0].path == "outcome"
    assert issubclass(OwnSignature, NotPermitted)


# -- named by the drawing


@pytest.fixture
def council(small_house: House) -> House:
    small_house.deploy("council")
    return small_house


def test_a_drawing_names_the_signers_and_their_rule(council: House) -> None:
    # given a vote of three, of which one is named by login and two by a role
    council.engine.identity.set_roles("gao.lei", [("director", "hq")], council("root"))
    case = council.start("council", variables={"members": ["zhou.min", "role:director", "who.left"]})
    task = council.task(case, "vote")
    assert sorted(council.notices()) == [
        ("gao.lei", "sign_asked"), ("liu.jun", "sign_asked"), ("zhou.min", "sign_asked")]
    # when one agrees without a word: the step wants an opinion with that outcome
    with pytest.raises(OpinionNeeded):
        council.engine.tasks.sign(task, "approve", "", council("liu.jun"))
    council.engine.tasks.sign(task, "approve", "可行", council("liu.jun"))
    council.engine.tasks.sign(task, "approve", "同意", council("gao.lei"))
    # then two of three are enough, and the third is spared
    assert council.open(case) == ["file"]
    assert council.variables(case)["note_verdict"]["decision"] == "approve"


def test_without_anybody_who_is_there_it_waits_for_the_role(council: House) -> None:
    case = council.start("council", variables={"members": ["who.left"]})
    council.engine.tasks.complete(council.task(case, "vote"), {"decision": "return"}, council("zhou.min"))
    assert council.open(case) == ["file"]


def test_a_process_switches_operations_off_and_a_step_on_again(council: House) -> None:
    case = council.start("council", variables={"members": []})
    tasks, task = council.engine.tasks, council.task(case, "vote")
    tasks.claim(task, council("zhou.min"))
    with pytest.raises(SwitchedOff) as off:
        tasks.delegate(task, "liu.jun", "", council("zhou.min"))
    assert off.value.sentence("zh") == "这个流程的这一步没有开放“委派”。"
    tasks.complete(task, {"decision": "return"}, council("zhou.min"))
    following = council.task(case, "file")
    tasks.claim(following, council("li.na"))
    with pytest.raises(SwitchedOff):
        tasks.transfer(following, "wang.fang", "转", council("li.na"))
    tasks.delegate(following, "wang.fang", "", council("li.na"))


def test_the_task_page_shows_who_signs_and_what_was_submitted(desk: Desk) -> None:
    def page(login: str) -> Any:
        return desk.house.engine.boards.task(desk.task, desk.house(login))

    desk.add(["liu.jun", "gao.lei"], "after", rule="sequential")
    desk.approve("return")
    view = page("zhou.min")
    assert (view.signing, view.submitted, view.may_edit, view.my_sign) == ("after", True, False, False)
    assert view.read_only_reason.zh == "等 刘军、高磊 签署。"
    view = page("liu.jun")
    assert (view.my_sign, view.may_edit) == (True, False)
    assert [(one.login, one.state) for one in view.signers] == [("liu.jun", "open"), ("gao.lei", "waiting")]
    assert view.form.sections[0].fields[0].value == "return", "they see what they sign"
    desk.sign("liu.jun", "refuse", "不妥")
    view = page("zhou.min")
    assert (view.signing, view.may_edit, view.read_only_reason) == ("", True, None)
    assert [(one.login, one.state, one.opinion, one.over) for one in view.signers] == [
        ("liu.jun", "refused", "不妥", True), ("gao.lei", "spared", "", True)]
    desk.tasks.delegate(desk.task, "liu.jun", "", desk.house("zhou.min"))
    view = page("liu.jun")
    assert (view.owner.zh, view.may_edit, view.may_release) == ("周敏", True, False)


def test_a_handwritten_signature_is_kept_with_the_vote_and_never_given_for_somebody_else(desk: Desk) -> None:
    house, now = desk.house, desk.house.clock.now()
    picture = house.engine.files.put("签字.png", PNG, house("liu.jun"))
    desk.add(["liu.jun", "gao.lei"], "before")
    # a substitute signs, but not by hand
    house.engine.identity.substitute("gao.lei", "liu.jun", now, now + timedelta(days=1), None, "出差", house("root"))
    desk.sign("liu.jun", signature=picture)
    with pytest.raises(OwnSignature) as others:
        desk.sign("liu.jun", signature=picture["sha256"])
    assert others.value.sentence("zh") == "签字只能由本人完成，不能代签。"
    desk.sign("liu.jun", opinion="代为同意")
    entries = house.rows(select(HistoryEntry.by, HistoryEntry.on_behalf_of, HistoryEntry.detail)
                         .where(HistoryEntry.verb == "signed").order_by(HistoryEntry.id))
    assert entries[0].detail["signature"]["file"]["sha256"] == picture["sha256"]
    assert (entries[1].on_behalf_of, entries[1].detail["signature"]) == (house("gao.lei").person_id, None)
    assert [one.signed for one in house.engine.boards.task(desk.task, house("zhou.min")).signers] == [True, False]
    assert desk.approve().ended


def test_the_step_before_cannot_be_taken_back_once_somebody_has_signed(desk: Desk) -> None:
    desk.add(["liu.jun", "gao.lei"], "joint")
    before = desk.row.revision
    desk.sign("liu.jun")
    assert desk.row.revision == before + 1
