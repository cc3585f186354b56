"""What goes on around a task: copies, reminders, comments, phrases, putting off, who else is looking, bulk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import NotFound, NotPermitted
from engine.errors import PersonLeft
from engine.models.identity import Notice
from engine.models.runtime import Job, UserTask
from engine.models.working import CarbonCopy, Mention, Presence, Urge
from engine.tasks import AlreadyDone
from engine.tasks.attending import BadMoment
from engine.tasks.copying import NobodyChosen
from engine.tasks.phrasing import BadPhrase
from engine.tasks.talking import BadComment
from engine.tasks.urging import NobodyToUrge, UrgedAlready, UrgeSent
from tests.engine.house import House


class Case:
    """A note of Li Na's that Wang Fang has claimed."""

    def __init__(self, house: House):
        self.house, self.tasks = house, house.engine.tasks
        house.deploy("note")
        self.id = house.start("note", variables={"note_form": {"customer": "恒泰"}})
        self.task = house.task(self.id, "write")
        self.tasks.claim(self.task, house("wang.fang"))

    def __call__(self, login: str) -> Any:
        return self.house(login)

    def told(self, code: str) -> list[str]:
        return [login for login, one in self.house.notices() if one == code]


@pytest.fixture
def case(small_house: House) -> Case:
    return Case(small_house)


# -- copies


def test_whoever_gets_a_copy_sees_the_case_and_says_that_it_was_read(case: Case) -> None:
    # given somebody of another branch, who cannot see the case
    with pytest.raises(NotFound):
        case.house.engine.boards.task(case.task, case("he.wai"))
    # when a copy is sent, of the task
    assert case.tasks.send_copy(case.task, ["he.wai", "xu.shen"], "请知悉", case("li.na")) == 2
    # then the case can be seen, the notice says why, and the sender finds who has read it
    assert case.house.engine.boards.task(case.task, case("he.wai")).row.id == case.task
    assert sorted(case.told("copied")) == ["he.wai", "xu.shen"]
    copies = case.house.rows(select(CarbonCopy.__table__).where(CarbonCopy.person_id == case("he.wai").person_id))
    assert [(row.note, row.element_id, row.read_at) for row in copies] == [("请知悉", "write", None)]
    assert case.tasks.mark_read([copies[0].id], case("he.wai")) == 1
    assert case.tasks.mark_read([copies[0].id], case("he.wai")) == 0
    read, = case.house.rows(select(CarbonCopy.read_at).where(CarbonCopy.id == copies[0].id))
    assert read.read_at == case.house.clock.now()
    with pytest.raises(NotFound):
        case.tasks.mark_read([copies[0].id], case("li.na"))


def test_an_unread_copy_is_not_sent_twice_and_a_copy_of_the_case_needs_no_task(case: Case) -> None:
    assert case.tasks.send_copy(case.id, ["he.wai"], "", case("li.na")) == 1
    assert case.tasks.send_copy(case.id, ["he.wai", "chen.yu"], "", case("li.na")) == 1
    assert case.tasks.send_copy(case.id, ["he.wai"], "", case("zhou.min")) == 1, "another sender, another copy"
    assert case.house.verbs(case.id).count("copied") == 3


def test_copies_go_to_somebody_who_is_there_from_somebody_who_sees(case: Case) -> None:
    with pytest.raises(NobodyChosen):
        case.tasks.send_copy(case.id, [], "", case("li.na"))
    case.house.engine.identity.leave("he.wai", case("root"))
    with pytest.raises(PersonLeft) as left:
        case.tasks.send_copy(case.id, ["he.wai"], "", case("li.na"))
    assert left.value.fields[0].path == "people"
    with pytest.raises(NotFound):
        case.tasks.send_copy(case.id, ["li.na"], "", case("chen.yu"))
    with pytest.raises(NotPermitted):
        case.tasks.send_copy(case.id, ["li.na"], "", case("xu.shen"))


# -- reminders


def test_a_reminder_goes_out_after_eight_seconds(case: Case) -> None:
    card = case.tasks.urge(case.task, "客户在等", case("li.na"))
    assert [name.zh for name in card.sent_to] == ["王芳"] and not card.to_leader
    assert case.told("urged") == [], "not yet"
    case.house.after(seconds=9)
    assert case.told("urged") == ["wang.fang"]
    assert card.undo_until - case.house.rows(select(Urge.at))[0][0] == timedelta(seconds=8)
    with pytest.raises(UrgeSent) as late:
        case.tasks.take_back_urge(card.id, case("li.na"))
    assert late.value.sentence("zh") == "催办已经发出，不能撤销。"


