"""The same customer twice: groups that look alike, two side by side, merging them or telling them apart."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from engine import BihuanError
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("duplicates", __name__)
TAKE = "take."
"""Before the name of a field that is taken from the record that goes."""


@blueprint.get("/registers/<register>/duplicates")
def page(register: str) -> str:
    """Groups of records that share a telephone or a name."""
    card, columns, groups = engine().registers.duplicates(register, actor(), lang())
    return render_template("registers/duplicates.html", card=card, columns=columns, groups=groups)


@blueprint.get("/registers/<register>/<int:kept>/merge/<int:gone>")
def beside(register: str, kept: int, gone: int) -> str:
    """Two records side by side."""
    return _beside(register, kept, gone)


@blueprint.post("/registers/<register>/<int:kept>/merge/<int:gone>")
def settle(register: str, kept: int, gone: int) -> Response:
    """Merge them, or note that they are not the same; both need a reason."""
    reason, registers = request.form.get("reason", "")[:500], engine().registers
    try:
        if request.form.get("do") == "relate":
            registers.relate(register, kept, gone, actor(), reason=reason)
            flash(_("已标明不是同一条，两条记录互相关联。"))
        else:
            take = [name.removeprefix(TAKE) for name, value in request.form.items()
                    if name.startswith(TAKE) and value == "gone"]
            registers.merge(register, (kept, _number("kept_version")), (gone, _number("gone_version")), actor(),
                            reason=reason, take=take)
            flash(_("已合并，两边的历史都保留。"))
    except BihuanError as error:
        if error.http_status not in (409, 422):
            raise
        return make_response(_beside(register, kept, gone, error.sentence(lang()), reason), error.http_status)
    return redirect(url_for("registers.record", register=register, record=kept))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _beside(register: str, kept: int, gone: int, sentence: str = "", reason: str = "") -> str:
    view = engine().registers.beside(register, kept, gone, actor(), lang())
    return render_template("registers/merge.html", view=view, sentence=sentence, reason=reason, TAKE=TAKE)
