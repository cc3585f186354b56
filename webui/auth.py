"""Signing in and out. Who is signed in stands in a signed cookie; who that is, the engine is asked each time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from engine import BihuanError, NotFound, demo
from webui import errors
from webui.show import engine
from webui.words import LANGUAGES, _, lang

blueprint = Blueprint("auth", __name__)
OPEN = frozenset({"static", "auth.page", "auth.sign_in", "auth.language", "auth.present", "health.healthz",
                  "health.readyz", "health.metrics", "public.page", "public.submit", "public.upload", None})
"""Endpoints that need nobody signed in; ``None`` is an address that does not exist."""


def actor() -> Any:
    """Who is signed in; only called behind :func:`guard`."""
    return g.actor


@blueprint.before_app_request
def guard() -> Response | None:
    """Send strangers to the sign-in page, and back again afterwards."""
    g.actor = _signed_in()
    if g.actor is not None or request.endpoint in OPEN:
        return None
    if errors.wants_json():
        return errors.answer(401, _("登录已过期，请重新登录。填写的内容已存在本机。"), code="signed_out")
    there = request.full_path.rstrip("?") if request.method == "GET" else ""
    page = url_for("auth.page", next=there or None)
    if request.headers.get("HX-Request"):
        answer = make_response("", 204)
        here = _path_of(request.headers.get("HX-Current-URL", ""))
        answer.headers["HX-Redirect"] = url_for("auth.page", next=here or None)
        return answer
    return redirect(page)


def _signed_in() -> Any:
    person = session.get("person")
    if not person or request.endpoint == "static":
        return None
    try:
        if engine().identity.session(person) != session.get("version"):
            session.clear()
            return None
        found = engine().identity.actor(person)
    except NotFound:
        session.clear()
        return None
    return replace(found, lang=lang())


@blueprint.get("/sign-in")
def page() -> str | Response:
    """The sign-in page; in the demo it lists the demo people."""
    if g.actor is not None:
        return redirect(_safe(request.args.get("next")))
    return _page()


def _page(sentence: str = "", login: str = "") -> str:
    people = _demo_people() if engine().settings.demo else ()
    return render_template("auth/sign_in.html", people=people, sentence=sentence, login=login,
                           next=request.values.get("next", ""))


def _demo_people() -> list[Any]:
    """Everybody, those first with whom a tour of the demonstration begins."""
    first = {login: place for place, login in enumerate(demo.sign_in_people())}
    return sorted(engine().identity.people(), key=lambda person: first.get(person.login, len(first)))


@blueprint.post("/sign-in")
def sign_in() -> Response:
    """Check the pair; the engine throttles. The same sentence whether the name or the password is wrong."""
    login = request.form.get("login", "").strip()
    try:
        if engine().settings.demo and request.form.get("demo"):
            found = engine().identity.actor_by_login(request.form["demo"])
        else:
            found = engine().identity.sign_in(login, request.form.get("password", ""), request.remote_addr or "")
    except BihuanError as error:
        return make_response(_page(error.sentence(lang()), login), error.http_status)
    tongue = session.get("lang")
    session.clear()
    session.permanent = True
    session["person"] = found.person_id
    session["version"] = engine().identity.session(found.person_id)
    if tongue:
        session["lang"] = tongue
    return redirect(_safe(request.form.get("next")))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Forget who was here."""
    tongue = session.get("lang")
    session.clear()
    if tongue:
        session["lang"] = tongue
    flash(_("已退出登录。"))
    return redirect(url_for("auth.page"))


@blueprint.get("/present")
def present() -> Response:
    """Whether somebody is signed in: asked by the sign-in page, whose strict cookie comes late."""
    return jsonify({"signed_in": g.actor is not None})


@blueprint.post("/language")
def language() -> Response:
    """Switch the language and stay on the page."""
    wanted = request.form.get("lang", "")
    answer = redirect(_path_of(request.form.get("next", "")) or "/")
    if wanted in LANGUAGES:
        session["lang"] = wanted
        answer.set_cookie("lang", wanted, max_age=365 * 24 * 3600, samesite="Lax", httponly=True,
                          secure=engine().settings.public_url.startswith("https:"))
    return answer


def _safe(there: str | None) -> str:
    return _path_of(there or "") or url_for("shell.home")


def _path_of(address: str) -> str:
    """Path and query of an address on this site; empty for anything that leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = parts.path
    if not path.startswith("/") or path.startswith("//") or "\\" in address or path == "/sign-in":
        return ""
    return path + (f"?{parts.query}" if parts.query else "")
