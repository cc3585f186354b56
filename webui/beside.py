"""What stands beside an open task and follows it: what will happen when it is submitted, and who else is looking."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, render_template, request

from webui import when
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("beside", __name__)


@blueprint.get("/tasks/<task>/next")
def following(task: str) -> str:
    """The steps that will follow, with who will get them, over the draft as it was kept last."""
    return render_template("tasks/_following.html", steps=engine().boards.next_steps(task, actor()), lasting=lasting)


def lasting(seconds: float) -> str:
    """A number of seconds in words."""
    return when.duration(timedelta(seconds=seconds), lang())


@blueprint.post("/tasks/<task>/seen")
def seen(task: str) -> Response:
    """Tell that one looks at a task, or types into it; answers who else does, in words."""
    others = engine().tasks.seen(task, actor(), editing=request.form.get("editing") == "1")
    typing = [told(one.name) for one in others if one.editing]
    looking = [told(one.name) for one in others if not one.editing]
    parts = []
    if typing:
        parts.append(_("{who} 正在填写", who=_("、").join(typing)))
    if looking:
        parts.append(_("{who} 也在看", who=_("、").join(looking)))
    return jsonify({"words": _("；").join(parts), "editing": bool(typing)})
