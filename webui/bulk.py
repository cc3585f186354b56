"""Several tasks at once: what may be done with those chosen, what it asks for, and what became of each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, render_template, request

from webui import forms
from webui.auth import actor
from webui.shell import supervises
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("bulk", __name__)
MOST = 500
"""Tasks of one request; the page sends many in smaller heaps and shows how far it has come."""
VERBS = {"claim": ("hand-grab", "认领", "free"), "complete": ("send", "提交", "same"),
         "transfer": ("arrow-forward-up", "转办", "mine"), "return_to": ("arrow-back-up", "退回", "same"),
         "reassign": ("user-check", "改派", ""), "urge": ("bell-ringing", "催办", "taken"),
         "send_copy": ("mail", "抄送", "")}
"""Icon, words, and what must hold of every task chosen: nobody's, mine, somebody's, all at one step."""
OF_VIEWS = {"unclaimed": ("claim", "urge", "reassign", "send_copy"), "delegated": ("urge", "send_copy"),
            "snoozed": ("transfer", "send_copy")}
"""Verbs by view; the other views are lists of one's own tasks."""
MINE = ("complete", "transfer", "return_to", "send_copy")


def verbs() -> list[tuple[str, str, str, str]]:
    """(verb, icon, words, need) of the present view, for the bar."""
    allowed = [verb for verb in OF_VIEWS.get(request.args.get("view", "mine"), MINE)
               if verb != "reassign" or supervises()]
    return [(verb, *VERBS[verb]) for verb in allowed]


@blueprint.get("/inbox/bulk")
def ask() -> str:
    """What a verb asks for before it is done to the tasks chosen."""
    verb, tasks = _verb(), _tasks(request.args.getlist("task"))
    facts: dict[str, Any] = {"verb": verb, "words": VERBS[verb][1], "sign": VERBS[verb][0], "tasks": tasks,
                             "view": request.args.get("view", "mine"), "sheet": None, "targets": (), "wrong": {}}
    if verb == "complete":
        first = engine().boards.task(tasks[0], actor(), lang())
        facts |= {"sheet": first.form, "outcomes": forms.outcomes(first.form), "row": first.row}
    elif verb == "return_to":
        facts["targets"] = engine().tasks.return_targets(tasks[0], actor())
    return render_template("inbox/_bulk_ask.html", **facts)


@blueprint.post("/inbox/bulk")
def run() -> Response:
    """Do it: each task is a transaction of its own; what became of each, and why where it was not done."""
    verb, tasks = _verb(), _tasks(request.form.getlist("task"))
    done = engine().tasks.many(verb, tasks, actor(), **_arguments(verb, tasks))
    rows = [{"task": one.id, "number": one.case_number, "ok": one.ok, "sentence": told(one.sentence)} for one in done]
    return jsonify({"rows": rows})


def _verb() -> str:
    verb = request.values.get("verb", "")
    if verb not in VERBS or (verb == "reassign" and not supervises()):
        abort(404)
    return verb


def _tasks(chosen: list[str]) -> list[str]:
    tasks = list(dict.fromkeys(one for one in chosen if one))[:MOST]
    if not tasks:
        abort(400, _("没有选中任务。"))
    return tasks


def _arguments(verb: str, tasks: list[str]) -> dict[str, Any]:
    """What the verb takes, from the fields of its dialog."""
    given = request.form
    reason = given.get("reason", "").strip()
    if verb in ("transfer", "reassign"):
        return {"to": given.get("to", ""), "reason": reason}
    if verb == "return_to":
        return {"element_id": given.get("element_id", ""), "reason": reason}
    if verb == "urge":
        return {"note": given.get("note", "").strip()}
    if verb == "send_copy":
        return {"people": given.getlist("people"), "note": given.get("note", "").strip()}
    if verb == "complete":
        values = forms.submitted(given)
        outcome = given.get("outcome")
        if outcome:
            values = forms.with_outcome(values, engine().boards.task(tasks[0], actor(), lang()).form, outcome)
        return {"values": values or None}
    return {}


def install(app: Flask) -> None:
    """Give templates the verbs of the bar."""
    app.jinja_env.globals["bulk_verbs"] = verbs
