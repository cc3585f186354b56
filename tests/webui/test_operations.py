"""Every operation of the table through its dialog: shown in both languages, refused with a word at the field, done."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import OPERATION, SYSTEM
from engine.models.history import HistoryEntry
from tests.browser.house import TO_THE_PLAN, House
from webui import create_app
from webui.operations import ASKS

HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def planned(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A house in which a complaint has come to its plan, in the hands of the agent; behind it lie six steps."""
    path = tmp_path_factory.mktemp("planned") / "bihuan.db"
    shutil.copy(furnished, path)
    house = House(f"sqlite:///{path}")
    task = house.task(house.come_to(TO_THE_PLAN), "form_plan")
    house.engine.tasks.claim(task, house.actor("chen.siyuan"))
    house.engine.close()
    return path, task


@pytest.fixture
def house(planned: tuple[Path, str], tmp_path: Path) -> Iterator[House]:
    """That house, for one test alone."""
    shutil.copy(planned[0], tmp_path / "house.db")
    made = House(f"sqlite:///{tmp_path / 'house.db'}")
    made.app = create_app(made.engine)
    yield made
    made.engine.close()


@pytest.fixture
def plan(planned: tuple[Path, str]) -> str:
    """The task at which the complaint is planned."""
    return planned[1]


def lent(house: Any, task: str) -> None:
    house.engine.tasks.delegate(task, "li.na", "", house.actor("chen.siyuan"))


def signers(position: str) -> Callable[[Any, str], None]:
    def ask(house: Any, task: str) -> None:
        house.engine.tasks.add_signers(task, ["wang.qiang"], position, "请会签", house.actor("chen.siyuan"))
    return ask


def paused(house: Any, task: str) -> None:
    house.engine.tasks.pause_clock(task, "等客户", house.actor("zhou.min"))


Situation = Callable[[Any, str], None] | None
DONE: dict[str, tuple[str, Situation, dict[str, Any], str]] = {
    # verb: who does it, what went before, what is typed, the history it leaves
    "transfer": ("chen.siyuan", None, {"to": "li.na", "reason": "明天出差"}, "transferred"),
    "delegate": ("chen.siyuan", None, {"to": "li.na", "note": "请代拟"}, "delegated"),
    "hand_back": ("li.na", lent, {"note": "已拟好"}, "handed_back"),
    "take_back_delegation": ("chen.siyuan", lent, {}, "delegation_taken_back"),
    "reassign": ("zhou.min", None, {"to": "li.na", "reason": "陈思远太忙"}, "reassigned"),
    "take_over": ("zhou.min", None, {"reason": "我来办"}, "taken_over"),
    "add_signers": ("chen.siyuan", None, {"people": "wang.qiang", "position": "before", "rule": "all",
                                          "reason": "请质量部看"}, "signers_added"),
    "remove_signer": ("chen.siyuan", signers("before"), {"signer": "wang.qiang", "reason": "不用了"}, "signer_removed"),
    "sign": ("wang.qiang", signers("before"), {"outcome": "agree", "opinion": "同意"}, "signed"),
    "send_copy": ("chen.siyuan", None, {"people": "liu.jianguo", "note": "请知悉"}, "copied"),
    "urge": ("zhou.min", None, {"note": "客户在等"}, "urged"),
    "snooze": ("chen.siyuan", None, {"until": "2026-04-08T09:00"}, "snoozed"),
    "return_to": ("chen.siyuan", None, {"step": "{previous}", "reason": "原因不清"}, "returned"),
    "extend": ("zhou.min", None, {"due": "2026-04-20T18:00", "reason": "等配件", "told_customer": "1"}, "extended"),
    "pause_clock": ("zhou.min", None, {"reason": "等客户"}, "clock_paused"),
    "resume_clock": ("zhou.min", paused, {"reason": "客户已回复"}, "clock_resumed"),
    "escalate": ("zhou.min", None, {"reason": "金额较大"}, "escalated"),
    "comment": ("chen.siyuan", None, {"text": "请看一下照片", "mentions": "li.na"}, "commented"),
}


def history(house: Any, task: str) -> list[str]:
    with house.engine.database.reading() as connection:
        root = connection.scalar(select(HistoryEntry.root_id).where(HistoryEntry.task_id == task).limit(1))
        return list(connection.scalars(select(HistoryEntry.verb).where(HistoryEntry.root_id == root)
                                       .order_by(HistoryEntry.id)))


def test_every_dialog_has_its_story() -> None:
    assert set(DONE) == set(ASKS)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verb", DONE)
def test_an_operation_through_its_dialog(house: Any, signed_in: Any, plan: str, verb: str, lang: str) -> None:
    login, before, typed, entry = DONE[verb]
    if before is not None:
        before(house, plan)
    typed = dict(typed)
    if verb == "return_to":
        target = house.engine.tasks.return_targets(plan, house.actor(login))[0]
        typed["step"] = f"{target.element_id}@{target.instance_id}"
    screen = signed_in(login, lang)
    address = f"/tasks/{plan}/do/{verb}"
    dialog = screen.get(address, **HTMX)
    assert dialog.status_code == 200
    assert OPERATION[verb].name.in_(lang) in dialog.text
    if OPERATION[verb].reason:
        refused = screen.post(address, {**typed, "reason": " "}, **HTMX)
        assert refused.status_code == 422
        assert ("请写明原因" if lang == "zh" else "Please give a reason") in refused.text
    done = screen.post(address, typed, **HTMX, **{"HX-Current-URL": "http://localhost/inbox?view=mine"})
    assert (done.status_code, done.headers.get("HX-Redirect")) == (200, "/inbox?view=mine")
    assert entry in history(house, plan)