def test_a_reminder_taken_back_is_never_sent_and_does_not_count(case: Case) -> None:
    card = case.tasks.urge(case.task, "", case("li.na"))
    with pytest.raises(NotFound):
        case.tasks.take_back_urge(card.id, case("zhou.min"))
    case.tasks.take_back_urge(card.id, case("li.na"))
    case.house.after(minutes=1)
    assert case.told("urged") == [] and case.house.count(Job, Job.kind == "urge") == 0
    assert case.tasks.urge(case.task, "", case("li.na")).to_leader is False, "no pause after what was taken back"


def test_half_an_hour_lies_between_reminders_and_the_leader_hears_the_third(case: Case) -> None:
    for number in range(3):
        card = case.tasks.urge(case.task, f"第 {number + 1} 次", case("li.na"))
        case.house.after(minutes=10)
        with pytest.raises(UrgedAlready) as early:
            case.tasks.urge(case.task, "", case("zhou.min"))
        assert early.value.sentence("zh") == "刚刚催办过，20 分钟后才能再次催办。"
        case.house.after(minutes=21)
    assert card.to_leader and case.told("urged") == ["wang.fang"] * 3
    assert case.told("urged_leader") == ["zhou.min"], "the first role of the agent's chain"
    params = case.house.rows(select(Notice.params).where(Notice.code == "urged_leader"))[0][0]
    assert (params["who"], params["count"]) == ("王芳", 3)


def test_a_reminder_of_what_nobody_has_goes_to_all_who_may_claim_it(case: Case) -> None:
    case.tasks.release(case.task, case("wang.fang"))
    card = case.tasks.urge(case.task, "", case("zhou.min"))
    assert sorted(name.zh for name in card.sent_to) == ["李娜", "王芳"]


def test_nobody_reminds_oneself_and_a_reminder_dies_with_its_task(case: Case) -> None:
    with pytest.raises(NobodyToUrge):
        case.tasks.urge(case.task, "", case("wang.fang"))
    case.tasks.urge(case.task, "", case("li.na"))
    case.tasks.complete(case.task, {"customer": "恒泰"}, case("wang.fang"))
    case.house.after(minutes=1)
    assert case.told("urged") == []


def test_a_reminder_finds_whom_the_task_waits_for_when_it_is_sent(case: Case) -> None:
    case.tasks.add_signers(case.task, ["gao.lei"], "before", "请看", case("wang.fang"))
    case.tasks.urge(case.task, "", case("li.na"))
    case.house.after(seconds=9)
    assert case.told("urged") == ["gao.lei"]


# -- comments


def test_somebody_asked_in_a_comment_sees_the_case_and_answers(case: Case) -> None:
    by = case.house.clock.now() + timedelta(hours=4)
    asked = case.tasks.comment(case.id, "@he.wai 请确认库存", case("wang.fang"), task_id=case.task, reply_by=by)
    assert case.told("asked") == ["he.wai"]
    mention, = case.house.rows(select(Mention.__table__))
    assert (mention.reply_sort, mention.answered_at) == (by, None)
    answer = case.tasks.comment(case.id, "有货", case("he.wai"), reply_to=asked)
    assert case.told("answered") == ["wang.fang"]
    assert case.house.rows(select(Mention.answered_at))[0][0] == case.house.clock.now()
    cards = case.tasks.comments(case.id, case("li.na"))
    assert [(card.id, card.by.login, card.text, card.reply_to) for card in cards] == [
        (asked, "wang.fang", "@he.wai 请确认库存", None), (answer, "he.wai", "有货", asked)]
    assert [(one.person.login, one.answered_at is not None) for one in cards[0].asked] == [("he.wai", True)]


def test_a_question_is_marked_as_answered_by_whom_it_was_for(case: Case) -> None:
    asked = case.tasks.comment(case.id, "看一下", case("wang.fang"), mentions=["li.na"])
    with pytest.raises(NotFound):
        case.tasks.answered(asked, case("zhou.min"))
    case.tasks.answered(asked, case("li.na"))
    with pytest.raises(NotFound):
        case.tasks.answered(asked, case("li.na"))


def test_comments_are_internal_unless_said(case: Case) -> None:
    case.tasks.comment(case.id, "客户可见", case("wang.fang"), public=True)
    case.tasks.comment(case.id, "内部", case("wang.fang"))
    assert [card.public for card in case.tasks.comments(case.id, case("wang.fang"))] == [True, False]


@pytest.mark.parametrize(("text", "more", "field"), [
    ("  ", {}, "text"), ("x" * 5001, {}, "text"), ("x", {"reply_by": "past"}, "reply_by")])
def test_a_comment_that_says_nothing_is_refused_at_its_field(case: Case, text: str, more: Any, field: str) -> None:
    if more:
        more = {"reply_by": case.house.clock.now()}
    with pytest.raises(BadComment) as bad:
        case.tasks.comment(case.id, text, case("wang.fang"), **more)
    assert bad.value.fields[0].path == field and bad.value.sentence("zh") and bad.value.sentence("en")


