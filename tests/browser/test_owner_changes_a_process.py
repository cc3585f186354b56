"""A process owner adds an approval to the complaint process: drawn, checked, tried, published, running cases moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from engine import SYSTEM, Bilingual
from tests.browser.desk import Desk
from tests.browser.house import COMPLAINT, PASSWORD, ROOT, TO_THE_PLAN, House, content

OWNER = "zheng.yawen"
LONG = 120_000
"""Milliseconds that all scenarios may take on a slow machine."""
PLANNING = "complaint-planning"
DRAWING = f"processes/complaint/{PLANNING}.bpmn"
PLAN, DEADLINE = "forms/complaint/complaint_plan.yaml", "processes/complaint/complaint_deadline.dmn"
SCENARIOS = f"processes/complaint/{COMPLAINT}.scenario.yaml"
BIG = 'plan_decision = "approve" and plan_amount > 10000'
SMALL = 'plan_decision = "approve" and (plan_amount = null or plan_amount <= 10000)'


@pytest.fixture
def owner(house: House) -> str:
    house.engine.identity.create_person(OWNER, Bilingual("郑雅文", "Zheng Yawen"), SYSTEM, unit="company",
                                        password=PASSWORD, roles=[("process_owner", "company")])
    return OWNER


def checked(page: Any, act: Callable[[], Any]) -> None:
    """Do something on the drawing, and wait until the server has looked at it again."""
    with page.expect_response(re.compile(r"/check$")):
        act()
    page.wait_for_function("() => !document.querySelector('[data-modeler]').hasAttribute('aria-busy')")


def left(page: Any, count: int) -> None:
    """Wait until so many problems are listed."""
    page.wait_for_function("""count => !document.querySelector('[data-modeler]').hasAttribute('aria-busy')
        && document.querySelectorAll('[data-problem-list] li').length === count""", arg=count)


def condition(page: Any, flow: str, text: str) -> None:
    """Type the condition of a sequence flow."""
    page.evaluate("""id => { const of = (name) => window.bihuanModeler.get(name);
        of('selection').select(of('elementRegistry').get(id)); }""", flow)
    page.locator("[data-entry-id=condition] .cm-content").click()
    page.keyboard.press("Control+a")
    checked(page, lambda: page.keyboard.insert_text(text))


def saved(page: Any, act: Callable[[], Any]) -> None:
    """Do something and wait until the file it changed is saved."""
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/files/" in answer.url) as told:
        act()
    assert told.value.ok


def draws(page: Any) -> None:
    """From the decision a step of its own, back into the line: three problems come up and are mended."""
    page.locator("[data-element-id=plan_decided]").first.click()
    page.locator(".djs-context-pad [data-action=append]").click()
    page.locator(".djs-popup").get_by_text("人工任务").first.click()
    page.keyboard.type("大额方案复核")
    page.keyboard.press("Enter")
    left(page, 3)
    flow = page.evaluate("""() => window.bihuanModeler.get('elementRegistry').get('plan_decided').outgoing
        .find((one) => one.target.businessObject.name === '大额方案复核').id""")
    # it leads nowhere
    page.locator(".djs-context-pad [data-action=connect]").click()
    target = page.locator("[data-element-id=seek_agreement]").first
    target.hover()
    target.click()
    page.locator("[data-problem-list] li", has_text="没有期限").wait_for()
    left(page, 3)
    page.locator("[data-problem-list] li [data-mend]").first.click()
    left(page, 2)
    # it has no English name
    page.locator("[data-element-id]", has_text="大额方案复核").last.click()
    page.get_by_label("名称（英文）").fill("Review a large plan")
    left(page, 1)
    page.get_by_label("元素标识").fill("review_large_plan")
    page.keyboard.press("Tab")
    checked(page, lambda: page.get_by_label("选择表单").select_option("complaint_plan"))
    # it is always taken
    condition(page, flow, BIG)
    condition(page, "plan_decided_to_seek_agreement", SMALL)
    with page.expect_response(re.compile(r"/tidy$")):
        page.get_by_role("button", name="重新排列").click()
    page.wait_for_selector("[data-modeler][data-kept=yes]")
    left(page, 0)


def extends_the_form(page: Any, draft: str) -> None:
    """A field for the reason of a large amount, below the amount."""
    page.goto(f"/studio/drafts/{draft}/forms?file={PLAN}")
    page.click("[data-list] [data-key=amount] > [data-pick]")
    page.wait_for_selector(".properties-head code:text-is('amount')")
    page.click("[data-list] summary:has-text('添加字段')")
    page.click("[data-list] [data-add=field][data-type=longtext]")
    page.wait_for_selector(".properties-head code:text-is('longtext')")
    page.keyboard.type("大额理由")
    page.keyboard.press("Tab")
    page.keyboard.type("Large reason")
    saved(page, lambda: page.keyboard.press("Tab"))
    page.wait_for_selector("[data-preview] [data-field=large_reason]")


def extends_the_table(page: Any, draft: str) -> None:
    """From 10,000 on a plan is wanted within a day: a row above the one for 5,000 and more."""
    page.goto(f"/studio/drafts/{draft}/tables?file={DEADLINE}")
    page.wait_for_selector("[data-table][data-ready]")
    page.locator("[data-element-id=complaint_deadline_row_6_in_4]").click(button="right")
    saved(page, lambda: page.get_by_text("在上方添加规则").click())
    row = page.locator("[data-table] tbody tr").nth(5)
    for place, text in ((4, "[10000..50000)"), (5, '"major"'), (6, 'duration("PT24H")'), (7, 'duration("P7D")')):
        row.locator("td").nth(place).click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(text)
        saved(page, lambda: page.click("[data-finding-words]"))


def tries(page: Any, draft: str) -> None:
    """The story of a withdrawn complaint is played: at the new step it cannot go on, so the owner plays that step."""
    page.goto(f"/studio/drafts/{draft}/try?new=1")
    page.select_option("#like", label="和场景“客户撤诉”一样")
    page.check("[name=steps]")
    page.get_by_role("button", name="开始试办").click()
    page.get_by_role("button", name=re.compile("从这一步剪断")).click()
    page.locator(".play-tasks li[aria-current]", has_text="大额方案复核").wait_for()
    page.fill("#play-task [name='f.large_reason']", "整间客厅更换。")
    page.locator(".play-form .actions button[value=approve]").click()
    page.locator(".play-tasks li", has_text="征求客户意见").wait_for()


def mends_the_scenario(page: Any, draft: str) -> None:
    """The story as it is told from now on."""
    page.goto(f"/studio/drafts/{draft}/scenarios")
    page.get_by_role("button", name="跑全部场景").click()
    page.locator(".tag.late", has_text="1 个未过").wait_for(timeout=LONG)
    page.get_by_role("link", name="编辑文件").first.click()
    text = page.input_value("#scenario-text")
    before = "    form: {decision: withdraw, customer_opinion: 不再追究。}"
    at = text.rindex("  - complete: seek_agreement", 0, text.index(before))
    step = "  - {complete: review_large_plan, by: chen.siyuan, form: {decision: approve, large_reason: 整间更换。}}\n"
    page.fill("#scenario-text", text[:at] + step + text[at:])
    page.get_by_role("button", name="检查并保存").click()
    page.goto(f"/studio/drafts/{draft}/scenarios")
    page.get_by_role("button", name="跑全部场景").click()
    page.locator(".tag.ok", has_text="全部通过").wait_for(timeout=LONG)


def publishes(page: Any, draft: str) -> None:
    page.goto(f"/studio/drafts/{draft}/publish")
    for box in page.locator("[name=accepted]").all():
        box.check()
    page.fill("[name=note]", "一万元以上的方案再复核一次。")
    page.get_by_role("button", name=re.compile("^发布")).last.click()
    page.wait_for_url(re.compile(r"/studio/processes/.*/versions"))


def migrates(page: Any, house: House) -> None:
    page.goto(f"/studio/processes/{PLANNING}/migrate")
    page.fill("#note", "按新流程复核。")
    page.get_by_role("button", name="迁移 1 件").click()
    page.wait_for_url(re.compile("/studio/migrations/"))
    house.run_jobs()
    page.reload()
    page.locator("tr", has_text="TS-").get_by_text("已迁移").wait_for()


def test_an_owner_adds_an_approval_and_running_cases_meet_it(house: House, owner: str, at_screen: Any) -> None:
    """Given a running complaint, when an owner changes the process, then its agent meets the new step."""
    house.engine.deployments.deploy(content() | {SCENARIOS: (ROOT / SCENARIOS).read_bytes()}, SYSTEM)
    case = house.come_to(TO_THE_PLAN)
    page = at_screen(owner)
    page.set_default_timeout(15_000)
    page.goto("/studio")
    row = page.locator("tr", has_text=COMPLAINT)
    row.locator("xpath=ancestor::details").evaluate("one => { one.open = true }")
    row.get_by_role("button").click()
    page.wait_for_selector("[data-modeler][data-checked]")
    draft = page.url.rpartition("/")[2]
    page.select_option("#drawing-file", DRAWING)
    page.wait_for_url(re.compile("planning"))
    page.wait_for_selector("[data-modeler][data-checked]")

    draws(page)
    extends_the_form(page, draft)
    extends_the_table(page, draft)
    tries(page, draft)
    mends_the_scenario(page, draft)
    publishes(page, draft)
    migrates(page, house)

    agent = Desk(at_screen("chen.siyuan"))
    agent.does(case, "拟定处理方案", {
        "method": "compensation", "amount": "18600", "large_reason": "整间客厅更换。", "needed_time": "72",
        "steps": [{"action": "更换地板", "owner": "sun.lihua", "due": "2026-04-12"}], "agent_opinion": "同意。"})
    Desk(at_screen("liu.jianguo")).does(case, "审批方案", {"decision": "approve", "opinion": "同意。"})
    Desk(at_screen("li.na")).does(case, "大额方案复核", {"decision": "approve"})
    assert house.task(case, "seek_agreement")
