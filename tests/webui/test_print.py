"""Forms on paper: what they say now, unsigned ones marked, every print in the history."""

from __future__ import annotations

import pytest

from tests.browser.house import TO_THE_PLAN, TO_THE_SIGNATURE


@pytest.fixture
def planned(house):
    return house.come_to(TO_THE_PLAN)


def test_an_unsigned_sheet_says_so_and_names_the_customer_to_whoever_has_a_task_of_the_case(house, signed_in, planned):
    # given whose turn it is
    element, login, _form = TO_THE_SIGNATURE[0]
    house.engine.tasks.claim(house.task(planned, element), house.actor(login))
    page = signed_in(login).get(f"/cases/{planned}/print/complaint_handling").text
    assert "客户投诉处理单" in page
    assert "未签字稿" in page
    assert f"<title>二维码：案件 {planned}</title>" in page, "paper leads back to the case"
    assert "<td>苏州恒泰装饰工程有限公司" in page


def test_a_sheet_masks_the_customer_for_everybody_else(signed_in, planned):
    page = signed_in("zhou.min").get(f"/cases/{planned}/print/complaint_handling").text
    assert "<td>苏州恒泰装饰工程有限公司" not in page
    assert "<td>苏***" in page


def test_a_signed_sheet_shows_who_signed(house, signed_in, planned):
    signed = ("obtain_signature", "chen.siyuan",
              {"sign_outcome": "signed", "customer_signature": {"method": "witness", "signer": "王芳"}})
    house.come_to((*TO_THE_SIGNATURE, signed), planned)
    page = signed_in("chen.siyuan").get(f"/cases/{planned}/print/complaint_handling").text
    assert "王芳" in page
    assert "未签字稿" not in page


def test_every_print_is_in_the_history(house, signed_in, planned):
    signed_in("chen.siyuan").get(f"/cases/{planned}/print/complaint_handling")
    newest = house.engine.boards.case(planned, house.actor("zhou.min")).timeline[0]
    assert newest.verb == "printed"
    assert newest.sentence.zh == "打印“客户投诉处理单”"


def test_a_form_the_case_never_had_is_not_found(signed_in, planned):
    assert signed_in("chen.siyuan").get(f"/cases/{planned}/print/complaint_revisit").status_code == 404


def test_the_whole_record_prints_in_the_order_it_was_written(signed_in, planned):
    page = signed_in("chen.siyuan").get(f"/cases/{planned}/print").text
    assert page.index("客户投诉记录单") < page.index("投诉责任判断单") < page.index("投诉调查报告")
