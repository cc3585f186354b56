"""Starting a case: choose the process, fill its first form, once."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Invalid, NotFound
from webui import errors, forms, once
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("start", __name__)


@blueprint.get("/start")
def choose() -> str:
    """The processes the person may start, by pack."""
    wanted = request.args.get("q", "").strip().lower()
    found = [item for item in engine().boards.startable(actor())
             if wanted in f"{told(item.name)} {item.name.zh} {item.key}".lower()]
    found.sort(key=lambda item: (told(item.pack), told(item.name)))
    packs = [(name, list(items)) for name, items in groupby(found, key=lambda item: told(item.pack))]
    return render_template("start/choose.html", packs=packs, wanted=wanted)


@blueprint.get("/start/<key>")
def page(key: str) -> str:
    """What the process is for, with its start form if it has one."""
    process = _process(key)
    sheet = engine().boards.start_form(key, actor(), lang()) if process.form_key else None
    return render_template("start/page.html", process=process, sheet=sheet, wrong={}, sentence="", once=once.fresh(),
                           ours=_public(key))


@blueprint.get("/start/<key>/for-customers")
def for_customers(key: str) -> str:
    """The address by which customers start it themselves, as a sheet to put up: a QR code, for the house or a unit."""
    process, unit = _process(key), request.args.get("unit") or None
    view = engine().public.intake(key, unit, lang())
    return render_template("print/intake.html", process=process, view=view, address=_address(key, unit))


@blueprint.post("/start/<key>")
def begin(key: str) -> Response:
    """Start it; the token makes a second click find the case of the first."""
    process = _process(key)
    values = forms.submitted(request.form) if process.form_key else None
    try:
        started = engine().instances.start(key, actor(), form_values=values, once=once.given())
    except Invalid as error:
        sheet = engine().boards.start_form(key, actor(), lang(), values)
        html = render_template("start/page.html", process=process, sheet=sheet, wrong=errors.by_path(error),
                               sentence=error.sentence(lang()), once=once.given() or once.fresh(), ours=_public(key))
        return make_response(html, error.http_status)
    flash(_("已发起 {number}。", number=started.case_number))
    if started.next_task_id:
        with suppress(BihuanError):  # whoever starts a case goes on with it, if the step is theirs to claim
            engine().tasks.claim(started.next_task_id, actor())
        return redirect(url_for("tasks.page", task=started.next_task_id))
    return redirect(url_for("cases.page", case=started.case_number))


def _public(key: str) -> tuple[str, tuple[Any, ...]] | None:
    """The address by which customers start ``key``, and the person's units, which have one each; none if they may not.
    """
    try:
        engine().public.intake(key, None, lang())
    except NotFound:
        return None
    return _address(key), tuple(engine().boards.my_units(actor()))


def _address(key: str, unit: str | None = None) -> str:
    return str(engine().settings.public_url.rstrip("/") + url_for("public.intake", process=key, unit=unit))


def _process(key: str) -> Any:
    found = next((item for item in engine().boards.startable(actor()) if item.key == key), None)
    return found or abort(404)
