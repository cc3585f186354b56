"""Two clicks are one will: one case, one submission. Of two at the same step one is first, and nobody loses text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.models.runtime import TaskDraft
from tests.browser.house import COMPLAINT, House

SAID = "客厅地板起翘，要求换货。"


def fill(page: Any, said: str = SAID) -> None:
    """The first step of a complaint."""
    page.locator("select[name='f.channel']").select_option("phone")
    page.fill("[name='f.customer_name']", "王芳")
    page.fill("[name='f.contact']", "13862156621")
    page.fill("[name='f.key_points']", said)


def test_a_double_click_on_start_makes_one_case(house: House, at_screen: Callable[..., Any]) -> None:
    """Given the page that starts a complaint, when one clicks twice or thrice, then there is one new case."""
    before = len(house.engine.boards.cases(house.actor("li.na")))
    page = at_screen("li.na")
    for _ in range(2):
        page.goto(f"/start/{COMPLAINT}")
        page.locator("[data-main]").dblclick()
        page.wait_for_selector("form[data-draft]")
    page.goto(f"/start/{COMPLAINT}")
    page.evaluate("() => { const f = document.getElementById('task-form'); const b = f.querySelector('[data-main]');"
                  " b.click(); b.click(); f.requestSubmit(b); }")
    page.wait_for_selector("form[data-draft]")
    assert len(house.engine.boards.cases(house.actor("li.na"))) == before + 3


def test_going_back_and_starting_again_finds_the_case_of_the_first_click(
        house: House, at_screen: Callable[..., Any]) -> None:
    """Given a case just started, when its page is sent again after the back button, then it is still one case."""
    page = at_screen("chen.siyuan")
    page.goto(f"/start/{COMPLAINT}")
    once = page.locator("[name=once]").input_value()
    page.locator("[data-main]").click()
    page.wait_for_selector("form[data-draft]")
    first = page.locator(".crumb a.num").inner_text()
    before = len(house.engine.boards.cases(house.actor("chen.siyuan")))
    page.goto(f"/start/{COMPLAINT}")
    page.evaluate("once => { document.querySelector('[name=once]').value = once; }", once)
    page.locator("[data-main]").click()
    page.wait_for_selector("form[data-draft]")
    assert page.locator(".crumb a.num").inner_text() == first
    assert len(house.engine.boards.cases(house.actor("chen.siyuan"))) == before


@pytest.mark.parametrize("place", ["/tasks/{}", "/inbox?view=mine&task={}"])
def test_a_double_click_on_submit_is_one_submission(house: House, at_screen: Callable[..., Any], place: str) -> None:
    """Given a filled-in step, as a page or in the inbox, when one clicks twice, then it is handed in once."""
    started = house.complaint("li.na")
    page = at_screen("li.na")
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if answer.url.endswith("/complete") else None)
    page.goto(place.format(started.next_task_id))
    fill(page)
    page.locator("[data-main]").dblclick()
    page.locator(".toast-line").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert len(answers) == 1, answers
    assert answers[0] in (200, 302)
    done = [entry for entry in house.engine.boards.case(started.case_id, house.actor("li.na")).timeline
            if entry.verb.endswith("completed") and entry.by]
    assert len(done) == 1


@pytest.mark.parametrize(("lang", "told"), [("zh-CN", "陈思远 2 秒前已提交这一步"),
                                            ("en", "Chen Siyuan submitted this step 2 s ago")])
def test_whoever_comes_second_is_told_who_was_first_and_keeps_the_text(
        house: House, at_screen: Callable[..., Any], lang: str, told: str) -> None:
    """Given one step open in two browsers, when both hand it in, then the second is told and keeps the text."""
    started = house.engine.instances.start(COMPLAINT, house.actor("chen.siyuan"))
    house.engine.tasks.claim(started.next_task_id, house.actor("chen.siyuan"))
    slow, fast = at_screen("chen.siyuan", lang), at_screen("chen.siyuan")
    for page in (slow, fast):
        page.goto(f"/inbox?view=mine&task={started.next_task_id}")
    fill(slow, "我听到的是另一回事。")
    fill(fast)
    with fast.expect_response(lambda answer: answer.url.endswith("/complete")):
        fast.locator("[data-main]").click()
    house.clock.move(timedelta(seconds=2))
    slow.locator("[data-main]").click()
    said = slow.locator("#pane [role=alert]")
    said.wait_for()
    assert told in said.inner_text()
    assert "我听到的是另一回事。" in slow.locator("#pane").inner_text()
    with house.engine.database.reading() as connection:
        kept = connection.scalar(select(TaskDraft.values).where(TaskDraft.task_id == started.next_task_id))
    assert "我听到的是另一回事。" in str(kept), "kept as a draft, for thirty days"
