"""The cockpit: the live drawing of a process with counts and waits, charts by day and by step, versions compared."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from webui import exports, show
from webui.auth import actor
from webui.show import engine
from webui.words import _, told

blueprint = Blueprint("cockpit", __name__)
METRICS = (("late", "逾期热度"), ("open", "在办数"), ("wait", "停留时长"), ("return", "退回率"))
RANGES = (7, 14, 30, 90)
FEW = 20
"""Below so many cases a figure is for orientation only."""


@blueprint.get("/cockpit")
def choose() -> str:
    """The processes, by pack, with the cases open now; and all of them together by day."""
    found = sorted(engine().boards.watchable(actor()), key=lambda item: (told(item[2]), told(item[1])))
    packs = [(name, list(items)) for name, items in groupby(found, key=lambda item: told(item[2]))]
    since, until, days = _period()
    return render_template("cockpit/choose.html", packs=packs, days=days, ranges=RANGES,
                           daily=_daily(engine().boards.by_day(actor(), since, until)))


@blueprint.get("/cockpit/<key>")
def page(key: str) -> str:
    """One process over a period; two versions picked are compared step by step."""
    since, until, days = _period()
    view = engine().boards.cockpit(actor(), key, since, until, _versions())
    if not view.versions:
        abort(404)
    first, other = view.versions[0], view.versions[1] if len(_versions()) == 2 and len(view.versions) > 1 else None
    metric = request.args.get("metric", "late")
    if metric not in dict(METRICS):
        abort(404)
    steps = [step for step in first.steps if step.open or step.visits]
    return render_template(
        "cockpit/page.html", view=view, version=first, other=other, days=days, ranges=RANGES, metrics=METRICS,
        metric=metric, steps=sorted(steps, key=lambda step: (-step.late, -step.open, -(step.median or 0))),
        against={step.element_id: step for step in other.steps} if other else {}, few=first.started + first.open < FEW,
        drawing=_drawing(first, metric), daily=_daily(engine().boards.by_day(actor(), since, until, key)),
        waits=_waits(first), late=sum(step.late for step in first.steps), at=_at)


def _at(**changes: Any) -> str:
    kept = {"days": request.args.get("days"), "metric": request.args.get("metric"),
            "versions": request.args.get("versions")} | changes
    return url_for("cockpit.page", key=request.view_args["key"], **{k: v for k, v in kept.items() if v})


def _period() -> tuple[datetime, datetime, int]:
    """From the beginning of a day to now: ``days`` of the address, 14 where it says nothing."""
    try:
        days = int(request.args.get("days", "14"))
    except ValueError:
        abort(404)
    if not 1 <= days <= 366:
        abort(404)
    local = show.now().astimezone(show.zone())
    begin = datetime.combine(local.date() - timedelta(days=days - 1), time(), show.zone())
    return begin, show.now() + timedelta(seconds=1), days


def _versions() -> tuple[int, ...]:
    """The versions picked, as ``versions=7,6``."""
    try:
        return tuple(int(part) for part in request.args.get("versions", "").split(",") if part)[:2]
    except ValueError:
        abort(404)


def heat(share: float | None) -> str:
    """The colour of a share: none, under 15 %, to 30 %, above."""
    if not share:
        return ""
    return "heat-1" if share < 0.15 else "heat-2" if share <= 0.3 else "heat-3"


def _drawing(version: Any, metric: str) -> dict[str, Any]:
    """What the viewer needs: pills with counts, colours by the metric."""
    longest = max((step.median or 0 for step in version.steps), default=0)
    pills, colours = {}, {}
    for step in version.steps:
        share = {"late": step.late_share, "return": step.return_share,
                 "wait": 0.4 * (step.median or 0) / longest if longest else None,
                 "open": None}[metric]
        if step.open:
            words = f"{step.open}" + (f" · {_('逾期 {n}', n=step.late)}" if step.late else "")
            pills[step.element_id] = {"text": words, "look": "late" if step.late else ""}
        if metric == "wait" and step.median is not None:
            pills[step.element_id] = {"text": show.lasting(step.median), "look": ""}
        if metric == "return" and step.returned:
            pills[step.element_id] = {"text": f"{step.return_share:.0%}", "look": "late"}
        if heat(share):
            colours[step.element_id] = heat(share)
    return {"xml": url_for("cases.drawing", definition=version.definition_id), "active": [], "done": [], "late": [],
            "flows": [], "pills": pills, "heat": colours}


def _daily(days: Any) -> dict[str, Any]:
    """Cases started and ended by day with the share of tasks done in time: a chart, and the same as a table."""
    shares = [day.on_time / day.with_deadline if day.with_deadline else None for day in days]
    return {"days": days, "shares": shares, "chart": {
        "categories": [day.day.strftime("%m-%d") for day in days], "whole": True,
        "series": [{"name": _("受理"), "look": "started", "values": [day.started for day in days]},
                   {"name": _("办结"), "look": "ended", "type": "line", "values": [day.ended for day in days]},
                   {"name": _("按期率"), "look": "share", "type": "line", "share": True, "values": shares}]}}


def _waits(version: Any) -> dict[str, Any]:
    """Median and 95 % waiting of the slowest steps, in hours."""
    slow = sorted((step for step in version.steps if step.median is not None and step.kind == "userTask"),
                  key=lambda step: -step.median)[:10]
    return {"categories": [told(step.name) for step in slow], "lying": True, "over": True, "unit": _("小时"),
            "series": [{"name": "P95", "look": "p95", "values": [_hours(step.p95, 1) for step in slow]},
                       {"name": _("中位"), "look": "median", "values": [_hours(step.median, 1) for step in slow]}]}


def _hours(seconds: float | None, places: int = 2) -> float | None:
    return None if seconds is None else round(seconds / 3600, places)


@blueprint.get("/cockpit/<key>/steps.<kind>")
def export_steps(key: str, kind: str) -> Response:
    """The steps of the newest version (or those picked) as CSV or Excel."""
    since, until, _days = _period()
    view = engine().boards.cockpit(actor(), key, since, until, _versions())
    heads = [_("版本"), _("环节"), _("在办"), _("逾期"), _("办结次数"), _("中位（小时）"),
             _("P95（小时）"), _("退回率"), _("按期率")]
    return exports.table(kind, f"{told(view.name)}-{_('环节')}", heads, [
        [version.version, told(step.name), step.open, step.late, step.visits,
         _hours(step.median), _hours(step.p95), step.return_share, step.on_time_share]
        for version in view.versions for step in version.steps])


@blueprint.get("/cockpit/days.<kind>")
@blueprint.get("/cockpit/<key>/days.<kind>")
def export_days(kind: str, key: str = "") -> Response:
    """The days as CSV or Excel."""
    since, until, _days = _period()
    heads = [_("日期"), _("受理"), _("办结"), _("完成任务"), _("有期限的"), _("按期完成"), _("按期率")]
    days = engine().boards.by_day(actor(), since, until, key)
    return exports.table(kind, _("每日受理与办结"), heads, [day.row() for day in days])
