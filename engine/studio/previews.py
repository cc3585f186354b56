"""A form of a draft as a task would show it, with the very view that tasks use; nothing of a real case in it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import feel
from engine.authorization import Actor
from engine.bpmn import read_models
from engine.cards import Bilingual
from engine.checking.expressions import HOST_FUNCTIONS
from engine.errors import Problem, Refused
from engine.expressions import Expressions
from engine.forms import Form, FormView, Group, read_groups, view
from engine.forms.reader import examine_form
from engine.live import Live
from engine.packs import read_pack
from engine.registers.register import examine_register

GROUPS = "forms/groups.yaml"
LOOKER = "*"
"""Instead of an element: somebody who only looks, with personal values masked."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A form to render (``None`` where the file cannot be read so far), and what is wrong with the file itself."""

    sheet: FormView | None
    problems: tuple[Problem, ...]


def read_draft_form(path: str, content: bytes | str, files: Mapping[str, bytes]) -> tuple[Form | None, list[Problem]]:
    """The form or the form of the register at ``path`` as far as it can be read, and its own problems."""
    groups = _groups(files.get(GROUPS, b""))
    if "/registers/" in path:
        register, problems = examine_register(content, path, groups, _compiled)
        return register.form if register else None, problems
    return examine_form(content, path, groups, _compiled)


@functools.lru_cache(maxsize=16)
def _groups(content: bytes) -> dict[str, Group]:
    """The field groups, read once for a content; none while they cannot be read."""
    try:
        return read_groups(content, GROUPS)
    except Refused:
        return {}


def _compiled(text: str, names: Iterable[str]) -> feel.Expression:
    return feel.compile(text, frozenset(names) | HOST_FUNCTIONS.keys())


def preview(form: Form, *, element: str, lang: str, now: datetime, live: Live, zone: str, pack_file: bytes | None,
            by: Actor) -> FormView:
    """``form`` as the task ``element`` shows it in ``lang``, or as :data:`LOOKER` sees it.

    Registers are empty and numbers are samples: a preview asks nobody and draws nothing.
    """
    functions = {"records": lambda register, criteria=None: [], "record": lambda register, criteria: None,  # noqa: ARG005
                 "look up": lambda questions: {name: [] for name in questions},
                 "people": lambda role=None: [], "next number": lambda prefix: f"{prefix}-001"}  # noqa: ARG005
    expressions = Expressions(now, live, live.root_unit, zone, functions=functions)
    permissions = form.permissions(element)
    scope = {"parameters": parameters_of(pack_file), "case": {"number": f"{now:%Y%m%d}-001"},
             "user": {"login": by.login, "name": by.name.zh, "roles": sorted(by.roles)}}
    looks = element == LOOKER
    sheet = view(form, variables=scope, evaluate=expressions.evaluate, now=expressions.now(), lang=lang,
                 permissions=permissions.reading() if looks else permissions, unmask=not looks)
    return replace(sheet, errors=())  # formulas over variables that only a case has


@functools.lru_cache(maxsize=16)
def parameters_of(pack_file: bytes | None) -> dict[str, Any]:
    """What the parameters of a pack are as declared, read once for a content; none while it cannot be read."""
    if pack_file is None:
        return {}
    try:
        pack = read_pack(pack_file)
    except Refused:
        return {}
    return {name: one.value(one.default) for name, one in pack.parameters.items()}


@dataclass(frozen=True, slots=True)
class Showing:
    """A task that shows a form: element, name, the role whose lane it is in, its process."""

    element: str
    name: Bilingual
    role: str
    process: str


def showings(form_key: str, files: Mapping[str, bytes]) -> tuple[Showing, ...]:
    """The tasks that show a form, over all drawings that can be read."""
    found = [one for path, content in sorted(files.items())
             if path.endswith(".bpmn") and form_key.encode() in content for one in _shown(path, content)]
    return tuple(showing for key, showing in found if key == form_key)


@functools.lru_cache(maxsize=200)
def _shown(path: str, content: bytes) -> tuple[tuple[str, Showing], ...]:
    try:
        models = read_models(content, path)
    except Refused:
        return ()
    found = []
    for model in models:
        for element in model.elements.values():
            key = element.attributes.get("formKey") or element.properties.get("bihuan:public", "")
            if key:
                role = element.attributes.get("candidateGroups") or element.property("bihuan:role") or ""
                name = Bilingual(element.name or element.id, element.name_en or element.name or element.id)
                found.append((key, Showing(element.id, name, role, model.key)))
    return tuple(found)
