"""What a list of tasks is narrowed by and ordered by, between addresses and the engine: filters, chips, orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from webui import show
from webui.show import engine
from webui.words import _, lang, told

FILTERS = ("process", "severity", "role", "version", "unit", "due", "since", "search")
FIELD, LOW, HIGH = "f.", "lo.", "hi."
SORTS = (("due", "截止时间"), ("-since", "最近到达"), ("since", "最早到达"), ("severity", "严重程度"),
         ("customer", "客户"), ("number", "案件号"), ("step", "环节"), ("-priority", "优先级"))
"""Orders of the list: what the engine calls them, what people read."""
SEVERAL = {"process": ",", "severity": ",", "role": ",", "version": ",", "unit": ","}
"""What stands between several values of a filter; of business fields it is a bar."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: its words, and the arguments of the list without it."""

    name: str
    title: str
    words: str
    without: dict[str, Any]


def filters() -> dict[str, str]:
    """The filters of the address; two ends of a range (``lo.amount``, ``hi.amount``) become one filter."""
    found = {name: value.strip() for name, value in request.values.items()
             if (name in FILTERS or name.startswith(FIELD)) and value.strip()}
    for name, value in request.values.items():
        if name.startswith((LOW, HIGH)) and value.strip():
            field = name[len(LOW):]
            low, high = (request.values.get(end + field, "").strip() for end in (LOW, HIGH))
            found[FIELD + field] = f"{low}..{high}"
    return found


def sort() -> str:
    """The order of the address; what is none counts as the usual one."""
    wanted = request.values.get("sort", "due")
    return wanted if wanted in dict(SORTS) else "due"


def address(**changed: Any) -> dict[str, Any]:
    """The arguments of the present list with some changed; ``None`` leaves one out."""
    kept: dict[str, Any] = {"view": request.values.get("view", "mine"), **filters()}
    if sort() != "due":
        kept["sort"] = sort()
    if request.values.get("saved"):
        kept["saved"] = request.values["saved"]
    return {name: value for name, value in (kept | changed).items() if value is not None}


def toggled(name: str, value: str) -> dict[str, Any]:
    """The arguments of the list with one value of a filter put on, or taken off where it is on."""
    between = SEVERAL.get(name) or ("|" if name.startswith(FIELD) else "")
    on = [one for one in filters().get(name, "").split(between) if one] if between else [filters().get(name, "")]
    if value in on:
        on = [one for one in on if one != value]
    else:
        on = [*on, value] if between else [value]
    return address(**{name: between.join(on) or None})


def is_on(name: str, value: str) -> bool:
    """Whether a value of a filter is on."""
    between = SEVERAL.get(name) or ("|" if name.startswith(FIELD) else "\0")
    return value in filters().get(name, "").split(between)


def chips() -> list[Chip]:
    """The filters that are on, as people read them."""
    found = []
    for name, (title, words) in engine().boards.chosen(filters()).items():
        shown = told(words)
        if name == "severity":
            english = lang() == "en"
            shown = _("、").join(show.SEVERITIES.get(key, (key, key))[english] for key in words.zh.split("、"))
        elif ".." in shown:
            low, _dots, high = shown.partition("..")
            shown = f"{low} – {high}" if low and high else (f"≥ {low}" if low else f"≤ {high}")
        found.append(Chip(name, told(title), shown, address(**{name: None})))
    return found
