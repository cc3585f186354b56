"""Quick fixes: for a problem of a check, what would mend it, each a change of one file that is made when it is chosen.

A fix is offered only where it is clear what was meant: a name that is nearly another one, a choice among few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import partial
from itertools import islice

from lxml import etree

from engine.cards import Bilingual
from engine.errors import Problem
from engine.studio.mending import BPMN, CAMUNDA, Fix, Workbench, by_id, put_property, replace_name

FEW = 3
"""Fixes offered for one problem."""
Maker = Callable[[Workbench, Problem], Iterable[Fix | None]]
Change = Callable[[etree._Element], bool | None]
"""A change of an element; ``False`` where there is nothing to change."""
MAKERS: dict[str, Maker] = {}


def fixes_for(bench: Workbench, problem: Problem) -> tuple[Fix, ...]:
    """What would mend a problem; empty where nobody can know."""
    maker = MAKERS.get(problem.code)
    return tuple(islice((fix for fix in maker(bench, problem) if fix is not None), FEW)) if maker else ()


def fixes(*codes: str) -> Callable[[Maker], Maker]:
    """Register the decorated maker for problems with these codes."""

    def register(maker: Maker) -> Maker:
        MAKERS.update(dict.fromkeys(codes, maker))
        return maker

    return register


def _fix(bench: Workbench, problem: Problem, zh: str, en: str, change: Change, *, sure: bool = False) -> Fix | None:
    """A change of the problem's element; offered if it does something (``sure``: the maker has seen that it does)."""
    if not sure and not bench.can(problem, change):
        return None
    return bench.fix(problem, Bilingual(zh, en), problem.file, partial(bench.edited, problem, change))


