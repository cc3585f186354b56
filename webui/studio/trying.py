"""Trying a draft: a case of it played in a sandbox, its scenarios begun from there. Nothing of it is real."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from engine import BihuanError, FieldError, Invalid, Refused
from webui import errors, forms
from webui.auth import actor
from webui.cases import KINDS, STATES
from webui.operations import SIGNS
from webui.show import engine
from webui.studio.head import changes, head
from webui.words import _, lang, told

blueprint = Blueprint("studio_trying", __name__, url_prefix="/studio")
ICONS = {"start": "player-play", "adopt": "link", "complete": "file-check", "claim": "hand-grab",
         "release": "hand-stop", "message": "mail", "signal": "bolt", "operate": "tool", "after": "clock",
         "at": "clock", "expect": "check", "refuse": "ban", "return": "arrow-back-up", "pull_back": "arrow-back-up"} | {
             verb: sign for verb, (sign, _key) in SIGNS.items()}
MOST_TEXT = 20_000


def boxes() -> Any:
    """The verbs of sandboxes."""
    return engine().studio.sandboxes


@blueprint.get("/drafts/<draft_id>/try")
def page(draft_id: str) -> Response:
    """The sandbox last played, or the one asked for; what to begin with where there is none."""
    shell = head(draft_id, "try")
    if not changes():
        return make_response(render_template("studio/sandbox_begin.html", **shell, found=[], like=(), may=False))
    found = boxes().list(draft_id, actor())
    wanted = request.args.get("box") or (found[0].id if found and "new" not in request.args else "")
    if wanted and any(one.id == wanted for one in found):
        try:
            return make_response(render_template("studio/sandbox.html", **shell, **_board(wanted)))
        except Refused as refused:
            return _cannot_run(shell, refused)
    return make_response(render_template("studio/sandbox_begin.html", **shell, found=found, like=_like(draft_id),
                                         may=True))


def _cannot_run(shell: dict[str, Any], refused: Refused) -> Response:
    """A draft that cannot be compiled tells its problems instead of starting."""
    return make_response(render_template("studio/sandbox_problems.html", **shell, problems=refused.problems), 422)


def _like(draft_id: str) -> list[Any]:
    """The scenarios that a sandbox may begin like."""
    view = engine().studio.scenarios.list(draft_id, actor())
    return [one for file in view.files for one in file.scenarios]


@blueprint.post("/drafts/<draft_id>/try/begin")
def begin(draft_id: str) -> Response:
    """A new sandbox, with the given of a scenario where one is named."""
    path, _dot, number = request.form.get("like", "").rpartition("#")
    like = (path, int(number)) if path and number.isdigit() else None
    try:
        made = boxes().begin(draft_id, actor(), like=like, steps=bool(request.form.get("steps")))
    except Refused as refused:
        return _cannot_run(head(draft_id, "try"), refused)
    return redirect(url_for("studio_trying.page", draft_id=draft_id, box=made))


@blueprint.get("/drafts/<draft_id>/drawings/<key>.bpmn")
def drawing(draft_id: str, key: str) -> Response:
    """The drawing of a process as the draft has it; ``v`` in the address changes with it, so browsers keep it."""
    answer = Response(engine().studio.scenarios.drawing(draft_id, key, actor()), mimetype="application/xml")
    if request.args.get("v"):
        answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


# --- the board: everything of a sandbox but the head of the draft

@blueprint.get("/try/<box>")
def board(box: str) -> Response:
    """The board anew, or with another case."""
    return shown(box)


def _board(box: str, **more: Any) -> dict[str, Any]:
    view = boxes().view(box, actor(), lang(), request.values.get("case"))
    jumps = (("PT1H", _("1 小时")), ("P1D", _("1 天")), ("P7D", _("7 天")))
    facts = {"box": view, "icons_of": ICONS, "jumps": jumps, "kinds": KINDS, "case_states": STATES,
             "upload_to": url_for("studio_playing.attach", box=box), "sendable": _sendable,
             "finds": lambda register: url_for("studio_playing.records", box=box, register=register),
             "people_here": [(one.login, told(one.name)) for one in view.people],
             "next_due": next((one.at for one in view.due if one.at > view.now), None), "sentence": "",
             "diagrams": [_drawing(view, one) for one in view.case.diagrams] if view.case else [_untouched(view)]}
    if "pane" not in more and not view.trouble:
        facts["pane"] = _first_pane(view)
    facts |= more
    worked = facts.get("pane") and told(facts["pane"]["task"].row.process_name)
    first = next((one for one in facts["diagrams"] if one["name"] == worked and not one["ended"]),
                 facts["diagrams"][0])
    return facts | {"shown_drawing": first["id"]}


def _sendable(view: Any) -> list[tuple[str, str, str]]:
    """Messages and signals that somebody waits for or that begin a case: kind, name, the keys as YAML."""
    found = {(one.kind, one.name): "\n".join(f"{key}: {value}" for key, value in one.keys.items())
             for one in view.waits}
    return [(kind, name, keys) for (kind, name), keys in
            ({("message", name): "" for name in view.start_messages} | found).items()]


def shown(box: str, status: int = 200, **more: Any) -> Response:
    return make_response(render_template("studio/_sandbox.html", **_board(box, **more)), status)


def _drawing(view: Any, state: Any) -> dict[str, Any]:
    """What the viewer needs to show the tokens of one process; like the case page's."""
    key = view.definitions[state.definition_id]
    late = {item.element_id for item in view.case.waiting if item.until and item.until <= view.now}
    pills = {}
    for item in view.case.waiting:
        if item.element_id in state.active and item.kind in ("person", "role", "timer", "message", "connector"):
            pills[item.element_id] = {"text": told(item.who) or told(item.name),
                                      "look": "late" if item.element_id in late else ""}
    return {"id": f"drawing-{state.instance_id}", "name": told(state.name), "ended": state.ended,
            "told": {"xml": _address(view, key), "active": list(state.active), "done": list(state.done),
                     "late": sorted(set(state.active) & late | set(state.failed)),
                     "flows": list(view.taken.get(key, ())), "pills": pills}}


