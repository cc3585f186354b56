"""What else people do with the tasks and cases of a sandbox: the dialogs of the inbox, and what they say as steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from engine import OPERATION, BihuanError, Invalid
from webui import errors, forms, interventions, operations
from webui.auth import actor
from webui.studio.trying import boxes, revision, shown
from webui.words import lang, told

blueprint = Blueprint("studio_acting", __name__, url_prefix="/studio/try/<box>")
ON_CASE = {"pull_back": "arrow-back-up", "cancel": "ban", "terminate": "ban", "suspend": "player-pause",
           "resume": "player-play", "jump": "arrow-forward-up"}
"""Verbs on a case -> icon."""
OWN = frozenset(("transfer", "sign", "hand_back", "take_back_delegation", "pull_back"))
"""Verbs of those who have a task themselves."""


ICONS = {verb: sign for verb, (sign, _key) in operations.SIGNS.items()} | ON_CASE


def _together(offers: Iterable[Any]) -> list[tuple[tuple[str, ...], list[Any]]]:
    """Verbs with the people who have just these; those whose own task it is first, then the fewest."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for one in offers:
        found.setdefault(one.verbs, []).append(one.person)
    return sorted(found.items(), key=lambda group: (OWN.isdisjoint(group[0]), len(group[1])))


@blueprint.get("/more")
def more(box: str) -> Response:
    """Who else may do what with a task, or with a case."""
    task, case = request.args.get("task", ""), request.args.get("case", "")
    sentence, offers = "", ()
    try:
        offers = boxes().offers(box, actor(), task=task, case=case)
    except BihuanError as error:
        sentence = error.sentence(lang())
    return make_response(render_template("studio/_sandbox_more.html", box=box, task=task, case=case,
                                         groups=_together(offers), sentence=sentence, icons=ICONS,
                                         names={verb: OPERATION[verb].name for verb in ICONS}))


@blueprint.get("/do/<verb>")
def ask(box: str, verb: str) -> Response:
    """The dialog of a verb, as somebody of the sandbox."""
    return make_response(_dialog(box, _known(verb)))


@blueprint.post("/do/<verb>")
def do(box: str, verb: str) -> Response:
    """Do it: then the board is shown anew. What is wrong is said in the dialog."""
    task, case = request.form.get("task", ""), request.form.get("case", "")
    login = request.form.get("as", "")
    try:
        if _known(verb) in ON_CASE:
            boxes().operate(box, case, verb, login, _of_case(box, verb, case, login), revision(), actor())
        else:
            boxes().act(box, task, verb, login, _given(box, verb), revision(), actor(), form=_form(verb))
    except Invalid as error:
        return make_response(_dialog(box, verb, errors.by_path(error), error.sentence(lang())), error.http_status)
    except BihuanError as error:
        return make_response(_dialog(box, verb, {}, error.sentence(lang())), error.http_status)
    answer = shown(box)
    answer.headers["HX-Retarget"] = "#sandbox"
    return answer


def _known(verb: str) -> str:
    return verb if verb in ON_CASE or verb in operations.ASKS and verb in operations.VERBS else abort(404)


def _text(name: str) -> str:
    return request.values.get(name, "").strip()[:2000]


# --- the dialogs

def _dialog(box: str, verb: str, wrong: dict[str, str] | None = None, sentence: str = "") -> str:
    login = _text("as")
    view = boxes().view(box, actor(), lang())
    who = next((one for one in view.people if one.login == login), None) or abort(404)
    others = [(one.login, told(one.name)) for one in view.people if one.login != login]
    facts: dict[str, Any] = {
        "verb": verb, "name": OPERATION[verb].name, "wrong": wrong or {}, "sentence": sentence,
        "given": request.form, "address": url_for("studio_acting.do", box=box, verb=verb), "people": lambda: others,
        "as_whom": told(who.name), "kept": {"revision": view.revision, "as": login, "task": _text("task"),
                                            "case": _text("case")}}
    return _case_dialog(box, verb, view, facts) if verb in ON_CASE else _task_dialog(box, login, facts)


def _task_dialog(box: str, login: str, facts: dict[str, Any]) -> str:
    task = _text("task")
    return operations.dialog(
        lambda: boxes().task(box, task, login, actor(), lang()),
        lambda: boxes().return_targets(box, task, login, actor()), **facts, task=task, includes="#play-task",
        attach_to=url_for("studio_playing.attach", box=box))


def _case_dialog(box: str, verb: str, view: Any, facts: dict[str, Any]) -> str:
    head = next((one for one in view.cases if one.id == _text("case")), None) or abort(404)
    targets: Any = None
    if verb == "jump":
        try:
            targets = boxes().jump_targets(box, head.id, _text("as"), actor())
        except BihuanError as error:
            facts["sentence"] = facts["sentence"] or error.sentence(lang())
    return render_template("cases/_ask.html", head=head, sign=ON_CASE[verb], targets=targets,
                           reason_needed=OPERATION[verb].reason, **facts)


# --- what a dialog says, as a step of a scenario says it

def _given(box: str, verb: str) -> dict[str, Any]:
    """What was given, without what was left empty. Raises Invalid at a field."""
    told_by: dict[str, Callable[[], Any]] = {
        "to": lambda: _text("to"), "reason": lambda: _text("reason") or _text("note"),
        "people": lambda: request.form.getlist("people"), "position": lambda: _text("position"),
        "rule": lambda: _text("rule"), "signer": lambda: _text("signer"), "outcome": lambda: _text("outcome"),
        "opinion": lambda: _text("opinion"), "signature": _signature, "step": lambda: _step(box),
        "straight": lambda: _text("straight") == "1", "due": _due,
        "told_customer": lambda: _text("told_customer") == "1"}
    found = {}
    for asked in operations.ASKS[verb]:
        value = told_by["reason" if asked == "note" else asked]()
        if value not in ("", [], False, None):
            found["reason" if asked == "note" else "to" if asked == "step" else asked] = value
    return found


def _signature() -> dict[str, str] | None:
    drawn = forms.submitted(request.form).get(operations.SIGNATURE)
    return {"upload": "signature.png"} if drawn else None


def _due() -> str:
    moment = operations.moment("due")
    return moment.isoformat() if moment is not None else ""


def _step(box: str) -> str:
    """Where a task goes back to: the element, with its process where it is not the one the sandbox is about."""
    element, instance = operations.chosen_step()
    home = boxes().home_of(box, instance, actor()) if instance else ""
    return element if home in ("", boxes().view(box, actor(), lang()).process_key) else f"{home}/{element}"


def _form(verb: str) -> dict[str, Any] | None:
    if verb != "sign":
        return None
    values = forms.submitted(request.form)
    values.pop(operations.SIGNATURE, None)
    return values or None


def _of_case(box: str, verb: str, case: str, login: str) -> dict[str, Any]:
    if verb == "pull_back":
        return {}
    reason = {"reason": _text("reason")}
    if verb != "jump":
        return reason
    element, home = interventions.chosen_entry()
    known = {f"{one.element_instance_id}@{one.instance_id}": one
             for one in boxes().jump_targets(box, case, login, actor()).leave}
    leave = [known[one].element_id for one in request.form.getlist("leave")
             if one in known and known[one].instance_id == home]
    return reason | {"cancel": sorted(set(leave)), "to": [element]}
