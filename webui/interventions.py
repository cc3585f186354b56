"""What the authorised do to a whole case: jump to another step with a preview, end it, send copies of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for

from engine import OPERATION, BihuanError, FieldError, Invalid
from webui import errors, operations
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("interventions", __name__)
SIGNS = {"jump": "arrow-forward-up", "terminate": "ban", "send_copy": "mail-forward"}


@blueprint.get("/cases/<case>/do/<verb>")
def ask(case: str, verb: str) -> str:
    """The dialog of a verb on a case."""
    return _dialog(case, verb)


def _dialog(case: str, verb: str, wrong: dict[str, str] | None = None, sentence: str = "") -> str:
    if verb not in SIGNS:
        abort(404)
    head = engine().boards.case(case, actor(), lang()).head
    targets: Any = None
    if verb == "jump":
        try:
            targets = engine().instances.jump_targets(head.id, actor())
        except BihuanError as error:
            sentence = sentence or error.sentence(lang())
    return render_template("cases/_ask.html", head=head, verb=verb, name=OPERATION[verb].name, sign=SIGNS[verb],
                           targets=targets, wrong=wrong or {}, sentence=sentence, given=request.form, kept={},
                           address=url_for("interventions.do", case=head.number, verb=verb), reason_needed=True,
                           people=operations.others)


@blueprint.post("/cases/<case>/do/<verb>")
def do(case: str, verb: str) -> Response:
    """Do it; what is wrong is said in the dialog."""
    if verb not in SIGNS:
        abort(404)
    head = engine().boards.case(case, actor(), lang()).head
    try:
        sentence = {"jump": _jump, "terminate": _terminate, "send_copy": _send_copy}[verb](head)
    except Invalid as error:
        return make_response(_dialog(case, verb, errors.by_path(error), error.sentence(lang())), error.http_status)
    except BihuanError as error:
        return make_response(_dialog(case, verb, {}, error.sentence(lang())), error.http_status)
    flash(sentence)
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = url_for("cases.page", case=head.number)
    return answer


def _reason() -> str:
    return request.form.get("reason", "").strip()


def chosen_entry() -> tuple[str, str]:
    """(element, instance) that a jump enters. Raises :class:`Invalid` where none was chosen."""
    element, _sep, instance = request.form.get("enter", "").partition("@")
    if not element:
        raise Invalid([FieldError("enter", "required", "请选择跳转到哪一步。", "Choose the step to jump to.")])
    return element, instance


def _jump(head: Any) -> str:
    """Leave the steps that were ticked, enter the one that was chosen; both lie in one instance of the case."""
    element, instance = chosen_entry()
    leave = [token for token, _at, home in (one.partition("@") for one in request.form.getlist("leave"))
             if home == instance]
    engine().instances.jump(head.id, leave, [element], _reason(), actor(), instance_id=instance or None)
    return _("{number} 已跳转。", number=head.number)


def _terminate(head: Any) -> str:
    engine().instances.terminate(head.id, _reason(), actor())
    return _("{number} 已终止。", number=head.number)


def _send_copy(head: Any) -> str:
    people = request.form.getlist("people")
    return _("已抄送 {n} 人。", n=engine().tasks.send_copy(head.id, people, request.form.get("note", ""), actor()))
