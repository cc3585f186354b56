"""Registers on screen: which there are, a page of one, a record, its form; looking records up while one types."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from engine import Conflict, Invalid
from webui import errors, forms
from webui.auth import actor
from webui.cases import STATES
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("registers", __name__)
MOST = 10
"""Records offered at once."""
FILTER = "w."
"""Before the name of a field by which a list is narrowed."""
PROMISES = {"open": ("未到期", "blue"), "late": ("已过期", "late"), "kept": ("已兑现", "ok"),
            "broken": ("未按时", "risk")}
"""How a promise stands, and its look."""


@blueprint.get("/registers/<register>/find")
def find(register: str) -> Response:
    """Records that hold the typed text: label and the value to keep; nothing else of them."""
    wanted = request.args.get("q", "").strip()
    found = engine().registers.search(register, wanted, actor(), limit=MOST) if wanted else []
    kept = ("register", "id", "label")
    return jsonify([{"label": item.get("label", ""), "value": {name: item[name] for name in kept if name in item}}
                    for item in found])


@blueprint.post("/registers/<register>/<int:record>/fill")
def fill(register: str, record: int) -> Response:
    """What the chosen record puts into other fields: whole for those who may see it, else what it looks like."""
    found = engine().registers.filling(register, record, request.form.getlist("column"), actor())
    return jsonify({name: {"text": one.text, "masked": one.masked} for name, one in found.items()})


@blueprint.get("/registers")
def choose() -> str:
    """The registers that the person may look at."""
    return render_template("registers/choose.html", books=engine().registers.books(actor()))


@blueprint.get("/registers/<register>")
def page(register: str) -> str:
    """A page of a register: searched, narrowed, ordered."""
    asked = searched()
    after = request.args.get("after", "")
    found = engine().registers.page(register, actor(), text=asked["q"], filters=asked["filters"], order=asked["sort"],
                                    after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
                                    lang=lang())
    address = {name: asked[name] for name in ("q", "sort") if asked[name]} | {
        FILTER + name: value for name, value in asked["filters"].items()}
    return render_template("registers/page.html", found=found, asked=asked, address=address, FILTER=FILTER,
                           after=after)


def searched() -> dict[str, Any]:
    """What the address asks of a list: text, order, field → value."""
    filters = {name.removeprefix(FILTER): value[:100] for name, value in request.args.items()
               if name.startswith(FILTER) and value}
    return {"q": request.args.get("q", "").strip()[:100], "sort": request.args.get("sort", "")[:60],
            "filters": filters}


@blueprint.get("/registers/<register>/<int:record>")
def record(register: str, record: int) -> str:
    """A record with everything that is known of it."""
    view = engine().registers.record_page(register, record, actor(), lang())
    return render_template("registers/record.html", view=view, sheet=view.sheet, promises=PROMISES, states=STATES,
                           source=source)


def source(text: str) -> str:
    """What caused a change, in words; the number of a case is a link of its own."""
    word, _blank, rest = text.partition(" ")
    worded = {"import": _("导入 {file}", file=rest), "merge": _("并入第 {n} 条", n=rest),
              "merged": _("并到第 {n} 条", n=rest), "erase": _("删除个人信息")}
    return worded.get(word, text)


@blueprint.get("/registers/<register>/new")
def new(register: str) -> str:
    """An empty form."""
    return _form(engine().registers.record_form(register, actor(), lang=lang()))


@blueprint.post("/registers/<register>/new")
def add(register: str) -> Response:
    """Keep a new record."""
    return _save(register, None)


@blueprint.get("/registers/<register>/<int:record>/edit")
def edit(register: str, record: int) -> str:
    """The form of a record; personal values do not stand in it."""
    return _form(engine().registers.record_form(register, actor(), record_id=record, lang=lang()))


@blueprint.post("/registers/<register>/<int:record>/edit/personal")
def edit_personal(register: str, record: int) -> str:
    """The form with personal values, for those who may read them; it is noted."""
    return _form(engine().registers.record_form(register, actor(), record_id=record, personal=True, lang=lang()))


@blueprint.get("/registers/<register>/<int:record>/edit/personal")
def edit_again(register: str, record: int) -> Response:
    """A reload: what was shown is asked for anew."""
    return redirect(url_for("registers.edit", register=register, record=record))


@blueprint.post("/registers/<register>/<int:record>/edit")
def change(register: str, record: int) -> Response:
    """Keep the changes of a record."""
    return _save(register, record)


def _save(register: str, number: int | None) -> Response:
    values, registers = forms.submitted(request.form), engine().registers
    version = request.form.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    personal = bool(request.form.get("personal"))
    try:
        saved = registers.save_form(register, values, actor(), record_id=number, personal=personal,
                                    version=(seen or 0) if number is not None else None)
    except (Invalid, Conflict) as error:
        shown = registers.record_form(register, actor(), record_id=number, entered=values, personal=personal,
                                      errors=getattr(error, "fields", ()), lang=lang())
        changes = ()
        if isinstance(error, Conflict) and number is not None:
            view = registers.record_page(register, number, actor(), lang())
            changes = tuple(one for one in view.history if one.version > (seen or 0))
        wrong = errors.by_path(error) if isinstance(error, Invalid) else {}
        return make_response(_form(shown, wrong, error.sentence(lang()), changes), error.http_status)
    flash(_("已保存。"))
    return redirect(url_for("registers.record", register=register, record=saved.id))


def _form(form: Any, wrong: dict[str, str] | None = None, sentence: str = "", changes: Any = ()) -> str:
    return render_template("registers/edit.html", form=form, sheet=form.sheet, wrong=wrong or {}, sentence=sentence,
                           changes=changes)
