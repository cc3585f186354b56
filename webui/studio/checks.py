"""Checking a draft while it is drawn: what scripts ask a moment after each change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from webui.auth import actor
from webui.show import engine
from webui.studio.drafts import texts
from webui.words import lang, told

blueprint = Blueprint("studio_checks", __name__, url_prefix="/studio")


@blueprint.post("/drafts/<draft_id>/check")
def check(draft_id: str) -> Response:
    """``{files: {path: text}}`` (those not saved yet) → ``{problems: […]}``, errors first, in the reader's language."""
    files = texts(request.get_json(silent=True) or {})
    return jsonify({"problems": [problem(one) for one in engine().studio.check(draft_id, actor(), files)]})


@blueprint.post("/drafts/<draft_id>/mend")
def mend(draft_id: str) -> Response:
    """``{fix, files}`` (the name of a fix, and the files it was offered for) → ``{path, content}``, which is not saved;
    409 with a sentence where they have changed since."""
    sent = request.get_json(silent=True) or {}
    files = texts(sent)
    mended = engine().studio.mend(draft_id, str(sent.get("fix", "")), actor(), files)
    return jsonify({"path": mended.path, "content": mended.content.decode()})


def problem(finding: Any) -> dict[str, Any]:
    """A finding as scripts get it."""
    one = finding.problem
    return {"code": one.code, "severity": one.severity, "file": one.file, "element": one.element, "line": one.line,
            "text": one.sentence(lang()),
            "fixes": [{"label": told(fix.label), "path": fix.path, "name": fix.name} for fix in finding.fixes]}
