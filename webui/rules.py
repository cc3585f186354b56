"""Rules as data: deadlines, escalation chains, distribution and parameters, as declared and as changed for a unit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for

from engine import Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("rules", __name__)
HOWS = (("duration", "小时（连续计时）"), ("working", "工作小时"), ("working_days", "工作日"), ("text", "其他写法"))
"""How a limit is counted."""
DISTRIBUTIONS = (("claim", "自行认领"), ("round_robin", "轮流分派"), ("least_loaded", "派给最空闲的人"))


@blueprint.get("/admin/rules")
def page() -> Response:
    """The rules of a pack; the form of the one that is open (``at``: ``deadline.<key>``), others come when opened."""
    return _page(at=request.args.get("at", ""))


def _page(wrong: dict[str, str] | None = None, at: str = "", status: int = 200) -> Response:
    rules = engine().rules.list(actor())
    packs = list(dict.fromkeys(rule.pack for rule in rules))
    pack = request.values.get("pack") or (packs[0] if packs else "")
    shown = [rule for rule in rules if rule.pack == pack]
    roles = {rule.key: rule.title for rule in rules if rule.kind == "escalation"}
    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    for rule in shown:
        line = grouped.setdefault((rule.kind, rule.key), {"declared": rule, "instead": []})
        if rule.value is not None:
            line["instead"].append(rule)
    html = render_template(
        "admin/rules.html", pack=pack, packs=packs, titles=engine().studio.packs(actor()), rules=grouped,
        limit_words=limit_words, typed=typed, hows=HOWS, distributions=DISTRIBUTIONS, roles=roles,
        units=engine().boards.my_units(actor()),
        parameters=engine().parameters.list(actor(), pack), wrong=wrong or {}, at=at, given=request.form)
    return make_response(html, status)


def limit_words(limit: Any) -> str:
    """A limit as people say it."""
    if isinstance(limit, dict) and "working_days" in limit and "time" not in limit:
        return _("{n} 个工作日", n=limit["working_days"])
    if isinstance(limit, dict) and "working" in limit:
        return _("{n} 工作小时", n=str(limit["working"]).removeprefix("PT").removesuffix("H"))
    if isinstance(limit, str) and limit.startswith("PT") and limit.endswith("H") and limit[2:-1].isdigit():
        return _("{n} 小时", n=limit[2:-1])
    if isinstance(limit, str) and limit.startswith("P") and limit.endswith("D") and limit[1:-1].isdigit():
        return _("{n} 天", n=limit[1:-1])
    return str(limit if limit is not None else "")


def typed(limit: Any) -> tuple[str, str]:
    """A limit as the form shows it: how it is counted, and the amount or the text."""
    if isinstance(limit, dict) and set(limit) == {"working_days"}:
        return "working_days", str(limit["working_days"])
    if isinstance(limit, dict) and set(limit) == {"working"}:
        return "working", str(limit["working"]).removeprefix("PT").removesuffix("H")
    if isinstance(limit, str) and limit.startswith("PT") and limit.endswith("H") and limit[2:-1].isdigit():
        return "duration", limit[2:-1]
    return "text", limit if isinstance(limit, str) else ""


def _limit() -> Any:
    how, amount = request.form.get("how", ""), request.form.get("amount", "").strip()
    if how == "working_days":
        return {"working_days": int(amount) if amount.isdigit() else amount}
    if how == "working":
        return {"working": f"PT{amount}H"}
    return f"PT{amount}H" if how == "duration" else amount


@blueprint.post("/admin/rules")
def save() -> Response:
    """Change a rule or a parameter, or let what was declared hold again."""
    form = request.form
    pack, kind, key, unit = (form.get(name, "") for name in ("pack", "kind", "key", "unit"))
    verbs = engine().rules
    try:
        if kind == "parameter":
            if form.get("act") == "reset":
                engine().parameters.reset(pack, key, actor(), unit or None)
            else:
                engine().parameters.save(pack, key, form.get("value", ""), actor(), unit or None)
        elif form.get("act") == "reset":
            verbs.reset(pack, kind, key, actor(), unit or None)
        elif kind in ("deadline", "escalation", "distribution"):
            verbs.save(pack, kind, key, _value(kind), actor(), unit or None)
        else:
            abort(404)
    except Invalid as error:
        found = errors.by_path(error) or {"value": error.sentence(lang())}
        return _page(found, f"{kind}.{key}", error.http_status)
    flash(_("规则已恢复为原值。") if form.get("act") == "reset" else _("规则已保存，对以后的任务生效。"))
    return redirect(url_for("rules.page", pack=pack))


def _value(kind: str) -> dict[str, Any]:
    chain = [role for role in request.form.getlist("chain") if role]
    if kind == "deadline":
        return {"limit": _limit()} | ({"escalation": chain} if chain else {})
    if kind == "escalation":
        return {"chain": chain}
    most = request.form.get("work_limit", "").strip()
    return {"distribute": request.form.get("distribute", "claim"),
            "work_limit": int(most) if most.isdigit() else most or None}
