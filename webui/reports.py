"""Reports: complaints and visits by month, quarter and year, on screen with charts, on paper, as CSV and Excel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from webui import exports, show
from webui.auth import actor
from webui.show import engine
from webui.words import _, told

blueprint = Blueprint("reports", __name__)
KINDS = (("month", "月"), ("quarter", "季"), ("year", "年"))
DIMENSIONS = (("unit", "责任单位"), ("method", "处理方式"), ("product", "品名"), ("cause", "原因"))
NARROWING = ("unit", "method", "product", "cause", "of")
ROWS, BARS = 50, 8
"""Rows shown on screen (a file holds all), bars of a chart."""


@blueprint.get("/reports")
def index() -> Response:
    """The first report."""
    return redirect(url_for("reports.complaints"))


@blueprint.get("/reports/complaints")
def complaints() -> str:
    """客户投诉分析统计表 of a period."""
    view, filters = _complaints()
    charts = {name: _bars(found[:BARS]) for name, found in view.groups.items()}
    return render_template("reports/complaints.html", **_common(view, filters), charts=charts, dimensions=DIMENSIONS,
                           trend=_trend(view, [(_("件数"), 1)]), shown=view.rows[:ROWS])


@blueprint.get("/reports/complaints/print")
def paper() -> str:
    """The same on paper, in the layout of the catalogue."""
    view, filters = _complaints()
    return render_template("print/complaints.html", **_common(view, filters), dimensions=DIMENSIONS)


@blueprint.get("/reports/complaints.<kind>")
def export_complaints(kind: str) -> Response:
    """The rows as a file; names of customers only for those who may take them out."""
    view, _filters = _complaints()
    named = engine().boards.may_name_complainants(actor())
    heads = [_("日期"), _("编号"), _("投诉客户姓名"), _("品名"), _("数量"), _("责任单位"), _("处理方式"),
             _("损失金额"), _("原因"), _("已完成")]
    return exports.table(kind, f"{_('客户投诉分析统计表')}-{view.period.key}", heads, [
        [day(row.received_at), row.number, row.customer if named else row.customer[:1] + "**",
         row.product, row.quantity, group_name(view, "unit", row.unit), group_name(view, "method", row.method),
         row.loss, group_name(view, "cause", row.cause), _("是") if row.completed_at else _("否")]
        for row in view.rows])


@blueprint.get("/reports/<report>/figures.<kind>")
def export_figures(report: str, kind: str) -> Response:
    """The indicators of a report as a file."""
    if report not in ("complaints", "reception"):
        abort(404)
    view = (_complaints() if report == "complaints" else _reception())[0]
    heads = [_("编号"), _("指标"), _("本期"), _("单位"), _("计入"), _("合计"), _("上期"), _("算法")]
    return exports.table(kind, f"{_('指标')}-{view.period.key}", heads, [
        [one.indicator.key, told(one.indicator.name), one.shown, unit_of(one), one.part, one.whole, before.shown,
         told(one.indicator.formula)] for one, before in zip(view.figures, view.figures_before, strict=True)])


@blueprint.get("/reports/reception")
def reception() -> str:
    """接待漏斗 of a period."""
    view, filters = _reception()
    return render_template("reports/reception.html", **_common(view, filters), shown=view.rows[:ROWS],
                           trend=_trend(view, [(_("来访"), 1), (_("签约与交定金"), 2)]))


@blueprint.get("/reports/reception.<kind>")
def export_reception(kind: str) -> Response:
    """The visits as a file; without the names of clients."""
    view, _filters = _reception()
    heads = [_("来访编号"), _("到店"), _("提前报备"), _("设计师"), _("更换设计师次数"), _("结果"), _("短信计划"),
             _("短信发出"), _("回访计划"), _("首次回访")]
    return exports.table(kind, f"{_('接待漏斗')}-{view.period.key}", heads, [
        [row.number, row.arrived_at, _("是") if row.preregistered else _("否"), row.designer, row.changes,
         told(view.names[row.outcome]) if row.outcome else None, *row.sms, *row.call] for row in view.rows])


def _asked() -> dict[str, str]:
    return {name: request.args[name].strip()[:200] for name in NARROWING if request.args.get(name, "").strip()}


def _complaints() -> tuple[Any, dict[str, str]]:
    filters = _asked()
    return engine().boards.complaint_statistics(
        actor(), request.args.get("period", ""), request.args.get("kind", "month"), filters), filters


def _reception() -> tuple[Any, dict[str, str]]:
    filters = {name: value for name, value in _asked().items() if name == "of"}
    return engine().boards.reception_statistics(
        actor(), request.args.get("period", ""), request.args.get("kind", "month"), filters.get("of", "")), filters


def _common(view: Any, filters: dict[str, str]) -> dict[str, Any]:
    """What every report's template uses; ``at_period`` and ``narrowed`` are addresses of the same report."""

    def narrowed(_endpoint: str = "", **changes: Any) -> str:
        kept = {"period": view.period.key} | filters | changes
        return url_for(_endpoint or request.endpoint, **{k: v for k, v in kept.items() if v})

    return {"view": view, "filters": filters, "narrowed": narrowed, "period_name": period_name, "kinds": KINDS,
            "figure": figure, "group_name": group_name, "percent": percent, "chosen": _chosen(view, filters),
            "day": day, "before": {one.indicator.key: one for one in view.figures_before}}


