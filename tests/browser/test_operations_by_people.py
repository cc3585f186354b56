"""Operations as people do them, by keyboard: a reminder is sent and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.house import TO_THE_PLAN, House


def ask(page: Any, key: str) -> None:
    """Press a letter and wait for its dialog."""
    page.wait_for_selector(f"[data-key='{key}']", state="attached")
    page.keyboard.press(key)
    page.wait_for_selector("#operation[open] form")


def test_a_task_is_passed_on_returned_and_comes_straight_back(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a plan, when it is transferred (T) and returned straight (B), then it is back with who returned it."""
    case = house.come_to(TO_THE_PLAN)
    task = house.task(case, "form_plan")
    house.engine.tasks.claim(task, house.actor("chen.siyuan"))
    first = at_screen("chen.siyuan")
    first.goto(f"/tasks/{task}")
    ask(first, "t")
    first.select_option("#op-to", "li.na")
    first.fill("#op-reason", "明天出差")
    first.keyboard.press("Control+Enter")
    first.wait_for_selector(".toast-line:has-text('已转办给 李娜')")
    second = at_screen("li.na")
    second.goto("/notices")
    second.wait_for_selector(f".notice.unread:has-text('{case}'):has-text('明天出差')")
    second.goto(f"/inbox?view=mine&task={task}")
    second.wait_for_selector(f".item[data-id='{task}']")
    ask(second, "b")
    second.locator("#operation .way:has-text('判断责任')").click()
    second.locator("#operation label:has-text('直接回到我这里')").click()
    second.fill("#op-reason", "主要原因要再核对")
    second.keyboard.press("Control+Enter")
    second.wait_for_selector(".toast-line, #operation .note.late")
    assert second.locator("#operation .note.late").count() == 0
    judge = house.task(case, "judge")
    first.goto(f"/tasks/{judge}")
    first.wait_for_selector(".note.risk:has-text('李娜 退回了这一步'):has-text('主要原因要再核对')")
    house.complete(case, "judge", "chen.siyuan", dict(TO_THE_PLAN[3][2]))
    back = house.task(case, "form_plan")
    assert back in {row.id for row in house.engine.boards.inbox(house.actor("li.na")).rows}
    head = house.engine.boards.case(case, house.actor("zhou.min")).head
    house.engine.instances.cancel(head.id, "其他故事用不到", house.actor("zhou.min"))  # li.na's list is empty again


def test_a_reminder_is_taken_back_within_its_seconds(house: House, at_screen: Callable[..., Any]) -> None:
    """Given somebody else's task, when a supervisor reminds and presses undo, then nobody is reminded."""
    task = house.complaint().next_task_id
    page = at_screen("zhou.min", "en")
    page.goto(f"/tasks/{task}")
    ask(page, "u")
    page.wait_for_selector("#operation:has-text('You can take it back within 8 seconds')")
    page.keyboard.press("Control+Enter")
    page.locator(".toast-line [data-until]").click()
    page.wait_for_selector(".toast-line:not(:has([data-until]))")
    house.run_jobs()
    assert not house.engine.boards.inbox(house.actor("chen.siyuan")).rows[0].urged
