"""YAML files of a draft in hand: the list of what they hold, the panel of properties, the preview, the file as text.

A script sends the unsaved text with operations; the answer is the text after them and the three panes drawn anew.
Nothing is saved here: the script does that by the address of the draft's files.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from engine import BihuanError, Bilingual, Invalid
from webui.auth import actor
from webui.show import SEVERITIES, engine
from webui.studio.choices import choices_of
from webui.studio.head import head
from webui.studio.limits import hows, typed
from webui.studio.properties import ICONS, properties
from webui.studio.property_words import (
    flag_names,
    kind_names,
    permission_names,
    script_words,
    type_names,
)
from webui.studio.schema_words import in_words
from webui.words import LANGUAGES, lang, told

blueprint = Blueprint("studio_sheets", __name__, url_prefix="/studio")
ADDED = {"form": ("section", "use", "rule", "set", "task"), "register": ("section", "use", "rule"),
         "groups": ("group", "rule"),
         "pack": ("role", "deadline", "parameter", "message", "case_state", "customer_state", "number", "permission")}
"""What can be added to a kind of file besides fields."""
LOOKER = "*"
FIRSTS = {"use": "groups", "task": "tasks", "number": "processes", "permission": "permissions"}
"""Kinds whose key is chosen from a list: a new one begins with the first that is free."""
MOST = 400_000


def page(draft_id: str, tab: str, kind: str, path: str, files: list[Any]) -> str:
    """The editor of the file at ``path``; ``files`` are what can be opened beside it, as (path, name)."""
    around = head(draft_id, tab)
    view = engine().studio.read(draft_id, path, actor())
    text = view.content.decode("utf-8", "replace")
    element = request.args.get("at", "")
    shown = _shown(draft_id, path, text, chosen=_first(request.args.get("entry", "")), element=element,
                   preview_lang=lang())
    draft = around["draft"]
    return render_template(
        "studio/sheet.html", **worded(around), **shown, path=path, files=files, file_kind=kind, text=text,
        revision=view.revision, editable=draft.may_edit and (draft.editing or draft.free),
        schema=in_words(engine().studio.schema_of(shown["kind"])), names=choices_of(draft_id)["names"])


def worded(around: dict[str, Any]) -> dict[str, Any]:
    """The head of a page whose scripts say the sentences of the editors as well."""
    told_by_head = around["studio_words"]
    return around | {"studio_words": lambda: {**told_by_head(), **script_words()}}


def _first(entry: str) -> Any:
    return ("?", entry) if entry else ()


@blueprint.post("/drafts/<draft_id>/sheet/<path:path>")
def change(draft_id: str, path: str) -> Response:
    """Make operations on the text that was sent; answers the text and the panes, or why it cannot be done."""
    sent = _sent()
    text, studio = sent["text"], engine().studio
    chosen = tuple(sent.get("chosen") or ())
    try:
        edits = studio.edits_of(sent.get("edits") or [])
        if isinstance(sent.get("add"), dict):
            edits += _additions(draft_id, path, text, sent["add"])
        adds = isinstance(sent.get("add"), dict)
        chosen = studio.led_to(edits[0], chosen, adds) if edits else chosen
        shown = _shown(draft_id, path, text, edits=edits, chosen=chosen,
                       element=str(sent.get("element") or ""), preview_lang=sent.get("lang"))
    except BihuanError as error:
        answer = jsonify({"error": error.sentence(lang()), "code": error.code})
        answer.status_code = error.http_status
        return answer
    return jsonify({
        "text": shown["sheet"].text, "chosen": list(shown["chosen"]), "problems": shown["problems"],
        "fields": shown["field_names"], "list": render_template("studio/_sheet_list.html", **shown),
        "properties": render_template("studio/_sheet_properties.html", **shown),
        "preview": _preview(shown) if sent.get("preview", True) else ""})


def _additions(draft_id: str, path: str, text: str, add: dict[str, Any]) -> list[Any]:
    kind, type_name, near = str(add.get("kind", "")), str(add.get("type", "text")), add.get("near")
    near = tuple(near) if isinstance(near, list) else ()
    first = str(add.get("first") or "")
    if not first and kind in FIRSTS:
        choices = choices_of(draft_id) | {"tasks": _tasks(draft_id, path, text) if kind == "task" else {}}
        taken = engine().studio.keys_of(path, text, kind)
        first = next((key for key in choices[FIRSTS[kind]] if key not in taken), "")
    elif type_name == "ref":
        registers = choices_of(draft_id)["registers"]
        first = "client" if "client" in registers else next(iter(registers), "")
    return engine().studio.additions(path, text, kind, near, actor(), type_name=type_name, first=first)


def _tasks(draft_id: str, path: str, text: str) -> dict[str, str]:
    shown = engine().studio.sheet(draft_id, path, text, actor()).showings
    return {one.element: told(one.name) for one in shown}


def _sent() -> dict[str, Any]:
    if (request.content_length or 0) > 4 * MOST:
        raise Invalid()
    try:
        sent = json.loads(request.get_data(), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Invalid() from None
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str) or len(sent["text"]) > MOST:
        raise Invalid()
    if not isinstance(sent.get("chosen") or [], list):
        raise Invalid()
    return sent


def _shown(draft_id: str, path: str, text: str, *, edits: Any = (), chosen: Any = (), element: str = "",
           preview_lang: Any = None) -> dict[str, Any]:
    """What the three panes show."""
    preview_lang = preview_lang if preview_lang in LANGUAGES else lang()
    studio, by = engine().studio, actor()
    sheet = studio.sheet(draft_id, path, text, by, edits=list(edits), element=element, lang=preview_lang)
    if not element and sheet.showings:
        element = sheet.showings[0].element
        sheet = studio.sheet(draft_id, path, sheet.text, by, element=element, lang=preview_lang)
    outline = sheet.outline
    entry = _chosen(outline, chosen)
    of_register = outline is not None and outline.kind == "register"
    choices = choices_of(draft_id, outline, entry)
    choices["tasks"] = {one.element: told(one.name) for one in sheet.showings}
    return {
        "sheet": sheet, "outline": outline, "entry": entry, "chosen": entry.path if entry else (), "element": element,
        "kind": outline.kind if outline else "", "preview_lang": preview_lang, "choices": choices,
        "properties": properties(entry, studio.field_types(), of_register) if entry else [],
        "problems": [_problem(one) for one in sheet.problems], "icons": ICONS, "kind_names": kind_names(),
        "type_names": type_names(), "flags": flag_names(), "permissions": permission_names(), "typed": typed,
        "hows": hows(),
        "severity_names": {key: told(Bilingual(*words)) for key, words in SEVERITIES.items()},
        "added": ADDED.get(outline.kind, ()) if outline else (), "users_of": lambda one: [
            told(user.words) for user in sheet.users(one)], "LOOKER": LOOKER, "may_add_fields": outline is not None
        and outline.kind in ("form", "register", "groups"),
        "field_names": [one.key for one in outline.fields if one.kind == "field"] if outline else []}


def _chosen(outline: Any, chosen: Any) -> Any:
    if outline is None:
        return None
    if chosen[:1] == ("?",):
        every = (one for part in outline.parts for entry in part.entries for one in entry.walk())
        named = [one for one in every if one.key == chosen[1]]
        return min(named, key=lambda one: one.kind != "field", default=outline.head)
    while chosen:
        found = outline.find(tuple(chosen))
        if found is not None:
            return found
        chosen = chosen[:-1]
    return outline.head


def _preview(shown: dict[str, Any]) -> str:
    """The preview in its own language, whatever that of the page is."""
    if shown["sheet"].preview is None:
        return ""
    kept, g.lang = lang(), shown["preview_lang"]
    try:
        return render_template("studio/_sheet_preview.html", **shown)
    finally:
        g.lang = kept


def _problem(one: Any) -> dict[str, Any]:
    return {"code": one.code, "severity": one.severity, "element": one.element, "line": one.line, "file": one.file,
            "text": one.sentence(lang()), "fixes": []}


def create(draft_id: str, kind: str) -> tuple[Any, dict[str, str]]:
    """Make the file that a form asks for: (its view, {}) or (None, what is wrong by field)."""
    given = {name: request.form.get(name, "").strip() for name in ("key", "zh", "en")}
    try:
        return engine().studio.create_file(draft_id, kind, given["key"], given["zh"], given["en"], actor()), {}
    except Invalid as error:
        return None, {field.path: field.sentence(lang()) for field in error.fields} or {"key": error.sentence(lang())}
    except BihuanError as error:
        if error.http_status != 409:
            raise
        return None, {"key": error.sentence(lang())}


def named(lines: Any, choices: dict[str, Any]) -> list[tuple[str, str]]:
    """(path, name) of files for the list to open from; ``choices`` are key -> title."""
    return [(line.path, choices.get(line.keys[0], line.keys[0]) if line.keys else line.path) for line in lines
            if line.change != "removed"]


def with_asked(files: list[tuple[str, str]], choices: Any) -> list[tuple[str, str]]:
    """``files``, and the one that the address names where the draft does not need it so far; ``choices`` are all."""
    asked, known = request.args.get("file", ""), {path for path, _name in files}
    return files + [(one.path, told(one.name)) for one in choices if one.path == asked and asked not in known][:1]


def wanted(files: list[tuple[str, str]]) -> str:
    """The file that the address names, else the first; 404 where the draft has no such file."""
    path = request.args.get("file", "")
    if path and path not in {one for one, _name in files}:
        abort(404)
    return path or (files[0][0] if files else "")


def empty(draft_id: str, tab: str, kind: str, wrong: dict[str, str] | None = None) -> str:
    """The page of a draft that has no such file yet."""
    return render_template("studio/sheet_none.html", **head(draft_id, tab), file_kind=kind, wrong=wrong or {},
                           given=request.form, kind_names=kind_names())
