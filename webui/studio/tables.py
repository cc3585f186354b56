"""The decision tables of a draft: edited with dmn-js, tried with values, what is wrong with them beside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid
from webui.auth import actor
from webui.show import engine
from webui.studio import sheets
from webui.studio.head import head
from webui.studio.property_words import kind_names
from webui.words import lang, told

blueprint = Blueprint("studio_tables", __name__, url_prefix="/studio")
MOST = 2_000_000
"""Largest table that is tried, in characters."""


@blueprint.get("/drafts/<draft_id>/tables")
def page(draft_id: str) -> Response:
    """A table of the draft; ``?file=`` chooses which."""
    files = _files(draft_id)
    path = sheets.wanted(files)
    if not path:
        return make_response(sheets.empty(draft_id, "tables", "table"))
    around = head(draft_id, "tables")
    draft, view = around["draft"], engine().studio.read(draft_id, path, actor())
    return make_response(render_template(
        "studio/tables.html", **sheets.worded(around), path=path, files=files, file_kind="table",
        revision=view.revision, text=view.content.decode("utf-8", "replace"),
        editable=draft.may_edit and (draft.editing or draft.free), kind_names=kind_names()))


def _files(draft_id: str) -> list[tuple[str, str]]:
    view = head(draft_id, "tables")["draft"]
    choices = engine().studio.choices(draft_id, actor()).lists["decisions"]
    return sheets.with_asked(sheets.named(view.of("table"), {one.key: told(one.name) for one in choices}), choices)


@blueprint.post("/drafts/<draft_id>/tables")
def create(draft_id: str) -> Response:
    """A new table."""
    made, wrong = sheets.create(draft_id, "table")
    if made is None:
        return make_response(sheets.empty(draft_id, "tables", "table", wrong), 422)
    return redirect(url_for("studio_tables.page", draft_id=draft_id, file=made.path))


@blueprint.post("/drafts/<draft_id>/table/<path:path>")
def tried(draft_id: str, path: str) -> Response:
    """What the table that was sent needs, what is wrong with it, and what it answers to the values sent."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str) or len(sent["text"]) > MOST:
        raise Invalid()
    content, studio, by = sent["text"].encode("utf-8", "surrogatepass"), engine().studio, actor()
    try:
        heads, problems = studio.table(draft_id, path, content, by)
        wanted = next((one.id for one in heads if one.id == sent.get("decision")), heads[0].id if heads else "")
        trial = _trial(draft_id, path, content, wanted, sent.get("values")) if wanted else None
    except BihuanError as error:
        answer = jsonify({"error": error.sentence(lang()), "code": error.code})
        answer.status_code = error.http_status
        return answer
    return jsonify({"heads": [_head(one) for one in heads], "trial": trial, "problems": [
        {"code": one.code, "severity": one.severity, "element": one.element, "line": one.line,
         "text": one.sentence(lang())} for one in problems]})


def _trial(draft_id: str, path: str, content: bytes, decision: str, values: Any) -> dict[str, Any]:
    values = values if isinstance(values, dict) else {}
    texts = {str(name): text for name, text in list(values.items())[:200] if isinstance(text, str)}
    given = any(text.strip() for text in texts.values())
    if not given:
        return {"asked": False}
    found = engine().studio.try_table(draft_id, path, content, decision, texts, actor())
    english = lang() == "en"
    return {"asked": True, "rows": found.rows, "chosen": found.chosen, "numbers": found.numbers,
            "result": found.result, "failure": found.failure[english], "notes": [one[english] for one in found.notes],
            "wrong": {name: (zh, en)[english] for name, zh, en in found.wrong}}


def _head(one: Any) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "inputs": [
        {"name": each.name, "label": each.label, "type": each.type, "allowed": each.allowed, "sample": each.sample}
        for each in one.inputs]}
