"""The administrator's pages about people: list, one person, adding, roles, leaving, passwords, sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Bilingual, Invalid
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("people", __name__)
FIELDS = ("name", "name_en", "email", "phone", "lang", "unit")


@blueprint.get("/admin/people")
def page() -> str:
    """Everybody, searched and filtered."""
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("q", "unit", "role", "after")}
    left = bool(request.args.get("left"))
    found = engine().identity.find_people(actor(), asked["q"], unit=asked["unit"], role=asked["role"], left=left,
                                          after=asked["after"])
    return render_template("admin/people.html", found=found, asked=asked, left=left, **_choices(),
                           address={name: value for name, value in asked.items() if value and name != "after"})


def _choices() -> dict[str, Any]:
    """Units and roles to choose from; ``choices`` is the way a role in a unit is written."""
    roles = [role for role in engine().identity.roles(actor()) if not role.external]
    return {"units": engine().identity.units(actor()), "roles": roles, "may_change": may_change()}


def may_change() -> bool:
    """Whether the person at the screen administers, rather than looks."""
    return actor().holds("system_admin")


@blueprint.get("/admin/people/new")
def new() -> str:
    """An empty form for somebody new."""
    return _form(None, {"lang": "zh"}, {})


@blueprint.post("/admin/people/new")
def add() -> Response:
    """Add a person; the first password is shown once."""
    given = _given()
    login = request.form.get("login", "").strip().lower()
    roles, wrong = _roles(given.get("unit", ""))
    if wrong:
        return make_response(_form(None, given | {"login": login}, wrong), 422)
    try:
        engine().identity.create_person(
            login, Bilingual(given["name"], given["name_en"]), actor(), unit=given["unit"] or None, roles=roles,
            email=given["email"], phone=given["phone"], lang=given["lang"])
    except Invalid as error:
        return make_response(_form(None, given | {"login": login}, errors.by_path(error)), error.http_status)
    return _told_once(login, engine().identity.reset_password(login, actor()))


@blueprint.get("/admin/people/<login>")
def person(login: str) -> str:
    """One person with everything that can be done."""
    return _form(engine().identity.person(login, actor()), {}, {})


@blueprint.post("/admin/people/<login>")
def save(login: str) -> Response:
    """Change what is known of a person, and the roles."""
    given = _given()
    roles, wrong = _roles(given.get("unit", ""))
    if not wrong:
        try:
            engine().identity.save_person(login, given, actor())
            engine().identity.set_roles(login, roles, actor())
        except Invalid as error:
            wrong = errors.by_path(error)
        except BihuanError as error:
            if error.http_status != 409:
                raise
            wrong = {"roles": error.sentence(lang())}
    if wrong:
        return make_response(_form(engine().identity.person(login, actor()), given, wrong), 422)
    flash(_("已保存。"))
    return redirect(url_for("people.person", login=login))


@blueprint.post("/admin/people/<login>/<verb>")
def act(login: str, verb: str) -> Response:
    """Leave, come back, a one-time password, unlock, sign out everywhere."""
    identity = engine().identity
    if verb == "reset":
        return _told_once(login, identity.reset_password(login, actor()))
    verbs = {"leave": (identity.leave, _("{login} 已离职，名下待办已交回岗位。", login=login)),
             "return": (identity.come_back, _("{login} 已恢复，请设置岗位和密码。", login=login)),
             "unlock": (identity.unlock, _("{login} 已解除锁定。", login=login)),
             "sign-out": (identity.sign_out_everywhere, _("{login} 已在所有设备上退出。", login=login))}
    if verb not in verbs:
        return errors.answer(404, _("没有这个页面，或者它已经移走。"), code="not_found")
    doing, sentence = verbs[verb]
    doing(login, actor())
    flash(sentence)
    return redirect(url_for("people.person", login=login))


@blueprint.get("/admin/people.csv")
def export() -> Response:
    """The list of people as a file, for those who may take it out."""
    answer = Response(engine().identity.export_people(actor()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=people.csv"
    return answer


def _told_once(login: str, password: str) -> Response:
    """The page that tells a one-time password; it is nowhere kept."""
    name = engine().identity.person(login, actor()).line.name
    return make_response(render_template("admin/one_time.html", login=login, name=told(name), password=password))


def _given() -> dict[str, Any]:
    return {name: request.form.get(name, "").strip() for name in FIELDS} | {
        "lang": "en" if request.form.get("lang") == "en" else "zh"}


def _roles(unit: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The roles that the form names, and what is wrong with them; a role without a unit is held in the person's."""
    known_roles = {role.key for role in engine().identity.roles(actor())}
    known_units = {one.key for one in engine().identity.units(actor())}
    pairs = []
    for role, held in zip(request.form.getlist("role"), request.form.getlist("role_unit")):
        held = held or unit
        if not role:
            continue
        if role not in known_roles or held not in known_units:
            return [], {"roles": _("请为每个岗位选择单位。") if not held else _("岗位或单位不存在。")}
        pairs.append((role, held))
    return pairs, {}


def _form(record: Any, given: dict[str, Any], wrong: dict[str, str]) -> str:
    values = given
    if record is not None and not given:
        line = record.line
        values = {"login": line.login, "name": line.name.zh, "name_en": line.name.en, "email": line.email,
                  "phone": record.phone, "lang": record.lang, "unit": record.unit}
    held = list(zip(request.form.getlist("role"), request.form.getlist("role_unit"))) if request.method == "POST" \
        else list(record.holdings) if record else []
    return render_template("admin/person.html", record=record, values=values, wrong=wrong, held=held, **_choices())
