"""What people say about a case: comments with questions to colleagues, answered beside the task or the case; and what
was sent to its customer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from engine import Invalid
from webui import errors
from webui.auth import actor
from webui.operations import moment
from webui.show import engine
from webui.words import lang

blueprint = Blueprint("talk", __name__)


@blueprint.get("/cases/<case>/talk")
def panel(case: str) -> str:
    """The comments of a case and the form to write one."""
    return _panel(case)


def _panel(case: str, wrong: dict[str, str] | None = None, sentence: str = "") -> str:
    head = engine().boards.case(case, actor(), lang()).head
    comments = engine().tasks.comments(head.id, actor())
    answers: dict[str, list[Any]] = {}
    for one in comments:
        if one.reply_to:
            answers.setdefault(one.reply_to, []).append(one)
    return render_template("cases/_talk.html", head=head, comments=[one for one in comments if not one.reply_to],
                           answers=answers,
                           copies=engine().tasks.copies(head.id, actor()), wrong=wrong or {}, sentence=sentence,
                           given=request.form)


@blueprint.post("/cases/<case>/talk")
def say(case: str) -> Response:
    """Write a comment, or answer one."""
    head = engine().boards.case(case, actor(), lang()).head
    form = request.form
    try:
        engine().tasks.comment(head.id, form.get("text", ""), actor(), mentions=form.getlist("mentions"),
                               reply_to=form.get("reply_to") or None, public=form.get("public") == "1",
                               reply_by=moment("reply_by", required=False))
    except Invalid as error:
        return make_response(_panel(case, errors.by_path(error), error.sentence(lang())), error.http_status)
    return make_response(_panel(case))


@blueprint.post("/cases/<case>/talk/<comment>/answered")
def answered(case: str, comment: str) -> str:
    """A question to oneself that needs no answer any more."""
    engine().tasks.answered(comment, actor())
    return _panel(case)


@blueprint.get("/cases/<case>/sent")
def sent(case: str) -> str:
    """The messages to the customer; the demonstration opens the links in them."""
    return _sent(case)


@blueprint.post("/cases/<case>/sent")
def revoke(case: str) -> str:
    """Take back the links of a customer."""
    head = engine().boards.case(case, actor(), lang()).head
    return _sent(case, engine().public.revoke(head.id, actor()))


def _sent(case: str, revoked: int | None = None) -> str:
    head = engine().boards.case(case, actor(), lang()).head
    return render_template("cases/_sent.html", view=engine().public.sent(head.id, actor()), case=head.number,
                           revoked=revoked)
