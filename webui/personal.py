"""Showing a masked value for a minute: who asked stands in the history."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from webui.auth import actor
from webui.show import engine
from webui.words import lang

blueprint = Blueprint("personal", __name__)


@blueprint.post("/cases/<case>/personal")
def reveal(case: str) -> Response:
    """One field of a case: its telephone number, or a field of a filled form."""
    found = engine().personal.reveal(case, request.form.get("field", ""), actor(),
                                     form_key=request.form.get("form", ""),
                                     filled_id=request.form.get("filled") or None, lang=lang())
    return jsonify({"display": found.display, "seconds": found.seconds})


@blueprint.post("/registers/<register>/<int:record>/personal")
def reveal_record(register: str, record: int) -> Response:
    """One field of a record of a register."""
    found = engine().personal.reveal_record(register, record, request.form.get("field", ""), actor(), lang=lang())
    return jsonify({"display": found.display, "seconds": found.seconds})
