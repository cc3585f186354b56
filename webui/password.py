"""Passwords on the screen: changing one's own, a new one by a link when it was forgotten; signing out everywhere."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for

from engine import BihuanError
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("password", __name__)


@blueprint.get("/me/password")
def page() -> str:
    """Changing one's own password."""
    return _own({})


@blueprint.post("/me/password")
def change() -> Response:
    """Keep the new one; other browsers of this person are signed out."""
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return make_response(_own({"again": _("两次输入的新密码不一样。")}), 422)
    try:
        engine().identity.change_password(request.form.get("old", ""), new, actor(), keep=session.get("secret", ""))
    except BihuanError as error:
        return make_response(_own(errors.by_path(error) if getattr(error, "fields", ()) else {},
                                  error.sentence(lang())), error.http_status)
    flash(_("密码已修改，其他设备上的登录已退出。"))
    return redirect(url_for("shell.mine"))


@blueprint.post("/me/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of this person, this one as well."""
    engine().identity.sign_out_everywhere(actor().login, actor())
    session.clear()
    flash(_("已在所有设备上退出登录。"))
    return redirect(url_for("auth.page"))


def _own(wrong: dict[str, str], sentence: str = "") -> str:
    return render_template("auth/change_password.html", wrong=wrong, sentence="" if wrong else sentence)


@blueprint.get("/password")
def forgotten() -> str:
    """Asking for a link, where mail is configured; otherwise the administrator helps."""
    return render_template("auth/forgotten.html", links=engine().identity.sends_links, sent=False)


@blueprint.post("/password")
def send_link() -> Response:
    """The same answer whether or not there is such a person."""
    try:
        engine().identity.ask_password_link(request.form.get("login", ""), request.remote_addr or "")
    except BihuanError as error:
        return make_response(render_template("auth/forgotten.html", links=engine().identity.sends_links, sent=False,
                                             sentence=error.sentence(lang())), error.http_status)
    return make_response(render_template("auth/forgotten.html", links=engine().identity.sends_links, sent=True))


@blueprint.get("/password/<token>")
def by_link(token: str) -> str:
    """Choosing a new password through a link."""
    return _new(token, {})


@blueprint.post("/password/<token>")
def set_by_link(token: str) -> Response:
    """Keep it; then one signs in with it."""
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return make_response(_new(token, {"again": _("两次输入的新密码不一样。")}), 422)
    try:
        engine().identity.set_password_by_link(token, new)
    except BihuanError as error:
        if not getattr(error, "fields", ()):
            raise
        return make_response(_new(token, errors.by_path(error)), error.http_status)
    flash(_("新密码已设置，请登录。"))
    return redirect(url_for("auth.page"))


def _new(token: str, wrong: dict[str, str]) -> str:
    login = engine().identity.password_link(token)
    return render_template("auth/new_password.html", token=token, wrong=wrong, login=login)
