"""Differences side by side: of a draft to what is live, of two versions; versions of a process, and restoring one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request

from webui.auth import actor
from webui.show import engine
from webui.studio.head import address, changes, head, studio_words
from webui.words import told

blueprint = Blueprint("studio_versions", __name__, url_prefix="/studio")
CHANGES = {"added": ("已新增", "ok", "plus"), "changed": ("已修改", "risk", "pencil"),
           "removed": ("已删除", "late", "trash"), "": ("", "grey", "")}
"""A change: its word, its look, its icon."""
KINDS = {"drawing": "流程图", "table": "决策表", "scenario": "场景", "yaml": "表单或设置", "text": "文字"}
"""What a file is."""


@blueprint.get("/drafts/<draft_id>/differences")
def differences(draft_id: str) -> str:
    """What a draft changes."""
    found = engine().studio.differences(draft_id, actor())
    return render_template("studio/differences.html", **head(draft_id, "differences"), **_shown(found),
                           may_change=changes())


@blueprint.get("/processes/<key>/differences")
def compared(key: str) -> str:
    """What a version changed against another."""
    before, after = (_number(request.args.get(name)) for name in ("before", "after"))
    versions = engine().studio.versions(key, actor())
    return render_template("studio/compared.html", key=key, name=told(versions[0].name), versions=versions,
                           studio_words=studio_words, numbers=(before, after),
                           **_shown(engine().studio.compare(key, before, after, actor())))


@blueprint.get("/processes/<key>/versions")
def page(key: str) -> str:
    """All versions of a process, the newest first."""
    versions = engine().studio.versions(key, actor())
    drafts = [card for card in engine().studio.drafts(actor()) if card.process_key == key]
    return render_template("studio/versions.html", key=key, versions=versions, drafts=drafts, may_change=changes(),
                           address=address, draft=request.args.get("draft", ""))


@blueprint.post("/processes/<key>/restore")
def restore(key: str) -> Response:
    """An old version as a draft."""
    card = engine().studio.restore(key, _number(request.form.get("version")), actor())
    return redirect(address(card.id, "/differences"))


def _number(text: str | None) -> int:
    if not text or not text.isdecimal() or len(text) > 6:
        abort(404)
    return int(text)


def _shown(found: Any) -> dict[str, Any]:
    """The differences and what the script draws: per drawing both contents, what to mark, what to say."""
    drawings = {}
    for number, file in enumerate(found.files):
        if file.kind == "drawing":
            drawings[f"d{number}"] = {
                "before": (file.before or b"").decode("utf-8", "replace"),
                "after": (file.after or b"").decode("utf-8", "replace"),
                "marks": {one.id: one.change for one in file.parts}}
    return {"found": found, "drawings": drawings, "looks": CHANGES, "kinds": KINDS}
