"""The scenarios of a draft: which pass, what they cover of the drawings and tables, their files as text."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Refused
from webui.auth import actor
from webui.show import engine
from webui.studio.head import changes, head
from webui.words import _, lang, told

blueprint = Blueprint("studio_scenarios", __name__, url_prefix="/studio/drafts/<draft_id>/scenarios")


@blueprint.get("")
def page(draft_id: str) -> str:
    """The scenarios with the results of the last run."""
    return render_template("studio/scenarios.html", **head(draft_id, "scenarios"), **_list(draft_id))


def _list(draft_id: str) -> dict[str, Any]:
    view = engine().studio.scenarios.list(draft_id, actor())
    running = view.run is not None and view.run.state in ("waiting", "running")
    draft = head(draft_id, "scenarios")["draft"]
    own = draft.card.process_key
    covered = sorted(view.run.drawings, key=lambda one: one.key != own) if view.run and not running else []
    drawings = [_drawing(draft_id, one, view.run.id) for one in covered]
    return {"view": view, "run": view.run, "running": running, "diagrams": drawings, "may_change": changes(),
            "own_file": draft.drawing.rpartition(".")[0] + ".scenario.yaml", "draft_id": draft_id,
            "count": sum(len(file.scenarios) for file in view.files)}


def _drawing(draft_id: str, coverage: Any, run: str) -> dict[str, Any]:
    """What the viewer needs to paint one drawing: taken green, never taken amber."""
    return {"id": f"covered-{coverage.key}", "name": told(coverage.name), "missed": len(coverage.missed),
            "told": {"xml": url_for("studio_trying.drawing", draft_id=draft_id, key=coverage.key, v=run),
                     "done": list(coverage.taken), "flows": list(coverage.taken),
                     "heat": dict.fromkeys(coverage.missed, "is-missed")}}


def _shown(draft_id: str) -> str:
    return render_template("studio/_scenarios.html", **_list(draft_id))


@blueprint.post("/progress")
def progress(draft_id: str) -> str:
    """How far the run is; asked while it runs. What no worker has taken up goes on here."""
    if changes():
        engine().studio.scenarios.go_on(draft_id, actor())
    return _shown(draft_id)


@blueprint.post("/run")
def run(draft_id: str) -> str:
    """Run them all."""
    engine().studio.scenarios.run(draft_id, actor())
    return _shown(draft_id)


@blueprint.post("/stop")
def stop(draft_id: str) -> str:
    """Stop the run."""
    engine().studio.scenarios.stop(request.form.get("run", ""), actor())
    return _shown(draft_id)


@blueprint.get("/file")
def text(draft_id: str) -> Response:
    """A scenario file as text."""
    return _text(draft_id, request.args.get("path", ""))


def _text(draft_id: str, path: str, *, status: int = 200, typed: str | None = None, problems: Any = (),
          sentence: str = "") -> Response:
    file = engine().studio.read(draft_id, path, actor())
    html = render_template(
        "studio/scenario_file.html", **head(draft_id, "scenarios"), path=path, problems=problems, sentence=sentence,
        text=file.content.decode("utf-8", "replace") if typed is None else typed,
        revision=file.revision if typed is None else request.form.get("revision", "0"), may_change=changes())
    return make_response(html, status)


@blueprint.post("/file")
def save(draft_id: str) -> Response:
    """Save a scenario file, checked first: what cannot be read is told with its line and stays in the field."""
    path, typed = request.form.get("path", ""), request.form.get("text", "").replace("\r\n", "\n")
    revision = request.form.get("revision", "0")
    try:
        engine().studio.scenarios.write(draft_id, path, typed, int(revision) if revision.isdigit() else 0, actor())
    except Refused as refused:
        return _text(draft_id, path, status=422, typed=typed, problems=refused.problems)
    except BihuanError as error:
        return _text(draft_id, path, status=error.http_status, typed=typed, sentence=error.sentence(lang()))
    flash(_("场景文件已保存。"))
    return redirect(url_for("studio_scenarios.page", draft_id=draft_id))
