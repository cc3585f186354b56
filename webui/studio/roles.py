"""The pack of a draft: roles with their chains, deadlines, parameters, messages, states."""

from __future__ import annotations

from flask import Blueprint

from webui.auth import actor
from webui.show import engine
from webui.studio import sheets
from webui.studio.head import head
from webui.words import told

blueprint = Blueprint("studio_roles", __name__, url_prefix="/studio")


@blueprint.get("/drafts/<draft_id>/roles")
def page(draft_id: str) -> str:
    """The ``pack.yaml`` of the draft's pack; ``?file=`` that of another pack it calls."""
    view = head(draft_id, "roles")["draft"]
    folder = view.drawing.rpartition("/")[0]
    packs = sorted(view.of("pack"), key=lambda line: line.path.rpartition("/")[0] != folder)
    titles = engine().studio.packs(actor())
    files = [(line.path, told(titles[key]) if key in titles else key or line.path)
             for line in packs for key in (line.keys or ("",))[:1]]
    path = sheets.wanted(files)
    return sheets.page(draft_id, "roles", "pack", path, files) if path else sheets.empty(draft_id, "roles", "pack")
