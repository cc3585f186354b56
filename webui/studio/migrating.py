"""Moving running cases to another version: what would happen to all of them, a dry run, the moves, taking them back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("studio_migrating", __name__, url_prefix="/studio")
FATES = {"moves": ("可迁", "ok"), "map": ("需映射", "risk"), "never": ("不可迁", "late")}
"""What becomes of cases: its word and its look."""
STATES = {"waiting": ("等待", "grey"), "moved": ("已迁移", "ok"), "refused": ("未迁移", "late"),
          "taken_back": ("已撤回", "blue"), "kept": ("不能撤回", "risk")}
PLANS = {"planned": ("计划中", "grey"), "running": ("正在迁移", "blue"), "done": ("已完成", "ok"),
         "taking_back": ("正在撤回", "blue"), "taken_back": ("已撤回", "hold")}
PREFIX = "map."


@blueprint.get("/processes/<key>/migrate")
def page(key: str) -> Response:
    """What would become of the running cases, with likely elements proposed."""
    return _page(key, _versions("from"), _target(), None)


@blueprint.post("/processes/<key>/migrate")
def act(key: str) -> Response:
    """Look again with another mapping, try it dry, or do it."""
    sources, target, mapping = _versions("from"), _target(), _mapping()
    note = request.form.get("note", "").strip()[:2000]
    doing = request.form.get("do", "look")
    if doing not in ("look", "try", "move"):
        abort(404)
    try:
        if doing == "move" and target is not None:
            plan = engine().migrations.begin(key, actor(), sources=sources, target=target, mapping=mapping, note=note)
            return redirect(url_for("studio_migrating.progress", plan=plan))
        return _page(key, sources, target, mapping, tried=doing == "try", note=note)
    except Invalid as error:
        wrong = errors.by_path(error)
        kept = None if any(path.startswith(PREFIX) for path in wrong) else mapping
        return _page(key, sources, target, kept, note=note, wrong=wrong, status=422)
    except BihuanError as error:
        if error.http_status != 409:
            raise
        return _page(key, sources, target, mapping, note=note, wrong={"": error.sentence(lang())}, status=409)


def _page(key: str, sources: list[int], target: int | None, mapping: dict[int, dict[str, str]] | None, *,
          tried: bool = False, note: str = "", wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    by, verbs = actor(), engine().migrations
    versions = verbs.versions(key, by)
    prospect = verbs.look(key, by, sources=sources, target=target, mapping=mapping, tried=tried)
    names = {card.key: card.name for card in engine().deployments.definitions(by)}
    html = render_template(
        "studio/migrating.html", key=key, name=names.get(key), versions=versions, prospect=prospect, fates=FATES,
        target=target or versions[0].version, sources=sources, note=note, wrong=wrong or {}, plans=PLANS,
        earlier=verbs.listed(key, by), drawings=_drawings(prospect) if prospect else [], prefix=PREFIX)
    return make_response(html, status)


def _drawings(prospect: Any) -> list[dict[str, Any]]:
    """The drawing of each source version, with how many cases stand where and what becomes of them."""
    return [{"id": f"v{one.version}", "version": one.version, "told": _drawing(prospect, one)}
            for one in prospect.versions if one.version in prospect.sources]


def _drawing(prospect: Any, version: Any) -> dict[str, Any]:
    lines = [line for line in prospect.elements if line.version == version.version and not line.listens]
    pills = {line.element_id: {
        "text": _("{n} 件", n=line.cases) + ("" if line.fate == "moves" else f" · {_(FATES[line.fate][0])}"),
        "look": {"moves": "ok", "map": "risk", "never": "late"}[line.fate]} for line in lines}
    return {"xml": url_for("cases.drawing", definition=version.definition_id), "active": [], "done": [], "late": [],
            "flows": [], "pills": pills,
            "heat": {line.element_id: "heat-2" for line in lines if line.fate != "moves"}}


@blueprint.get("/migrations/<plan>")
def progress(plan: str) -> str:
    """How far a migration is, and what became of each case."""
    return render_template("studio/migration.html", **_facts(plan))


@blueprint.get("/migrations/<plan>/progress")
def part(plan: str) -> Response:
    """The bar alone, asked for again and again; once it is over the page is loaded anew."""
    facts = _facts(plan)
    answer = make_response(render_template("studio/_migration_bar.html", **facts))
    if facts["view"].card.state not in ("running", "taking_back"):
        answer.headers["HX-Refresh"] = "true"
    return answer


def _facts(plan: str) -> dict[str, Any]:
    state = request.args.get("state", "")
    if state and state not in STATES:
        abort(404)
    view = engine().migrations.progress(plan, actor(), state=state, after=request.args.get("after", "")[:60])
    return {"view": view, "card": view.card, "states": STATES, "plans": PLANS, "state": state}


@blueprint.post("/migrations/<plan>/take-back")
def take_back(plan: str) -> Response:
    """Take a migration back."""
    engine().migrations.take_back(plan, actor())
    return redirect(url_for("studio_migrating.progress", plan=plan))


def _versions(name: str) -> list[int]:
    """Versions named in the address or the form."""
    found = request.values.getlist(name)
    if any(not one.isdigit() or len(one) > 6 for one in found):
        abort(404)
    return [int(one) for one in found]


def _target() -> int | None:
    given = [one for one in request.values.getlist("to") if one]
    if given and (not given[0].isdigit() or len(given[0]) > 6):
        abort(404)
    return int(given[0]) if given else None


def _mapping() -> dict[int, dict[str, str]]:
    """The selects of the form: ``map.<version>.<element>``."""
    found: dict[int, dict[str, str]] = {}
    for name, to in request.form.items():
        version, dot, element = name.removeprefix(PREFIX).partition(".")
        if name.startswith(PREFIX) and dot and version.isdigit() and len(version) <= 6:
            found.setdefault(int(version), {})[element[:200]] = to[:200]
    return found
