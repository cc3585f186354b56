"""客户投诉（月／季／年）分析统计表: complaints of a period, counted from the complaint archive and the open cases.

One statement reads the lines of this period and the one before. What an open case already knows (reply, solution, plan)
stands in its variables until it is filed, so those are read along; no case is restored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, case, select

from engine.authorization import Actor, may_export, permitted, require, supervised_units
from engine.boards.complaint_figures import CAUSES, METHODS, UNITS, Complaint, Group, figures, groups, loss_of
from engine.boards.indicators import Figure
from engine.boards.periods import Period, by_month, period_of, read_period
from engine.cards import Bilingual
from engine.customer_data import READ_PERSONAL
from engine.live import Live
from engine.models.runtime import ProcessInstance
from engine.values import loads

ARCHIVE = "complaint_archive"
PACK = "complaint"
DIMENSIONS = ("unit", "method", "product", "cause")
KNOWN_BY_CASE: Mapping[str, tuple[str, ...]] = {
    "promised_at": ("promised_at",), "completed_at": ("completed_at",), "plan_version": ("plan_version",),
    "first_reply_at": ("first_reply_at", "complaint_opinion_hq.first_reply_at"),
    "solution_at": ("first_solution_at", "first_approved_at", "solved_at", "solution_at")}
"""Columns of the archive that are written when a case is filed, and the variables of an open case they come from."""
ANSWERED_AT_ONCE = ("logistics", "store")
"""Variants whose intake is the first reply: they file the moment of receipt as such."""


@dataclass(frozen=True, slots=True)
class ComplaintStatistics:
    """The table of a period: its rows, totals, indicators and those of the period before, counts by month."""

    period: Period
    latest: Period
    rows: tuple[Complaint, ...]
    count: int
    loss: Decimal
    before: tuple[int, Decimal]
    open: int
    groups: Mapping[str, tuple[Group, ...]]
    figures: tuple[Figure, ...]
    figures_before: tuple[Figure, ...]
    by_month: tuple[tuple[Period, int, Decimal], ...]
    names: Mapping[str, Mapping[str, Bilingual]]
    full: bool


def statistics(parts: Any, by: Actor, key: str = "", kind: str = "month",
               filters: Mapping[str, str] | None = None) -> ComplaintStatistics:
    """The statistics of the period ``key`` (the running one of a kind where it is empty) in the actor's units.

    ``filters``: ``unit``, ``method``, ``product``, ``cause`` keep to one group each (``-``: not yet known); ``of``
    keeps the rows, not the figures, to the cases that tell about an indicator. Raises NotPermitted, NotFound.
    """
    wanted, zone = dict(filters or {}), ZoneInfo(parts.settings.zone)
    now = parts.clock.now()
    period = read_period(key) if key else period_of(now.astimezone(zone).date(), kind)
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        units = supervised_units(by, live)
        require(units is None or bool(units), "查看投诉统计", "look at the complaint statistics")
        lines = _lines(parts, connection, _reads(by, live), units, period, zone)
    for name in DIMENSIONS:
        if wanted.get(name):
            sought = "" if wanted[name] == "-" else wanted[name]
            lines = [one for one in lines if getattr(one, name) == sought]
    begin = period.begins(zone)
    here, earlier = [one for one in lines if one.received_at >= begin], [o for o in lines if o.received_at < begin]
    made = figures(here, now)
    telling = next((set(one.telling) for one in made if one.indicator.key == wanted.get("of")), None)
    names = _names(live)
    return ComplaintStatistics(
        period, period_of(now.astimezone(zone).date(), period.kind),
        tuple(one for one in here if telling is None or one.number in telling), len(here), loss_of(here),
        (len(earlier), loss_of(earlier)), sum(one.completed_at is None for one in here),
        {name: groups(here, name, names[name]) for name in DIMENSIONS}, made, figures(earlier, now),
        tuple((month, len(inside), loss_of(inside)) for month, inside in by_month(
            period, lines, lambda one: one.received_at, zone)), names, _reads(by, live))


def may_name(parts: Any, by: Actor) -> bool:
    """Whether the names of customers may leave the system with a file."""
    with parts.database.reading() as connection:
        return may_export(by, parts.live.at(connection), PACK)


def _reads(by: Actor, live: Live) -> bool:
    return by.system or permitted(by, READ_PERSONAL, live, PACK)


def _names(live: Live) -> dict[str, dict[str, Bilingual]]:
    roles = live.packs[PACK].roles if PACK in live.packs else {}
    return {"unit": {key: role.name for key, role in roles.items()} | UNITS, "method": METHODS, "cause": CAUSES,
            "product": {}}


def _lines(parts: Any, connection: Connection, reads: bool, units: frozenset[str] | None, period: Period,
           zone: ZoneInfo) -> list[Complaint]:
    """The complaints of the period and the one before, the oldest first; two statements."""
    table = parts.registers.store(connection, ARCHIVE).table
    query = select(*table.c, ProcessInstance.id.label("case_id"), ProcessInstance.customer.label("case_customer"),
                   case((ProcessInstance.ended_at.is_(None), ProcessInstance.variables)).label("known")).outerjoin(
        ProcessInstance, ProcessInstance.case_number == table.c.case_number).where(
        table.c.received_at >= period.moved(-1).begins(zone), table.c.received_at < period.ends(zone)).order_by(
        table.c.received_at, table.c.case_number)
    if units is not None:
        query = query.where(ProcessInstance.unit_id.in_(units))
    return [_complaint(row, reads) for row in connection.execute(query)]


def _complaint(row: Row[Any], reads: bool) -> Complaint:
    known = loads(row.known) if row.known else {}
    late = {name: _known(getattr(row, name), known, ways) for name, ways in KNOWN_BY_CASE.items()}
    if row.variant in ANSWERED_AT_ONCE and row.known:
        late["first_reply_at"] = late["first_reply_at"] or row.received_at
    method = row.method or known.get("plan_method") or ""
    if method and method not in METHODS or not method and late["completed_at"]:
        method = "other"
    departments = row.department or ",".join(known.get("departments") or ())
    amount = row.amount if row.amount is not None else known.get("plan_amount")
    return Complaint(
        row.case_number, row.received_at, row.case_customer or (row.customer_name if reads else _veiled(row)),
        row.product or "", row.quantity, departments or row.variant or "manufacturer", method,
        Decimal(amount or 0), row.main_cause or known.get("main_cause") or "", row.variant or "", row.case_id,
        revisited_at=row.revisited_at, attitude=row.attitude_score, result=row.result_score, outcome=row.outcome or "",
        recurrent=row.frequency == "recurrent", **late)


def _known(kept: Any, known: Mapping[str, Any], ways: tuple[str, ...]) -> Any:
    """What the archive says, else what the case knows, where it is of a kind that can be counted."""
    for way in ways if kept is None else ():
        form, _, name = way.rpartition(".")
        found = ((known.get(form) or {}) if form else known).get(name)
        if isinstance(found, (datetime, int)):
            return found
    return kept


def _veiled(row: Row[Any]) -> str:
    return row.customer_name[:1] + "**"
