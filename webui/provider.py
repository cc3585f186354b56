"""Signing in at a provider (OpenID Connect): there and back again.

The way back is a navigation from another site, with which strict cookies are not sent. So what has to be remembered
meanwhile stands in a cookie of its own: signed, ten minutes, for these addresses only; and the answer is a small page
of ours that goes on by itself, so that the new session's strict cookie is sent.
"""

from __future__ import annotations

import hmac
import secrets

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from itsdangerous import BadData, URLSafeTimedSerializer

from engine import BihuanError
from webui import auth, show
from webui.logs import log
from webui.openid import Provider, ProviderRefused
from webui.show import engine
from webui.words import lang

blueprint = Blueprint("provider", __name__)
COOKIE, PATH, SECONDS = "bihuan_provider", "/sign-in/provider", 600


def install(app: Flask) -> None:
    """Keep the provider of the settings with ``app``, if there is one."""
    settings = app.extensions["bihuan"].settings
    app.extensions["bihuan_provider"] = Provider(settings) if settings.oidc_issuer else None


def _provider() -> Provider:
    return current_app.extensions["bihuan_provider"] or abort(404)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key, salt="provider")


def _answer_at() -> str:
    return engine().settings.public_url.rstrip("/") + url_for("provider.answer")


@blueprint.get(PATH)
def begin() -> Response:
    """Send the browser to the provider."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    try:
        there = _provider().address(_answer_at(), state, nonce, verifier, show.now(), anew="left" in session)
    except BihuanError as error:
        return _refused(error)
    answer = redirect(there)
    kept = _signer().dumps([state, nonce, verifier, request.args.get("next", "")[:2000]])
    answer.set_cookie(COOKIE, kept, max_age=SECONDS, path=PATH, httponly=True, samesite="Lax",
                      secure=engine().settings.public_url.startswith("https:"))
    return answer


@blueprint.get(PATH + "/answer")
def answer() -> Response:
    """Back from the provider: check what it says, then sign in."""
    provider = _provider()
    try:
        state, nonce, verifier, there = _signer().loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
        if not hmac.compare_digest(state, request.args.get("state", "")):
            raise ProviderRefused(why="state")
        provider.check_issuer(request.args.get("iss"), show.now())
        if request.args.get("error") or not request.args.get("code"):
            raise ProviderRefused(why=request.args.get("error", "no code")[:200])
        known = provider.identity(_answer_at(), request.args["code"], nonce, verifier, show.now())
        found = engine().identity.sign_in_with(
            known.issuer, known.subject, email=known.email, email_verified=known.email_verified, name=known.name,
            login=known.login, address=request.remote_addr or "")
    except (BadData, ValueError) as error:
        return _refused(ProviderRefused(why=repr(error)))
    except BihuanError as error:
        return _refused(error)
    auth.enter(found, "provider")
    session["leave_by"] = url_for("provider.leave")
    return _without_cookie(make_response(render_template("auth/entering.html", there=auth.safe(there))))


@blueprint.get(PATH + "/leave")
def leave() -> Response:
    """Signed out here: at the provider, too, where it offers that, or whoever sits down next comes in as before."""
    back = engine().settings.public_url.rstrip("/") + url_for("auth.page")
    try:
        there = _provider().leaving(back, show.now())
    except BihuanError as error:
        log.warning("provider", code=error.code, why=str(error.params.get("why", ""))[:300])
        there = None
    if there is None:
        return redirect(url_for("auth.page"))
    return make_response(render_template("auth/leaving.html", there=there))


def _refused(error: BihuanError) -> Response:
    log.warning("provider", code=error.code, why=str(error.params.get("why", ""))[:300])
    return _without_cookie(make_response(auth.sign_in_page(error.sentence(lang())), error.http_status))


def _without_cookie(response: Response) -> Response:
    response.delete_cookie(COOKIE, path=PATH)
    return response