def test_comments_stay_within_their_case_and_those_who_see_it(case: Case) -> None:
    other = case.house.start("note")
    there = case.tasks.comment(other, "那边", case("li.na"))
    for bad in (lambda: case.tasks.comment(case.id, "x", case("li.na"), reply_to=there),
                lambda: case.tasks.comment(other, "x", case("li.na"), task_id=case.task),
                lambda: case.tasks.comment(case.id, "x", case("he.wai")),
                lambda: case.tasks.comments(case.id, case("he.wai"))):
        with pytest.raises(NotFound):
            bad()
    case.house.engine.instances.suspend(case.id, "等", case("zhou.min"))
    case.tasks.comment(case.id, "挂起时也可沟通", case("li.na"))


# -- phrases


def test_phrases_are_ones_own_and_the_teams_and_know_the_case(case: Case) -> None:
    mine = case.tasks.save_phrase("{客户} 您好，我是{我}。", case("wang.fang"))
    case.tasks.save_phrase("统一口径：{case_number}", case("zhou.min"), unit="north", form_key="note_form")
    case.tasks.save_phrase("别的表单", case("wang.fang"), form_key="note_verdict")
    cards = case.tasks.phrases(case("wang.fang"), "note_form", task_id=case.task)
    number = case.house.row(case.id).case_number
    assert [(card.filled, card.unit.zh if card.unit else None, card.may_change) for card in cards] == [
        ("恒泰 您好，我是王芳。", None, True), (f"统一口径：{number}", "north", False)]
    assert [card.text for card in case.tasks.phrases(case("chen.yu"))] == [], "another branch"
    case.tasks.save_phrase("改过", case("wang.fang"), phrase_id=mine)
    case.tasks.delete_phrase(mine, case("wang.fang"))
    assert len(case.tasks.phrases(case("wang.fang"))) == 2


def test_phrases_are_changed_by_whose_they_are(case: Case) -> None:
    mine = case.tasks.save_phrase("我的", case("wang.fang"))
    for act in (lambda: case.tasks.delete_phrase(mine, case("li.na")),
                lambda: case.tasks.save_phrase("x", case("li.na"), phrase_id=mine),
                lambda: case.tasks.save_phrase("x", case("zhou.min"), unit="nowhere")):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotPermitted):
        case.tasks.save_phrase("x", case("li.na"), unit="north_desk")
    for text in ("", "x" * 1001):
        with pytest.raises(BadPhrase):
            case.tasks.save_phrase(text, case("li.na"))


# -- putting off, presence


def test_a_task_put_off_is_out_of_sight_until_then(case: Case) -> None:
    until = case.house.clock.now() + timedelta(hours=3)
    case.tasks.snooze(case.task, until, case("wang.fang"))
    assert case.house.rows(select(UserTask.follow_up_at))[0][0] == until
    case.tasks.transfer(case.task, "li.na", "我休息", case("wang.fang"))
    assert case.house.rows(select(UserTask.follow_up_at))[0][0] is None, "it is not out of the other's sight"
    for moment in (case.house.clock.now(), case.house.clock.now() + timedelta(days=400)):
        with pytest.raises(BadMoment):
            case.tasks.snooze(case.task, moment, case("li.na"))
    with pytest.raises(NotPermitted):
        case.tasks.snooze(case.task, until, case("wang.fang"))


def test_people_see_who_else_has_the_task_open(case: Case) -> None:
    assert case.tasks.seen(case.task, case("wang.fang"), editing=True) == ()
    others = case.tasks.seen(case.task, case("zhou.min"))
    assert [(one.login, one.name.zh, one.editing) for one in others] == [("wang.fang", "王芳", True)]
    case.tasks.seen(case.task, case("wang.fang"), editing=False)
    assert case.house.count(Presence) == 2
    case.house.clock.move(timedelta(seconds=61))
    assert case.tasks.seen(case.task, case("zhou.min")) == (), "who was not seen for a minute is gone"
    with pytest.raises(NotFound):
        case.tasks.seen(case.task, case("he.wai"))
    case.tasks.complete(case.task, {"customer": "恒泰"}, case("wang.fang"))
    with pytest.raises(AlreadyDone):
        case.tasks.seen(case.task, case("zhou.min"))


# -- many at once, and what is allowed


