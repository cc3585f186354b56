"""Recording a finished case as a scenario, from the page of the case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for

from engine import BihuanError, NotFound
from webui.auth import actor
from webui.show import engine
from webui.studio.head import changes
from webui.words import _, lang

blueprint = Blueprint("studio_recording", __name__, url_prefix="/studio")


@blueprint.app_context_processor
def around() -> dict[str, Any]:
    """What the page of a case asks."""
    return {"records_cases": changes}


@blueprint.post("/record")
def record() -> Response:
    """Record a case into a draft of its process; what cannot be recorded is told on the page of the case."""
    case = request.form.get("case", "")
    try:
        draft_id, _path = engine().studio.recording.save(case, actor())
    except NotFound:
        raise
    except BihuanError as error:
        flash(error.sentence(lang()), "error")
        return redirect(url_for("cases.page", case=case))
    flash(_("已把 {number} 录成场景，个人信息都换成了虚构的。请跑一遍看看。", number=case))
    return redirect(url_for("studio_scenarios.page", draft_id=draft_id))
