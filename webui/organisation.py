"""The administrator's pages about roles and org units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Bilingual, Invalid
from webui import errors
from webui.auth import actor
from webui.people import may_change
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("organisation", __name__)
KINDS = (("company", "公司"), ("headquarters", "总部"), ("branch", "分公司"), ("region", "区域"),
         ("office", "市场部"), ("area", "片区"), ("department", "部门"), ("store", "门店"), ("showroom", "展馆"),
         ("desk", "组"))
"""Kinds of units, in the order they are offered."""


@blueprint.get("/admin/roles")
def roles() -> str:
    """Who holds which role, where it escalates to, what it is permitted."""
    found = engine().identity.roles(actor())
    empty = [role for role in found if role.empty]
    return render_template("admin/roles.html", roles=found, empty=empty, permissions=engine().identity.permissions)


@blueprint.get("/admin/units")
def units() -> str:
    """The tree of units."""
    return _units({}, {})


@blueprint.post("/admin/units")
def save() -> Response:
    """Add or change a unit."""
    given = {name: request.form.get(name, "").strip() for name in ("key", "name", "name_en", "parent", "kind")}
    kind = given["kind"] if given["kind"] in _kinds(engine().identity.units(actor())) else "department"
    try:
        engine().identity.save_unit(given["key"], Bilingual(given["name"], given["name_en"]), actor(),
                                    parent=given["parent"], kind=kind, new=bool(request.form.get("new")))
    except Invalid as error:
        return make_response(_units(given, errors.by_path(error)), error.http_status)
    flash(_("单位“{name}”已保存。", name=given["name"]))
    return redirect(url_for("organisation.units"))


@blueprint.post("/admin/units/<key>/remove")
def remove(key: str) -> Response:
    """Remove a unit that nothing hangs on."""
    try:
        engine().identity.remove_unit(key, actor())
    except BihuanError as error:
        if error.http_status != 409:
            raise
        return make_response(_units({}, {}, error.sentence(lang())), 409)
    flash(_("单位已删除。"))
    return redirect(url_for("organisation.units"))


def _kinds(units: Iterable[Any]) -> dict[str, str]:
    """The kinds to choose from: ours, and those that units came with."""
    return dict(KINDS) | {unit.kind: unit.kind for unit in units if unit.kind and unit.kind not in dict(KINDS)}


def _units(given: dict[str, str], wrong: dict[str, str], sentence: str = "") -> str:
    found = engine().identity.units(actor())
    chosen = next((unit for unit in found if unit.key == request.args.get("key")), None)
    values = given or ({"key": chosen.key, "name": chosen.name.zh, "name_en": chosen.name.en, "parent": chosen.parent,
                        "kind": chosen.kind} if chosen else {})
    kinds = _kinds(found)
    return render_template("admin/units.html", units=found, values=values, wrong=wrong, sentence=sentence,
                           chosen=chosen, kinds=tuple(kinds.items()), names=kinds, may_change=may_change(),
                           new=bool(request.form.get("new")) or not values)
