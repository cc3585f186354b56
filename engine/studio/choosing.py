"""What a drawing may name: roles, forms, tables, processes, connectors, messages, deadlines, case states; and which
variables its expressions may use. What is chosen from a list cannot be misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine import feel, live_files
from engine.authorization import Actor
from engine.bpmn import ProcessModel, read_models
from engine.cards import Bilingual
from engine.checking.expressions import HOST_FUNCTIONS, known_names
from engine.connectors import INSIDE, WINDOW
from engine.errors import NotFound, Problem, Refused
from engine.forms import Form
from engine.models.studio import Draft
from engine.operations import OPERATION, SWITCHES
from engine.packs import PackContent, bilingual
from engine.reading import Content, read_content
from engine.sketches import Sketch, callers_of, home_of, sketch
from engine.studio.rows import looking
from engine.xml import read_xml
from engine.yaml import read_yaml

LONGEST = 20_000
"""Characters of an expression that is looked at while somebody types."""
_TITLE = re.compile(rb"^title:[^\n]*(?:\n[ \t]+[^\n]*)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its key, its name, the pack it belongs to (empty: shared), the file that declares it."""

    key: str
    name: Bilingual
    pack: str = ""
    path: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that expressions may use: its ``kind`` in FEEL, where it comes from, and what lies in it."""

    name: str
    kind: str
    origin: Bilingual | None = None
    within: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything a drawing may name, by what it is; ``variables`` is None while it cannot be read and never could."""

    lists: Mapping[str, tuple[Choice, ...]]
    packs: Mapping[str, Bilingual]
    variables: tuple[Variable, ...] | None
    functions: tuple[tuple[str, tuple[str, ...]], ...]
    fields: Mapping[str, tuple[tuple[Bilingual, str], ...]] = field(default_factory=dict)
    """By user task: the fields of its form and what may be done with each there, ``edit``, ``read`` or ``hide``."""


