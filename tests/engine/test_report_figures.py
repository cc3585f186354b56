"""Complaint and reception statistics: every figure against one counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import SYSTEM, NotFound, NotPermitted
from engine.boards.periods import period_of, read_period
from engine.content import ROOT
from tests.engine.house import House, content
from tests.engine.test_statement_budget import Meter

REGISTERS = ("complaint_archive", "visit", "readiness_result")


def moment(text: str) -> datetime:
    """``03-02 09:00`` of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}:00+08:00")


@pytest.fixture
def office(house: House) -> House:
    """A house with the registers, on 20 April 2026."""
    files = {f"forms/registers/{name}.yaml": (ROOT / "forms" / "registers" / f"{name}.yaml").read_bytes()
             for name in REGISTERS}
    house.engine.deployments.deploy(content("note") | files, SYSTEM, "registers")
    house.engine.clock.set(moment("04-20 12:00"))
    return house


def keep(house: House, register: str, **values: Any) -> None:
    house.engine.registers.save(register, values, SYSTEM)


def complaints(house: House) -> None:
    """Five of March, one of April, one of 2025.

    A and B: quality of the same floor, 1200 and 3000 yuan, done in 47 h. C: in a store, no reply, done after
    four days with a broken promise, revisited on the ninth day. D: logistics, recurrent, not done. E: a second plan.
    """
    def kept(number: str, received: str, **more: Any) -> None:
        at = moment(received)
        values = {name: at + value if isinstance(value, timedelta) else value for name, value in more.items()}
        keep(house, "complaint_archive", case_number=number, received_at=at, customer_name=f"客户{number}", **values)

    def hours(number: int) -> timedelta:
        return timedelta(hours=number)

    floor = {"product": "橡木地板", "department": "dept_quality", "main_cause": "quality", "variant": "manufacturer",
             "completed_at": hours(47), "promised_at": hours(72), "solution_at": hours(24), "plan_version": 1,
             "revisited_at": hours(47 + 100), "attitude_score": 5, "result_score": 4, "outcome": "satisfied"}
    kept("A", "03-02 09:00", **floor, method="compensation", amount=1200)
    kept("B", "03-09 09:00", **floor, method="return", amount=3000)
    kept("C", "03-10 09:00", product="衣柜", variant="store", main_cause="service", completed_at=hours(96),
         promised_at=hours(72), solution_at=hours(49), revisited_at=hours(96 + 9 * 24), attitude_score=4,
         result_score=1, outcome="dissatisfied", method="replenish", amount=0)
    kept("D", "03-31 23:59", variant="logistics", first_reply_at=hours(0), frequency="recurrent")
    kept("E", "03-15 09:00", product="衣柜", variant="hq", department="merchandise_center", first_reply_at=hours(25),
         solution_at=hours(48), plan_version=2, amount=800, method="discount")
    kept("F", "04-01 00:00", variant="hq")
    kept("G", "02-28 23:00", variant="hq", amount=50, first_reply_at=hours(1))


def values(view: Any) -> dict[str, Any]:
    return {one.indicator.key: (one.shown, one.part, one.whole) for one in view.figures}


def test_the_indicators_of_a_month_are_those_counted_by_hand(office: House) -> None:
    complaints(office)
    view = office.engine.boards.complaint_statistics(SYSTEM, "2026-03")
    assert [row.number for row in view.rows] == ["A", "B", "C", "E", "D"]
    assert (view.count, view.loss, view.open, view.before) == (5, Decimal("5000.00"), 2, (1, Decimal("50.00")))
    assert values(view) == {
        "K-41": (Decimal("33.33"), 1, 3),     # C without a reply, E an hour late; A and B have no such step
        "K-42": (Decimal("60.00"), 3, 5),     # A, B, E at the last minute; C after 49 h, D not yet
        "K-43": (Decimal("66.67"), 2, 3),     # A, B of A, B, C
        "K-44": (Decimal("66.67"), 2, 3),     # C on the ninth day
        "K-45": (Decimal("60.00"), 9, 15),    # 4 + 4 + 1 of 15
        "K-46": (Decimal("66.67"), 2, 3),     # C broken
        "K-47": (Decimal("63.33"), None, 3),  # (47 + 47 + 96) / 3
        "K-48": (Decimal("33.33"), 1, 3),     # E of A, B, E
        "K-49": (Decimal("20.00"), 1, 5),     # D
        "K-50": (Decimal(-10), 10, 20)}       # 2 × 5 − 1 × 20


