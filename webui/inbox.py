"""The inbox: one list of tasks in six views, with the open task beside it; asked again every 30 seconds."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from engine import BihuanError, Conflict
from webui import show, tasks
from webui.auth import actor
from webui.shell import VIEWS
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("inbox", __name__)
LIMIT = 50
"""Lines of a page."""
FILTERS = ("process", "severity", "search")


@blueprint.get("/inbox")
def page() -> str:
    """The inbox with its list, and the task that the address names in the pane."""
    board = _board()
    opened = request.args.get("task")
    pane = tasks.pane(opened) if opened else ""
    return render_template("inbox/page.html", page=board, groups=_groups(board), pane=pane, view=board.view,
                           filters=_filters(), etag=_etag(board), title=_title(board.view), address=_address)


@blueprint.get("/inbox/rows")
def rows() -> Response:
    """The list alone: 304 where nothing changed; lines that left come with the sentence why."""
    board = _board()
    etag = _etag(board)
    if request.headers.get("If-None-Match") == etag:
        return make_response("", 304)
    answer = make_response(render_template("inbox/_live.html", page=board, groups=_groups(board), view=board.view,
                                           filters=_filters(), gone=_gone(board), address=_address))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


@blueprint.get("/inbox/more")
def more() -> str:
    """The following page of the list."""
    board = _board()
    return render_template("inbox/_more.html", page=board, groups=_groups(board), view=board.view, filters=_filters(),
                           address=_address)


def _board() -> Any:
    view = request.args.get("view", "mine")
    if view not in dict(VIEWS):
        abort(404)
    return engine().boards.inbox(actor(), view, _filters(), request.args.get("after"), LIMIT)


def _filters() -> dict[str, str]:
    return {name: request.args[name].strip() for name in FILTERS if request.args.get(name, "").strip()}


def _address(**changed: Any) -> dict[str, Any]:
    """The arguments of the present list with some changed; ``None`` leaves one out."""
    kept = {"view": request.args.get("view", "mine"), **_filters(), **changed}
    return {name: value for name, value in kept.items() if value is not None}


def _title(view: str) -> str:
    return _(dict(VIEWS)[view])


def _etag(board: Any) -> str:
    """A stamp over what the list shows; the words of the clock are the browser's own business."""
    return '"' + sha256(f"{board.etag}{sorted(board.counts.items())}{lang()}".encode()).hexdigest()[:20] + '"'


def _groups(board: Any) -> list[tuple[str, str, list[Any]]]:
    """Lines by when they are due: (icon, heading, lines)."""
    if board.view in ("done", "started"):
        return [("history", "", list(board.rows))] if board.rows else []
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
    """Why each line the browser had is no longer there: "李娜 2 秒前已认领"."""
    there = {row.id for row in board.rows}
    had = [one for one in request.headers.get("X-Had", "").split(",") if one and one not in there][:20]
    sentences = {}
    for task in had:
        try:
            view = engine().boards.task(task, actor(), lang())
        except Conflict as error:
            sentences[task] = _ended(error)
        except BihuanError:
            continue
        else:
            if view.row.assignee_name is not None and view.row.assignee_login != actor().login:
                sentences[task] = _("{who} 已认领", who=told(view.row.assignee_name))
    return sentences


def _ended(error: Conflict) -> str:
    """"李娜 2 秒前已提交", from what the engine says of a task that is gone."""
    tongue = lang()
    parts = error.params
    if "name" not in parts:
        return error.sentence(tongue)
    return _("{who} {ago}已{verb}", who=parts["name_en" if tongue == "en" else "name"], ago=parts[f"ago_{tongue}"],
             verb=parts[f"verb_{tongue}"])
