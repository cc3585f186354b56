"""A process owner changes forms, tables and the pack of a draft without typing YAML, and the files stay themselves."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from engine import SYSTEM, Bilingual
from tests.browser.house import PASSWORD, House

PROCESS = "complaint-handling-manufacturer"
PLAN, RECORD = "forms/complaint/complaint_plan.yaml", "forms/complaint/complaint_record.yaml"
PACK, DEADLINE = "processes/complaint/pack.yaml", "processes/complaint/complaint_deadline.dmn"
OWNER = "zheng.yawen"


class Draft:
    """A draft of the complaint process and what its files are at the moment."""

    def __init__(self, house: House):
        self.house = house
        studio, me = house.engine.studio, house.actor(OWNER)
        for card in studio.drafts(me):  # one of an earlier test of this module
            if card.state == "open":
                studio.discard(card.id, me)
        self.id = studio.open(PROCESS, me).id
        self.was: dict[str, str] = {}

    def address(self, tab: str, path: str, more: str = "") -> str:
        self.was[path] = self.text(path)
        return f"/studio/drafts/{self.id}/{tab}?file={path}{more}"

    def text(self, path: str) -> str:
        return self.house.engine.studio.read(self.id, path, self.house.actor(OWNER)).content.decode()

    def changes(self, path: str) -> list[str]:
        """Lines that went (-) and came (+) since the page was opened."""
        steps = difflib.unified_diff(self.was[path].split("\n"), self.text(path).split("\n"), n=0, lineterm="")
        return [line for line in list(steps)[2:] if not line.startswith("@@")]


@pytest.fixture
def draft(house: House) -> Draft:
    if OWNER not in {person.login for person in house.engine.identity.people()}:
        house.engine.identity.create_person(OWNER, Bilingual("郑雅文", "Zheng Yawen"), SYSTEM, unit="company",
                                            password=PASSWORD, roles=[("process_owner", "company")])
    return Draft(house)


def saved(page: Any, act: Any) -> None:
    """Do something and wait until the file it changed is saved, and nothing is on its way any more."""
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/files/" in answer.url) as told:
        act()
    assert told.value.ok
    page.wait_for_selector("[data-sheet]:not([data-busy]):not([data-dirty]), [data-table]")


def choose(page: Any, key: str) -> None:
    page.click(f"[data-list] [data-key='{key}'] > [data-pick]")
    page.wait_for_selector(f".properties-head code:text-is('{key}')")


def test_an_owner_adds_a_field_without_typing_yaml(draft, at_screen):
    # given the plan of a complaint, as whoever draws it up sees it
    page = at_screen(OWNER)
    page.goto(draft.address("forms", PLAN))
    choose(page, "amount")
    # when a field is added below the amount, named in both languages, and required
    page.click("[data-list] summary:has-text('添加字段')")
    page.click("[data-list] [data-add=field][data-type=longtext]")
    page.wait_for_selector(".properties-head code:text-is('longtext')")
    page.keyboard.type("大额理由")
    page.keyboard.press("Tab")
    page.keyboard.type("Reason for a large amount")
    page.keyboard.press("Tab")
    page.wait_for_selector("[data-preview] [data-field=reason_for_a_large_amount]")
    saved(page, lambda: page.click("[data-name=required] label:text-is('是')"))
    # then the preview shows it, in the other language as well
    field = page.locator("[data-preview] [data-field=reason_for_a_large_amount]")
    assert "大额理由" in field.inner_text() and field.locator(".req").is_visible()
    page.click("[data-preview-lang=en]")
    page.wait_for_selector("[data-preview] label:has-text('Reason for a large amount')")
    # and the file differs by exactly the lines of the new field
    assert draft.changes(PLAN) == [
        "+      - id: reason_for_a_large_amount",
        "+        label: {zh: 大额理由, en: Reason for a large amount}",
        "+        type: longtext",
        "+        required: true"]
    # and a clerk who may not change it reads it only
    page.select_option("[data-preview-at]", "*")
    page.wait_for_selector("[data-preview] [data-field=reason_for_a_large_amount] .shown")


def test_a_field_is_moved_by_drag_and_by_buttons_and_undone(draft, at_screen):
    page = at_screen(OWNER)
    page.goto(draft.address("forms", PLAN))
    saved(page, lambda: page.drag_and_drop(
        "[data-list] [data-key=effect] > [data-pick]", "[data-list] [data-key=method] > [data-pick]",
        target_position={"x": 60, "y": 3}))
    page.wait_for_selector("[data-list] li[data-key=effect] + li[data-key=method]")
    assert len(draft.changes(PLAN)) == 6
    choose(page, "effect")
    saved(page, lambda: page.click("[data-down]"))
    page.wait_for_selector("[data-list] li[data-key=method] + li[data-key=effect]")
    page.click("[data-undo]")
    page.wait_for_selector("[data-list] li[data-key=effect] + li[data-key=method]")
    saved(page, lambda: page.click("[data-undo]"))
    page.wait_for_selector("[data-list] li[data-key=needed_time] + li[data-key=effect]")
    assert draft.changes(PLAN) == []


def test_a_field_in_use_is_locked_and_says_by_whom(draft, at_screen):
    page = at_screen(OWNER)
    page.goto(draft.address("forms", PLAN))
    choose(page, "effect")
    assert page.locator("[data-remove-entry]").is_disabled()
    assert "被流程“客户投诉处理（制造厂）”的“实施与签字”使用，不能删除或改名。" in page.inner_text("[data-properties]")
    choose(page, "customer_wish")
    assert page.locator("[data-remove-entry]").is_enabled()


def test_a_formula_is_typed_and_its_mistake_is_told(draft, at_screen):
    page = at_screen(OWNER)
    page.goto(draft.address("forms", PLAN, "&entry=needed_time"))
    page.click("[data-name=visible] label:text-is('按公式')")
    page.click("[data-name=visible] .cm-content")
    page.keyboard.type("met")
    page.click(".cm-tooltip-autocomplete li:has-text('method')")
    saved(page, lambda: page.keyboard.type(' = "other"'))
    assert draft.changes(PLAN) == ["+        visible: '=method = \"other\"'"]
    page.wait_for_selector("[data-preview] [data-field=needed_time]", state="hidden")
    page.click("[data-name=visible] .cm-content")
    page.keyboard.press("End")
    page.keyboard.type(" and")
    page.wait_for_selector("[data-problems] .problem:has-text('所需时间')")


def test_the_yaml_has_completion_and_marks_mistakes_at_their_line(draft, at_screen):
    page = at_screen(OWNER)
    page.goto(draft.address("forms", PLAN, "&entry=needed_time"))
    page.click("[data-mode=yaml]")
    page.wait_for_selector("[data-yaml] .cm-content")
    page.evaluate("document.querySelector('[data-yaml] .cm-content').focus()")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("he")
    page.wait_for_selector(".cm-tooltip-autocomplete li:has-text('help')")
    page.keyboard.press("Escape")
    saved(page, lambda: page.keyboard.type("lp2: 1"))
    page.wait_for_selector("[data-yaml] .cm-lint-marker-error")
    assert "help2" in page.inner_text("[data-problems]")
    page.click("[data-undo]")
    page.wait_for_selector("[data-yaml] .cm-lint-marker-error", state="detached")


def test_a_deadline_of_the_pack_is_one_changed_line(draft, at_screen):
    page = at_screen(OWNER, lang="en-US")
    page.goto(draft.address("roles", PACK))
    choose(page, "T-50")
    page.fill("[data-name=limit] [data-amount]", "4")
    saved(page, lambda: page.keyboard.press("Tab"))
    assert draft.changes(PACK) == ["-    limit: {working: PT8H}", "+    limit: {working: PT4H}"]
    assert "it cannot be removed or renamed" in page.inner_text("[data-properties]")


def test_a_limit_of_any_kind_and_by_severity_is_typed_without_yaml(draft, at_screen):
    page = at_screen(OWNER)
    page.goto(draft.address("roles", PACK))
    choose(page, "T-50")
    page.select_option("[data-name=limit] [data-how]", "day_time")
    page.fill("[data-name=limit] [data-amount]", "1 10:00")
    saved(page, lambda: page.keyboard.press("Tab"))
    page.fill("[data-name=by_severity] [data-severity=critical] [data-amount]", "2")
    saved(page, lambda: page.keyboard.press("Tab"))
    assert draft.changes(PACK) == ["-    limit: {working: PT8H}", "+    limit: {working_days: 1, time: 10:00}",
                                   "+    by_severity: {critical: PT2H}"]


def test_a_rule_of_a_field_group_is_written_without_yaml(draft, at_screen):
    groups = "forms/groups.yaml"
    page = at_screen(OWNER)
    page.goto(draft.address("forms", groups))
    choose(page, "period_end")
    page.click("[data-list] summary:has-text('添加其他')")
    page.click("[data-list] [data-add=rule]")
    page.wait_for_selector("[data-name=refuse_if]")
    page.select_option("[data-name=field] select", "period_start")
    saved(page, lambda: page.fill("[data-name=message] [data-zh]", "开始太早。"))
    assert draft.changes(groups)[0].strip("+ ").startswith("- field: period_start")


def test_a_table_lights_the_row_that_answers_and_changes_by_one_line(draft, at_screen):
    # given the deadlines of complaints
    page = at_screen(OWNER)
    page.goto(draft.address("tables", DEADLINE))
    page.wait_for_selector("[data-table][data-ready]")
    assert page.locator(".bjs-powered-by").is_visible()  # the licence of dmn-js asks for it
    # when values are filled in
    page.select_option("[data-input=severity]", '"normal"')
    page.fill("[data-input=claimed_loss]", "30000")
    # then the row that the engine takes is lit
    page.wait_for_selector("[data-table][data-lit=complaint_deadline_row_6]")
    assert "命中第 6 行" in page.inner_text("[data-trial-result]")
    # and a changed cell is one changed line
    cell = page.locator("[data-element-id=complaint_deadline_row_6_in_4] [contenteditable=true], "
                        "[data-element-id=complaint_deadline_row_6_in_4] .cm-content").first
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("[40000..50000)")
    page.keyboard.press("Delete")  # the bracket that the editor closed
    saved(page, lambda: page.click("[data-finding-words]"))
    assert [line.strip("+- ") for line in draft.changes(DEADLINE)] == [
        '<inputEntry id="complaint_deadline_row_6_in_4"><text>[5000..50000)</text></inputEntry>',
        '<inputEntry id="complaint_deadline_row_6_in_4"><text>[40000..50000)</text></inputEntry>']
    page.wait_for_selector("[data-table]:not([data-lit=complaint_deadline_row_6])")
    # and every word of the editor is Chinese
    assert page.evaluate("[...window.untranslated]") == []


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("tab", "path"), [("forms", PLAN), ("tables", DEADLINE), ("roles", PACK)])
def test_nothing_sticks_out_on_a_telephone(draft, at_screen, lang, tab, path):
    page = at_screen(OWNER, lang=lang, width=390, height=844)
    page.goto(draft.address(tab, path))
    page.wait_for_selector("[data-problem-words]:not(:empty), [data-finding-words]:not(:empty)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # and one looks, without being led to change anything
    assert page.locator(".sheet-bar .narrow-only").is_visible()
    assert page.locator("[data-opens=sheet-new]:visible, [data-undo]:visible, [data-add]:visible").count() == 0
    assert page.locator("[data-properties] :is(input, select, textarea):enabled").count() == 0


def test_a_new_form_is_made_and_opened(draft, at_screen):
    page = at_screen(OWNER)
    page.goto(draft.address("forms", PLAN))
    page.click("[data-opens=sheet-new]")
    page.fill("#new-zh", "大额审批")
    page.fill("#new-en", "Approval of large amounts")
    page.fill("#new-key", "Large")
    page.click("dialog[open] .btn-go")
    page.wait_for_selector("#new-key-wrong")
    page.fill("#new-key", "large_approval")
    page.click(".btn-go:has-text('新建')")
    page.wait_for_selector("[data-preview] h2:has-text('大额审批')")
    assert draft.text("forms/complaint/large_approval.yaml").startswith("form: large_approval\n")
