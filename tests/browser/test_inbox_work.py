"""Several lines at once, saved views, and what the list tells of others: in a browser, by keys where keys will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.house import COMPLAINT, House


@pytest.fixture
def tasks(house: House) -> list[str]:
    """Three complaints whose first step li.na has."""
    by = house.actor("li.na")
    found = [house.engine.instances.start(COMPLAINT, by).next_task_id for _ in range(3)]
    for task in found:
        house.engine.tasks.claim(task, by)
    return found


def test_lines_are_chosen_by_keys_and_given_away_together(house: House, tasks: list[str],
                                                          at_screen: Callable[..., Any]) -> None:
    """Given three tasks, when two are chosen with X and Shift J and transferred, then each says what became of it."""
    page = at_screen("li.na")
    page.goto("/inbox?view=mine")
    page.wait_for_selector("#pane [data-task-id]")
    page.locator(f".item[data-id='{tasks[0]}'] > a").focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.wait_for_selector("[data-bulk]:has-text('已选 2 项')")
    page.locator("[data-bulk] [value=transfer]").click()
    page.locator("#bulk[open] #bulk-to").select_option("chen.siyuan")
    page.fill("#bulk-reason", "夜班交接")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#bulk:has-text('成功 2 件。')")
    page.keyboard.press("Escape")
    page.wait_for_selector(f".item[data-id='{tasks[0]}']", state="detached")
    assert {row.id for row in house.engine.boards.inbox(house.actor("chen.siyuan")).rows} >= set(tasks[:2])


def test_a_view_is_saved_and_the_letters_are_ones_own(tasks: list[str], at_screen: Callable[..., Any]) -> None:
    """Given a narrowed list, when it is saved, then it stands in the sidebar; N does what J did once it is set so."""
    page = at_screen("li.na")
    page.goto("/inbox?view=mine&due=none")
    page.locator("[data-opens=save-view]").click()
    page.fill("#view-name", "没有期限的")
    page.locator("#save-view .btn-go").click()
    page.wait_for_selector(".nav-list a[aria-current]:has-text('没有期限的')")
    page.goto("/me")
    page.fill("[data-own-key=j]", "n")
    page.goto("/inbox?view=mine")
    page.wait_for_selector("#pane [data-task-id]")
    first = page.locator(".item").first.get_attribute("data-id")
    page.locator(f".item[data-id='{first}'] > a").focus()
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.closest('.item').dataset.id") != first
    assert tasks


def test_who_took_the_open_task_is_told_above_the_form(house: House, at_screen: Callable[..., Any]) -> None:
    """Given an unclaimed task open in the pane, when another claims it, then line and pane say who."""
    started = house.engine.instances.start(COMPLAINT, house.actor("chen.siyuan"))
    page = at_screen("li.na")
    page.goto(f"/inbox?view=unclaimed&task={started.next_task_id}")
    page.wait_for_selector(f".item[data-id='{started.next_task_id}']")
    house.engine.tasks.claim(started.next_task_id, house.actor("chen.siyuan"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector(f".item.gone[data-id='{started.next_task_id}']:has-text('陈思远')")
    page.wait_for_selector("#pane .overtaken:has-text('已认领')")


def test_what_comes_late_never_covers_what_was_done_since(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a line whose task comes slowly, when the open task is claimed meanwhile, then the claimed one stays."""
    house.engine.instances.start(COMPLAINT, house.actor("li.na"))
    page = at_screen("li.na")
    page.goto("/inbox?view=unclaimed")
    page.wait_for_selector("#pane [data-key=l]")
    held: list[Any] = []
    page.route("**/tasks/*?view=unclaimed", lambda route: held.append((route, route.fetch())))
    page.locator(".item > a").first.click()
    page.wait_for_function("() => document.querySelector('.pane').dataset.loading")
    page.locator("#pane [data-key=l]").click()
    page.wait_for_selector("#pane form[data-task]")
    (late, answer), = held
    page.evaluate("document.addEventListener('htmx:afterOnLoad', () => { window.cameLate = true; }, { once: true })")
    late.fulfill(response=answer)
    page.wait_for_function("() => window.cameLate")
    assert page.locator("#pane form[data-task]").count(), "not the task as it was before"
