"""Registers as files: export of what is searched for; import with a preview of every row and what was refused."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from engine import BihuanError
from webui import exports
from webui.auth import actor
from webui.carried import carried, to_carry
from webui.people_import import ACTIONS
from webui.registers import searched
from webui.show import engine
from webui.words import lang

blueprint = Blueprint("register_exchange", __name__)


@blueprint.get("/registers/<register>/export.<kind>")
def export(register: str, kind: str) -> Response:
    """What the list finds, as CSV or Excel; ``personal=1`` with personal fields, for those who may."""
    if kind not in exports.KINDS:
        abort(404)
    asked = searched()
    heads, rows = engine().registers.export_records(
        register, actor(), text=asked["q"], filters=asked["filters"], personal=request.args.get("personal") == "1",
        lang=lang())
    return exports.table(kind, register, heads, rows)


@blueprint.get("/registers/<register>/import")
def page(register: str) -> str:
    """Choosing a file."""
    return _page(register)


@blueprint.post("/registers/<register>/import")
def preview(register: str) -> Response:
    """What the file would do; the file itself goes along, so that nothing is kept before it is confirmed."""
    file = request.files.get("file")
    data = file.stream.read() if file else b""
    name = (file.filename or "")[-120:] if file else ""
    return _told(register, data, name, lambda: engine().registers.preview_records(register, data, actor(), lang()))


@blueprint.post("/registers/<register>/import/run")
def run(register: str) -> Response:
    """Do it; the same file is read and checked again."""
    data, name = carried(), request.form.get("name", "")[:120]
    return _told(register, data, name, lambda: engine().registers.import_records(
        register, data, actor(), name=name, partly=request.form.get("partly") == "1", lang=lang()))


@blueprint.post("/registers/<register>/import/refused.csv")
def refused(register: str) -> Response:
    """The rows that were refused, each with its reasons, to be mended and sent again."""
    heads, rows = engine().registers.refused_records(register, carried(), actor(), lang())
    return exports.table("csv", "refused", heads, rows)


def _told(register: str, data: bytes, name: str, doing: Any) -> Response:
    try:
        report = doing()
    except BihuanError as error:
        if error.http_status != 422:
            raise
        return make_response(_page(register, sentence=error.sentence(lang())), 422)
    return make_response(_page(register, report, to_carry(data), name))


def _page(register: str, report: Any = None, kept: str = "", name: str = "", sentence: str = "") -> str:
    form = engine().registers.record_form(register, actor(), lang=lang())  # asks for the right to be here
    return render_template("registers/import.html", card=form.card, sheet=form.sheet, report=report, kept=kept,
                           name=name, sentence=sentence, actions=ACTIONS)
