"""The incident inbox: what failed, why, and what to do about it, one by one or a whole cause at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("incidents", __name__)
VERBS = ("retry", "skip", "resolve", "annotate")
LIMIT = 50


@blueprint.get("/incidents")
def page() -> str:
    """Open incidents by cause, the newest first."""
    code, after = request.args.get("code", ""), request.args.get("after")
    found = engine().incidents.list(actor(), limit=LIMIT + 1, code=code, after=after)
    groups = engine().incidents.groups(actor())
    return render_template("incidents/page.html", found=found[:LIMIT], groups=groups, code=code,
                           following=found[LIMIT - 1].id if len(found) > LIMIT else None,
                           settled=engine().incidents.settled_lately(actor()))


@blueprint.get("/incidents/<incident>/<verb>")
def ask(incident: str, verb: str) -> str:
    """The dialog of a verb: a reason, a note, or the data to change."""
    return _dialog(incident, verb)


def _dialog(incident: str, verb: str, wrong: dict[str, str] | None = None, sentence: str = "") -> str:
    if verb not in (*VERBS, "change_data"):
        abort(404)
    data = {}
    if verb == "change_data":
        data = {name: _shown(value) for name, value in engine().incidents.data(incident, actor()).items()}
    return render_template("incidents/_ask.html", incident=incident, verb=verb, data=data, wrong=wrong or {},
                           sentence=sentence, given=request.form)


def _shown(value: Any) -> str:
    """A value as the expression that gives it, for those that people change: texts, numbers, yes and no."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value) if not isinstance(value, (dict, list)) else ""


@blueprint.post("/incidents/<incident>/<verb>")
def do(incident: str, verb: str) -> Response:
    """Do it; what is wrong is said in the dialog."""
    reason = request.form.get("reason", "")
    verbs = engine().incidents
    try:
        if verb == "retry":
            verbs.retry(incident, actor())
        elif verb == "skip":
            verbs.skip(incident, reason, actor())
        elif verb == "resolve":
            verbs.resolve(incident, reason, actor())
        elif verb == "annotate":
            verbs.annotate(incident, request.form.get("text", ""), actor())
        elif verb == "change_data":
            before = {name: _shown(value) for name, value in verbs.data(incident, actor()).items()}
            changed = {name: text for name, text in request.form.items(multi=False)
                       if name.startswith("data.") and text.strip() and before.get(name[5:]) != text}
            verbs.change_data(incident, {name[5:]: text for name, text in changed.items()}, reason, actor())
        else:
            abort(404)
    except Invalid as error:
        return make_response(_dialog(incident, verb, errors.by_path(error), error.sentence(lang())), error.http_status)
    except BihuanError as error:
        return make_response(_dialog(incident, verb, {}, error.sentence(lang())), error.http_status)
    flash({"retry": _("已安排重试。"), "skip": _("已跳过这一步。"), "resolve": _("异常已处理。"),
           "annotate": _("批注已保存。"), "change_data": _("数据已修改，已安排重试。")}[verb])
    if "HX-Request" not in request.headers:
        return redirect(url_for("incidents.page"))
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = url_for("incidents.page", code=request.args.get("code") or None)
    return answer


@blueprint.post("/incidents")
def many() -> Response | str:
    """One verb for all that were chosen; what became of each."""
    verb, chosen = request.form.get("verb", ""), request.form.getlist("incident")
    if verb not in ("retry", "skip") or not chosen:
        abort(404)
    cards = {card.id: card for card in engine().incidents.list(actor(), limit=500)}
    arguments = {"reason": request.form.get("reason", "")} if verb == "skip" else {}
    rows = engine().incidents.many(verb, chosen, actor(), **arguments)
    return render_template("incidents/result.html", rows=rows, cards=cards, done=sum(row.ok for row in rows))
