"""Steps in a sandbox besides tasks: the clock, messages, undoing, people, saving; what its forms ask for meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, make_response, request, url_for

from engine import BihuanError, Invalid
from webui import files, show
from webui.auth import actor
from webui.studio.trying import boxes, field_error, mapping, revision, shown, told_of
from webui.words import _, lang

blueprint = Blueprint("studio_playing", __name__, url_prefix="/studio/try/<box>")
DURATION = re.compile(r"P(?=.)(\d{1,4}D)?(T(?=.)(\d{1,5}H)?(\d{1,6}M)?)?\Z")


@blueprint.post("/step")
def step(box: str) -> Response:
    """The clock moved, a message or signal sent, what failed retried, the case cancelled, suspended or resumed."""
    return _done(box, lambda: boxes().take(box, _step(), revision(), actor()))


def _step() -> dict[str, Any]:
    given = {name: request.form.get(name, "").strip()[:400] for name in ("do", "to", "by", "name", "reason", "in")}
    case = {"in": given["in"]} if given["in"] else {}
    if given["do"] == "at":
        return {"at": given["to"]}
    if given["do"] == "after":
        if not DURATION.match(given["to"]):
            raise Invalid([field_error("to", "请写成 PT2H（2 小时）或 P3D（3 天）这样的时长。",
                                  "Please write a duration such as PT2H (2 hours) or P3D (3 days).")])
        return {"after": given["to"]}
    if given["do"] == "message":
        return {"message": {"name": given["name"], "keys": mapping("keys") or {},
                            "payload": mapping("payload") or {}}} | case
    if given["do"] == "signal":
        return {"signal": {"name": given["name"], "payload": mapping("payload") or {}}}
    if given["do"] in ("retry", "cancel", "suspend", "resume"):
        return {"operate": {"verb": given["do"], "by": given["by"], "reason": given["reason"] or _reason()}} | case
    return abort(400)


def _reason() -> str:
    """The reason that stands in a sandbox where nobody gave one."""
    return _("试办")


def _done(box: str, act: Callable[[], None]) -> Response:
    try:
        act()
    except BihuanError as error:
        return shown(box, error.http_status, sentence=told_of(error))
    return shown(box)


@blueprint.post("/undo")
def undo(box: str) -> Response:
    """Take back the last step, or all after the first ``keep``."""
    keep = request.form.get("keep", "")
    return _done(box, lambda: boxes().undo(box, revision(), actor(),
                                           keep=int(keep) if keep.isdigit() and len(keep) < 6 else None))


@blueprint.post("/people")
def people(box: str) -> Response:
    """Invent one more person."""
    given = {name: request.form.get(name, "").strip()[:60] for name in ("login", "name", "role")}
    return _done(box, lambda: boxes().give(box, revision(), actor(), **given))


@blueprint.post("/save")
def save(box: str) -> Response:
    """Keep the steps as a scenario of the draft."""
    names = [request.form.get(name, "").strip()[:200] for name in ("zh", "en")]
    try:
        boxes().save(box, *names, actor())
        draft_id = boxes().view(box, actor(), lang()).draft_id
    except BihuanError as error:
        return shown(box, error.http_status, sentence=told_of(error))
    flash(_("已存为场景。"))
    answer = make_response("", 204)
    answer.headers["HX-Redirect"] = url_for("studio_scenarios.page", draft_id=draft_id)
    return answer


# --- what forms ask for while they are filled in

@blueprint.post("/files")
def attach(box: str) -> Response:
    """An attachment: its name alone is kept, a picture of one dot or an empty page stands for it."""
    name, _content = files.sent()
    kept = boxes().attached(box, name, actor())
    return jsonify({"value": kept, "name": kept["name"], "type": kept["type"], "size_text": show.size(kept["size"]),
                    "url": ""})


@blueprint.get("/records/<register>")
def records(box: str, register: str) -> Response:
    """Records of the sandbox for a reference field."""
    wanted = request.args.get("q", "").strip()
    found = boxes().records(box, register, wanted, actor()) if wanted else []
    kept = ("register", "id", "label")
    return jsonify([{"label": item.get("label", ""), "value": {name: item[name] for name in kept if name in item},
                     "fill": item.get("values", {})} for item in found])
