"""Attachments: in by upload, out as a download that no browser mistakes for a page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, request, url_for

from engine import Invalid
from webui import show
from webui.auth import actor
from webui.show import engine
from webui.words import _

blueprint = Blueprint("files", __name__)
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types that may be shown in a page of ours; everything else is only ever downloaded."""


@blueprint.post("/files")
def upload() -> Response:
    """Take one file; answers the facts that a form keeps of it."""
    return jsonify(taken(actor()))


@blueprint.post("/tasks/<task>/files")
def attach(task: str) -> Response:
    """Take one file that belongs to a task, so that everybody who sees its case sees the file."""
    return jsonify(taken(actor(), task))


def sent() -> tuple[str, bytes]:
    """Name and content of the file that came with the request."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(what=_("文件"))
    return file.filename, file.stream.read()


def taken(by: Any, task: str | None = None) -> dict[str, Any]:
    """Put the file of the request into the store. Raises what the engine says of size and kind."""
    return answer(engine().files.put(*sent(), by, task))


def answer(kept: dict[str, Any], public: bool = False) -> dict[str, Any]:
    """What a page needs of a file that was kept; a customer gets no address to load it from."""
    return {"value": kept, "name": kept["name"], "type": kept["type"], "size_text": show.size(kept["size"]),
            "url": "" if public else url_for("files.download", sha256=kept["sha256"], name=kept["name"])}


@blueprint.get("/files/<sha256>")
@blueprint.get("/files/<sha256>/<name>")
def download(sha256: str, name: str = "") -> Response:
    """Give a file out; ``?inline=1`` shows an image inside a page."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        abort(404)
    facts, chunks = engine().files.open(sha256, actor())
    inline = request.args.get("inline") and facts["type"] in INLINE
    response = Response(chunks, mimetype=facts["type"] if inline else "application/octet-stream")
    response.headers["Content-Length"] = facts["size"]
    shown = quote(name or facts["name"])
    response.headers["Content-Disposition"] = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{shown}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
