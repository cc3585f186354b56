"""接待漏斗: visits of a month, quarter or year, counted from the visit register: K-81 to K-86 of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, case, func, select

from engine.authorization import Actor, require, supervised_units
from engine.boards.indicators import Figure, Indicator, rate, share
from engine.boards.periods import Period, by_month, period_of, read_period
from engine.cards import Bilingual
from engine.models.runtime import ProcessInstance

SMS_TOLERANCE, CALL_TOLERANCE = timedelta(minutes=10), timedelta(hours=1)
OUTCOMES = {"contract": Bilingual("签约", "Contract"), "deposit": Bilingual("交定金", "Deposit"),
            "follow_up": Bilingual("待跟进", "Follow-up"), "lost": Bilingual("流失", "Lost")}
WON = ("contract", "deposit")
INDICATORS = {one.key: one for one in (
    Indicator("K-81", Bilingual("提前报备率", "Registered before arrival"),
              Bilingual("提前报备的来访 ÷ 客户来访", "pre-registered visits ÷ visits of clients")),
    Indicator("K-82", Bilingual("来访转化率", "Contracts and deposits"),
              Bilingual("签约与交定金的来访 ÷ 客户来访（各结果占比见上）",
                        "visits with contract or deposit ÷ visits of clients (each outcome above)")),
    Indicator("K-83", Bilingual("1 小时短信及时率", "SMS on time"),
              Bilingual("计划时间后 10 分钟内发出短信的来访 ÷ 客户来访",
                        "SMS sent by 10 minutes after its planned time ÷ visits of clients")),
    Indicator("K-84", Bilingual("12 小时回访及时率", "First call on time"),
              Bilingual("计划时间后 1 小时内首次致电的来访 ÷ 客户来访",
                        "first call by an hour after its planned time ÷ visits of clients")),
    Indicator("K-85", Bilingual("设计师更换率", "Designer changed"),
              Bilingual("换过设计师的客户 ÷ 已安排设计师的客户", "clients with a change ÷ clients with a designer")),
    Indicator("K-86", Bilingual("仪容准备合格率", "Readiness pass rate"),
              Bilingual("接待准备一次合格人次 ÷ 检查人次", "passed at once ÷ checked")))}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a client as the register has it; ``client`` tells clients apart."""

    number: str
    client: str
    arrived_at: datetime
    preregistered: bool
    outcome: str
    designer: str
    changes: int
    sms: tuple[datetime | None, datetime | None]
    call: tuple[datetime | None, datetime | None]
    name: str = ""
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReceptionStatistics:
    """The visits of a period; ``outcomes`` counts K-82's parts, ``""`` those without an outcome yet."""

    period: Period
    latest: Period
    rows: tuple[Visit, ...]
    count: int
    figures: tuple[Figure, ...]
    figures_before: tuple[Figure, ...]
    outcomes: Mapping[str, int]
    by_month: tuple[tuple[Period, int, int], ...]
    names: Mapping[str, Bilingual]


def statistics(parts: Any, by: Actor, key: str = "", kind: str = "month", of: str = "") -> ReceptionStatistics:
    """The visits of the period ``key`` in the actor's units; ``of`` keeps the rows to those that tell about an
    indicator, or to an outcome. Raises NotPermitted, NotFound; four statements."""
    zone, now = ZoneInfo(parts.settings.zone), parts.clock.now()
    period = read_period(key) if key else period_of(now.astimezone(zone).date(), kind)
    begin, end, earliest = period.begins(zone), period.ends(zone), period.moved(-1).begins(zone)
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        units = supervised_units(by, live)
        require(units is None or bool(units), "查看接待统计", "look at the reception statistics")
        table, checks = (parts.registers.store(connection, name).table for name in ("visit", "readiness_result"))
        query = (select(*table.c, ProcessInstance.id.label("case_id"), ProcessInstance.customer)
                 .outerjoin(ProcessInstance, ProcessInstance.case_number == table.c.visit_no)
                 .where(table.c.arrived_at >= earliest, table.c.arrived_at < end).order_by(table.c.arrived_at))
        passed = (select(*(func.coalesce(func.sum(case((inside, column), else_=0)), 0) for inside in (
                      checks.c.checked_at >= begin, checks.c.checked_at < begin)
                      for column in (checks.c.passed, checks.c.checked)))
                  .select_from(checks.outerjoin(ProcessInstance, ProcessInstance.case_number == checks.c.check_no))
                  .where(checks.c.checked_at >= earliest, checks.c.checked_at < end))
        if units is not None:
            query, passed = (one.where(ProcessInstance.unit_id.in_(units)) for one in (query, passed))
        visits = [_visit(row) for row in connection.execute(query)]
        ready = [int(number) for number in connection.execute(passed).one()]
    here, before = [v for v in visits if v.arrived_at >= begin], [v for v in visits if v.arrived_at < begin]
    made = figures(here, *ready[:2])
    return ReceptionStatistics(
        period, period_of(now.astimezone(zone).date(), period.kind), _told(here, made, of), len(here), made,
        figures(before, *ready[2:]), {key: sum(v.outcome == key for v in here) for key in (*OUTCOMES, "")},
        tuple((month, len(some), sum(one.outcome in WON for one in some)) for month, some in by_month(
            period, visits, lambda one: one.arrived_at, zone)), OUTCOMES)


def _visit(row: Row[Any]) -> Visit:
    return Visit(row.visit_no, row.phone or row.client_name, row.arrived_at, row.preregistered is True,
                 row.outcome if row.outcome in OUTCOMES else "", row.designer_name or "", row.designer_changes or 0,
                 (row.sms_planned_at, row.sms_sent_at), (row.call_planned_at, row.call_at),
                 row.customer or row.client_name[:1] + "**", row.case_id)


def _told(rows: Sequence[Visit], made: Sequence[Figure], of: str) -> tuple[Visit, ...]:
    if of in OUTCOMES:
        return tuple(one for one in rows if one.outcome == of)
    telling = next((set(one.telling) for one in made if one.indicator.key == of), None)
    return tuple(one for one in rows if telling is None or one.number in telling)


def figures(rows: Sequence[Visit], passed: int, checked: int) -> tuple[Figure, ...]:
    """K-81 to K-86 of these visits and checks."""
    tests = {"K-81": (lambda one: one.preregistered, False),
             "K-82": (lambda one: one.outcome in WON, False),
             "K-83": (lambda one: _kept(*one.sms, SMS_TOLERANCE), False),
             "K-84": (lambda one: _kept(*one.call, CALL_TOLERANCE), False)}
    found = [share(INDICATORS[key], rows, lambda _: True, met, lambda one: one.number, telling)
             for key, (met, telling) in tests.items()]
    assigned = {one.client for one in rows if one.designer}
    changed = {one.client for one in rows if one.designer and one.changes}
    return (*found, Figure(INDICATORS["K-85"], rate(len(changed), len(assigned)), len(changed), len(assigned),
                           tuple(one.number for one in rows if one.changes)),
            Figure(INDICATORS["K-86"], rate(passed, checked), passed, checked))


def _kept(planned: datetime | None, done: datetime | None, tolerance: timedelta) -> bool:
    return planned is not None and done is not None and done <= planned + tolerance
