"""What reached the person: the list of notices, and the channels that carry them outside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("notices", __name__)
KINDS = (("mail", "邮箱", "mail"), ("wecom", "企业微信机器人", "robot"), ("dingtalk", "钉钉机器人", "robot"),
         ("feishu", "飞书机器人", "robot"), ("webhook", "Webhook", "webhook"))
"""Kind of a channel, its name, its icon."""
ICONS = {"assigned": "user-check", "offered": "hand-grab", "deadline": "hourglass-low", "escalated": "alert-triangle",
         "urged": "bell-ringing", "signing": "writing-sign", "asked": "message", "copied": "copy",
         "returned": "arrow-back-up", "case": "info-circle", "absence": "user-off"}
"""Icon of a group of notices."""


@blueprint.get("/notices")
def page() -> str:
    """The notices of the person, the newest first."""
    after = request.args.get("after")
    more = after and "HX-Request" in request.headers
    return render_template("notices/_more.html" if more else "notices/page.html", icons=ICONS,
                           page=engine().notices.page(actor(), after))


@blueprint.post("/notices/read")
def read() -> Response:
    """All notices, or the one named, have been read."""
    one = request.form.get("notice")
    engine().notices.read([one] if one else None, actor())
    return redirect(request.form.get("then") if _ours(request.form.get("then")) else url_for("notices.page"))


def _ours(address: str | None) -> bool:
    """Whether an address to go on to is a path of this application."""
    return bool(address) and address.startswith("/") and not address.startswith(("//", "/\\"))


@blueprint.get("/notices/<notice>")
def follow(notice: str) -> Response:
    """To what a notice is about: its task while it is open, else its case, or a draft; opening it counts as reading."""
    card = engine().notices.one(notice, actor())
    engine().notices.read([notice], actor())
    if card.draft_id:
        return redirect(url_for("studio_publishing.page", draft_id=card.draft_id))
    if card.task_id:
        try:
            engine().boards.task(card.task_id, actor(), lang())
            return redirect(url_for("tasks.page", task=card.task_id))
        except BihuanError:
            pass  # the task is done by now: its case tells
    return redirect(url_for("cases.page", case=card.case_number) if card.case_number else url_for("notices.page"))


@blueprint.get("/notices/channels")
def channels(wrong: dict[str, str] | None = None, values: dict[str, Any] | None = None, status: int = 200) -> Response:
    """Where notices go besides this page."""
    html = render_template("notices/channels.html", channels=engine().notices.channels(actor()), kinds=KINDS,
                           groups=engine().notices.groups, wrong=wrong or {}, values=values or {},
                           units=engine().notices.units_of_robots(actor()))
    return make_response(html, status)


@blueprint.post("/notices/channels")
@blueprint.post("/notices/channels/<channel>")
def save(channel: str | None = None) -> Response:
    """Add a channel, or change, try or delete one."""
    form = request.form
    act = form.get("act", "save")
    if act == "delete" and channel:
        engine().notices.delete_channel(channel, actor())
        flash(_("通知渠道已停用。"))
    elif act == "try" and channel:
        engine().notices.try_channel(channel, actor())
        flash(_("已发送一条测试通知，请查看是否收到。"))
    elif act == "save":
        values = {name: form.get(name, "") for name in
                  ("kind", "address", "secret", "quiet_from", "quiet_until", "unit")}
        values |= {"groups": form.getlist("groups"), "active": True,
                   "digest": form.get("digest_at", "") if form.get("digest") == "at" else form.get("digest", "now")}
        try:
            engine().notices.save_channel(values, actor(), channel)
        except Invalid as error:
            return channels(errors.by_path(error), values | {"id": channel or ""}, error.http_status)
        flash(_("通知渠道已保存。"))
    else:
        abort(404)
    return redirect(url_for("notices.channels"))
