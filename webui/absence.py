"""Being away: who acts for whom from when to when (离岗代理), and handing over what somebody has (离职交接)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid, only_looks
from webui import errors, show
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("absence", __name__)
STATES = {"active": ("生效中", "ok"), "coming": ("未开始", "blue"), "over": ("已结束", "grey")}
KINDS = {"assigned": "办理", "lent": "已委派他人", "asked": "待签署"}
"""What a person has to do with a task that is handed over."""
STRIP_DAYS = 14
"""Days that the calendar strip shows, today first."""


@blueprint.get("/absence")
def page() -> str:
    """Substitutions that concern the reader, and a form for a new one."""
    return _page({}, {})


@blueprint.post("/absence")
def appoint() -> Response:
    """Let somebody act for somebody, for a time."""
    given = {name: request.form.get(name, "").strip() for name in ("person", "substitute", "from_at", "until_at",
                                                                   "reason")}
    given["processes"] = request.form.getlist("processes")
    person = given["person"] or actor().login
    begins, ends = _moment(given["from_at"]), _moment(given["until_at"])
    wrong = {name: _("请填写日期和时间。") for name, moment in (("from_at", begins), ("until_at", ends)) if not moment}
    if not given["substitute"]:
        wrong["substitute"] = _("请选择代理人。")
    if not wrong:
        try:
            engine().identity.substitute(person, given["substitute"], begins, ends, given["processes"] or None,
                                         given["reason"], actor())
        except Invalid as error:
            wrong = errors.by_path(error) or {"substitute": error.sentence(lang())}
        except BihuanError as error:
            if error.http_status not in (404, 409):
                raise
            wrong = {"substitute": error.sentence(lang())}
    if wrong:
        return make_response(_page(given, wrong), 422)
    flash(_("代理已设置，双方都会收到通知。"))
    return redirect(url_for("absence.page"))


@blueprint.post("/absence/<substitution>/end")
def end(substitution: str) -> Response:
    """End it now."""
    engine().identity.end_substitution(substitution, actor())
    flash(_("代理已结束。"))
    return redirect(url_for("absence.page"))


def _page(given: dict[str, Any], wrong: dict[str, str]) -> str:
    people = engine().identity.people()
    now = show.now().astimezone(show.zone())
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found = engine().identity.substitutions(actor())
    values = given or {"from_at": f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
                       "until_at": f"{today + timedelta(days=7, hours=18):%Y-%m-%dT%H:%M}"}
    days = [today + timedelta(days=number) for number in range(STRIP_DAYS)]
    return render_template("absence/page.html", found=found, people=people, values=values, wrong=wrong, states=STATES,
                           days=days, strip=[(one, _strip(one, days)) for one in found if one.state != "over"],
                           processes=_processes(), may_others=_may_others(), may_act=not only_looks(actor()),
                           may_end=_may_end)


def _strip(one: Any, days: list[datetime]) -> list[bool]:
    """For each day of the strip whether the substitution holds at any time of it."""
    return [one.from_at < day + timedelta(days=1) and day < one.until_at for day in days]


def _processes() -> list[tuple[str, Any]]:
    return sorted({card.key: card.name for card in engine().deployments.definitions(actor())}.items())


def _may_others() -> bool:
    """Whether the reader may appoint for others as well; the engine says for whom."""
    return engine().boards.supervises(actor())


def _may_end(one: Any) -> bool:
    return one.state != "over" and not only_looks(actor()) and (
        one.person_login == actor().login or _may_others())


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=show.zone())
    except ValueError:
        return None


@blueprint.get("/absence/hand-over")
def hand_over() -> str:
    """Whose work goes to whom, and how much that is."""
    return _handing({"from": request.args.get("person", "")}, {}, ())


@blueprint.post("/absence/hand-over")
def hand() -> Response:
    """Hand it over; the answer says of each task what became of it."""
    given = {name: request.form.get(name, "").strip() for name in ("from", "to", "reason")}
    given["processes"] = request.form.getlist("processes")
    wrong = {name: _("请选择人员。") for name in ("from", "to") if not given[name]}
    rows: Any = ()
    if not wrong:
        try:
            rows = engine().identity.hand_over(given["from"], given["to"], given["reason"], actor(),
                                               given["processes"] or None)
        except Invalid as error:
            wrong = errors.by_path(error) or {"to": error.sentence(lang())}
        except BihuanError as error:
            if error.http_status not in (404, 409):
                raise
            wrong = {"to": error.sentence(lang())}
    return make_response(_handing(given, wrong, rows, done=not wrong), 422 if wrong else 200)


def _handing(given: dict[str, Any], wrong: dict[str, str], rows: Any, done: bool = False) -> str:
    work = engine().identity.hand_over_preview(given["from"], actor()) if given.get("from") and not done else ()
    return render_template("absence/hand_over.html", people=engine().identity.people(), values=given, wrong=wrong,
                           rows=rows, done=done, work=work, kinds=KINDS, processes=_processes())
