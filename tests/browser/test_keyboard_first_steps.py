"""The first steps of a complaint with the keyboard alone: start, listen, apologise, record, judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.browser.house import House


class Keys:
    """Somebody who has a keyboard and eyes."""

    def __init__(self, page: Any):
        self.page = page
        page.set_default_timeout(10_000)

    def tab_to(self, what: str, back: bool = False) -> None:
        """Press Tab until what matches the selector has the focus."""
        for _ in range(60):
            if self.page.evaluate("what => document.activeElement.matches(what)", what):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab never came to {what}")

    def type_into(self, field: str, text: str) -> None:
        self.tab_to(f"[name='f.{field}']")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, field: str, value: str) -> None:
        """Choose one of several: arrows walk through the buttons of a choice, and through the lines of a list."""
        self.tab_to(f"[name='f.{field}']")
        chosen = ("([name, value]) => { const one = document.activeElement; return one.name === name"
                  " && one.value === value && (one.tagName === 'SELECT' || one.checked); }")
        for press in (" ", *["ArrowDown"] * 20):
            if self.page.evaluate(chosen, [f"f.{field}", value]):
                return
            if press != " " or self.page.evaluate("document.activeElement.type === 'radio'"):
                self.page.keyboard.press(press)
        raise AssertionError(f"{field}: arrows never came to {value}")

    def submit(self) -> None:
        """Hand it in and see the next step."""
        with self.page.expect_response(re.compile("/complete$")) as answer:
            self.page.keyboard.press("Control+Enter")
        if answer.value.status == 422:
            self.page.locator(".note.late li").first.wait_for()
            raise AssertionError(self.page.locator(".note.late li").all_inner_texts())
        self.page.locator(".toast-line").first.wait_for()


def test_the_first_steps_of_a_complaint_need_no_mouse(house: House, at_screen: Callable[..., Any]) -> None:
    """Given an agent without a mouse, when a customer calls, then the complaint is judged by keys alone."""
    page = at_screen("li.na")
    keys = Keys(page)
    page.goto("/inbox")
    page.keyboard.press("c")
    page.wait_for_url("**/start")
    keys.tab_to("a.start-card")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-task=start]")
    keys.tab_to("[data-main]")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-draft]")
    case = page.locator(".crumb a.num").inner_text()

    page.goto(f"/inbox?view=mine&task={page.locator('form[data-task]').get_attribute('data-task')}")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "only the pane scrolls"

    keys.choose("channel", "phone")
    keys.type_into("customer_name", "王芳")
    keys.type_into("contact", "13862156621")
    keys.type_into("key_points", "客厅地板起翘，要求换货。")
    keys.submit()

    house.run_jobs()
    opened(house, keys, case, "道歉致谢")
    keys.choose("apologised", "true")
    keys.submit()

    house.run_jobs()
    opened(house, keys, case, "填写投诉记录单")
    keys.type_into("business_address", "苏州市工业园区星湖街 328 号")
    keys.type_into("reason", "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。")
    keys.type_into("demand", "更换起翘的地板。")
    keys.choose("severity", "normal")
    keys.type_into("order_no", "DD20260310")
    keys.tab_to("[name='s.agent_signature.method']")
    for _ in range(2):
        page.keyboard.press("ArrowRight")  # to the witness: drawing is never the only way
    keys.tab_to("[name='s.agent_signature.signer']")
    page.keyboard.type("李娜")
    keys.submit()

    house.run_jobs()
    opened(house, keys, case, "判断责任")
    keys.choose("responsible_party", "company")
    keys.choose("evidence_complete", "true")
    keys.choose("main_cause", "quality")
    keys.choose("severity", "normal")
    keys.type_into("claimed_loss", "860")
    keys.submit()

    house.run_jobs()
    waiting = house.engine.boards.case(case, house.actor("zhou.min")).waiting
    assert "assign_department" in [item.element_id for item in waiting]


def opened(house: House, keys: Keys, case: str, name: str) -> None:
    """Come to the next step of the case through the inbox, by its keys; claim it if it is nobody's."""
    page = keys.page
    if page.locator(f"h1:has-text('{name}'), #pane h2:has-text('{name}')").count() and page.locator(
            "form[data-draft]").count():
        return
    for view in ("mine", "unclaimed"):
        page.goto(f"/inbox?view={view}")
        lines = page.locator(".item").count()
        for _ in range(lines):
            page.keyboard.press("j")
            page.wait_for_load_state("networkidle")
            title = page.locator(f"#pane h2:has-text('{name}')")
            if title.count() and case in page.locator("#pane .crumb").inner_text():
                if page.locator("#pane [data-key=l]").count():
                    page.keyboard.press("l")
                page.wait_for_selector("#pane form[data-draft]")
                page.keyboard.press("Enter")
                return
    raise AssertionError(f"{case}: {name} is in neither list")
