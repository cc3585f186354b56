"""Who uses a field, a role, a deadline, a parameter: what is used somewhere cannot be taken away by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.cards import Bilingual
from engine.errors import Refused
from engine.studio.mentions import Mention, mentions
from engine.studio.outlines import Entry, Outline
from engine.studio.outlines import outline as read_outline
from engine.yaml import read_yaml

MOST = 12
"""Places told of one thing."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
ROLE_WORDS = frozenset({"escalation", "read", "edit", "role", "read_personal", "export_people", "default"})
_OWNERS = {"bpmn": ("流程", "process"), "dmn": ("决策表", "decision table"), "registers": ("登记簿", "register"),
           "pack": ("流程包", "pack"), "groups": ("字段组", "field groups")}


@dataclass(frozen=True, slots=True)
class Usage:
    """A place that uses something: ``words`` say which to a person, ``path`` is its file, ``element`` its id there."""

    words: Bilingual
    path: str
    element: str = ""


def usages_outside(outline: Outline, path: str, files: Mapping[str, bytes]) -> dict[str, tuple[Usage, ...]]:
    """Key of an entry of the file at ``path`` -> what uses it in other files (path -> content)."""
    if outline.kind == "groups":
        return group_usages(outline, path, files)
    seekers = _seekers(outline)
    found: dict[str, dict[Usage, None]] = {}
    words = tuple({text.encode() for _key, _pattern, text, _within in seekers})
    for other, content in sorted(files.items()):
        if other == path or other.endswith(".scenario.yaml") or not any(word in content for word in words):
            continue
        for mention in mentions(other, content):
            for key, pattern, text, within in seekers:
                if text in mention.text and within(mention) and pattern.search(mention.text):
                    found.setdefault(key, {})[_usage(mention, other)] = None
    return {key: tuple(found[key])[:MOST] for key in found}


def _seekers(outline: Outline) -> list[tuple[str, re.Pattern[str], str, object]]:
    """(key, pattern, a word that must stand in the file, whether a mention counts) for all that can be used."""
    found: list[tuple[str, re.Pattern[str], str, object]] = []
    if outline.kind == "form":
        for one in outline.fields:
            if one.kind == "field" and one.key:
                dotted = f"{outline.key}.{one.key}"
                found.append((one.key, _word(dotted), dotted, _anything))
    elif outline.kind == "register":
        for one in outline.fields:
            if one.kind == "field" and one.key:
                found.append((one.key, _word(one.key), one.key, _asks(outline.key)))
    elif outline.kind == "pack":
        for part in outline.parts:
            for one in part.entries:
                if part.kind == "role":
                    found.append((f"roles.{one.key}", _token(one.key), one.key, _names_roles))
                elif part.kind == "deadline":
                    found.append((f"deadlines.{one.key}", _token(one.key), one.key, _names_deadlines))
                elif part.kind == "parameter":
                    dotted = f"parameters.{one.key}"
                    found.append((f"parameters.{one.key}", _word(dotted), dotted, _anything))
    return found


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(text)}(?!\w)")


def _token(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])")


def _anything(mention: Mention) -> bool:  # noqa: ARG001 - one of several questions with the same shape
    return True


def _names_roles(mention: Mention) -> bool:
    return mention.what in ROLE_WORDS or mention.what.endswith((".candidateGroups", ".candidateStarterGroups")) or (
        mention.what.startswith("bihuan:")) or "people(" in mention.text


def _names_deadlines(mention: Mention) -> bool:
    return mention.what == "bihuan:deadline"


def _asks(register: str) -> object:
    """Whether a text looks into the register: ``record("client", …).phone``."""
    return lambda mention: f'"{register}"' in mention.text


def _usage(mention: Mention, path: str) -> Usage:
    parts = {*path.split("/"), path.rpartition(".")[2], path.rpartition("/")[2].partition(".")[0]}
    kind = next((words for part, words in _OWNERS.items() if part in parts), ("表单", "form"))
    zh, en = f"{kind[0]}“{mention.owner.zh}”", f"{kind[1]} “{mention.owner.in_('en')}”"
    if mention.place.zh and mention.place.zh != mention.owner.zh:
        zh, en = f"{zh}的“{mention.place.zh}”", f"{en} (“{mention.place.in_('en')}”)"
    return Usage(Bilingual(zh, en), path, mention.element)


