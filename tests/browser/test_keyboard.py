"""The inbox by keyboard alone, what the page keeps by itself, and what it shows when others act."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.browser.house import House


def test_a_step_is_done_by_keyboard_alone(house: House, at_screen: Callable[..., Any]) -> None:
    """Given unclaimed complaints, when the agent touches no mouse, then one is claimed, filled in and submitted."""
    by = house.actor("chen.siyuan")
    started = [house.engine.instances.start("complaint-handling-manufacturer", by) for _ in range(2)]
    page = at_screen("li.na")
    page.goto("/inbox?view=unclaimed")
    page.keyboard.press("j")
    page.wait_for_selector("#pane [data-key=l]")
    page.keyboard.press("l")
    page.wait_for_selector("#pane form[data-task]")
    chosen = page.locator("#pane form[data-task]").get_attribute("data-task")
    assert chosen in {one.next_task_id for one in started}
    page.goto("/inbox?view=mine")
    page.keyboard.press("j")
    page.wait_for_selector("#pane form[data-task]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "f.channel"
    page.keyboard.press("ArrowDown")
    reach(page, "f.customer_name")
    page.keyboard.type("王芳")
    reach(page, "f.contact")
    page.keyboard.type("13862156621")
    reach(page, "f.key_points")
    page.keyboard.type("地板起翘，要求换货。")
    with page.expect_response(re.compile("/complete$")) as answer:
        page.keyboard.press("Control+Enter")
    assert answer.value.status == 200
    assert house.engine.boards.inbox(house.actor("li.na"), "done").rows[0].id == chosen


def test_single_letters_stay_letters_inside_fields(house: House, at_screen: Callable[..., Any]) -> None:
    """Given the cursor in a field, when one types j, c or ?, then that is text and nothing else happens."""
    task = house.complaint().next_task_id
    page = at_screen("chen.siyuan")
    page.goto(f"/tasks/{task}")
    page.fill("[name='f.customer_name']", "")
    page.locator("[name='f.customer_name']").press_sequentially("jc?g")
    assert page.input_value("[name='f.customer_name']") == "jc?g"
    assert page.url.endswith(task)
    assert page.locator("dialog[open]").count() == 0


def test_the_sheet_of_keys_opens_and_closes(at_screen: Callable[..., Any]) -> None:
    page = at_screen("li.na")
    page.goto("/inbox")
    page.keyboard.press("?")
    assert page.locator("dialog#keys[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog#keys[open]").count() == 0


def test_what_is_typed_is_kept_without_asking(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a half-filled form, when the page is left and opened again, then the text is there."""
    task = house.complaint().next_task_id
    page = at_screen("chen.siyuan")
    page.goto(f"/tasks/{task}")
    with page.expect_response(re.compile("/draft$")):
        page.fill("[name='f.key_points']", "刚说到一半")
    page.wait_for_selector("[data-saved]:has-text('草稿已自动保存')")
    page.goto("/inbox")
    page.goto(f"/tasks/{task}")
    assert page.input_value("[name='f.key_points']") == "刚说到一半"


def test_a_field_that_depends_on_another_comes_and_goes(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a form whose fields depend on each other, when one is answered, then the other follows in the browser."""
    task = house.complaint().next_task_id
    page = at_screen("chen.siyuan")
    page.goto(f"/tasks/{task}")
    reason = page.locator("[data-field=back_dating_reason]")
    assert reason.is_hidden()
    with page.expect_response(re.compile("/draft$")):
        page.fill("[name='f.received_at']", "2026-04-05T09:00")
    reason.wait_for(state="visible")


def test_a_line_that_another_takes_says_so_and_leaves(house: House, at_screen: Callable[..., Any]) -> None:
    """Given two agents with the same list, when one claims, then the other sees who did, without a reload."""
    started = house.engine.instances.start("complaint-handling-manufacturer", house.actor("chen.siyuan"))
    page = at_screen("li.na")
    page.goto("/inbox?view=unclaimed")
    line = page.locator(f".item[data-id='{started.next_task_id}']")
    assert line.count() == 1
    house.engine.tasks.claim(started.next_task_id, house.actor("chen.siyuan"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector(f".item.gone[data-id='{started.next_task_id}']:has-text('陈思远'):has-text('秒前已认领')")


def test_a_picture_is_attached_and_a_program_refused(house: House, at_screen: Callable[..., Any]) -> None:
    """Given the record of a complaint, when files are chosen, then pictures stay and programs are refused."""
    started = house.complaint()
    heard = {"channel": "phone", "customer_name": "王芳", "contact": "13862156621",
             "key_points": "地板起翘，要求换货。"}
    house.complete(started.case_number, "listen", "chen.siyuan", heard)
    house.complete(started.case_number, "apologise", "chen.siyuan", {"apologised": True})
    task = house.task(started.case_number, "record")
    house.engine.tasks.claim(task, house.actor("chen.siyuan"))
    page = at_screen("chen.siyuan")
    page.goto(f"/tasks/{task}")
    box = page.locator("[data-upload]:not([data-pad] [data-upload])").first
    box.locator("input[type=file]").set_input_files({"name": "tool.exe", "mimeType": "application/x-msdownload",
                                                     "buffer": b"MZ\x90\0" + b"\0" * 64})
    box.locator("[data-upload-wrong]:has-text('tool.exe')").wait_for()
    picture = page.screenshot(clip={"x": 0, "y": 0, "width": 20, "height": 20})
    box.locator("input[type=file]").set_input_files({"name": "现场.png", "mimeType": "image/png", "buffer": picture})
    box.locator("li a:has-text('现场.png')").wait_for()


def reach(page: Any, name: str) -> None:
    """Press Tab until the field ``name`` has the focus."""
    for _ in range(30):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {name}")
