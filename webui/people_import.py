"""Import of people and roles from a CSV file: a preview of every row, then a report with what was refused."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from engine import BihuanError
from webui.auth import actor
from webui.carried import carried, to_carry
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("people_import", __name__)
ACTIONS = {"new": ("新增", "ok"), "changed": ("修改", "blue"), "same": ("不变", "grey"), "refused": ("拒绝", "late")}
"""What becomes of a row, and its look."""


@blueprint.get("/admin/import")
def page() -> str:
    """Choosing a file."""
    engine().identity.units(actor())  # asks for the right to be here
    return _page()


@blueprint.post("/admin/import")
def preview() -> Response:
    """What the file would do; the file itself goes along, so that nothing is kept before it is confirmed."""
    file = request.files.get("file")
    data = file.stream.read() if file else b""
    try:
        report = engine().identity.preview_people(data, actor())
    except BihuanError as error:
        if error.http_status != 422:
            raise
        return make_response(_page(sentence=error.sentence(lang())), 422)
    return make_response(_page(report=report, kept=to_carry(data)))


@blueprint.post("/admin/import/run")
def run() -> Response:
    """Do it; the same file is read and checked again."""
    try:
        report = engine().identity.import_people(carried(), actor())
    except BihuanError as error:
        if error.http_status != 422:
            raise
        return make_response(_page(sentence=error.sentence(lang())), 422)
    return make_response(_page(report=report, kept=request.form.get("kept", "")))


@blueprint.post("/admin/import/refused.csv")
def refused() -> Response:
    """The rows that were refused, each with its reasons, to be mended and sent again."""
    answer = Response(engine().identity.refused_rows(carried(), actor(), lang()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=refused.csv"
    return answer


def _page(report: object = None, kept: str = "", sentence: str = "") -> str:
    return render_template("admin/import.html", report=report, kept=kept, sentence=sentence, actions=ACTIONS,
                           title=_("导入人员和岗位"))
