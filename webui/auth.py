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

from engine import BihuanError, NotFound, demo, only_looks
from webui import errors, show
from webui.show import engine
from webui.words import LANGUAGES, _, lang

blueprint = Blueprint("auth", __name__)
OPEN = frozenset({"static", "auth.page", "auth.sign_in", "auth.language", "auth.present", "health.healthz",
                  "health.readyz", "health.metrics", "public.page", "public.submit", "public.upload",
                  "public.intake", "public.record", "public.upload_first", "provider.begin",
                  "provider.answer", "provider.leave", "password.forgotten", "password.send_link", "password.by_link",
                  "password.set_by_link", None})
"""Endpoints that need nobody signed in; ``None`` is an address that does not exist."""
WITHOUT_PASSWORD = frozenset({"auth.sign_out", "password.page", "password.change"})
"""What somebody may do whose first password has not been changed yet."""
OWN = frozenset({"auth.sign_out", "password.change", "password.sign_out_everywhere", "personal.reveal",
                 "personal.reveal_record", "studio_checks.check", "studio_drafts.here", "notices.read", "inbox.read"})
"""What an auditor may send: about oneself, or to look at something. Everything else changes something."""
BY_ITSELF = frozenset({"auth.present", "inbox.rows", "beside.seen", "studio_drafts.here", "studio_scenarios.progress",
                       "studio_effects.progress", "studio_migrating.part", "studio_migrating.progress"})
"""What a page asks for while nobody does anything: it keeps nobody signed in."""
KEPT_ANEW = 20
"""How often within the time of an idle browser it is written down that somebody is at work there."""


def actor() -> Any:
    """Who is signed in; only called behind :func:`guard`."""
    return g.actor


@blueprint.before_app_request
def guard() -> Response | None:
    """Send strangers to the sign-in page, and back again afterwards; keep a first password and auditors in bounds."""
    found = _signed_in()
    g.actor = replace(found.actor, lang=lang()) if found else None
    if request.endpoint in OPEN:
        return None
    if found is None:
        return _stranger()
    _stay()
    if found.must_change_password and request.endpoint not in WITHOUT_PASSWORD:
        return _elsewhere(url_for("password.page"), 403, _("请先设置自己的密码。"), "password_first")
    if request.method not in ("GET", "HEAD", "OPTIONS") and only_looks(g.actor) and request.endpoint not in OWN:
        return errors.answer(403, _("审计员只能查看，不能改动。"), code="not_permitted")
    return None


def _stay() -> None:
    """An act of a person keeps the browser signed in; written down now and then, not for every page."""
    most, now = engine().settings.idle_minutes * 60, int(show.now().timestamp())
    if most and request.endpoint not in BY_ITSELF and not 0 <= now - session.get("kept", 0) < most / KEPT_ANEW:
        engine().identity.keep_session(session["secret"])
        session["kept"] = now


def _stranger() -> Response:
    there = request.full_path.rstrip("?") if request.method == "GET" else ""
    if request.headers.get("HX-Request"):
        there = _path_of(request.headers.get("HX-Current-URL", ""))
    return _elsewhere(url_for("auth.page", next=there or None), 401,
                      _("登录已过期，请重新登录。填写的内容已存在本机。"), "signed_out")


def _elsewhere(page: str, status: int, sentence: str, code: str) -> Response:
    """Send a browser to ``page``; tell a script why."""
    if errors.wants_json():
        return errors.answer(status, sentence, code=code)
    if request.headers.get("HX-Request"):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = page
        return answer
    return redirect(page)


def _signed_in() -> Any:
    """Who the cookie says is there, asked of the engine each time; an unknown secret is forgotten."""
    secret = session.get("secret")
    if not secret or request.endpoint == "static":
        return None
    try:
        return engine().identity.signed_in(secret)
    except NotFound:
        _forget()
        return None


def _forget() -> None:
    """Nothing of who was here stays but the language, and that somebody was: a provider is to ask who is there now."""
    _empty()
    session["left"] = True


def _empty() -> None:
    """Take everything out of the cookie but the language."""
    tongue = session.get("lang")
    session.clear()
    session.permanent = True
    if tongue:
        session["lang"] = tongue


@blueprint.get("/sign-in")
def page() -> str | Response:
    """The sign-in page; in the demo it lists the demo people."""
    if g.actor is not None:
        return redirect(safe(request.args.get("next")))
    return sign_in_page()


def sign_in_page(sentence: str = "", login: str = "") -> str:
    """The page with the form, after ``sentence`` was the answer."""
    people = _demo_people() if engine().settings.demo else ()
    titles = demo.titles() if people else {}
    settings = engine().settings
    return render_template("auth/sign_in.html", people=people, titles=titles, sentence=sentence, login=login,
                           next=request.values.get("next", ""), links=engine().identity.sends_links,
                           provider=(settings.oidc_name or _("统一登录")) if settings.oidc_issuer else "")


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
        return make_response(sign_in_page(error.sentence(lang()), login), error.http_status)
    enter(found, "demo" if request.form.get("demo") else "password")
    return redirect(safe(request.form.get("next")))


def enter(found: Any, how: str) -> None:
    """Sign ``found`` in in this browser: a new secret and a new token against forged forms, nothing kept of before."""
    old = session.get("secret")
    if old:
        engine().identity.end_session(old)
    _empty()
    session["kept"] = int(show.now().timestamp())
    session["secret"] = engine().identity.begin_session(
        found.person_id, address=request.remote_addr or "", browser=request.user_agent.string, how=how)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Forget who was here; a copy of the cookie is of no use afterwards."""
    secret, there = session.get("secret"), session.get("leave_by")
    if secret:
        engine().identity.end_session(secret)
    _forget()
    flash(_("已退出登录。"))
    return redirect(there or url_for("auth.page"))


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
        if g.actor is not None:
            engine().identity.set_language(wanted, g.actor)
        answer.set_cookie("lang", wanted, max_age=365 * 24 * 3600, samesite="Lax", httponly=True,
                          secure=engine().settings.public_url.startswith("https:"))
    return answer


def safe(there: str | None) -> str:
    """Where to go after signing in: a path of this site, else home."""
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