def _untouched(view: Any) -> dict[str, Any]:
    return {"id": "drawing-0", "name": told(view.name), "ended": False,
            "told": {"xml": _address(view, view.process_key)}}


def _address(view: Any, key: str) -> str:
    return url_for("studio_trying.drawing", draft_id=view.draft_id, key=key, v=view.stamp)


# --- working on tasks

def _first_pane(view: Any) -> dict[str, Any] | None:
    """The task that is shown at once: the first that somebody may work on."""
    task = next((one for one in view.tasks if one.players), None)
    return _pane(view.id, task.id, task.players[0].login) if task is not None else None


def _pane(box: str, task: str, login: str, entered: Any = None, wrong: dict[str, str] | None = None,
          sentence: str = "") -> dict[str, Any]:
    """What the form of a task needs, as the person ``login`` of the sandbox sees it."""
    found = boxes().task(box, task, login, actor(), lang(), entered)
    return {"task": found, "login": login, "sheet": found.form, "outcomes": forms.outcomes(found.form),
            "wrong": wrong or {}, "sentence": sentence}


@blueprint.get("/try/<box>/tasks/<task>")
def task(box: str, task: str) -> Response:
    """The form of a task, played by somebody."""
    login = request.args.get("as", "")
    try:
        pane = _pane(box, task, login)
    except BihuanError as error:
        return shown(box, error.http_status, sentence=error.sentence(lang()))
    return shown(box, pane=pane)


@blueprint.post("/try/<box>/tasks/<task>")
def complete(box: str, task: str) -> Response:
    """Hand a form in; what it refuses is told at the field."""
    login, values = request.form.get("as", ""), forms.submitted(request.form)
    outcome = request.form.get("outcome")
    if outcome:
        values = forms.with_outcome(values, boxes().task(box, task, login, actor(), lang()).form, outcome)
    try:
        boxes().complete(box, task, login, values, revision(), actor())
    except Invalid as error:
        if not error.fields or all(one.path == "" for one in error.fields):
            return shown(box, error.http_status, sentence=error.sentence(lang()))
        pane = _pane(box, task, login, values, errors.by_path(error), error.sentence(lang()))
        return shown(box, error.http_status, pane=pane)
    except BihuanError as error:
        return shown(box, error.http_status, sentence=error.sentence(lang()))
    return shown(box)


def revision() -> int:
    given = request.form.get("revision", "")
    return int(given) if given.isdigit() and len(given) < 10 else -1


# --- every other step

@blueprint.get("/try/<box>/start")
def start_form(box: str) -> Response:
    """The form of the start event, as somebody would see it."""
    return shown(box, pane=None, starting=_starting(box, request.args.get("as", "")))


def _starting(box: str, login: str, entered: Any = None, wrong: dict[str, str] | None = None) -> dict[str, Any]:
    return {"login": login, "sheet": boxes().start_form(box, login, actor(), lang(), entered), "wrong": wrong or {}}


@blueprint.post("/try/<box>/start")
def start(box: str) -> Response:
    """Start a case."""
    login, values = request.form.get("as", ""), forms.submitted(request.form)
    try:
        boxes().start(box, login, values, revision(), actor(), variables=mapping("variables"))
    except Invalid as error:
        if values:
            return shown(box, error.http_status, pane=None,
                          starting=_starting(box, login, values, errors.by_path(error)))
        return shown(box, error.http_status, sentence=told_of(error))
    except BihuanError as error:
        return shown(box, error.http_status, sentence=told_of(error))
    return shown(box)


def mapping(name: str) -> dict[str, Any] | None:
    """A mapping typed as YAML. Raises Invalid for anything else."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    found = engine().studio.sandboxes.typed_mapping(text[:MOST_TEXT])
    if found is None:
        raise Invalid([field_error(name, "请每行写一个“名称: 值”。", "Please write “name: value”, one on each line.")])
    return found


def field_error(path: str, zh: str, en: str) -> FieldError:
    return FieldError(path, "format", zh, en)


def told_of(error: BihuanError) -> str:
    told_at = [one.sentence(lang()) for one in getattr(error, "fields", ())]
    return " ".join(told_at) or error.sentence(lang())
