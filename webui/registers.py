"""Looking up records of registers while one types into a field that refers to one."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from webui.auth import actor
from webui.show import engine

blueprint = Blueprint("registers", __name__)
MOST = 10
"""Records offered at once."""


@blueprint.get("/registers/<register>/find")
def find(register: str) -> Response:
    """Records whose label or key holds the typed text: label, the value to keep, fields to fill."""
    wanted = request.args.get("q", "").strip()
    found = engine().registers.search(register, wanted, actor(), limit=MOST) if wanted else []
    kept = ("register", "id", "label")
    return jsonify([{"label": item.get("label", ""), "value": {name: item[name] for name in kept if name in item},
                     "fill": item.get("values", {})} for item in found])
