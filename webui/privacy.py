"""What is known of a customer: found, taken out, erased on request; legal holds; how long personal values are kept.

A telephone number never stands in an address, which servers log: it is asked for by ``POST``.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid, only_looks
from webui import errors
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("privacy", __name__)
UNITS = {"Y": "{n} 年", "M": "{n} 个月", "D": "{n} 天"}
"""Parts of a period of retention."""


@blueprint.get("/admin/privacy")
def page() -> str:
    """Holds and periods, and a search for a person; of a record where the address names one."""
    register, record = request.args.get("register", ""), request.args.get("record", "")
    if register and record.isdigit() and len(record) < 19:
        asked = {"register": register, "record_id": int(record)}
        return _page(asked=asked, found=engine().privacy.find(actor(), **asked))
    return _page()


@blueprint.post("/admin/privacy")
def find() -> Response:
    """What is known of a person, before anything is done."""
    try:
        return make_response(_page(asked=_asked(), found=engine().privacy.find(actor(), **_asked())))
    except Invalid as error:
        return make_response(_page(asked=_asked(), wrong=errors.by_path(error)), 422)


@blueprint.post("/admin/privacy/export")
def export() -> Response:
    """All that is known of a person, as a file."""
    try:
        data = engine().privacy.export(actor(), request.form.get("reason", ""), **_asked())
    except Invalid as error:
        return _refused(errors.by_path(error))
    answer = Response(data, mimetype="application/zip")
    answer.headers["Content-Disposition"] = "attachment; filename=person.zip"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/admin/privacy/erase")
def erase() -> Response:
    """Erase what is known of a person, once it was confirmed."""
    if not request.form.get("confirmed"):
        return _refused({"confirmed": _("请先确认：删除后不能恢复。")})
    try:
        done = engine().privacy.erase(actor(), request.form.get("reason", ""), **_asked())
    except Invalid as error:
        return _refused(errors.by_path(error))
    except BihuanError as error:
        if error.http_status != 409:
            raise
        return _refused({"": error.sentence(lang())}, 409)
    sentence = _("已删除：登记簿记录 {records} 条，案件 {cases} 个。", records=done.records, cases=done.cases)
    if done.kept:
        sentence += _("保全中的案件未动：{numbers}。", numbers=_("、").join(done.kept))
    flash(sentence)
    return redirect(url_for("privacy.page"))


@blueprint.post("/admin/privacy/holds")
def hold() -> Response:
    """Set a legal hold on a case or a person."""
    given = {name: request.form.get(name, "").strip()[:1000] for name in ("hold_phone", "hold_case", "hold_reason")}
    try:
        engine().privacy.hold(actor(), given["hold_reason"], case=given["hold_case"], phone=given["hold_phone"])
    except Invalid as error:
        return make_response(_page(held=given, wrong={f"hold_{path}": words for path, words in
                                                      errors.by_path(error).items()}), 422)
    except BihuanError as error:
        if error.http_status != 404:
            raise
        return make_response(_page(held=given, wrong={"hold_case": error.sentence(lang())}), 422)
    flash(_("法务保全已设置。"))
    return redirect(url_for("privacy.page"))


@blueprint.post("/admin/privacy/holds/<hold_id>/lift")
def lift(hold_id: str) -> Response:
    """Lift a legal hold."""
    try:
        engine().privacy.lift(hold_id, actor(), request.form.get("why", ""))
    except Invalid as error:
        return make_response(_page(wrong={"why": error.fields[0].sentence(lang())}), 422)
    flash(_("法务保全已解除。"))
    return redirect(url_for("privacy.page"))


def period(text: str) -> str:
    """A period of retention in words: P3Y → 3 年."""
    return " ".join(_(UNITS[unit], n=int(number)) for number, unit in re.findall(r"(\d+)([YMD])", text))


def _asked() -> dict[str, Any]:
    """Whom the form asks for: a number, or a record."""
    register, record = request.form.get("register", ""), request.form.get("record", "")
    if register and record.isdigit() and len(record) < 19:
        return {"register": register, "record_id": int(record)}
    return {"phone": request.form.get("phone", "").strip()[:40]}


def _refused(wrong: dict[str, str], status: int = 422) -> Response:
    try:
        found = engine().privacy.find(actor(), **_asked())
    except Invalid as error:
        return make_response(_page(asked=_asked(), wrong=errors.by_path(error)), 422)
    return make_response(_page(asked=_asked(), found=found, wrong=wrong), status)


def _page(asked: dict[str, Any] | None = None, found: Any = None, held: dict[str, str] | None = None,
          wrong: dict[str, str] | None = None) -> str:
    privacy = engine().privacy
    return render_template("admin/privacy.html", asked=asked or {}, found=found, held=held or {}, wrong=wrong or {},
                           reason=request.form.get("reason", ""), holds=privacy.holds(actor()), period=period,
                           periods=privacy.periods(actor()), may_change=not only_looks(actor()))
