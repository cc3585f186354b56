"""The supervisors' pages: what is late and about to be, with whom it is stuck, and who has how much to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from engine import OPERATION
from webui import exports, show
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("board", __name__)
BUCKETS = (("risk", "临期"), ("h4", "逾期 < 4 小时"), ("h24", "逾期 4–24 小时"), ("d1", "逾期 > 1 天"))
"""Ageing of tasks that are late or at risk."""
GROUPS = (("person", "按人"), ("role", "按岗位"), ("unit", "按团队"), ("process", "按流程"))
NARROWED = ("age", "person", "role", "unit", "process", "level", "promise")
AGES = (*BUCKETS, ("late", "已逾期"))
DO = (("urge", "bell-ringing"), ("reassign", "user-check"), ("escalate", "arrow-up"))
"""Verbs that every row offers; the others stand behind the dots."""
MORE = (("extend", "calendar-plus"), ("take_over", "hand-grab"), ("comment", "message"))
MOST_EXPORTED = 5000


@blueprint.get("/board")
def page() -> str:
    """Tasks of the units the person supervises: figures, a matrix by age, the list that a cell drills into."""
    group = request.args.get("group", "role")
    board = engine().boards.board(actor(), group, _filters(), request.args.get("after"))
    more = "HX-Request" in request.headers and request.args.get("after")
    return render_template("board/_rows.html" if more else "board/page.html", board=board, buckets=BUCKETS,
                           groups=GROUPS, filters=_filters(), drilled=_drilled(board), do=DO, more=MORE, at=_at,
                           names={verb: OPERATION[verb].name for verb, _sign in (*DO, *MORE)})


def _filters() -> dict[str, str]:
    return {name: request.args[name] for name in NARROWED if request.args.get(name)}


def _at(**changes: Any) -> str:
    """The address of this page with other filters; an empty value takes one away."""
    kept = {"group": request.args.get("group", "role"), **_filters()} | changes
    return url_for("board.page", **{name: value for name, value in kept.items() if value})


def _drilled(board: Any) -> list[tuple[str, str]]:
    """The filters that hold, as words and the address without each."""
    names = {line.key: told(line.name) for line in board.lines}
    words = []
    for name, value in _filters().items():
        shown = {"age": _(dict(AGES).get(value, value)), "promise": _("超过承诺客户期限"),
                 "level": _("{n} 级及以上", n=value)}.get(name) or names.get(
                     value, _("待认领") if value == "-" else value)
        words.append((shown, _at(**{name: ""})))
    return words


@blueprint.get("/board/on-time")
def on_time() -> Response:
    """The share of tasks done in time over 30 days, which the page asks for when it is there."""
    share = engine().boards.on_time(actor())
    return jsonify({"share": share, "words": show.MISSING if share is None else f"{share * 100:.1f}%"})


@blueprint.get("/board.<kind>")
def export(kind: str) -> Response:
    """The list as CSV or Excel, as it is narrowed now."""
    rows, after = [], None
    while len(rows) < MOST_EXPORTED:
        board = engine().boards.board(actor(), request.args.get("group", "role"), _filters(), after, limit=500)
        rows += board.rows
        after = board.following
        if after is None:
            break
    heads = [_("案件"), _("流程"), _("停在"), _("岗位"), _("办理人"), _("客户"), _("程度"), _("期限"),
             _("逾期（小时）"), _("升级"), _("最近催办"), _("承诺客户")]
    return exports.table(kind, _("督办清单"), heads, [_line(row) for row in rows])


def _line(row: Any) -> list[Any]:
    task = row.task
    over = (show.now() - task.clock.due_at) / timedelta(hours=1)
    severity = show.SEVERITIES.get(task.severity)
    return [task.case_number, told(task.process_name), told(task.name), told(task.role_name),
            told(task.assignee_name) or _("待认领"), task.customer, severity[lang() == "en"] if severity else "",
            task.clock.due_at, round(over, 1) if over > 0 else 0, task.clock.level, row.urged_at, task.promised_at]


@blueprint.get("/workload")
def workload() -> str:
    """Who has how much to do, and which roles have work that nobody has claimed."""
    days = _days()
    people, roles = engine().boards.workload(actor(), days)
    return render_template("board/workload.html", people=people, roles=roles, days=days,
                           most=max((line.open for line in people), default=0))


def _days() -> int:
    try:
        return min(90, max(1, int(request.args.get("days", "7"))))
    except ValueError:
        abort(404)


@blueprint.get("/workload.<kind>")
def export_workload(kind: str) -> Response:
    """The load of people as CSV or Excel."""
    people, _roles = engine().boards.workload(actor(), _days())
    heads = [_("姓名"), _("部门"), _("岗位"), _("在办"), _("逾期"), _("临期"), _("已办"), _("按期率"),
             _("中位用时（小时）")]
    return exports.table(kind, _("人员负荷"), heads, [
        [told(line.name), told(line.unit), "、".join(told(role) for role in line.roles), line.open, line.late,
         line.risk, line.done, line.on_time, None if line.median is None else round(line.median / 3600, 2)]
        for line in people])