def test_number_and_loss_stand_by_unit_method_product_and_cause(office: House) -> None:
    complaints(office)
    view = office.engine.boards.complaint_statistics(SYSTEM, "2026-03")
    told = {name: [(one.key, one.count, one.loss, round(one.share, 2), round(one.loss_share, 2)) for one in found]
            for name, found in view.groups.items()}
    d = Decimal
    assert told["unit"] == [("dept_quality", 2, d(4200), d("0.40"), d("0.84")),
                            ("merchandise_center", 1, d(800), d("0.20"), d("0.16")),
                            ("logistics", 1, d(0), d("0.20"), d(0)), ("store", 1, d(0), d("0.20"), d(0))]
    assert [(key, n) for key, n, *_ in told["method"]] == [("return", 1), ("compensation", 1), ("discount", 1), ("", 1),
                                                          ("other", 1)]
    assert [(key, n, loss) for key, n, loss, *_ in told["product"]] == [
        ("橡木地板", 2, d(4200)), ("衣柜", 2, d(800)), ("", 1, d(0))]
    assert [(key, n) for key, n, *_ in told["cause"]] == [("quality", 2), ("", 2), ("service", 1)]


def test_a_group_narrows_all_figures_and_an_indicator_the_rows(office: House) -> None:
    complaints(office)
    boards = office.engine.boards
    floor = boards.complaint_statistics(SYSTEM, "2026-03", filters={"product": "橡木地板"})
    assert (floor.count, values(floor)["K-45"]) == (2, (Decimal("80.00"), 8, 10))
    late = boards.complaint_statistics(SYSTEM, "2026-03", filters={"of": "K-42"})
    assert ([row.number for row in late.rows], late.count) == (["C", "D"], 5)
    open_cause = boards.complaint_statistics(SYSTEM, "2026-03", filters={"cause": "-"})
    assert [row.number for row in open_cause.rows] == ["E", "D"]


def test_quarter_and_year_hold_their_months(office: House) -> None:
    complaints(office)
    quarter = office.engine.boards.complaint_statistics(SYSTEM, "2026-Q1")
    assert quarter.count == 6
    assert [(month.key, count) for month, count, _ in quarter.by_month] == [
        ("2025-10", 0), ("2025-11", 0), ("2025-12", 0), ("2026-01", 0), ("2026-02", 1), ("2026-03", 5)]
    assert office.engine.boards.complaint_statistics(SYSTEM, "2026").count == 7
    running = office.engine.boards.complaint_statistics(SYSTEM)
    assert (running.period.key, [row.number for row in running.rows]) == ("2026-04", ["F"])


def test_without_complaints_there_is_no_value(office: House) -> None:
    view = office.engine.boards.complaint_statistics(SYSTEM, "2026-03")
    assert view.count == 0 and {one.value for one in view.figures} == {None}


def test_an_open_case_counts_with_what_it_knows(office: House) -> None:
    # given a case whose reply and solution are variables of it, and a line that says nothing of them yet
    at = office.engine.clock.now()
    replied = {"first_reply_at": at + timedelta(hours=2)}
    case = office.started("note", variables={
        "complaint_opinion_hq": replied, "plan_amount": Decimal(90), "first_solution_at": at + timedelta(hours=50),
        "departments": ["dept_rnd"]})
    keep(office, "complaint_archive", case_number=case.case_number, received_at=at, customer_name="陈",
         variant="hq")
    view = office.engine.boards.complaint_statistics(SYSTEM, "2026-04")
    assert (values(view)["K-41"][1:], values(view)["K-42"][1:], view.loss) == ((1, 1), (0, 1), Decimal(90))
    assert (view.rows[0].unit, view.rows[0].case_id) == ("dept_rnd", case.case_id)
    # and given one in a store, whose intake is its reply
    shop = office.started("note", variables={"first_reply_at": None})
    keep(office, "complaint_archive", case_number=shop.case_number, received_at=at, customer_name="陈", variant="store")
    assert values(office.engine.boards.complaint_statistics(SYSTEM, "2026-04"))["K-41"][1:] == (2, 2)


