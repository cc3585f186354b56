"""The registers that a draft may change: those its process uses first, then all others."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, url_for

from webui.auth import actor
from webui.show import engine
from webui.studio import sheets
from webui.words import told

blueprint = Blueprint("studio_registers", __name__, url_prefix="/studio")


@blueprint.get("/drafts/<draft_id>/registers")
def page(draft_id: str) -> Response:
    """A register, ``?file=`` chooses which."""
    studio = engine().studio
    near = studio.files_of(draft_id, actor())
    lines = [(one.path, told(one.name)) for one in studio.choices(draft_id, actor()).lists["registers"]]
    files = sorted(lines, key=lambda line: line[0] not in near)
    path = sheets.wanted(files)
    return make_response(sheets.page(draft_id, "registers", "register", path, files) if path
                         else sheets.empty(draft_id, "registers", "register"))


@blueprint.post("/drafts/<draft_id>/registers")
def create(draft_id: str) -> Response:
    """A new register."""
    made, wrong = sheets.create(draft_id, "register")
    if made is None:
        return make_response(sheets.empty(draft_id, "registers", "register", wrong), 422)
    return redirect(url_for("studio_registers.page", draft_id=draft_id, file=made.path))