# --- field groups: their fields are used under other names, in the forms that take the group
def group_usages(groups: Outline, path: str, files: Mapping[str, bytes]) -> dict[str, tuple[Usage, ...]]:
    """``groups.<key>`` -> the forms that take the group; id of a field -> what uses it there and elsewhere."""
    held = {entry.key: entry.entries for part in groups.parts for entry in part.entries}
    found: dict[str, dict[Usage, None]] = {}
    for other, content in sorted(files.items()):
        if other == path or b"use:" not in content or other.endswith(".scenario.yaml"):
            continue
        try:
            taker = read_outline(read_yaml(content, other))
        except Refused:
            continue
        words = Bilingual(f"表单“{taker.title.zh}”", f"form “{taker.title.in_('en')}”")
        asks = {far: text for far, text in files.items()
                if far != other and f"{taker.key}.".encode() in text and not far.endswith(".scenario.yaml")}
        for use in (one for part in taker.parts for entry in part.entries for one in entry.walk() if one.kind == "use"):
            found.setdefault(f"groups.{use.key}", {})[Usage(words, other)] = None
            for one in held.get(use.key, ()):
                name = str(use.data.get("prefix") or "") + one.key
                for usage in _of_taker(taker, name, mentions(other, content), other, asks):
                    found.setdefault(one.key, {})[usage] = None
    return {key: tuple(found[key])[:MOST] for key in found}


def _of_taker(taker: Outline, name: str, texts: Iterable[Mention], path: str,
              asks: Mapping[str, bytes]) -> Iterator[Usage]:
    """What uses the field ``name`` of a form: the form itself by its ``texts``, and the files of ``asks``."""
    own, dotted = _word(name), f"{taker.key}.{name}"
    for mention in texts:
        formula = mention.text.startswith("=") and own.search(_STRING.sub('""', mention.text))
        if formula or mention.what == "field" and mention.text == name:
            yield _usage(mention, path)
    for other, content in asks.items():
        if dotted.encode() in content:
            yield from (_usage(one, other) for one in mentions(other, content) if _word(dotted).search(one.text))


# --- within the file itself
_ATTRIBUTES = {
    "required": ("必填条件", "required"), "visible": ("显示条件", "visible"), "readonly": ("只读条件", "read-only"),
    "default": ("默认值", "default"), "compute": ("计算", "computation"), "min": ("最小值", "minimum"),
    "max": ("最大值", "maximum"), "values": ("可选值", "options"), "fill": ("带入", "filling")}


def usages_inside(outline: Outline) -> dict[str, tuple[Usage, ...]]:
    """Id of a field -> what uses it in its own file: formulas of other fields, rules, variables that are set."""
    found: dict[str, dict[Usage, None]] = {}
    names = [one.key for one in outline.fields if one.kind == "field" and one.key]
    patterns = {name: _word(name) for name in names}
    for owner, words, text in _texts(outline):
        bare = _STRING.sub('""', text)
        for name, pattern in patterns.items():
            if name != owner and name in bare and pattern.search(bare):
                found.setdefault(name, {})[Usage(words, "", owner)] = None
    return {name: tuple(used)[:MOST] for name, used in found.items()}


def _texts(outline: Outline) -> Iterator[tuple[str, Bilingual, str]]:
    """(field it belongs to, what people call it, text) of every text that names fields."""
    for part in outline.parts:
        for entry in part.entries:
            data = entry.data if isinstance(entry.data, dict) else {}
            if entry.kind == "rule":
                words = Bilingual(f"规则“{entry.title.zh}”", f"rule “{entry.title.in_('en')}”")
                yield "", words, f"{data.get('refuse_if', '')} {data.get('field', '')}"
            elif entry.kind == "set":
                yield "", Bilingual(f"写入变量 {entry.key}", f"variable {entry.key}"), str(entry.data)
            elif entry.kind == "section":
                if isinstance(data.get("visible"), str):
                    yield "", Bilingual(f"分区“{entry.title.zh}”的显示条件",
                                        f"visible of section “{entry.title.in_('en')}”"), data["visible"]
                yield from _of_fields(entry.entries)
    head = outline.head.data
    for name in ("label", "readonly", "key", "search", "list"):
        if outline.kind == "register" and name in head:
            told = head[name] if isinstance(head[name], str) else " ".join(map(str, head[name] or ())) \
                if isinstance(head[name], list) else ""
            yield "", Bilingual(f"登记簿的 {name}", f"{name} of the register"), told


def _of_fields(entries: Iterable[Entry]) -> Iterator[tuple[str, Bilingual, str]]:
    for one in (inner for entry in entries for inner in entry.walk()):
        if not isinstance(one.data, dict):
            continue
        owner = one.key if one.kind == "field" else ""
        for name, (zh, en) in _ATTRIBUTES.items():
            value = one.data.get(name)
            text = value if isinstance(value, str) and value.startswith("=") else (
                " ".join(value) if name == "fill" and isinstance(value, dict) else "")
            if text:
                yield owner, Bilingual(f"字段“{one.title.zh}”的{zh}", f"{en} of “{one.title.in_('en')}”"), text
