"""What a draft touches, and the simulation of last month with it: counts, a form, progress, charts with tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from engine import Bilingual, Invalid, Refused
from webui import errors, show
from webui.auth import actor
from webui.show import engine
from webui.studio.head import head
from webui.words import _, lang, told

blueprint = Blueprint("studio_effects", __name__, url_prefix="/studio")
VARIANTS = {"live": "在用版本", "draft": "草稿，现有人手", "staffed": "草稿，所填人手"}
LOOKS = {"live": "started", "draft": "median", "staffed": "ended"}
CHANGES = {"added": ("新增", "ok"), "changed": ("修改", "risk"), "removed": ("删除", "late")}
WHY = {"element": "环节本身", "flow": "去向", "form": "表单", "decision": "决策表", "deadline": "期限"}
VERDICTS = {
    "reproduced": "模拟能重现上月的情况，下面的比较可以参考。",
    "not_reproduced": "模拟没有重现上月的情况：中位或 P95 相差超过 15%，因此不预测草稿的效果。"
                      "可以在上面填写各环节的工作用时后再试。",
    "too_little": "这段时间办结的案件不足 20 件，不足以预测效果。",
    "stuck": "有一成以上的案件用上月的内容走不到结束，因此不预测草稿的效果。",
}
MOST = 12
"""Steps that a chart shows."""


@blueprint.get("/drafts/<draft_id>/effect")
def page(draft_id: str) -> Response:
    """The effect of a draft."""
    return _page(draft_id)


def _page(draft_id: str, wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    around = head(draft_id, "effect")
    try:
        effect, setup = engine().studio.effects.of(draft_id, actor()), engine().studio.simulations.setup(draft_id,
                                                                                                         actor())
    except Refused as refused:
        html = render_template("studio/effect.html", **around, refused=refused.sentence(lang()), effect=None)
        return make_response(html, 200)
    html = render_template(
        "studio/effect.html", **around, refused="", effect=effect, setup=setup, wrong=wrong or {},
        given=request.form or _given(setup.run), drawing=_drawing(draft_id, effect), changes=CHANGES, why=WHY,
        run=setup.run,
        new_steps=[step for step in setup.steps if not step.done],
        known_steps=[step for step in setup.steps if step.done], **_told(setup.run, setup.roles))
    return make_response(html, status)


@blueprint.get("/drafts/<draft_id>/effect/run")
def progress(draft_id: str) -> str:
    """The last simulation alone: asked while it runs."""
    draft = engine().studio.draft(draft_id, actor())
    setup = engine().studio.simulations.setup(draft_id, actor())
    return render_template("studio/_simulation.html", draft=draft, run=setup.run, **_told(setup.run, setup.roles))


@blueprint.post("/drafts/<draft_id>/effect/run")
def run(draft_id: str) -> Response:
    """Simulate with what was filled in; a number that is none is told at its field."""
    setup = engine().studio.simulations.setup(draft_id, actor())
    wrong: dict[str, str] = {}
    people = {one.role: number for one in setup.roles
              if (number := _number(f"people.{one.role}", wrong)) is not None and number != one.active}
    minutes = {one.place: number for one in setup.steps
               if (number := _number(f"minutes.{one.place}", wrong)) is not None}
    outcomes = {one.place: shares for one in setup.steps if (shares := {
        key: number for key, _name in one.outcomes
        if (number := _number(f"outcomes.{one.place}.{key}", wrong)) is not None})}
    if wrong:
        return _page(draft_id, wrong, 422)
    try:
        engine().studio.simulations.run(draft_id, actor(), people=people, minutes=minutes, outcomes=outcomes,
                                        days=_number("days", wrong) or 30, seeds=_number("seeds", wrong) or 5)
    except Invalid as error:
        return _page(draft_id, errors.by_path(error), 422)
    return redirect(url_for("studio_effects.page", draft_id=draft_id) + "#simulation")


@blueprint.post("/drafts/<draft_id>/effect/runs/<run_id>/stop")
def stop(draft_id: str, run_id: str) -> Response:
    """Stop a simulation."""
    engine().studio.simulations.stop(run_id, actor())
    return redirect(url_for("studio_effects.page", draft_id=draft_id) + "#simulation")


def _given(last: Any) -> dict[str, str]:
    """What was filled in for the last simulation, by the names of the fields."""
    inputs = last.inputs if last is not None else {}
    found = {f"people.{role}": number for role, number in inputs.get("people", {}).items()}
    found |= {f"minutes.{place}": number for place, number in inputs.get("minutes", {}).items()}
    found |= {f"outcomes.{place}.{key}": share for place, shares in inputs.get("outcomes", {}).items()
              for key, share in shares.items()}
    return {name: f"{value:g}" for name, value in found.items()}


def _number(name: str, wrong: dict[str, str]) -> int | None:
    """A whole number of the form; nothing where the field is empty."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        wrong[name] = _("请填写整数。")
        return None
    return int(text)


# --- the drawing