def test_supervisors_see_their_units_and_nobody_else_sees_any(office: House) -> None:
    for by, number in (("li.na", "north"), ("chen.yu", "south")):
        case = office.started("note", by=by)
        keep(office, "complaint_archive", case_number=case.case_number, received_at=office.engine.clock.now(),
             customer_name=number, variant="hq")
    boards = office.engine.boards
    seen = [boards.complaint_statistics(office(login)).count for login in ("zhou.min", "root")]
    assert seen == [1, 2]
    for refused in (boards.complaint_statistics, boards.reception_statistics):
        with pytest.raises(NotPermitted):
            refused(office("li.na"))
        with pytest.raises(NotFound):
            refused(SYSTEM, "2026-13")


def test_a_name_without_a_case_is_veiled(office: House) -> None:
    complaints(office)
    auditor = office.engine.boards.complaint_statistics(office("xu.shen"), "2026-03")
    assert {row.customer for row in auditor.rows} == {"客**"}
    assert office.engine.boards.complaint_statistics(SYSTEM, "2026-03").rows[0].customer == "客户A"


def test_the_rates_of_the_showroom_are_those_counted_by_hand(office: House) -> None:
    # given four visits of three clients: one pre-registered; a text 10 and one 11 minutes late; a call an hour late
    at = moment("03-05 10:00")
    rows = (("V1", "13900000001", True, "contract", 10, 60, 0), ("V2", "13900000001", False, "follow_up", 11, 61, 1),
            ("V3", "13900000002", False, "deposit", None, None, 0), ("V4", "13900000003", False, None, 0, 0, 0))
    for number, phone, known, outcome, sms, call, changes in rows:
        keep(office, "visit", visit_no=number, client_name="王女士", phone=phone, arrived_at=at, preregistered=known,
             outcome=outcome, designer_name=None if number == "V4" else "周蕾", designer_changes=changes,
             sms_planned_at=at, sms_sent_at=None if sms is None else at + timedelta(minutes=sms),
             call_planned_at=at, call_at=None if call is None else at + timedelta(minutes=call))
    for number, checked, passed in (("C1", 7, 6), ("C2", 5, 3)):
        keep(office, "readiness_result", check_no=number, checked_at=at, checked=checked, passed=passed, rate=50)
    view = office.engine.boards.reception_statistics(SYSTEM, "2026-03")
    assert values(view) == {
        "K-81": (Decimal("25.00"), 1, 4), "K-82": (Decimal("50.00"), 2, 4), "K-83": (Decimal("50.00"), 2, 4),
        "K-84": (Decimal("50.00"), 2, 4), "K-85": (Decimal("50.00"), 1, 2), "K-86": (Decimal("75.00"), 9, 12)}
    assert view.outcomes == {"contract": 1, "deposit": 1, "follow_up": 1, "lost": 0, "": 1}
    late = office.engine.boards.reception_statistics(SYSTEM, "2026-03", of="K-83")
    assert [one.number for one in late.rows] == ["V2", "V3"]


def test_more_complaints_take_no_more_statements(office: House) -> None:
    def statements() -> int:
        meter = Meter()
        meter.attach(office.engine.database.engine)
        office.engine.boards.complaint_statistics(SYSTEM, "2026-03")
        return len(meter.statements)

    complaints(office)
    statements()  # reads people and packs, which are kept
    few = statements()
    for number in range(40):
        keep(office, "complaint_archive", case_number=f"M{number}", received_at=moment("03-20 09:00"),
             customer_name="客户", variant="hq")
    assert statements() == few == 2


def test_periods_follow_each_other() -> None:
    assert [read_period(key).moved(1).key for key in ("2026-12", "2026-Q4", "2026")] == ["2027-01", "2027-Q1", "2027"]
    assert read_period("2026-02").last.day == 28
    assert period_of(datetime(2026, 6, 30, tzinfo=UTC).date(), "quarter").key == "2026-Q2"
