"""Saved views of the inbox: kept under a name, changed, deleted."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for

from webui import narrowing
from webui.auth import actor
from webui.show import engine
from webui.words import _

blueprint = Blueprint("views", __name__)


@blueprint.post("/views")
def save() -> Response:
    """Keep the present list under a name; ``change`` changes the saved view that it came from."""
    changes = request.form.get("saved") if request.form.get("change") else None
    view, filters, sort = request.form.get("view", "mine"), narrowing.filters(), narrowing.sort()
    kept = engine().boards.save_view(request.form.get("name", ""), view, filters, actor(), sort=sort,
                                     shared=bool(request.form.get("shared")), view_id=changes)
    flash(_("视图已更新。") if changes else _("视图已保存。"))
    arguments = {"view": view, **filters, "saved": kept}
    return redirect(url_for("inbox.page", **(arguments if sort == "due" else arguments | {"sort": sort})))


@blueprint.post("/views/<saved_view>/delete")
def delete(saved_view: str) -> Response:
    """Forget a saved view."""
    engine().boards.delete_view(saved_view, actor())
    flash(_("视图已删除。"))
    return redirect(url_for("inbox.page", view=request.form.get("view", "mine")))
