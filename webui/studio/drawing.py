"""The drawing of a draft: the modeler's page, and what it asks while one draws (lists, expressions, tidying)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from engine import BihuanError
from webui import show
from webui.auth import actor
from webui.show import engine
from webui.studio.drawing_words import words
from webui.studio.head import head
from webui.words import _, lang, told

blueprint = Blueprint("studio_drawing", __name__, url_prefix="/studio")
DAYS = timedelta(days=14)
"""The time that the figures of a step speak of."""
EXPECTED = ("boolean", "date and time")


@blueprint.get("/drafts/<draft_id>")
def page(draft_id: str) -> str:
    """The modeler; ``file`` names another drawing of the draft than the process's own."""
    around = head(draft_id, "diagram")
    view = around["draft"]
    drawings = [line.path for line in view.of("drawing") if line.change != "removed"]
    path = request.args.get("file", view.drawing)
    if not path or path not in drawings:
        if request.args.get("file"):
            abort(404)
        return render_template("studio/drawing.html", **around, drawn=None, drawings=drawings, path="")
    file = engine().studio.read(draft_id, path, actor())
    found = engine().studio.choices(draft_id, actor(), path=path)
    names = {one.path: told(one.name) for one in found.lists["processes"]}
    return render_template("studio/drawing.html", **around, path=path, drawn=_told(view, file, found),
                           drawings=[(one, names.get(one, one)) for one in drawings])


def _told(view: Any, file: Any, found: Any) -> dict[str, Any]:
    """What the script is told: content, addresses, lists, words."""
    draft_id = view.card.id
    at = {name: url_for(f"studio_drawing.{name}", draft_id=draft_id) for name in ("choices", "feel", "tidy", "recent")}
    base = url_for("studio_drawing.page", draft_id=draft_id)
    at |= {"files": f"{base}/files/", "file": f"{base}/files/{file.path}", "check": f"{base}/check",
           "mend": f"{base}/mend", "branch": f"{base}/branch", "form": f"{base}/forms?file=",
           "table": f"{base}/tables?file=", "register": f"{base}/registers?file=", "roles": f"{base}/roles",
            "process": f"{base}?file="}
    return {"draft": draft_id, "file": file.path,
            "revision": file.revision, "content": file.content.decode("utf-8", "replace"),
            "editable": view.may_edit and (view.editing or view.free), "addresses": at, "words": words(),
            "choices": _choices(found)}


def _choices(found: Any) -> dict[str, Any]:
    """All lists; those that change with the drawing are asked again while one draws (:func:`_changing`)."""
    return {kind: _list(some) for kind, some in found.lists.items()} | {
        "packs": {key: _both(name) for key, name in found.packs.items()},
        "functions": [{"name": name, "params": [{"name": part} for part in params]}
                      for name, params in found.functions]} | _changing(found)


def _changing(found: Any) -> dict[str, Any]:
    known = {"search": _list(found.lists["search"]),
            "fields": {task: [{"name": _both(name), "allowed": allowed} for name, allowed in some]
                       for task, some in found.fields.items()}}
    return known if found.variables is None else known | {"variables": [_variable(one) for one in found.variables]}


def _list(some: Any) -> list[dict[str, Any]]:
    return [{"key": one.key, "name": _both(one.name), "pack": one.pack, "path": one.path, **one.more} for one in some]


def _variable(one: Any) -> dict[str, Any]:
    return {"name": one.name, "kind": _kind(one.kind), "from": _both(one.origin),
            "entries": [_variable(part) for part in one.within], "list": one.kind == "list"}


def _kind(kind: str) -> str:
    """A kind of FEEL's as completion shows it; nothing where it is not known."""
    return {"string": _("文字"), "number": _("数字"), "boolean": _("是/否"), "date": _("日期"), "time": _("时刻"),
            "date and time": _("日期时间"), "list": _("列表"), "context": _("一组值")}.get(kind, "")


def _both(name: Any) -> dict[str, str] | None:
    return asdict(name) if name is not None else None


def _asked(*names: str) -> list[str]:
    """Texts of the JSON that was sent; a request without them is not ours."""
    sent = request.get_json(silent=True)
    found = [sent.get(name) for name in names] if isinstance(sent, dict) else [None]
    if not all(isinstance(one, str) for one in found):
        abort(400)
    return found  # type: ignore[return-value]


@blueprint.get("/drafts/<draft_id>/drawing/recent")
def recent(draft_id: str) -> Response:
    """By element: how often it was done in the last days, and how long it took; of the newest version."""
    card = engine().studio.draft(draft_id, actor()).card
    until = show.now() + timedelta(seconds=1)
    versions = engine().boards.cockpit(actor(), card.process_key, until - DAYS, until).versions[:1] \
        if card.base_version else ()
    return jsonify({step.element_id: _("{n} 次 · 中位 {median} · P95 {p95}", n=step.visits,
                                       median=show.lasting(step.median), p95=show.lasting(step.p95))
                    for version in versions for step in version.steps if step.visits})


@blueprint.post("/drafts/<draft_id>/drawing/choices")
def choices(draft_id: str) -> Response:
    """What depends on the drawing, as it is now: results and forms change what expressions may use."""
    content, path = _asked("content", "path")
    found = engine().studio.choices(draft_id, actor(), content.encode("utf-8", "surrogatepass"), path)
    return jsonify(_changing(found))


@blueprint.post("/drafts/<draft_id>/drawing/feel")
def feel(draft_id: str) -> Response:  # noqa: ARG001 - part of the address
    """What is wrong with an expression that somebody is typing."""
    (text,) = _asked("text")
    sent = request.get_json()
    given = sent.get("names")
    names = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    expected = sent.get("expected") if sent.get("expected") in EXPECTED else None
    found = engine().studio.expression(text, names, actor(), expected)
    return jsonify({"findings": [{"line": one.line, "column": one.params.get("column", 1), "severity": one.severity,
                                  "text": one.sentence(lang())} for one in found]})


@blueprint.post("/drafts/<draft_id>/drawing/tidy")
def tidy(draft_id: str) -> tuple[Response, int] | Response:  # noqa: ARG001 - part of the address
    """The drawing sent, laid out anew; nothing is saved."""
    (content,) = _asked("content")
    try:
        return jsonify({"content": engine().studio.tidy(content.encode("utf-8", "surrogatepass"), actor()).decode()})
    except BihuanError as refused:
        return jsonify({"error": refused.sentence(lang())}), refused.http_status
