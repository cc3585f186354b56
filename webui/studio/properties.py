"""Which properties an entry of a YAML file has, what people call them, and by which control they are changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webui.studio.property_words import hints, labels

FIELD: tuple[tuple[str, str], ...] = (
    ("id", "id"), ("label", "words"), ("type", "choice:types"), ("required", "flag"), ("visible", "flag"),
    ("readonly", "flag"), ("register", "choice:registers"), ("fill", "fill"), ("role", "choice:roles"),
    ("values", "options"), ("outcome", "bool"), ("default", "value"), ("compute", "feel"), ("unit", "words"),
    ("decimals", "number"), ("min", "value"), ("max", "value"), ("min_length", "number"), ("max_length", "number"),
    ("pattern", "text"), ("past", "bool"), ("future", "bool"), ("accept", "many:accepts"), ("max_mb", "number"),
    ("max_files", "number"), ("min_rows", "number"), ("max_rows", "number"), ("personal", "bool"), ("help", "words"))
"""Attributes of a field in the order of the panel, each with its control; a type has some of them."""
OF_REGISTERS = (("unique", "bool"), ("index", "bool"))
OTHERS: dict[str, tuple[tuple[str, str], ...]] = {
    "form": (("title", "words"), ("retention", "period")),
    "register": (("title", "words"), ("label", "feel"), ("key", "many:fields"), ("list", "many:fields"),
                 ("search", "many:fields"), ("read", "many:roles"), ("edit", "many:roles"), ("party", "bool"),
                 ("readonly", "flag"), ("retention", "period")),
    "pack": (("title", "words"), ("publishing.second_person", "bool")),
    "section": (("id", "id"), ("title", "words"), ("visible", "flag")),
    "group": (("", "key"), ("title", "words")),
    "use": (("use", "choice:groups"), ("prefix", "text"), ("without", "many:group_fields")),
    "rule": (("field", "choice:rule_fields"), ("refuse_if", "feel"), ("message", "words")),
    "set": (("", "key"), (".", "feel")),
    "task": (("", "choice_key:tasks"), (".", "permissions")),
    "role": (("", "key"), ("zh", "text"), ("en", "text"), ("escalation", "many:roles"), ("external", "bool")),
    "deadline": (("", "key"), ("title", "words"), ("limit", "limit"), ("by_severity", "limits"),
                 ("clock", "value"), ("reminder", "text"),
                 ("escalation", "many:roles")),
    "parameter": (("", "key"), ("title", "words"), ("type", "choice:parameter_types"), ("default", "value"),
                  ("unit", "text")),
    "message": (("", "key"), ("title", "words"), ("keys", "list")),
    "case_state": (("", "key"), ("zh", "text"), ("en", "text")),
    "customer_state": (("", "key"), ("zh", "text"), ("en", "text"), ("next", "words")),
    "number": (("", "choice_key:processes"), (".", "text")),
    "permission": (("", "choice_key:permissions"), (".", "many:roles")),
}
"""Kind of an entry -> its properties; the name ``""`` is its own key, ``"."`` its value as a whole."""
ICONS = {"text": "note", "longtext": "menu-2", "int": "list-check", "number": "chart-line", "money": "report",
         "percent": "chart-bar", "date": "calendar", "datetime": "calendar-plus", "time": "clock", "month": "calendar",
         "bool": "checks", "enum": "circle-check", "multi": "list-check", "phone": "phone", "email": "mail",
         "contact": "message", "idno": "user-circle", "ref": "link", "user": "user", "file": "paperclip",
         "signature": "signature", "table": "table", "section": "folder", "use": "copy", "rule": "ban", "set": "send",
         "task": "user-check", "role": "users", "deadline": "clock", "parameter": "adjustments", "message": "mail",
         "case_state": "flag", "customer_state": "message-circle", "permission": "lock", "group": "folder"}
DEFAULTS = {"visible": True}
"""What holds where a file says nothing; everything else is off or empty."""


@dataclass(frozen=True, slots=True)
class Property:
    """One line of the panel: ``path`` is where its value stands, ``control`` how it is changed, ``given`` whether the
    file has it; ``choices`` names the list to choose from."""

    name: str
    path: tuple[str | int, ...]
    label: str
    control: str
    choices: str
    value: Any
    given: bool
    hint: str = ""
    off: Any = None


def _inside(data: Any, name: str) -> Any:
    """A value by its dotted name; ``None`` where there is none."""
    for step in name.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return data


def properties(entry: Any, types: dict[str, frozenset[str]], of_register: bool) -> list[Property]:
    """The properties of an entry (:class:`engine.studio.outlines.Entry`)."""
    if entry.kind in ("field", "column"):
        known = types.get(entry.type, frozenset())
        rows = [row for row in FIELD if row[0] in ("id", "label", "type") or row[0] in known]
        if of_register and entry.kind == "field":
            rows[3:3] = OF_REGISTERS
    else:
        rows = list(OTHERS.get(entry.kind, ()))
    data = entry.data if isinstance(entry.data, dict) else {}
    words, told = labels(), hints()
    found = []
    for name, control in rows:
        kind, _colon, choices = control.partition(":")
        if name in ("", "."):
            value: Any = entry.key if not name else entry.data
            path, given = entry.path, True
        else:
            value, path, given = _inside(data, name), (*entry.path, *name.split(".")), name.split(".")[0] in data
        label = words.get(f"{entry.kind}.{name}") or words.get(name, name)
        found.append(Property(name, path, label, kind, choices, value, given,
                              told.get(f"{entry.kind}.{name}") or told.get(name, ""), DEFAULTS.get(name)))
    return found
