"""Canned phrases: put in where one types, kept on a page of one's own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for

from engine import Invalid
from webui import errors
from webui.auth import actor
from webui.shell import supervises
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("phrases", __name__)


@blueprint.get("/phrases.json")
def listed() -> Response:
    """The phrases for a form, filled in with what is known of the task."""
    found = engine().tasks.phrases(actor(), request.args.get("form", ""), task_id=request.args.get("task") or None)
    return jsonify([{"text": one.filled, "of": told(one.unit)} for one in found])


@blueprint.get("/phrases")
def page(wrong: dict[str, str] | None = None, text: str = "", status: int = 200) -> Response:
    """One's own phrases and those of the team."""
    units: tuple[Any, ...] = ()
    if supervises():
        units = tuple((unit.key, unit.name) for unit in engine().boards.my_units(actor()))
    html = render_template("phrases.html", phrases=engine().tasks.phrases(actor()), wrong=wrong or {}, text=text,
                           units=units)
    return make_response(html, status)


@blueprint.post("/phrases")
@blueprint.post("/phrases/<phrase>")
def save(phrase: str | None = None) -> Response:
    """Add, change or delete a phrase."""
    if request.form.get("act") == "delete" and phrase:
        engine().tasks.delete_phrase(phrase, actor())
        flash(_("常用语已删除。"))
        return redirect(url_for("phrases.page"))
    if request.form.get("act", "save") != "save":
        abort(404)
    text = request.form.get("text", "")
    try:
        engine().tasks.save_phrase(text, actor(), phrase_id=phrase, unit=request.form.get("unit") or None)
    except Invalid as error:
        return page(errors.by_path(error) or {"text": error.sentence(lang())}, text, error.http_status)
    flash(_("常用语已保存。"))
    return redirect(url_for("phrases.page"))
