"""Drafts: the list, beginning one, its files for scripts, who edits it."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, send_file

from engine import BihuanError, Conflict, Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.studio.head import STATES, address, changes, looks_in
from webui.words import _, lang, told

blueprint = Blueprint("studio_drafts", __name__, url_prefix="/studio")
MOST_TEXT = 6_000_000
"""Largest text of a file that a script sends, in bytes."""


@blueprint.app_context_processor
def around() -> dict[str, Any]:
    """What the sidebar asks."""
    return {"looks_in_studio": looks_in}


@blueprint.get("")
def home() -> Response:
    """Drafts, and the processes to begin one from."""
    return _home()


def _home(wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    drafts = engine().studio.drafts(actor())
    ended = engine().studio.drafts(actor(), ended=True)[:20]
    packs: dict[str, list[Any]] = {}
    titles = engine().studio.packs(actor())
    q = request.args.get("q", "").strip()[:100]
    for card in engine().deployments.definitions(actor()):
        if q.casefold() in f"{card.name.zh} {card.name.in_('en')} {card.key}".casefold():
            packs.setdefault(card.pack, []).append(card)
    shown = sorted(packs.items(), key=lambda item: told(titles.get(item[0])))
    html = render_template("studio/home.html", drafts=drafts, ended=ended, packs=shown, titles=titles, states=STATES,
                           may_change=changes(), wrong=wrong or {}, given=request.form, address=address, q=q)
    return make_response(html, status)


@blueprint.post("/open")
def open_draft() -> Response:
    """Begin a draft of a live process."""
    card = engine().studio.open(request.form.get("process", ""), actor())
    return redirect(address(card.id))


@blueprint.post("/create")
def create() -> Response:
    """Begin a draft of a new process."""
    given = {name: request.form.get(name, "").strip() for name in ("pack", "key", "name_zh", "name_en")}
    try:
        card = engine().studio.create(**given, by=actor())
    except Invalid as error:
        return _home(errors.by_path(error), 422)
    return redirect(address(card.id))


@blueprint.post("/drafts/<draft_id>/discard")
def discard(draft_id: str) -> Response:
    """Give a draft up."""
    engine().studio.discard(draft_id, actor())
    flash(_("草稿已放弃。"))
    return redirect("/studio")


@blueprint.post("/drafts/<draft_id>/rename")
def rename(draft_id: str) -> Response:
    """Give a draft another title."""
    engine().studio.rename(draft_id, request.form.get("title", ""), actor())
    return redirect(address(draft_id))


# --- files, for scripts
@blueprint.get("/drafts/<draft_id>/files/<path:path>")
def read(draft_id: str, path: str) -> Response:
    """A file as the draft has it; ``?raw`` gives its bytes as a download."""
    view = engine().studio.read(draft_id, path, actor())
    if "raw" in request.args:
        return send_file(io.BytesIO(view.content), "application/octet-stream", as_attachment=True,
                         download_name=path.rpartition("/")[2])
    return jsonify({"content": view.content.decode("utf-8", "replace"), "revision": view.revision, "live": view.live,
                    "changed_by": told(view.changed_by), "changed_at": _moment(view.changed_at)})


@blueprint.put("/drafts/<draft_id>/files/<path:path>")
def write(draft_id: str, path: str) -> Response:
    """Save a file: ``{content, revision}`` → ``{revision}``, or a refusal with its sentence."""
    content, revision = _sent()
    return _answered(lambda: engine().studio.write(draft_id, path, content, revision, actor()))


@blueprint.delete("/drafts/<draft_id>/files/<path:path>")
def remove(draft_id: str, path: str) -> Response:
    """Take a file away, or with ``?revert`` let it be as it is live: ``{revision}`` → ``{}``."""
    revision = _number((request.get_json(silent=True) or {}).get("revision", request.args.get("revision")))
    act = engine().studio.revert if "revert" in request.args else engine().studio.remove
    return _answered(lambda: act(draft_id, path, revision, actor()))


@blueprint.post("/drafts/<draft_id>/branch")
def branch(draft_id: str) -> Response:
    """Keep what could not be saved: ``{files: {path: text}}`` → ``{id, url}`` of a copy of the draft with them."""
    files = texts(request.get_json(silent=True))
    return _answered(lambda: engine().studio.branch(draft_id, files, actor()))


def texts(sent: Any) -> dict[str, bytes]:
    """The files of ``{files: {path: text}}``. Raises Invalid for anything else."""
    files = sent.get("files", {}) if isinstance(sent, dict) else None
    if not isinstance(files, dict) or len(files) > 200 or not all(
            isinstance(text, str) and len(text) <= MOST_TEXT for text in files.values()):
        raise Invalid()
    return {str(path): text.encode("utf-8", "surrogatepass") for path, text in files.items()}


def _sent() -> tuple[bytes, int]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("content"), str):
        raise Invalid()
    return sent["content"].encode("utf-8", "surrogatepass"), _number(sent.get("revision"))


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Invalid() from None


def _answered(act: Any) -> Response:
    """What an act gives, as JSON; a refusal as ``{error, code, revision}`` with its status."""
    try:
        found = act()
    except BihuanError as error:
        more = {"revision": error.params["revision"]} if "revision" in error.params else {}
        answer = jsonify({"error": error.sentence(lang()), "sentence": error.sentence(lang()), "code": error.code,
                          "conflict": isinstance(error, Conflict), **more})
        answer.status_code = error.http_status
        return answer
    if found is None:
        return jsonify({})
    if hasattr(found, "revision"):
        return jsonify({"revision": found.revision, "at": _moment(found.changed_at)})
    return jsonify({"id": found.id, "url": address(found.id)})


# --- who edits
@blueprint.post("/drafts/<draft_id>/here")
def here(draft_id: str) -> Response:
    """Still there: who edits, and whether somebody asked to take over."""
    return _presence(draft_id, engine().studio.here(draft_id, actor()))


@blueprint.post("/drafts/<draft_id>/take")
def take(draft_id: str) -> Response:
    """Edit, or ask whoever does to hand over."""
    return _presence(draft_id, engine().studio.take(draft_id, actor()))


@blueprint.post("/drafts/<draft_id>/hand-over")
def hand_over(draft_id: str) -> Response:
    """Let whoever asked edit; with ``no`` keep editing."""
    return _presence(draft_id, engine().studio.hand_over(draft_id, actor(), agreed=not request.values.get("no")))


def _presence(draft_id: str, found: Any) -> Response:
    if not errors.wants_json():
        return redirect(address(draft_id))
    return jsonify({"editor": told(found.editor), "editing": found.editing, "free": found.free,
                    "wanted": told(found.wanted), "state": found.state, "changed_at": _moment(found.changed_at),
                    "changed_by": told(found.changed_by)})


def _moment(moment: Any) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
