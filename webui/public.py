"""What people without an account see, in the language of their browser: a link to answer, a complaint to record, a case
to follow. Every refusal is a page with a sentence and a telephone number."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge

from engine import BihuanError, Invalid
from webui import errors, files, forms, once
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("public", __name__)
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


@blueprint.before_request
def count() -> None:
    """Nobody asks too often, from an address or by a link."""
    token = (request.view_args or {}).get("token", "")
    engine().public.visit(request.remote_addr or "", token, writes=request.method == "POST")


@blueprint.after_request
def headers(answer: Response) -> Response:
    """Stricter than for staff: nothing from elsewhere, in no search engine, in no cache."""
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.errorhandler(BihuanError)
def refused(error: BihuanError) -> Response:
    """A link that is wrong, over, used or taken back, or a visitor who asks too often."""
    if errors.wants_json():
        return errors.of_engine(error)
    return _told(error.http_status, error.sentence(lang()))


@blueprint.errorhandler(CSRFError)
def stale(_error: CSRFError) -> Response:
    """The page is older than the browser's session, or the form came from elsewhere."""
    return _told(400, _("这个页面停留太久，已经过期。请重新打开链接再提交。"))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """More than one request may carry."""
    sentence = _("提交的内容超过 {mb} MB。", mb=engine().settings.max_upload_mb)
    return errors.answer(413, sentence, code="http_413") if errors.wants_json() else _told(413, sentence)


def _told(status: int, sentence: str) -> Response:
    at = request.view_args or {}
    telephone = engine().public.telephone(at.get("token", ""), at.get("process", ""))
    html = render_template("public/refused.html", title=_(errors.TITLES.get(status, "没有成功")), sentence=sentence,
                           telephone=telephone)
    return make_response(html, status)


@blueprint.get("/p/<token>")
def page(token: str) -> str:
    """The form behind the link, that it was answered before, or how the case stands."""
    public = engine().public
    if public.follows(token):
        return render_template("public/follow.html", view=public.follow(token), wrong={}, sentence="", text="",
                               new="new" in request.args, said="said" in request.args, address=request.base_url)
    view = public.open(token, lang())
    return render_template("public/page.html", view=view, sheet=view.form, wrong={}, sentence="",
                           telephone=public.telephone(token))


@blueprint.post("/p/<token>")
def submit(token: str) -> Response:
    """Take the customer's answer, or words and files about the case."""
    public = engine().public
    if public.follows(token):
        return _said(token)
    values = forms.submitted(request.form)
    try:
        public.submit(token, values)
    except Invalid as error:
        view = public.open(token, lang(), values)
        html = render_template("public/page.html", view=view, sheet=view.form, wrong=errors.by_path(error),
                               sentence=error.sentence(lang()), telephone=public.telephone(token))
        return make_response(html, error.http_status)
    return make_response(render_template("public/thanks.html"))


def _said(token: str) -> Response:
    public, text = engine().public, request.form.get("text", "")
    brought = [(file.filename, file.stream.read()) for file in request.files.getlist("file") if file.filename]
    try:
        public.say(token, text, brought)
    except Invalid as error:
        html = render_template("public/follow.html", view=public.follow(token), wrong=errors.by_path(error),
                               sentence=error.sentence(lang()), text=text, new=False, said=False,
                               address=request.base_url)
        return make_response(html, error.http_status)
    return redirect(url_for("public.page", token=token, said=1), 303)


@blueprint.post("/p/<token>/files")
def upload(token: str) -> Response:
    """An image of a signature, or an attachment, of somebody who holds the link."""
    return jsonify(files.answer(engine().public.attach(token, *files.sent()), public=True))


@blueprint.get("/report/<process>")
@blueprint.get("/report/<process>/<unit>")
def intake(process: str, unit: str | None = None) -> str:
    """The page by which a customer starts a case, for the house or for the unit whose address it is."""
    return _intake(engine().public.intake(process, unit, lang()), unit, {}, "", once.fresh())


@blueprint.post("/report/<process>")
@blueprint.post("/report/<process>/<unit>")
def record(process: str, unit: str | None = None) -> Response:
    """Start the case; a second click finds the case of the first. Then comes the page to follow it."""
    values = forms.submitted(request.form)
    try:
        recorded = engine().public.record(process, values, once.given() or "", unit)
    except Invalid as error:
        view = engine().public.intake(process, unit, lang(), values)
        html = _intake(view, unit, errors.by_path(error), error.sentence(lang()), once.given() or once.fresh())
        return make_response(html, error.http_status)
    return redirect(url_for("public.page", token=recorded.token, new=1), 303)


@blueprint.post("/report/<process>/files")
def upload_first(process: str) -> Response:
    """A file for a case that is being recorded."""
    return jsonify(files.answer(engine().public.attach_first(process, *files.sent()), public=True))


def _intake(view: Any, unit: str | None, wrong: dict[str, str], sentence: str, token: str) -> str:
    return render_template("public/intake.html", view=view, sheet=view.form, unit=unit, wrong=wrong, sentence=sentence,
                           once=token)
