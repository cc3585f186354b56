"""What a customer sees behind a signed link: one form, no sign-in, in the language of the browser."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from engine import Invalid
from webui import errors, files, forms
from webui.show import engine
from webui.words import lang

blueprint = Blueprint("public", __name__)


@blueprint.get("/p/<token>")
def page(token: str) -> str:
    """The form behind the link, or that it was answered before."""
    view = engine().public.open(token, lang())
    return render_template("public/page.html", view=view, sheet=view.form, wrong={}, sentence="")


@blueprint.post("/p/<token>")
def submit(token: str) -> Response:
    """Take the customer's answer."""
    values = forms.submitted(request.form)
    try:
        engine().public.submit(token, values)
    except Invalid as error:
        view = engine().public.open(token, lang(), values)
        html = render_template("public/page.html", view=view, sheet=view.form, wrong=errors.by_path(error),
                               sentence=error.sentence(lang()))
        return make_response(html, error.http_status)
    return make_response(render_template("public/thanks.html"))


@blueprint.post("/p/<token>/files")
def upload(token: str) -> Response:
    """An image of a signature, or an attachment, of somebody who holds the link."""
    return jsonify(files.answer(engine().public.attach(token, *files.sent()), public=True))
