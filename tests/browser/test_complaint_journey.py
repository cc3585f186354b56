"""One complaint in the browser from record to revisit: six people, one plan returned, one refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.browser.desk import Desk
from tests.browser.house import COMPLAINT, House

RECORD = {"business_address": "苏州市工业园区星湖街 328 号",
          "reason": "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。",
          "demand": "更换起翘的地板并承担安装费用。", "severity": "normal", "order_no": "DD20260310",
          "agent_signature": {"method": "witness", "signer": "陈思远"}}
HEARD = {"channel": "phone", "customer_name": "苏州恒泰装饰工程有限公司", "contact": "13862156621",
         "emotion": "upset", "key_points": "客厅地板起翘，约八十六平方米，要求换货。"}
JUDGED = {"responsible_party": "company", "evidence_complete": True, "main_cause": "quality", "severity": "normal",
          "claimed_loss": "860"}
DONE = {"done": [{"action": "更换地板", "done_at": "2026-04-07T09:00", "result": "完成八十六平方米"}],
        "paid_amount": "860", "result": "已更换地板八十六平方米并补贴安装费。"}
SIGNED = {"sign_outcome": "signed", "customer_signature": {"method": "witness", "signer": "王芳"}}
REVISITED = {"channel": "phone", "reached": True, "attitude_score": "5", "result_score": "5", "solved": True}
INVESTIGATION = {"ours": True, "facts": "B2610-07 批含水率 14.6%，超出标准。", "cause": "quality",
                 "cause_detail": "出厂检验漏检。", "suggestion": "更换同批地板，补贴安装费。"}
PLAN = {"method": "compensation", "amount": "860",
        "steps": [{"action": "更换地板八十六平方米", "owner": "sun.lihua", "due": "2026-04-12"}],
        "needed_time": "72", "effect": "恢复平整，客户满意。", "agent_opinion": "同意质量管理部意见。"}


def test_a_complaint_travels_from_record_to_revisit(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a customer on the telephone, when six people work from inbox to inbox, then the case is closed."""
    desks = {login: Desk(at_screen(login)) for login in ("chen.siyuan", "zhou.min", "sun.lihua", "wang.qiang",
                                                         "liu.jianguo", "li.na")}
    agent = desks["chen.siyuan"]
    agent.page.goto(f"/start/{COMPLAINT}")
    agent.page.locator("[data-main]").click()
    agent.page.wait_for_selector("form[data-task]")
    case = agent.page.locator(".crumb a.num").inner_text()

    def does(login: str, name: str, values: dict[str, Any]) -> None:
        desks[login].does(case, name, values)
        house.run_jobs()

    does("chen.siyuan", "倾听投诉", HEARD)
    does("chen.siyuan", "道歉致谢", {"apologised": True})
    does("chen.siyuan", "填写投诉记录单", RECORD)
    does("chen.siyuan", "判断责任", JUDGED)
    does("zhou.min", "分派责任部门", {"department": ["dept_quality"]})
    does("sun.lihua", "调查原因", INVESTIGATION)
    does("wang.qiang", "签署部门意见", {"decision": "approve", "opinion": "属实，同意更换。"})
    does("chen.siyuan", "拟定处理方案", PLAN | {"amount": "18600"})
    does("liu.jianguo", "审批方案", {"decision": "return", "opinion": "金额偏高，请与客户再谈。"})
    does("chen.siyuan", "拟定处理方案", PLAN | {"amount": "9000"})
    does("liu.jianguo", "审批方案", {"decision": "reject", "opinion": "原因没有查清，请重新调查。"})
    does("sun.lihua", "调查原因", INVESTIGATION)
    does("wang.qiang", "签署部门意见", {"decision": "approve", "opinion": "复查属实。"})
    does("chen.siyuan", "拟定处理方案", PLAN)
    does("liu.jianguo", "审批方案", {"decision": "approve", "opinion": "按方案实施，三天内完成。"})
    does("chen.siyuan", "征求客户意见", {"decision": "agree", "customer_opinion": "同意换货。"})
    does("chen.siyuan", "实施方案", DONE)
    does("chen.siyuan", "请客户签字", SIGNED)
    house.pass_time(timedelta(days=2))
    does("li.na", "电话回访", REVISITED)

    page = desks["zhou.min"].page
    page.goto(f"/cases/{case}")
    assert "已办结" in page.locator(".page-head").inner_text()
    for name in ("陈思远", "周敏", "孙丽华", "王强", "刘建国", "李娜"):
        assert name in page.locator(".timeline").first.inner_text()
    page.goto(f"/cases/{case}/print/complaint_handling")
    assert "客户投诉处理单" in page.locator("h1").inner_text()
    assert "王芳" in page.locator("main").inner_text()
