"""Operations as people do them, by keyboard: a reminder is sent and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.house import House


def ask(page: Any, key: str) -> None:
    """Press a letter and wait for its dialog."""
    page.wait_for_selector(f"[data-key='{key}']", state="attached")
    page.keyboard.press(key)
    page.wait_for_selector("#operation[open] form")


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
