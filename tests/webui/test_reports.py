"""Reports in a browser: figures with their formulas, a way down to the cases, paper and files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import SYSTEM
from tests.browser.house import House


@pytest.fixture
def counted(house: House) -> str:
    """A case of this month with a line in the archive; its number. A line of the month before has no case."""
    started = house.complaint()
    now = house.engine.clock.now()
    lines = ((started.case_number, now, {"product": "橡木地板"}), ("TS-OLD", now - timedelta(days=40), {}))
    for number, at, more in lines:
        house.engine.registers.save("complaint_archive", {
            "case_number": number, "received_at": at, "customer_name": "恒泰地产", "variant": "manufacturer",
            "main_cause": "quality", "amount": 1200, "solution_at": at + timedelta(hours=5)} | more, SYSTEM)
    return started.case_number


def test_the_table_tells_figures_formulas_and_rows(counted: str, signed_in: Any) -> None:
    page = signed_in("zhou.min").get("/reports/complaints").text
    assert "客户投诉分析统计表" in page and "¥1,200.00" in page and "橡木地板" in page
    assert "48 小时内给出方案的件数 ÷ 受理件数" in page and "K-42" in page and "100.00%" in page
    assert f'href="/cases/{counted}"' in page and "TS-OLD" not in page
    english = signed_in("zhou.min", "en").get("/reports/complaints").text
    assert "given a solution within 48 h ÷ received" in english and "Complaint statistics" in english


def test_a_group_leads_to_its_rows_and_bad_addresses_are_answered_in_words(counted: str, signed_in: Any) -> None:
    screen = signed_in("zhou.min")
    assert f">{counted}<" in screen.get("/reports/complaints?cause=quality").text
    assert f">{counted}<" not in screen.get("/reports/complaints?cause=service").text
    assert f">{counted}<" in screen.get("/reports/complaints?kind=year&product=橡木地板").text
    for wrong in ("period=2026-13", "kind=week", "period=<b>"):
        assert screen.get(f"/reports/complaints?{wrong}").status_code == 404
    odd = screen.get("/reports/complaints?cause=<script>alert(1)</script>").text
    assert "<script>alert(1)" not in odd


def test_paper_and_files_hold_the_same(counted: str, signed_in: Any) -> None:
    screen = signed_in("zhou.min")
    assert counted in screen.get("/reports/complaints/print").text
    rows = screen.get("/reports/complaints.csv").get_data().decode("utf-8-sig")
    assert counted in rows and "恒泰地产" not in rows, "names leave only with those who may export people"
    assert "K-42,48 小时方案率,100.00,%" in screen.get("/reports/complaints/figures.csv").get_data().decode("utf-8-sig")
    assert screen.get("/reports/complaints.xlsx").get_data()[:2] == b"PK"
    assert screen.get("/reports/complaints.pdf").status_code == 404


def test_visits_have_a_report_of_their_own(house: House, signed_in: Any) -> None:
    house.engine.registers.save("visit", {"visit_no": "V1", "client_name": "王女士", "preregistered": True,
                                          "arrived_at": house.engine.clock.now()}, SYSTEM)
    assert signed_in("zhou.min").get("/reports/reception").status_code == 200
    assert "V1" not in signed_in("zhou.min").get("/reports/reception.csv").text, "no case in her unit"


def test_only_supervisors_find_reports(counted: str, signed_in: Any) -> None:
    agent = signed_in("chen.siyuan")
    assert agent.get("/reports/complaints").status_code == 403
    assert "/reports/complaints" not in agent.get("/inbox").text
