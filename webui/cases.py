"""One case: where it stands, whom it waits for, what happened, what is known; and finding a case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from webui import show
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("cases", __name__)
PARTS = ("timeline", "files", "diagram", "facts")
VERBS = {"claimed": ("hand-grab", "blue"), "completed": ("file-check", "ok"), "started": ("player-play", "blue"),
         "released": ("hand-stop", ""), "ended": ("circle-check", "ok"), "cancelled": ("ban", "late"),
         "suspended": ("player-pause", ""), "resumed": ("player-play", ""), "escalated": ("bell-ringing", "late"),
         "sent": ("send", ""),
         "printed": ("printer", ""), "message": ("mail", ""), "failed": ("alert-triangle", "late")}
"""Icon and look of a line of the timeline, by the first word of its verb."""
STATES = {"active": ("进行中", "blue"), "suspended": ("已挂起", "hold"), "completed": ("已办结", "ok"),
          "cancelled": ("已撤销", "grey"), "failed": ("出现异常", "late"), "terminated": ("已终止", "grey")}
KINDS = {"person": "user", "role": "users", "timer": "clock-cog", "message": "mail", "signal": "bolt",
         "connector": "send", "incident": "alert-triangle", "case": "folders"}


@blueprint.get("/cases")
def search() -> str | Response:
    """Cases by number, customer, last digits of a phone or pinyin initials."""
    wanted = request.args.get("q", "").strip()
    found = engine().boards.cases(actor(), wanted, limit=50)
    if wanted and len(found) == 1 and found[0].number == wanted.upper():
        return redirect(url_for("cases.page", case=found[0].number))
    return render_template("cases/search.html", found=found, wanted=wanted, states=STATES)


@blueprint.get("/cases/<case>")
def page(case: str) -> str:
    """The case page."""
    view = engine().boards.case(case, actor(), lang())
    return render_template("cases/page.html", **_facts(view))


@blueprint.get("/cases/<case>/part/<part>")
def part(case: str, part: str) -> str:
    """One panel of a case, for the tabs beside a task."""
    if part not in PARTS:
        abort(404)
    view = engine().boards.case(case, actor(), lang())
    return render_template(f"cases/_{part}.html", **_facts(view), alone=True)


def _facts(view: Any) -> dict[str, Any]:
    late = {item.element_id for item in view.waiting if item.until and item.until <= show.now()}
    return {"case": view.head, "view": view, "migrated": _migrated(view),
            "diagrams": [_drawing(view, item, late) for item in view.diagrams],
            "verbs": VERBS, "states": STATES, "kinds": KINDS, "sees_sent": view.may_suspend or engine().settings.demo}


def _migrated(view: Any) -> dict[str, Any] | None:
    """When and how the case itself went on under another version, unless that was taken back."""
    for entry in view.timeline:
        if entry.verb == "migration_taken_back":
            return None
        if entry.verb == "migrated" and told(entry.process) == told(view.head.process_name):
            return {"day": entry.at.astimezone(show.zone()).strftime("%m-%d"), **entry.detail}
    return None


def _drawing(view: Any, state: Any, late: set[str]) -> dict[str, Any]:
    """What the viewer needs to mark one drawing."""
    pills = {}
    for item in view.waiting:
        if item.element_id in state.active and item.kind in ("person", "role", "timer", "message", "connector"):
            look = "late" if item.element_id in late else ""
            pills[item.element_id] = {"text": told(item.who) or told(item.name), "look": look}
    for element, text in state.overlays.items():
        pills.setdefault(element, {"text": told(text), "look": "ok"})
    return {"id": f"drawing-{state.instance_id}", "name": told(state.name), "ended": state.ended,
            "told": {"xml": url_for("cases.drawing", definition=state.definition_id), "active": list(state.active),
                     "done": list(state.done), "late": sorted(set(state.active) & late | set(state.failed)),
                     "flows": list(state.flows), "pills": pills}}


@blueprint.get("/definitions/<definition>.bpmn")
def drawing(definition: str) -> Response:
    """The drawing of one version of a process; it never changes, so it is kept by the browser."""
    answer = Response(engine().deployments.diagram(definition), mimetype="application/xml")
    answer.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return answer


@blueprint.post("/cases/<case>/<verb>")
def intervene(case: str, verb: str) -> Response:
    """Cancel, suspend or resume a case, with a reason."""
    head = engine().boards.case(case, actor(), lang()).head
    reason = request.form.get("reason", "").strip()
    verbs = {"cancel": (engine().instances.cancel, _("{number} 已撤销。", number=head.number)),
             "suspend": (engine().instances.suspend, _("{number} 已挂起。", number=head.number)),
             "resume": (engine().instances.resume, _("{number} 已恢复。", number=head.number))}
    if verb not in verbs:
        abort(404)
    act, sentence = verbs[verb]
    act(head.id, reason, actor())
    flash(sentence)
    return redirect(url_for("cases.page", case=head.number))


@blueprint.get("/cases/<case>/print")
@blueprint.get("/cases/<case>/print/<form>")
def printed(case: str, form: str | None = None) -> str:
    """The forms of a case on paper: all of them, or the one named."""
    view = engine().boards.case(case, actor(), lang())
    keys = [form] if form else list(dict.fromkeys(item.form_key for item in view.forms))
    records = [engine().boards.sheet(case, key, actor(), lang()) for key in keys]
    title = told(records[0].title) if form else _("案件记录")
    return render_template("print/sheet.html", case=view.head, records=records, sheet=None, title=title,
                           unsigned=any(field.type == "signature" and not field.value and field.visible
                                        for record in records for field in record.view.fields))