def test_an_operation_on_a_task_that_is_gone_says_who_was_faster(house: Any, signed_in: Any, plan: str) -> None:
    screen = signed_in("chen.siyuan")
    house.engine.instances.cancel(house.engine.boards.task(plan, house.actor("chen.siyuan")).row.case_id, "客户撤诉",
                                  house.actor("zhou.min"))
    answer = screen.post(f"/tasks/{plan}/do/transfer", {"to": "li.na", "reason": "出差"}, **HTMX)
    assert answer.status_code == 409
    assert "结束这一步" in answer.text


def test_a_person_without_the_right_is_told_so_and_nothing_happens(house: Any, signed_in: Any, plan: str) -> None:
    before = history(house, plan)
    answer = signed_in("sun.lihua").post(f"/tasks/{plan}/do/reassign", {"to": "sun.lihua", "reason": "我想要"}, **HTMX)
    assert answer.status_code in (403, 404)
    assert history(house, plan) == before


def test_a_person_who_left_cannot_be_given_a_task(house: Any, signed_in: Any, plan: str) -> None:
    screen = signed_in("chen.siyuan")
    house.engine.identity.leave("li.na", SYSTEM)
    answer = screen.post(f"/tasks/{plan}/do/transfer", {"to": "li.na", "reason": "出差"}, **HTMX)
    assert answer.status_code == 422
    assert "李娜 已离职" in answer.text


def test_a_reminder_can_be_taken_back_for_some_seconds(house: Any, signed_in: Any, plan: str) -> None:
    screen = signed_in("zhou.min")
    screen.post(f"/tasks/{plan}/do/urge", {}, **HTMX)
    page = screen.get("/board")
    assert "已催办 陈思远" in page.text
    back = re.search(r'hx-post="(/urges/[^"]+/take-back)"', page.text)
    assert back is not None
    assert screen.post(back[1], {}, **HTMX).status_code == 200
    house.clock.move(timedelta(minutes=1))
    house.run_jobs()
    assert [row for row in house.engine.notices.page(house.actor("chen.siyuan")).notices if row.code == "urged"] == []


def test_words_of_people_are_never_markup(house: Any, signed_in: Any, plan: str) -> None:
    screen = signed_in("chen.siyuan")
    case = house.engine.boards.task(plan, house.actor("chen.siyuan")).row.case_number
    answer = screen.post(f"/cases/{case}/talk", {"text": "<script>alert(1)</script> @li.na"}, **HTMX)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text and "&lt;script&gt;" in answer.text
    other = signed_in("li.na")
    assert "&lt;script&gt;" in other.get("/notices").text
    assert "<script>alert" not in other.get("/notices").text


@pytest.mark.parametrize(("verb", "typed", "entry"), [
    ("terminate", {"reason": "客户撤诉"}, "terminated"), ("send_copy", {"people": "li.na", "note": ""}, "copied"),
    ("jump", {"reason": "直接结案"}, "moved")])
def test_what_the_authorised_do_to_a_case(house: Any, signed_in: Any, plan: str, verb: str, typed: dict[str, str],
                                          entry: str) -> None:
    boss = house.actor("zhou.min")
    head = house.engine.boards.case(house.engine.boards.task(plan, boss).row.case_number, boss).head
    screen = signed_in("zhou.min")
    address = f"/cases/{head.number}/do/{verb}"
    assert OPERATION[verb].name.zh in screen.get(address, **HTMX).text
    if verb == "jump":
        targets = house.engine.instances.jump_targets(head.id, boss)
        leave = next(one for one in targets.leave if one.element_id == "form_plan")
        enter = next(one for one in targets.enter if one.instance_id == leave.instance_id and one.kind == "userTask"
                     and one.element_id != "form_plan")
        typed = typed | {"leave": f"{leave.element_instance_id}@{leave.instance_id}",
                         "enter": f"{enter.element_id}@{enter.instance_id}"}
    done = screen.post(address, typed, **HTMX)
    assert (done.status_code, done.headers.get("HX-Redirect")) == (200, f"/cases/{head.number}")
    assert entry in history(house, plan)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_case_is_suspended_resumed_and_cancelled_with_a_reason(house: Any, signed_in: Any, plan: str,
                                                                 lang: str) -> None:
    number = house.engine.boards.task(plan, house.actor("chen.siyuan")).row.case_number
    boss, starter = signed_in("zhou.min", lang), signed_in("chen.siyuan", lang)
    acts = (("suspend", boss, "suspended"), ("resume", boss, "active"), ("cancel", starter, "cancelled"))
    for verb, by, state in acts:
        assert ("原因" if lang == "zh" else "Reason") in by.get(f"/cases/{number}").text
        assert by.post(f"/cases/{number}/{verb}", {"reason": " "}).status_code == 422
        assert by.post(f"/cases/{number}/{verb}", {"reason": "客户要求"}).status_code == 302
        assert house.engine.boards.case(number, house.actor("zhou.min")).head.state == state
