"""What a set of files holds: each file read by its own reader, once per content, and sorted by what it is."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from threading import Lock
from typing import Any

from engine import dmn, feel
from engine.bpmn import ProcessModel, check_models, read_models
from engine.checking.expressions import HOST_FUNCTIONS
from engine.errors import Problem, Refused
from engine.forms import Form, Group, check_form, read_form, read_groups
from engine.packs import PackContent, read_pack
from engine.registers import Register, read_register
from engine.yaml import read_yaml

IGNORED = (".scenario.yaml", ".md", ".csv")
DATA = frozenset({"organisation", "recipe", "recipes", "rows_of"})
"""Keys of files that hold data of a demonstration or an organisation: nothing to deploy."""
KEPT = 2000
"""Files kept in memory as they were read."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file as its reader found it: its kind, what is wrong with it by itself, what it holds (None: unreadable)."""

    kind: str
    problems: tuple[Problem, ...] = ()
    value: Any = None


@dataclass
class Content:
    """The files of a deployment by what they are; ``problems`` are those found while reading."""

    models: list[ProcessModel] = field(default_factory=list)
    drawings: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    forms: dict[str, tuple[Form, str, bytes]] = field(default_factory=dict)
    decisions: dict[str, tuple[dmn.DecisionModel, str, bytes]] = field(default_factory=dict)
    packs: dict[str, tuple[PackContent, bytes]] = field(default_factory=dict)
    registers: dict[str, tuple[Register, bytes]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    groups_file: tuple[str, bytes] | None = None
    data: set[str] = field(default_factory=set)
    """Paths of files that hold data and no content."""
    problems: list[Problem] = field(default_factory=list)

    def pack_of(self, model: ProcessModel) -> PackContent | None:
        """The pack whose folder the drawing lies in."""
        folder = str(PurePosixPath(self.drawings[model.key][0]).parent)
        found = self.packs.get(folder)
        return found[0] if found else None

    def forms_of(self, model: ProcessModel) -> list[str]:
        """Keys of the forms that a drawing names."""
        named = {*model.form_keys, *(element.inputs.get("form", "") for element in model.elements.values())}
        return sorted(key for key in named if key in self.forms)

    def parts_of(self, model: ProcessModel) -> list[tuple[str, str, str, bytes]]:
        """What is frozen with a version of a process: (kind, key, file, content)."""
        file, drawing = self.drawings[model.key]
        parts = [("bpmn", model.key, file, drawing)]
        keys = self.forms_of(model)
        parts += [("form", key, self.forms[key][1], self.forms[key][2]) for key in keys]
        if keys and self.groups_file:
            parts.append(("groups", "groups", *self.groups_file))
        parts += [("dmn", ref, self.decisions[ref][1], self.decisions[ref][2])
                  for ref in sorted(set(model.decision_refs)) if ref in self.decisions]
        return parts

    def take(self, file: str, raw: bytes, piece: Piece) -> None:
        """Sort in what a file holds."""
        self.problems += piece.problems
        if piece.kind == "data":
            self.data.add(file)
        elif piece.value is None:
            return
        elif piece.kind == "drawing":
            self._drawing(file, raw, piece.value)
        elif piece.kind == "table":
            self.decisions |= {one.id: (piece.value, file, raw) for one in piece.value.decisions}
        elif piece.kind == "groups":
            self.groups, self.groups_file = piece.value, (file, raw)
        elif piece.kind == "pack":
            self.packs[str(PurePosixPath(file).parent)] = (piece.value, raw)
        elif piece.kind == "register":
            self.registers[piece.value.key] = (piece.value, raw)
        elif piece.kind == "form":
            self.forms[piece.value.key] = (piece.value, file, raw)

    def _drawing(self, file: str, raw: bytes, models: Iterable[ProcessModel]) -> None:
        for model in models:
            if model.key in self.drawings:
                self.problems.append(Problem(
                    "process_twice", f"流程 {model.key} 在 {self.drawings[model.key][0]} 中已有。",
                    f"The process {model.key} is in {self.drawings[model.key][0]} as well.", file=file,
                    element=model.key))
                return
            self.models.append(model)
            self.drawings[model.key] = (file, raw)


def read_content(files: Mapping[str, bytes]) -> Content:
    """Sort ``files`` (path -> content) by what they are and read each; problems are gathered, nothing is raised."""
    content = Content()
    kinds: dict[str, list[tuple[str, bytes]]] = {}
    for file, raw in sorted(files.items()):
        if file.endswith((".bpmn", ".dmn")):
            content.take(file, raw, piece(file, raw))
        elif file.endswith((".yaml", ".yml")) and not file.endswith(IGNORED):
            kinds.setdefault(_kind_of(file, raw), []).append((file, raw))
    for kind in ("broken", "data", "groups", "pack", "register", "form", ""):
        for file, raw in kinds.get(kind, ()):
            content.take(file, raw, piece(file, raw, content.groups_file))
    return content


_kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()
_lock = Lock()


def _once(key: tuple[str, ...], make: Any) -> Any:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def piece(file: str, raw: bytes, groups: tuple[str, bytes] | None = None) -> Piece:
    """A file as its reader finds it; ``groups`` is the file of field groups that forms and registers may use."""
    beneath = hashlib.sha256(groups[1]).hexdigest() if groups else ""
    return _once(("piece", file, hashlib.sha256(raw).hexdigest(), beneath), lambda: _read(file, raw, groups))


def _kind_of(file: str, raw: bytes) -> str:
    """What a YAML file declares: one of four keys says so, and the name of a pack's file."""
    def look() -> str:
        try:
            data = read_yaml(raw, file)
        except Refused:
            return "broken"
        named = [key for key in ("pack", "register", "form", "groups") if isinstance(data, dict) and key in data]
        if isinstance(data, dict) and not named and not data.keys().isdisjoint(DATA):
            return "data"
        return named[0] if named else "pack" if PurePosixPath(file).name == "pack.yaml" else ""

    return _once(("kind", file, hashlib.sha256(raw).hexdigest()), look)


def _read(file: str, raw: bytes, groups_file: tuple[str, bytes] | None) -> Piece:
    kind = "drawing" if file.endswith(".bpmn") else "table" if file.endswith(".dmn") else _kind_of(file, raw)
    found: list[Problem] = []
    try:
        return Piece(kind, value=_value(kind, file, raw, groups_file, found), problems=tuple(found))
    except Refused as refused:
        return Piece(kind, (*found, *(one for one in refused.problems if one not in found)))


def _value(kind: str, file: str, raw: bytes, groups_file: tuple[str, bytes] | None, found: list[Problem]) -> Any:
    """What a file holds; problems that need not stop it go to ``found``. Raises Refused."""
    if kind == "drawing":
        found += check_models(raw, file)
        return None if any(problem.severity == "error" for problem in found) else read_models(raw, file)
    if kind == "table":
        found += dmn.check(raw, file, functions=HOST_FUNCTIONS)
        return dmn.read_model(raw, file)
    if kind == "groups":
        return read_groups(raw, file)
    if kind == "pack":
        return read_pack(raw, file)
    if kind == "broken":
        read_yaml(raw, file)
    if kind in ("register", "form"):
        groups = piece(*groups_file).value or {} if groups_file else {}
        if kind == "register":
            return read_register(raw, file, groups, analyse=compiled)
        found += check_form(raw, file, groups, analyse=compiled)
        return read_form(raw, file, groups)
    if kind == "":
        found.append(Problem(
            "unknown_file", "看不出这个文件是什么：缺少 form、register、groups 或 pack。",
            "What this file is cannot be told: it has no `form`, `register`, `groups` or `pack`.", file=file,
            severity="warning"))
    return None


def compiled(text: str, names: Iterable[str]) -> feel.Expression:
    """A form's or register's expression, with the functions of the host in scope."""
    return feel.compile(text, frozenset(names) | HOST_FUNCTIONS.keys())
