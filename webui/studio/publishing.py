"""Publishing a draft: checks, scenarios, what changes, the note; handing in and sending back; files in and out."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for

from engine import BihuanError, Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.studio.head import address, changes, head
from webui.words import _, lang

blueprint = Blueprint("studio_publishing", __name__, url_prefix="/studio/drafts/<draft_id>")
SEVERITIES = {"error": ("错误", "late"), "warning": ("警告", "risk"), "hint": ("提示", "grey")}
"""Severity of a problem: its word and its look."""
SCENARIOS = {"none": ("没有场景", "risk"), "unknown": ("还没有跑", "risk"), "running": ("正在跑", "blue"),
             "passed": ("全部通过", "ok"), "failed": ("有未通过", "late")}
"""How the scenarios of a draft stand: the word and its look."""


@blueprint.get("/publish")
def page(draft_id: str) -> Response:
    """What stands in the way, what changes, and the button."""
    return _page(draft_id)


def _page(draft_id: str, wrong: dict[str, str] | None = None, refused: str = "", status: int = 200) -> Response:
    ready = engine().studio.readiness(draft_id, actor())
    merges = engine().studio.merges(draft_id, actor()) if ready.moved else {}
    html = render_template(
        "studio/publish.html", **head(draft_id, "publish"), ready=ready, merges=merges, severities=SEVERITIES,
        scenarios=SCENARIOS,
        found=engine().studio.differences(draft_id, actor()), said=lambda one: one.sentence(lang()),
        wrong=wrong or {}, refused=refused, given=request.form, may_change=changes(), address=address(draft_id))
    return make_response(html, status)


@blueprint.post("/publish")
def publish(draft_id: str) -> Response:
    """Make it live, or tell why not with everything that was filled in still there."""
    return _acted(draft_id, lambda: _publish(draft_id))


def _publish(draft_id: str) -> Response:
    card = engine().studio.publish(draft_id, request.form.get("note", ""), actor(), request.form.getlist("accepted"))
    key = engine().studio.draft(draft_id, actor()).card.process_key
    flash(_("已发布：{names}。在办案件留在原版本，可以迁移。",
            names="、".join(f"{one.key} v{one.version}" for one in card.definitions) or _("没有新版本")))
    return redirect(url_for("studio_versions.page", key=key))


@blueprint.post("/submit")
def submit(draft_id: str) -> Response:
    """Hand it in for a second pair of eyes."""
    def act() -> Response:
        engine().studio.submit(draft_id, request.form.get("note", ""), actor())
        flash(_("已提交审核。其他流程负责人已收到通知。"))
        return redirect(url_for("studio_publishing.page", draft_id=draft_id))

    return _acted(draft_id, act)


@blueprint.post("/send-back")
def send_back(draft_id: str) -> Response:
    """Open it again, with the reason."""
    def act() -> Response:
        engine().studio.send_back(draft_id, request.form.get("reason", ""), actor())
        flash(_("已退回，可以继续修改。"))
        return redirect(url_for("studio_publishing.page", draft_id=draft_id))

    return _acted(draft_id, act)


@blueprint.post("/settle")
def settle(draft_id: str) -> Response:
    """For each file that was published meanwhile: whose content stays, or both changes joined."""
    chosen = {name.removeprefix("file:"): value for name, value in request.form.items() if name.startswith("file:")}

    def act() -> Response:
        mine, live, both = ([path for path, one in chosen.items() if one == side] for side in ("mine", "live", "both"))
        engine().studio.settle(draft_id, mine, live, actor(), both)
        return redirect(url_for("studio_publishing.page", draft_id=draft_id))

    return _acted(draft_id, act)


@blueprint.post("/run-scenarios")
def run_scenarios(draft_id: str) -> Response:
    """Run the scenarios and come back here; where that takes longer, to their page, which shows how far they are."""
    engine().studio.scenarios.run(draft_id, actor())
    running = engine().studio.scenarios_pass(draft_id, actor()).state == "running"
    return redirect(url_for("studio_scenarios.page" if running else "studio_publishing.page", draft_id=draft_id))


def _acted(draft_id: str, act: Any) -> Response:
    try:
        return act()
    except Invalid as error:
        if not error.fields:
            raise
        return _page(draft_id, errors.by_path(error), status=error.http_status)
    except BihuanError as error:
        if error.http_status in (403, 404):
            raise
        return _page(draft_id, refused=error.sentence(lang()), status=error.http_status)


# --- files in and out
@blueprint.get("/export.zip")
def export(draft_id: str) -> Response:
    """The draft's files as a zip."""
    key = engine().studio.draft(draft_id, actor()).card.process_key
    return send_file(io.BytesIO(engine().studio.export(draft_id, actor())), "application/zip", as_attachment=True,
                     download_name=f"{key}.zip")


@blueprint.post("/import")
def bring(draft_id: str) -> Response:
    """Files from elsewhere: a zip, or a single drawing, table or form."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash(_("请选择一个文件。"))
        return redirect(address(draft_id, "/differences"))
    brought = engine().studio.bring(draft_id, file.filename, file.read(), actor())
    flash(_("{n} 个文件有改动，{same} 个相同。", n=len(brought.changed), same=brought.same)
          + (_("没有用上：{names}", names="、".join(brought.ignored[:5])) if brought.ignored else ""))
    return redirect(address(draft_id, "/differences"))