def test_one_verb_for_many_tasks_has_a_row_for_each(case: Case) -> None:
    others = [case.house.start("note") for _ in range(3)]
    ids = [case.house.task(one, "write") for one in others]
    case.tasks.claim(ids[1], case("wang.fang"))
    rows = case.tasks.many("claim", [*ids, "0" * 26, ids[0]], case("li.na"))
    assert [(row.id, row.ok) for row in rows] == [(ids[0], True), (ids[1], False), (ids[2], True), ("0" * 26, False)]
    assert rows[1].sentence.zh == "王芳 0 秒前已认领这一步。"
    assert rows[1].case_number == case.house.row(others[1]).case_number
    done = case.tasks.many("complete", ids, case("li.na"), values={"customer": "一并"})
    assert [row.ok for row in done] == [True, False, True]
    late = case.tasks.many("complete", ids[:1], case("wang.fang"), values={"customer": "迟"})
    assert late[0].case_number == case.house.row(others[0]).case_number, "even of a task that is gone"
    moved = case.tasks.many("reassign", [ids[1]], case("zhou.min"), to="li.na", reason="均衡")
    assert moved[0].ok
    for verb in ("delete", "_complete", "many", "cancel"):
        with pytest.raises(NotFound):
            case.tasks.many(verb, ids, case("li.na"))


def test_the_task_page_learns_what_one_may_do_and_what_stands_against_it(case: Case) -> None:
    def may(login: str) -> dict[str, str | None]:
        return {one.verb: one.why_not.sentence("zh") if one.why_not else None
                for one in case.tasks.allowed(case.task, case(login))}

    assert {verb for verb, why in may("wang.fang").items() if why is None} >= {
        "complete", "transfer", "delegate", "add_signers", "release", "snooze", "send_copy", "comment"}
    assert may("wang.fang").get("reassign", "absent") == "absent"
    assert "remove_signer" not in may("wang.fang"), "there is none to remove"
    assert {"reassign", "take_over", "urge"} <= set(may("zhou.min"))
    assert set(may("xu.shen")) == {"seen"}, "an auditor looks"
    case.tasks.add_signers(case.task, ["gao.lei"], "before", "请看", case("wang.fang"))
    assert may("wang.fang")["complete"] == "这一步等高磊先签，现在不能提交。"
    assert may("wang.fang")["remove_signer"] is None
    case.house.engine.instances.suspend(case.id, "等", case("zhou.min"))
    assert may("wang.fang")["transfer"] == "案件已挂起，恢复后才能办理。" and may("wang.fang")["comment"] is None
    with pytest.raises(NotFound):
        case.tasks.allowed(case.task, case("he.wai"))



# -- how it is told


def test_the_timeline_tells_every_operation_in_both_languages(case: Case) -> None:
    now = case.house.clock.now()
    case.house.engine.identity.substitute("wang.fang", "chen.yu", now, now + timedelta(days=1), None, "休假",
                                          case("wang.fang"))
    case.tasks.delegate(case.task, "li.na", "", case("chen.yu"))
    case.tasks.hand_back(case.task, "", case("li.na"))
    case.tasks.add_signers(case.task, ["gao.lei"], "before", "请看", case("wang.fang"))
    case.tasks.sign(case.task, "refuse", "不妥", case("gao.lei"))
    case.tasks.send_copy(case.id, ["he.wai"], "", case("li.na"))
    case.tasks.urge(case.task, "", case("li.na"))
    told = case.house.engine.boards.case(case.id, case("li.na"), "zh").timeline
    lines = [(entry.by.zh, entry.sentence.zh) for entry in reversed(told)][-6:]
    assert lines == [
        ("陈宇 代 王芳", "把“write”委派给 李娜"), ("李娜", "交还“write”"), ("王芳", "请 高磊 签署“write”（前加签）"),
        ("高磊", "签署“write”：不同意"), ("李娜", "抄送 何外"), ("李娜", "催办“write”（王芳）")]
    assert [entry.sentence.en for entry in told][:2] == [
        "reminded Wang Fang of “write a note”", "sent a copy to He Wai"]
    assert not any("{" in entry.sentence.zh + entry.sentence.en for entry in told)


def test_a_substitute_hears_what_the_absent_person_is_told(case: Case) -> None:
    now = case.house.clock.now()
    case.house.engine.identity.substitute("wang.fang", "chen.yu", now, now + timedelta(days=1), None, "休假",
                                          case("wang.fang"))
    case.tasks.urge(case.task, "", case("li.na"))
    case.tasks.add_signers(case.task, ["wang.fang"], "joint", "请签", case("zhou.min"))
    case.house.after(seconds=9)
    assert sorted(case.told("urged")) == sorted(case.told("sign_asked")) == ["chen.yu", "wang.fang"]


def test_the_case_says_which_signers_it_waits_for(case: Case) -> None:
    case.tasks.add_signers(case.task, ["gao.lei", "liu.jun"], "joint", "请签", case("wang.fang"))
    waiting, = case.house.engine.boards.case(case.id, case("zhou.min"), "zh").waiting
    assert (waiting.kind, sorted(waiting.who.zh.split("、"))) == ("person", ["刘军", "高磊"])