def _chosen(view: Any, filters: dict[str, str]) -> list[tuple[str, str, str]]:
    """Filters in words: name, title, value."""
    found = [(name, _(title), group_name(view, name, "" if filters[name] == "-" else filters[name]))
             for name, title in DIMENSIONS if name in filters]
    if "of" in filters:
        names = {one.indicator.key: told(one.indicator.name) for one in view.figures}
        if hasattr(view, "outcomes"):
            names |= {key: told(name) for key, name in view.names.items()}
        found.append(("of", _("明细"), names.get(filters["of"], filters["of"])))
    return found


def day(moment: datetime) -> date:
    """The day of a moment in the zone of the office."""
    return moment.astimezone(show.zone()).date()


def period_name(period: Any) -> str:
    """``2026 年 11 月`` in the reader's language."""
    if period.months == 12:
        return _("{year} 年", year=period.year)
    if period.months == 3:
        return _("{year} 年第 {quarter} 季度", year=period.year, quarter=(period.month + 2) // 3)
    return _("{year} 年 {month} 月", year=period.year, month=period.month)


def group_name(view: Any, dimension: str, key: str) -> str:
    """The name of a unit, method or cause; several units joined; what is not yet known says so."""
    if not key:
        return _("未定")
    names = view.names.get(dimension, {})
    return _("、").join(told(names[part]) if part in names else part for part in key.split(","))


def percent(share: Any) -> str:
    """A share with two decimals, rounded half up by the engine's rule."""
    return show.MISSING if share is None else f"{share * 100:.2f}%"


def figure(one: Any) -> str:
    """An indicator's value with its unit."""
    if one.shown is None:
        return show.MISSING
    if one.indicator.kind == "share":
        return f"{one.shown}%"
    return _("{n} 小时", n=one.shown) if one.indicator.kind == "hours" else _("{n} 人", n=one.shown)


def unit_of(one: Any) -> str:
    """What an indicator is measured in."""
    return {"share": "%", "hours": _("小时"), "people": _("人")}[one.indicator.kind]


def _bars(found: Any) -> dict[str, Any]:
    return {"categories": [told(one.name) for one in found], "lying": True, "whole": True,
            "series": [{"name": _("件数"), "look": "median", "values": [one.count for one in found]}]}


def _trend(view: Any, columns: list[tuple[str, int]]) -> dict[str, Any]:
    """Counts by month of this period and the one before."""
    looks = ("started", "ended")
    return {"categories": [line[0].key for line in view.by_month], "whole": True, "series": [
        {"name": name, "look": looks[place], "values": [line[column] for line in view.by_month]}
        for place, (name, column) in enumerate(columns)]}