# --- gateways
@fixes("bpmn_default_missing")
def _default(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    root = bench.root(problem.file)
    for flow in reversed(list(root.iter(f"{BPMN}sequenceFlow")) if root is not None else []):
        if flow.get("sourceRef") == problem.element:
            target = by_id(root, flow.get("targetRef", ""))
            name = flow.get("name") or (target.get("name") if target is not None else "") or flow.get("id")
            yield _fix(bench, problem, f"把“{name}”设为默认", f"Make “{name}” the default",
                       partial(make_default, flow_id=flow.get("id", "")), sure=True)


@fixes("bpmn_condition_missing")
def _unconditional(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    root = bench.root(problem.file)
    flow = by_id(root, problem.element) if root is not None else None
    gateway = _source(flow) if flow is not None else None
    if gateway is not None and not gateway.get("default"):
        yield _fix(bench, problem, "设为默认出线", "Make it the default",
                   lambda flow: make_default(_source(flow), flow.get("id")), sure=True)


def _source(flow: etree._Element) -> etree._Element | None:
    return next((one for one in flow.getparent() if one.get("id") == flow.get("sourceRef")), None)


def make_default(gateway: etree._Element, flow_id: str) -> bool:
    """Let a flow be the default of its gateway; a default has no condition."""
    flow = next((one for one in gateway.getparent().iter(f"{BPMN}sequenceFlow") if one.get("id") == flow_id), None)
    if flow is None:
        return False
    gateway.set("default", flow_id)
    for condition in flow.findall(f"{BPMN}conditionExpression"):
        flow.remove(condition)
    return True


# --- names that are nearly right
@fixes("unknown_form", "unknown_decision", "unknown_role", "unknown_deadline", "unknown_process")
def _nearly(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    key, pack = str(problem.params.get("key", "")), bench.pack(problem)
    known: dict[str, Iterable[str]] = {
        "unknown_form": bench.keys("form"), "unknown_decision": bench.keys("table"),
        "unknown_process": bench.keys("drawing"),
        "unknown_role": pack.roles if pack else (), "unknown_deadline": pack.deadlines if pack else ()}
    for near in get_close_matches(key, list(known[problem.code]), FEW, 0.6) if key else ():
        yield _fix(bench, problem, f"改为 {near}", f"Use {near}",
                   lambda place, near=near: replace_name(place, key, near))
    if problem.code == "unknown_form" and key.replace("_", "").isalnum():
        yield _new_form(bench, problem, key)


def _new_form(bench: Workbench, problem: Problem, key: str) -> Fix | None:
    folder = problem.file.rpartition("/")[0].replace("processes/", "forms/", 1)
    path = f"{folder}/{key}.yaml"
    element = bench.element(problem)
    if path in bench.sketched or element is None:
        return None
    title = f"{{zh: {_quoted(element.name or key)}, en: {_quoted(element.name_en or key)}}}"
    text = (f"form: {key}\ntitle: {title}\nsections:\n  - id: main\n    title: {title}\n    fields:\n"
            "      - id: note\n        label: {zh: 说明, en: Note}\n        type: longtext\n")
    return bench.fix(problem, Bilingual(f"新建表单 {key}", f"Make the form {key}"), path, text.encode)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


@fixes("unknown_property")
def _property(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    key, near = problem.params.get("key", ""), problem.params.get("near", "")

    def change(place: etree._Element, new: str) -> bool:
        entry = next((one for one in place.iter(f"{CAMUNDA}property") if one.get("name") == key), None)
        if entry is None:
            return False
        if new:
            entry.set("name", new)
        else:
            entry.getparent().remove(entry)
        return True

    if near:
        yield _fix(bench, problem, f"改为 {near}", f"Use {near}", lambda place: change(place, near))
    yield _fix(bench, problem, f"去掉 {key}", f"Remove {key}", lambda place: change(place, ""))


@fixes("unknown_operation")
def _operation(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    key, near = problem.params.get("key", ""), problem.params.get("near", "")

    def change(place: etree._Element, new: str) -> bool:
        entry = next((one for one in place.iter(f"{CAMUNDA}property") if one.get("name") == "bihuan:operations"), None)
        if entry is None:
            return False
        parts = [part.strip() for part in entry.get("value", "").split(",")]
        kept = [part.replace(key, new) if part.lstrip("+-") == key else part for part in parts]
        entry.set("value", ", ".join(part for part in kept if part.lstrip("+-")))
        return True

    if near:
        yield _fix(bench, problem, f"改为 {near}", f"Use {near}", lambda place: change(place, near))
    yield _fix(bench, problem, f"去掉 {key}", f"Remove {key}", lambda place: change(place, ""))


@fixes("unknown_rule")
def _rule(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    rule, key = problem.params.get("rule", ""), problem.params.get("key", "")
    known = list(problem.params.get("known", ()))
    for near in get_close_matches(key, known, FEW, 0.4) or known[:FEW]:
        yield _fix(bench, problem, f"改为 {near}", f"Use {near}",
                   lambda place, near=near: put_property(place, f"bihuan:{rule}", near))


@fixes("feel_unknown_name_nearest", "feel_unknown_entry_nearest", "feel_unknown_function_nearest",
       "feel_syntax_full_width", "feel_syntax_instead")
def _expression(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    params = problem.params
    text, at = params.get("text", ""), params.get("position", 0)
    old = str(params.get("entry") or params.get("name") or params.get("found") or "")
    new = str(params.get("nearest") or params.get("expected") or "")
    start = text.find(old, at) if old else -1
    if not new or start < 0:
        return
    mended = text[:start] + new + text[start + len(old):]
    yield _fix(bench, problem, f"改为 {new}", f"Use {new}", lambda place: _rewritten(place, text, mended))


def _rewritten(place: etree._Element, old: str, new: str) -> bool:
    """Put an expression in the place of another, wherever in the element it stands, with or without its ``=``."""
    for one in place.iter():
        if not isinstance(one.tag, str):
            continue
        for name, value in one.attrib.items():
            if value.strip().removeprefix("=").strip() == old.strip():
                one.set(name, value.replace(old.strip(), new.strip()))
                return True
        if one.text and one.text.strip().removeprefix("=").strip() == old.strip():
            one.text = one.text.replace(old.strip(), new.strip())
            return True
    return False


# --- what is missing
@fixes("no_role")
def _role(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    pack = bench.pack(problem)
    used = Counter(role for model in bench.content.models if model.file == problem.file
                   for element in model.elements.values() for role in [element.property("bihuan:role")] if role)
    roles = pack.roles if pack else {}
    for key in [key for key, _n in used.most_common() if key in roles] or list(roles):
        name = roles[key].name
        yield _fix(bench, problem, f"交给{name.zh}", f"Give it to {name.in_('en')}",
                   lambda place, key=key: put_property(place, "bihuan:role", key))


@fixes("bpmn_name_en_missing")
def _english(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    raw = bench.files.get(problem.file, b"")
    element = bench.element(problem)
    names = [element.name] if element else [lane.name for model in bench.content.models if model.file == problem.file
                                            for one in model.elements.values() for lane in one.lanes
                                            if lane.id == problem.element][:1]
    for name in names if raw else ():
        english = bench.english.get(name)
        if english:
            yield _fix(bench, problem, f"填写“{english}”", f"Fill in “{english}”",
                       lambda place, english=english: put_property(place, "bihuan:name_en", english))


@fixes("deadline_missing")
def _deadline(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    pack = bench.pack(problem)
    used = Counter(element.properties["bihuan:deadline"] for model in bench.content.models
                   if model.file == problem.file for element in model.elements.values()
                   if element.properties.get("bihuan:deadline"))
    rows = pack.deadlines if pack else {}
    for key in [*(key for key, _n in used.most_common() if key in rows), *(key for key in rows if key not in used)]:
        title = rows[key].title
        yield _fix(bench, problem, f"期限用“{title.zh}”", f"Use the deadline “{title.in_('en')}”",
                   lambda place, key=key: put_property(place, "bihuan:deadline", key))


@fixes("bad_work_limit")
def _limit(bench: Workbench, problem: Problem) -> Iterator[Fix | None]:
    yield _fix(bench, problem, "改为 10", "Use 10", lambda place: put_property(place, "bihuan:work_limit", "10"))
