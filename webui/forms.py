"""Between the engine's form views and HTML: what a browser sent as nested values, what a template needs besides."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from werkzeug.datastructures import MultiDict

from engine import browser_rules
from webui import show
from webui.words import _, told

PREFIX, SIGNED = "f.", "s."
"""Names of inputs: ``f.<field>``, ``f.<table>.<row>.<column>``; parts of a signature are ``s.<field>.<part>``."""
ICONS = {"approve": "check", "agree": "check", "return": "arrow-back-up", "reject": "ban", "refuse": "ban",
         "submit": "send"}
_CELL = re.compile(r"([^.]+)\.(\d{1,6})\.([^.]+)")
SECTION = "section:"
"""Before the id of a section where sections and fields stand in one list."""
FEW = 5
"""Up to so many options are shown side by side, more in a list to choose from."""


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    """One way to finish a task."""

    value: str
    label: str
    icon: str


def submitted(sent: MultiDict[str, str]) -> dict[str, Any]:
    """The values of a form as a browser sent them: text, lists, rows, signatures; the engine reads and checks them."""
    values: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name in sent:
        if not name.startswith(PREFIX):
            continue
        path = name.removeprefix(PREFIX)
        cell = _CELL.fullmatch(path)
        if cell:
            table, row, column = cell.groups()
            rows.setdefault(table, {}).setdefault(int(row), {})[column] = _one_or_several(sent.getlist(name))
        else:
            values[path] = _one_or_several(sent.getlist(name))
    for table, numbered in rows.items():
        values[table] = [numbered[number] for number in sorted(numbered)]
    for field in sent.getlist("signatures"):
        values[field] = _signature(field, sent)
    return values


def _one_or_several(texts: list[str]) -> Any:
    """A hidden empty input stands before checkboxes and files, so that "none" is sent as well."""
    if len(texts) == 1:
        return texts[0]
    chosen = [text for text in texts if text != ""]
    return chosen if chosen else ""


def _signature(field: str, sent: MultiDict[str, str]) -> Any:
    method = sent.get(f"{SIGNED}{field}.method", "pad")
    file = next((text for text in sent.getlist(f"{SIGNED}{field}.file.{method}") if text), "")
    signer = sent.get(f"{SIGNED}{field}.signer", "").strip()
    if not file and not (signer and method in ("witness", "link")):
        return ""
    return {"method": method, "signer": signer, "file": _object(file)}


def _object(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


def with_outcome(values: dict[str, Any], sheet: Any, outcome: str | None) -> dict[str, Any]:
    """``values`` with the decision of the button that was pressed."""
    if sheet is not None and sheet.outcome is not None and outcome and not sheet.outcome.readonly:
        values[sheet.outcome.id] = outcome
    return values


def outcomes(sheet: Any) -> list[OutcomeButton]:
    """The decision buttons of a form; none where it has no outcome field to edit."""
    if sheet is None or sheet.outcome is None or sheet.outcome.readonly:
        return []
    return [OutcomeButton(option.id, option.label, ICONS.get(option.id, "send")) for option in sheet.outcome.options]


def answers(sheet: Any) -> dict[str, dict[str, Any]]:
    """What the server makes of fields that depend on others, after a draft was kept."""
    if sheet is None:
        return {}
    told: dict[str, dict[str, Any]] = {SECTION + section.id: {"visible": section.visible}
                                       for section in sheet.sections if section.formulas}
    for field in sheet.fields:
        if field.formulas:
            told[field.id] = {"visible": field.visible, "required": field.required}
            if field.readonly:
                told[field.id]["text"] = field.display
    return told


def rules(sheet: Any) -> dict[str, Any]:
    """What the browser needs to show, hide and require fields by itself."""
    return browser_rules(sheet) if sheet is not None else {"fields": [], "kinds": {}, "context": {}}


def anchor(path: str) -> str:
    """The id of the element at ``path``."""
    return "f-" + path.replace(".", "-")


def wrong_at(field: Any, wrong: dict[str, str]) -> str:
    """What is wrong with a field: what the submission said, else what the form says."""
    return wrong.get(field.path) or field.error


def wrong_lines(sheet: Any, wrong: dict[str, str]) -> list[tuple[str, str, str]]:
    """The summary of what is to be corrected, in the order of the form: (path, label, sentence)."""
    labels: dict[str, str] = {}
    for field in sheet.fields if sheet is not None else ():
        labels[field.path] = field.label
        columns = {column.id: column.label for column in field.columns}
        for path in wrong:
            table, _dot, rest = path.partition(".")
            if table == field.id and rest:
                row, _dot, column = rest.partition(".")
                number = int(row) + 1 if row.isdigit() else row
                labels[path] = _("{table} 第 {n} 行 {column}", table=field.label, n=number,
                                 column=columns.get(column, column))
    order = {path: place for place, path in enumerate(labels)}
    return [(path, labels.get(path, ""), words)
            for path, words in sorted(wrong.items(), key=lambda item: order.get(item[0], len(order)))]


def any_wrong(section: Any, wrong: dict[str, str]) -> bool:
    """Whether a section holds something to correct."""
    return any(path.split(".")[0] == field.id for path in wrong for field in section.fields)


def typed_texts(values: dict[str, Any]) -> list[tuple[str, str]]:
    """What a person typed, to be copied after a conflict."""
    return [(name, _text(value)) for name, value in values.items() if value not in ("", None, [])]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(_text(item) for item in value.values() if item)
    return str(value)


def files_of(value: Any) -> list[dict[str, Any]]:
    """The files of a field's value, with what the page shows of them."""
    items = value if isinstance(value, list) else [value]
    found = []
    for item in items:
        if isinstance(item, dict) and item.get("sha256"):
            name = item.get("name") or item["sha256"][:8]
            found.append({"name": name, "image": str(item.get("type", "")).startswith("image/"),
                          "size_text": show.size(item.get("size") or 0), "json": json.dumps(item, ensure_ascii=False),
                          "url": url_for("files.download", sha256=item["sha256"], name=name)})
    return found


def signed(value: Any) -> dict[str, Any] | None:
    """A signature's image, method and words; ``None`` where there is none."""
    if not isinstance(value, dict) or not (value.get("file") or value.get("signer")):
        return None
    methods = {"pad": _("现场手写"), "scan": _("纸质扫描件"), "link": _("签字链接"), "witness": _("在场见证")}
    file = value.get("file")
    return {"method": value.get("method", "pad"), "method_words": methods.get(value.get("method", "pad"), ""),
            "signer": value.get("signer") or "", "at": value.get("signed_at"),
            "image": url_for("files.download", sha256=file["sha256"], inline=1) if isinstance(file, dict) else "",
            "json": json.dumps(file, ensure_ascii=False) if isinstance(file, dict) else ""}


def accepts(field: Any) -> str:
    """The ``accept`` of a file input."""
    kinds = {"image": "image/*", "pdf": "application/pdf", "audio": "audio/*", "video": "video/*",
             "text": "text/plain,.csv", "office": ".doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp"}
    return ",".join(kinds[kind] for kind in field.attributes.get("accept") or () if kind in kinds)


def people() -> list[tuple[str, str]]:
    """Everybody who can be chosen in a field for people: (login, name)."""
    return [(person.login, told(person.name)) for person in show.engine().identity.people()]


def install(app: Flask) -> None:
    """Give templates what forms need."""
    app.jinja_env.globals.update(field_anchor=anchor, wrong_at=wrong_at, any_wrong=any_wrong, wrong_lines=wrong_lines,
                                 rules_of=rules, files_of=files_of, signed=signed, accepts=accepts,
                                 people_to_choose=people, FEW=FEW)