def _drawing(draft_id: str, effect: Any) -> dict[str, Any] | None:
    """The draft's drawing: what is new or changed is coloured, with the cases that stand there."""
    if not effect.drawing:
        return None
    pills, colours = {}, {}
    for step in effect.steps:
        if step.change == "removed" or step.process_key != effect.process_key:
            continue
        colours[step.element_id] = "is-done" if step.change == "added" else "heat-1"
        if step.change == "added":
            pills[step.element_id] = {"text": _("新增"), "look": "ok"}
        elif step.here:
            pills[step.element_id] = {"text": _("{n} 件在此", n=step.here), "look": "late" if step.late else ""}
        elif step.kind == "userTask":
            pills[step.element_id] = {"text": _("修改"), "look": "risk"}
    xml = url_for("studio_drafts.read", draft_id=draft_id, path=effect.drawing) + "?raw"
    return {"xml": xml, "active": [], "done": [], "late": [], "flows": [], "pills": pills, "heat": colours}


# --- the result

def _told(last: Any, roles: Any) -> dict[str, Any]:
    """What the result is shown with: the variants that are there, names, charts."""
    result = last.result if last is not None else {}
    variants = {key: result["variants"][key] for key in VARIANTS if key in result.get("variants", {})}
    names = {place: told(Bilingual(*name)) for place, name in result.get("names", {}).items()}
    role_names = {role: told(Bilingual(*name)) for role, name in result.get("role_names", {}).items()}
    role_names |= {one.role: told(one.name) for one in roles}
    verdict = result.get("verdict")
    held = bool(verdict) and verdict["code"] == "reproduced"
    variants = variants if held and last is not None and last.ended else {}  # not swapped under the reader's eyes
    steps = _steps(variants, names)
    return {"result": result, "variants": variants, "verdict": verdict, "held": held,
            "verdict_words": _(VERDICTS[verdict["code"]]) if verdict else "",
            "variant_names": {key: _(name) for key, name in VARIANTS.items()}, "names": names, "steps": steps,
            "role_names": role_names, "roles": _roles(variants), "queue": _queue(variants, names, result),
            "waits": _waits(variants, steps), "figure": _figure, "percent": _percent, "gap": _gap}


def _steps(variants: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The steps of all variants, those first at which most is waited in the last one."""
    places = {place for one in variants.values() for place in one["steps"]}
    last = list(variants.values())[-1] if variants else {"steps": {}}

    def weight(place: str) -> float:
        step = last["steps"].get(place)
        return -((step["wait"][0]["mean"] or 0) * (step["done"] or 0)) if step else 0.0

    return [{"place": place, "name": names.get(place, place),
             "by": {key: one["steps"].get(place) for key, one in variants.items()}}
            for place in sorted(places, key=lambda place: (weight(place), place))]


def _roles(variants: Mapping[str, Any]) -> list[str]:
    """The roles that have anything to do here in any variant."""
    return sorted({role for one in variants.values() for role, line in one["roles"].items() if line["hours"]})


def _queue(variants: Mapping[str, Any], names: Mapping[str, str], result: Mapping[str, Any]) -> dict[str, Any] | None:
    """The queue of a step day by day in every variant: the one that was asked for, else where most is waited."""
    last = list(variants.values())[-1] if variants else None
    places = {place for one in variants.values() for place in one["steps"]}
    wanted = request.args.get("step", "")
    place = wanted if wanted in places else last["bottleneck"] if last else None
    if place is None:
        return None
    since = datetime.fromisoformat(result["since"]).astimezone(show.zone())
    length = max(len(one["steps"][place]["queue"]) for one in variants.values() if place in one["steps"])
    days = [(since + timedelta(days=number)).strftime("%m-%d") for number in range(length)]
    lines = {key: one["steps"][place]["queue"] if place in one["steps"] else [0.0] * len(days)
             for key, one in variants.items()}
    return {"place": place, "name": names.get(place, place), "days": days, "lines": lines,
            "chart": {"categories": days, "unit": _("件"), "series": [
                {"name": _(VARIANTS[key]), "look": LOOKS[key], "type": "line", "values": line}
                for key, line in lines.items()]}}


def _waits(variants: Mapping[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The 95 % waits of the steps in every variant, in hours."""
    shown = [step for step in steps if any((line or {}).get("done") for line in step["by"].values())][:MOST]
    if not shown:
        return None
    return {"categories": [step["name"] for step in shown], "lying": True, "series": [
        {"name": _(VARIANTS[key]), "look": LOOKS[key],
         "values": [_hours(step["by"][key]["wait"][1]["mean"]) if step["by"][key] else None for step in shown]}
        for key in variants]}


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 1)


def _figure(figure: Mapping[str, float | None] | None, words: Callable[[Any], str] = show.lasting) -> str:
    """A figure with the range it lies in."""
    if not figure or figure["mean"] is None:
        return show.MISSING
    text = words(figure["mean"])
    low, high = figure["low"], figure["high"]
    if low is None or high is None or words(low) == words(high):
        return text
    return _("{text}（{low} 至 {high}）", text=text, low=words(low), high=words(high))


def _percent(share: float | None) -> str:
    return show.MISSING if share is None else f"{share * 100:.1f}%"


def _gap(found: float | None, wanted: float | None) -> str:
    """How far the simulation is from what was, as a signed percentage."""
    if not wanted or found is None:
        return show.MISSING
    gap = round((found - wanted) / wanted * 100)
    return f"{gap:+d}%" if gap else "0%"