class Choosing:
    """The verbs that help while one draws."""

    _parts: Any

    def choices(self, draft_id: str, by: Actor, drawing: bytes | None = None, path: str = "") -> Choices:
        """What a drawing of the draft may name: its own one, or the one at ``path``; ``drawing`` is how that looks now,
        saved or not. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            draft = connection.execute(Draft.__table__.select().where(Draft.id == draft_id)).first()
            if draft is None:
                raise NotFound(what="draft")
            files = live_files.overlaid(connection, draft_id)
            sketched = live_files.sketches(connection, files)
            home = path if path in sketched else home_of(sketched, draft.process_key) or ""
            key = next(iter(sketched[home].keys), "") if home else ""
            if drawing is not None and _model(drawing, home, key) is None:
                drawing = None  # in the middle of being drawn: what was saved last still counts
            if drawing is not None:
                sketched[home] = sketch(home, live_files.sha_of(drawing), drawing)
            near = live_files.about(sketched, key) | callers_of(sketched, [key]) | {home} & files.keys()
            wanted = {one for one, found in sketched.items() if found.kind in NAMED}
            raw = live_files.loaded(connection, files, wanted | near)
        now = {one: raw[one] for one in near} | ({home: drawing} if drawing is not None else {})
        return self._choices(read_content(now), raw, sketched, draft.pack, _model(now.get(home, b""), home, key))

    def _choices(self, content: Content, raw: Mapping[str, bytes], sketched: Mapping[str, Sketch], pack: str,
                 model: ProcessModel | None) -> Choices:
        own = next((one for one, _raw in content.packs.values() if one.key == pack), None)
        forms = {name: form for name, (form, _file, _raw) in content.forms.items()}
        names = None if model is None else known_names(
            model, forms, [one for one in content.models if one.key != model.key])
        lists = _lists(raw, sketched, own, pack, self._parts.connectors) | {"search": _searched(content, names)}
        return Choices(lists, {one.key: one.title for one, _raw in content.packs.values()},
                       None if names is None else _variables(names, content), FUNCTIONS,
                       {} if model is None else _allowed(model, forms))

    def expression(self, text: str, names: Iterable[str], by: Actor, expected: str | None = None) -> list[Problem]:
        """What is wrong with a FEEL text that somebody is typing, ``line`` and the parameter ``column`` from 1."""
        looking(by)
        if len(text) > LONGEST:
            return [Problem("feel_too_long", "表达式太长。", "The expression is too long.", line=1,
                            params={"column": 1})]
        found = feel.analyse(text, [*names, "parameters", "case"], HOST_FUNCTIONS, expected=expected)
        return [Problem(f"feel_{one.code}", one.sentence("zh"), one.sentence("en"), severity=one.severity,
                        line=one.line, params={"column": one.column}) for one in found.findings]


NAMED = ("drawing", "table", "form", "register")


def _lists(raw: Mapping[str, bytes], sketched: Mapping[str, Sketch], own: PackContent | None, pack: str,
           installed: Iterable[Any]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {kind: [] for kind in ("processes", "decisions", "forms", "registers")}
    for path, one in sketched.items():
        if one.kind not in NAMED:
            continue
        where = {"drawing": "processes", "table": "decisions", "form": "forms", "register": "registers"}[one.kind]
        folder = path.split("/")[1] if path.count("/") > 1 else ""
        shapes = _shapes(raw[path]) if one.kind == "table" else {}
        lists[where] += [Choice(key, name, "" if folder == "registers" else folder, path,
                                {"shape": shapes.get(key, "singleEntry")} if one.kind == "table" else {})
                         for key, name in _declared(one.kind, one.keys, raw[path])]
    found = {kind: tuple(sorted(some, key=lambda one: (one.pack != pack, one.pack, one.key)))
             for kind, some in lists.items()}
    return found | _of_pack(own) | {
        "connectors": _connectors(installed),
        "operations": tuple(Choice(verb, one.name) for verb, one in OPERATION.items() if verb in SWITCHES)}


def _of_pack(own: PackContent | None) -> dict[str, tuple[Choice, ...]]:
    if own is None:
        return dict.fromkeys(("roles", "deadlines", "messages", "case_states"), ())
    return {
        "roles": tuple(Choice(role.key, role.name, own.key) for role in own.roles.values()),
        "deadlines": tuple(Choice(row.key, row.title, own.key, more={
            "limit": str(row.limit or ""), "reminder": str(row.options.get("reminder") or ""),
            "escalation": list(row.escalation)}) for row in own.deadlines.values()),
        "messages": tuple(Choice(key, bilingual((one or {}).get("title"), key), own.key,
                                 more={"keys": list((one or {}).get("keys") or ())})
                          for key, one in own.messages.items()),
        "case_states": tuple(Choice(key, name, own.key) for key, name in own.texts.items())}


CONNECTOR_NAMES = {
    "mail": Bilingual("发邮件", "Send an e-mail"), "sms": Bilingual("发短信", "Send a short message"),
    "http": Bilingual("调用其他系统", "Call another system"), "notice": Bilingual("通知员工", "Notify staff"),
    "register": Bilingual("查找、保存登记簿", "Find or save in a register"),
    "public_link": Bilingual("给客户发链接", "Send the customer a link"),
    "start": Bilingual("发起另一件案件", "Start another case"),
    "message": Bilingual("向其他案件发消息", "Message another case")}


def _connectors(installed: Iterable[Any]) -> tuple[Choice, ...]:
    found = []
    for one in (*installed, *INSIDE):
        inputs = (*one.inputs, WINDOW) if one.name in ("mail", "sms") else one.inputs
        found.append(Choice(one.name, CONNECTOR_NAMES.get(one.name, Bilingual(one.name)), more={"inputs": [
            {"name": given.name, "about": {"zh": given.zh, "en": given.en}, "required": given.required}
            for given in inputs]}))
    return tuple(found)


# --- names without reading whole files
def _declared(kind: str, keys: tuple[str, ...], content: bytes) -> list[tuple[str, Bilingual]]:
    if kind in ("drawing", "table"):
        names = _drawn_names(content)
        return [(key, names.get(key, Bilingual(key))) for key in keys]
    return [(key, _title(content, key)) for key in keys]


@lru_cache(maxsize=2000)
def _title(content: bytes, key: str) -> Bilingual:
    """The ``title`` of a YAML file, read by itself; an unready file has its key."""
    found = _TITLE.search(content)
    try:
        data = read_yaml(found[0], "") if found else None
    except Refused:
        data = None
    return bilingual(data.get("title") if isinstance(data, dict) else None, key)


@lru_cache(maxsize=2000)
def _drawn_names(content: bytes) -> dict[str, Bilingual]:
    """Names of the processes or decisions of an XML file by their id."""
    try:
        root = read_xml(content)
    except Refused:
        return {}
    found = {}
    for one in root:
        if isinstance(one.tag, str) and one.tag.rpartition("}")[2] in ("process", "decision"):
            english = next((part.get("value", "") for part in one.iterfind("./{*}extensionElements/{*}properties/*")
                            if part.get("name") == "bihuan:name_en"), "")
            found[one.get("id", "")] = Bilingual(one.get("name") or one.get("id", ""), english)
    return found


@lru_cache(maxsize=500)
def _shapes(content: bytes) -> dict[str, str]:
    """By decision: the shape of ``camunda:mapDecisionResult`` that takes all that its table answers, and no more."""
    try:
        root = read_xml(content)
    except Refused:
        return {}
    found = {}
    for table in root.iterfind(".//{*}decision/{*}decisionTable"):
        one = len(table.findall("{*}output")) == 1
        policy = table.get("hitPolicy", "UNIQUE")
        many = policy in ("RULE ORDER", "OUTPUT ORDER") or policy == "COLLECT" and not table.get("aggregation")
        found[table.getparent().get("id", "")] = {
            (False, True): "singleEntry", (False, False): "singleResult",
            (True, True): "collectEntries", (True, False): "resultList"}[many, one]
    return found


# --- variables
def _model(drawing: bytes, home: str, key: str) -> ProcessModel | None:
    try:
        models = read_models(drawing, home)
    except Refused:
        return None
    return next((one for one in models if one.key == key), None)


def _variables(names: Mapping[str, Any], content: Content) -> tuple[Variable, ...]:
    found = []
    for name, shape in sorted(names.items()):
        form = content.forms.get(name)
        found.append(_variable(name, shape, form[0].title if form else None))
    return tuple(found)


def _variable(name: str, shape: Any, origin: Any = None) -> Variable:
    inner = shape[0] if isinstance(shape, list) and shape else shape
    within = tuple(_variable(part, kind) for part, kind in inner.items()) if isinstance(inner, Mapping) else ()
    kind = "list" if isinstance(shape, list) else "context" if isinstance(shape, Mapping) else str(shape)
    return Variable(name, kind, origin, within)


def _allowed(model: ProcessModel, forms: Mapping[str, Form]) -> dict[str, tuple[tuple[Bilingual, str], ...]]:
    """What may be done with each field at each user task."""
    tasks = {one.id: forms.get(one.attributes.get("formKey", "")) for one in model.elements.values()
             if one.kind == "userTask"}
    return {task: tuple((Bilingual(one.label.zh, one.label.en), form.permissions(task).of(one.id))
                        for one in form.fields.values()) for task, form in tasks.items() if form is not None}


def _searched(content: Content, names: Mapping[str, Any] | None) -> tuple[Choice, ...]:
    """Fields by which lists may be searched: ``form.field`` of the process's own forms."""
    forms = [form for form, _file, _raw in content.forms.values() if form.key in (names or ())]
    return tuple(Choice(f"{form.key}.{one.id}", Bilingual(f"{form.title.zh} · {one.label.zh}",
                                                          f"{form.title.en} · {one.label.en}"))
                 for form in forms for one in form.fields.values()
                 if not one.is_table and one.type.name not in ("file", "longtext", "signature") and not one.personal)


def _functions() -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for name, one in {**feel.BUILTINS, **HOST_FUNCTIONS}.items():
        params = getattr(one, "params", None)
        found.append((name, tuple(str(part).rstrip("?") for part in params) if params else ()))
    return tuple(sorted(found))


FUNCTIONS = _functions()
"""What expressions may call, with the names of parameters."""
