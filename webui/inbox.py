"""The inbox: one list of tasks in many views, with the open task beside it; asked again every 30 seconds."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request, url_for

from webui import narrowing, show, tasks, when
from webui.auth import actor
from webui.narrowing import address
from webui.shell import OPEN_VIEWS, VIEWS
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("inbox", __name__)
LIMIT = 50
"""Lines of a page."""
GONE = {"claimed": "已认领", "completed": "已提交", "transferred": "已转办", "delegated": "已委派",
        "returned": "已退回", "reassigned": "已改派", "taken_over": "已接管", "withdrawn": "已取消这一步",
        "pulled_back": "已撤回", "released": "已释放", "cancelled": "已撤销案件", "terminated": "已终止案件",
        "snoozed": "已设为稍后处理", "signed": "已签署", "moved": "已跳转", "handed_over": "已交接",
        "handed_back": "已交还"}
"""What became of a line that left the list."""


@blueprint.get("/inbox")
def page() -> str:
    """The inbox with its list, and the task that the address names in the pane."""
    board = _board()
    opened = request.args.get("task")
    pane = tasks.pane(opened) if opened else ""
    return render_template("inbox/page.html", **_facts(board), pane=pane, etag=_etag(board), title=_title(board),
                           chips=narrowing.chips(), saved=_saved(board), sorts=narrowing.SORTS)


@blueprint.get("/inbox/rows")
def rows() -> Response:
    """The list alone: 304 where nothing changed; lines that left come with the sentence why."""
    board = _board()
    etag = _etag(board)
    if request.headers.get("If-None-Match") == etag:
        return make_response("", 304)
    answer = make_response(render_template("inbox/_live.html", **_facts(board), gone=_gone(board)))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


@blueprint.get("/inbox/more")
def more() -> str:
    """The following page of the list."""
    return render_template("inbox/_more.html", **_facts(_board()))


@blueprint.get("/inbox/facets")
def facets() -> str:
    """What the list can be narrowed by, with counts; read when the panel is opened."""
    view = request.args.get("view", "mine")
    if view not in OPEN_VIEWS:
        abort(404)
    found = engine().boards.facets(actor(), view, narrowing.filters())
    return render_template("inbox/_facets.html", facets=found, view=view, address=address, toggled=narrowing.toggled,
                           is_on=narrowing.is_on, filters=narrowing.filters())


@blueprint.post("/inbox/read")
def read() -> Response:
    """Mark what was brought to one's notice as read."""
    engine().tasks.mark_read(request.form.getlist("ref"), actor())
    return _back(_("已标为已阅。"))


@blueprint.post("/inbox/answered")
def answered() -> Response:
    """A question needs no word any more."""
    for question in request.form.getlist("ref"):
        engine().tasks.answered(question, actor())
    return _back(_("已标为已回复。"))


@blueprint.post("/inbox/take-back")
def take_back() -> Response:
    """Take back one's own last decision while nobody has acted on what follows."""
    engine().tasks.pull_back(request.form.get("task", ""), actor())
    return _back(_("已撤回，这一步回到你的待办。"))


def _back(sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("inbox.page", **address()))


def _board() -> Any:
    view = request.args.get("view", "mine")
    if view not in dict(VIEWS):
        abort(404)
    board = engine().boards.inbox(actor(), view, narrowing.filters(), request.args.get("after"), LIMIT,
                                  narrowing.sort())
    g.beside = board.sidebar
    return board


def _facts(board: Any) -> dict[str, Any]:
    return {"page": board, "groups": _groups(board), "view": board.view, "filters": narrowing.filters(),
            "address": address, "sort": narrowing.sort(), "selectable": board.view in OPEN_VIEWS}


def _saved(board: Any) -> Any:
    """The saved view that the address names, if it is one of the person's."""
    return next((one for one in board.sidebar.saved if one.id == request.args.get("saved")), None)


def _title(board: Any) -> str:
    saved = _saved(board)
    return told(saved.name) if saved else _(dict(VIEWS)[board.view])


def _etag(board: Any) -> str:
    """A stamp over what the list shows; the words of the clock are the browser's own business."""
    return '"' + sha256(f"{board.etag}{lang()}".encode()).hexdigest()[:20] + '"'


def _groups(board: Any) -> list[tuple[str, str, list[Any]]]:
    """Lines by when they are due: (icon, heading, lines). In another order they stand in one group."""
    if board.view not in OPEN_VIEWS or narrowing.sort() != "due":
        return [("list-check", "", list(board.rows))] if board.rows else []
    today = show.now().astimezone(show.zone()).date()

    def when(row: Any) -> int:
        words = show.due_words(row.clock)
        if words.state == "late":
            return 0
        if words.state == "paused":
            return 3
        if row.clock.due_at is None:
            return 4
        return 1 if row.clock.due_at.astimezone(show.zone()).date() <= today else 2

    heads = {0: ("alert-triangle", _("已逾期")), 1: ("clock-hour-4", _("今天到期")), 2: ("calendar", _("明天及以后")),
             3: ("player-pause", _("已暂停")), 4: ("circle-dashed", _("无期限"))}
    return [(*heads[number], list(lines)) for number, lines in groupby(sorted(board.rows, key=when), key=when)]


def _gone(board: Any) -> dict[str, str]:
    """Why each line the browser had is no longer there: "李娜 刚刚 已认领"."""
    there = {row.id for row in board.rows}
    had = [one for one in request.headers.get("X-Had", "").split(",") if one and one not in there]
    if not had:
        return {}
    return {task: _fate(one) for task, one in engine().boards.whereabouts(had, actor()).items()
            if one.by_login != actor().login and one.verb in GONE}


def _fate(one: Any) -> str:
    who = told(one.by) or _("系统")
    seconds = max(0, int((show.now() - one.at).total_seconds()))
    if seconds < 60:
        return _("{who} {n} 秒前{what}", who=who, n=seconds, what=_(GONE[one.verb]))
    ago = when.ago(one.at, show.now(), show.zone(), lang())
    return _("{who} {ago}{what}", who=who, ago=ago, what=_(GONE[one.verb]))
