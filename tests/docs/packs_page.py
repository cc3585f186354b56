"""Writes ``docs/packs/`` from the shipped files: ``python -m tests.docs.packs_page``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from engine.bpmn import Element, ProcessModel, read_models
from engine.content import shipped
from engine.packs import PackContent, read_pack
from engine.xml import read_xml
from engine.yaml import read_yaml
from tests.docs.drawing_svg import drawings
from tests.docs.places import DOCS

PACKS = ("deco", "complaint", "tobacco", "platform")
FOLDER = DOCS / "packs"
NONE = "–"
CAUGHT = ("startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask")
STARTS = {"message": "message", "timer": "calendar", "signal": "signal", "conditional": "condition"}


def pages() -> dict[str, str]:
    """Path below ``docs/packs`` → its text: a page per pack and an SVG per diagram."""
    found: dict[str, str] = {}
    for pack in PACKS:
        found[f"{pack}.md"] = _page(pack)
        for model in models(pack):
            for number, svg in enumerate(drawings(shipped_files()[f"processes/{pack}/{model.key}.bpmn"])):
                found[f"{pack}/{_file(model.key, number)}"] = svg
    return found


@cache
def shipped_files() -> dict[str, bytes]:
    return shipped()


@cache
def models(pack: str) -> tuple[ProcessModel, ...]:
    """The processes of a pack, in the order of their keys."""
    prefix = f"processes/{pack}/"
    return tuple(model for name, raw in sorted(shipped_files().items())
                 if name.startswith(prefix) and name.endswith(".bpmn") for model in read_models(raw, name))


@cache
def declared(pack: str) -> tuple[PackContent, Mapping[str, Any]]:
    """A pack, and what stands in its file."""
    raw = shipped_files()[f"processes/{pack}/pack.yaml"]
    return read_pack(raw), read_yaml(raw, "pack.yaml")


def features(pack: str) -> Mapping[str, tuple[str, ...]]:
    """Process → the rows of the feature table that it delivers."""
    return {str(key): tuple(map(str, rows)) for key, rows in (declared(pack)[1].get("features") or {}).items()}


@cache
def _calls() -> dict[str, tuple[str, ...]]:
    """Process → those that call it."""
    found: dict[str, list[str]] = {}
    for pack in PACKS:
        for model in models(pack):
            for called in model.called_elements:
                found.setdefault(called, []).append(model.key)
    return {key: tuple(sorted(set(callers))) for key, callers in found.items()}


def _page(pack: str) -> str:
    content, _raw = declared(pack)
    own = features(pack).get(pack, ())
    lines = [f"# {content.title.zh} {content.title.en}", "",
             f"Written from `processes/{pack}/` and `forms/` by `python -m tests.docs.packs_page`; a test keeps it"
             " true. Rows `M-nnn` are those of the feature table; values in the decision tables and [parameters"
             "](../reference/pack.md#parameters) may be changed without touching a drawing.", ""]
    if own:
        told = " ".join(f"`{row}`" for row in own)
        lines += [f"Delivered by the engine and its screens: {told}.", ""]
    lines += ["| 流程 Process | | Rows |", "| --- | --- | --- |"]
    lines += [f"| [{_cell(model.name)}](#{model.key}) | {_cell(model.name_en)} | {_rows(pack, model)} |"
              for model in models(pack)]
    for model in models(pack):
        lines += ["", *_process(pack, model)]
    return "\n".join(lines) + "\n"


def _process(pack: str, model: ProcessModel) -> Iterator[str]:
    yield from (f"## {model.key}", "", f"**{model.name}** {model.name_en}", "")
    count = len(drawings(shipped_files()[f"processes/{pack}/{model.key}.bpmn"]))
    for number in range(count):
        yield from (f"![{model.name}]({pack}/{_file(model.key, number)})", "")
    yield from (_text(model.documentation), "", _text(model.properties.get("bihuan:documentation_en", "")), "",
                f"- Delivers: {_rows(pack, model)}", *(f"- {told}" for told in _starts(pack, model)))
    for title, found in (("Calls", [_link(pack, key) for key in sorted(set(model.called_elements))]),
                         ("Decisions", [_decision(key) for key in sorted(set(model.decision_refs))]),
                         ("Receives", _messages(pack, model, caught=True)),
                         ("Sends", _messages(pack, model, caught=False))):
        if found:
            yield f"- {title}: {' · '.join(found)}"
    steps = [one for one in model.elements.values() if one.kind == "userTask"]
    if steps:
        yield from ("", "| 环节 Step | | 岗位 Role | 表单 Form | 期限 Deadline |", "| --- | --- | --- | --- | --- |")
        yield from (_step(pack, one) for one in steps)


def _step(pack: str, one: Element) -> str:
    deadline = one.property("bihuan:deadline")
    rows = declared(pack)[0].deadlines
    told = rows[deadline].title.zh if deadline in rows else ""
    cells = (_cell(one.name), _cell(one.name_en), _roles(pack, one), _form(one.attributes.get("formKey", "")),
             f"`{deadline}` {_cell(told)}".strip() if deadline else NONE)
    return "| " + " | ".join(cells) + " |"


def _roles(pack: str, one: Element) -> str:
    raw = one.attributes.get("candidateGroups") or one.property("bihuan:role") or ""
    if not raw:
        return NONE
    if raw.startswith("="):
        return "按规则 by rule"
    known = declared(pack)[0].roles
    return " · ".join(known[key].name.zh if key in known else f"`{key}`" for key in map(str.strip, raw.split(",")))


@cache
def _form(key: str) -> str:
    if not key:
        return NONE
    for name, raw in shipped_files().items():
        if name.startswith("forms/") and name.endswith(f"/{key}.yaml") and "/registers/" not in name:
            return f"{_cell(str(read_yaml(raw, name)['title']['zh']))} `{key}`"
    return f"`{key}`"


def _starts(pack: str, model: ProcessModel) -> Iterator[str]:
    who = model.properties.get("bihuan:startable_by")
    known = declared(pack)[0].roles
    if who:
        yield "Started by " + " · ".join(known[key].name.zh if key in known else f"`{key}`"
                                         for key in map(str.strip, who.split(",")))
    for start in model.start_events:
        if start.kind != "none":
            told = start.key or (start.timer[1] if start.timer else start.condition) or ""
            yield f"Starts by {STARTS[start.kind]} `{told}`"
    callers = _calls().get(model.key, ())
    if callers:
        yield "Called by " + " · ".join(_link(pack, key) for key in callers)


def _messages(pack: str, model: ProcessModel, caught: bool) -> list[str]:
    """Names of the messages that a process waits for, or sends."""
    root = read_xml(shipped_files()[f"processes/{pack}/{model.key}.bpmn"], "")
    names = {one.get("id"): one.get("name") for one in root.iter("{*}message")}
    found = set()
    for one in root.iter("{*}messageEventDefinition", "{*}receiveTask", "{*}sendTask"):
        ref = one.get("messageRef")
        home = one if one.get("name") is not None and "Task" in one.tag else one.getparent()
        if ref and (home.tag.rpartition("}")[2] in CAUGHT) is caught:
            found.add(f"`{names[ref]}`")
    return sorted(found)


@cache
def _decision(key: str) -> str:
    for raw in (raw for name, raw in shipped_files().items() if name.endswith(f"/{key}.dmn")):
        root = read_xml(raw, "")
        english = next((one.get("value") for one in root.iter("{*}property")
                        if one.get("name") == "bihuan:name_en"), "")
        return f"{_text(root.find('{*}decision').get('name'))} {english} `{key}`"
    return f"`{key}`"


def _link(pack: str, key: str) -> str:
    home = next((one for one in PACKS for model in models(one) if model.key == key), None)
    return f"`{key}`" if home is None else f"[`{key}`]({'' if home == pack else home + '.md'}#{key})"


def _rows(pack: str, model: ProcessModel) -> str:
    return " ".join(f"`{row}`" for row in features(pack).get(model.key, ())) or "part of its callers"


def _file(key: str, number: int) -> str:
    return f"{key}.svg" if number == 0 else f"{key}-{number + 1}.svg"


def _text(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def write() -> None:
    """Write what changed, take away what is no longer drawn."""
    wanted = pages()
    for old in (path for path in FOLDER.rglob("*") if path.is_file()):
        if old.relative_to(FOLDER).as_posix() not in wanted:
            old.unlink()
    for name, text in wanted.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    write()
