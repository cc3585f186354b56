"""The forms of a draft: fields, preview and properties; and the field groups that forms share."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, url_for

from webui.auth import actor
from webui.show import engine
from webui.studio import sheets
from webui.studio.head import head
from webui.words import _, told

blueprint = Blueprint("studio_forms", __name__, url_prefix="/studio")


@blueprint.get("/drafts/<draft_id>/forms")
def page(draft_id: str) -> Response:
    """A form of the draft: ``?file=`` chooses which, ``?entry=`` one of its fields, ``?at=`` the task it is seen at."""
    view = head(draft_id, "forms")["draft"]
    choices = engine().studio.choices(draft_id, actor()).lists["forms"]
    files = sheets.with_asked(sheets.named(view.of("form"), {one.key: told(one.name) for one in choices}), choices)
    files += [(line.path, _("字段组（各表单共用）")) for line in view.of("groups") if line.change != "removed"]
    path = sheets.wanted(files)
    return make_response(sheets.page(draft_id, "forms", "form", path, files) if path
                         else sheets.empty(draft_id, "forms", "form"))


@blueprint.post("/drafts/<draft_id>/forms")
def create(draft_id: str) -> Response:
    """A new form."""
    made, wrong = sheets.create(draft_id, "form")
    if made is None:
        return make_response(sheets.empty(draft_id, "forms", "form", wrong), 422)
    return redirect(url_for("studio_forms.page", draft_id=draft_id, file=made.path))
