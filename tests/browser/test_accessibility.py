"""Every screen, in both languages, without serious or critical findings of axe-core; narrow screens do not overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.house import COMPLAINT, House

LANGUAGES = ("zh-CN", "en")
SCREENS = {
    "inbox": ("chen.siyuan", "/inbox"),
    "inbox with its task": ("chen.siyuan", "/inbox?view=mine&task={task}"),
    "unclaimed": ("li.na", "/inbox?view=unclaimed"),
    "done": ("chen.siyuan", "/inbox?view=done"),
    "task": ("chen.siyuan", "/tasks/{task}"),
    "task with a table": ("chen.siyuan", "/tasks/{plan}"),
    "task of somebody else": ("li.na", "/tasks/{task}"),
    "case": ("chen.siyuan", "/cases/{number}"),
    "cases": ("chen.siyuan", "/cases"),
    "start": ("chen.siyuan", "/start"),
    "start page": ("chen.siyuan", f"/start/{COMPLAINT}"),
    "board": ("zhou.min", "/board"),
    "me": ("chen.siyuan", "/me"),
    "print": ("chen.siyuan", "/cases/{planned}/print"),
    "not found": ("chen.siyuan", "/nothing/here"),
    "sign in": (None, "/sign-in"),
}


@pytest.fixture(scope="module")
def places(house: House) -> dict[str, str]:
    """Addresses of a fresh case, and of one that has come to its plan, both overdue soon."""
    fresh, planned = house.complaint(), house.complaint()
    for element, by, form in TO_THE_PLAN:
        house.complete(planned.case_number, element, by, form)
    plan = house.task(planned.case_number, "form_plan")
    house.engine.tasks.claim(plan, house.actor("chen.siyuan"))
    return {"task": fresh.next_task_id, "number": planned.case_number, "planned": planned.case_number, "plan": plan}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_no_serious_finding(screen: str, lang: str, places: dict[str, str], at_screen: Callable[..., Any]) -> None:
    """Given a screen, when axe-core looks at it, then it reports nothing serious or critical."""
    login, address = SCREENS[screen]
    page = at_screen(login, lang)
    page.goto(address.format(**places))
    page.wait_for_load_state("networkidle")
    found = [(finding["id"], [node["html"][:160] for node in finding["nodes"][:3]])
             for finding in Axe().run(page).response["violations"] if finding["impact"] in ("serious", "critical")]
    assert found == []
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh-CN" else "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", ["inbox", "task", "task with a table", "case", "cases", "start", "board", "sign in"])
def test_a_telephone_shows_it_without_sideways_scrolling(screen: str, lang: str, places: dict[str, str],
                                                         at_screen: Callable[..., Any]) -> None:
    """Given a screen 390 px wide, then nothing sticks out, and what is pressed is at least 24 px high."""
    login, address = SCREENS[screen]
    page = at_screen(login, lang, width=390, height=844)
    page.goto(address.format(**places))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    small = page.evaluate("""() => [...document.querySelectorAll('button, .btn, .dock a')]
        .filter((el) => el.offsetParent && el.getBoundingClientRect().height < 24)
        .map((el) => el.outerHTML.slice(0, 120))""")
    assert small == []


TO_THE_PLAN = (
    ("listen", "chen.siyuan", {"channel": "phone", "customer_name": "苏州恒泰装饰工程有限公司",
                               "contact": "13862156621", "emotion": "upset",
                               "key_points": "客厅地板起翘，约八十六平方米，要求换货。"}),
    ("apologise", "chen.siyuan", {"apologised": True}),
    ("record", "chen.siyuan", {"business_address": "苏州市工业园区星湖街 328 号",
                               "reason": "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。",
                               "demand": "更换起翘的地板并承担安装费用。", "severity": "normal",
                               "order_no": "DD20260310",
                               "agent_signature": {"method": "witness", "signer": "陈思远"}}),
    ("judge", "chen.siyuan", {"responsible_party": "company", "evidence_complete": True, "main_cause": "quality",
                              "severity": "normal", "claimed_loss": 860}),
    ("assign_department", "zhou.min", {"department": ["dept_quality"]}),
    ("investigate", "sun.lihua", {"ours": True, "facts": "B2610-07 批含水率 14.6%，超出标准。",
                                  "cause": "quality",
                                  "cause_detail": "出厂检验漏检。", "suggestion": "更换同批地板，补贴安装费。"}),
    ("give_opinion", "wang.qiang", {"decision": "approve", "opinion": "属实，同意更换。"}),
)
"""How a complaint comes to its plan: step, person, form."""
