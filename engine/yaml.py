"""The one reader of YAML: forms, registers, packs, scenarios.

YAML 1.2 core types and nothing more: ``no``, ``yes``, ``on``, ``14:00`` and dates stay text, keys are always text. A
number with leading zeros stays text as well, because it is a code and not a quantity. Fractions become ``Decimal``.
A file is data from a stranger: aliases, anchors, tags, duplicate keys, deep nesting and files over 1 MB are refused.
What is read remembers its lines, so that every message can name one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml
from jsonschema.validators import validator_for

from engine.errors import Problem, Refused

MAX_BYTES = 1_000_000
"""Largest file that is read, in bytes."""
MAX_DEPTH = 40
MAX_DIGITS = 40
"""Longer runs of digits stay text, and so do exponents beyond this."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FRACTION = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None,
          "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class YamlMapping(dict):
    """A mapping of the file; ``line`` is where it starts, ``lines`` where each key stands (counted from 1)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0):
        super().__init__()
        self.line, self.lines = line, {}


class YamlList(list):
    """A list of the file; ``line`` is where it starts, ``lines`` where each item starts (counted from 1)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0):
        super().__init__()
        self.line, self.lines = line, []


def read_yaml(text: str | bytes, file: str = "") -> Any:
    """The data of the one document in ``text``; ``None`` for an empty file.

    Raises :class:`~engine.errors.Refused` with every problem found, each with its line.
    """
    documents = read_documents(text, file)
    if len(documents) > 1:
        raise Refused([_problem("yaml_documents", file, 0, "文件里只能有一个 YAML 文档。",
                                "The file may hold one YAML document only.")])
    return documents[0] if documents else None


def read_documents(text: str | bytes, file: str = "") -> list[Any]:
    """The data of all documents in ``text``, for files that may hold several. Raises like :func:`read_yaml`."""
    source = _text(text, file)
    reading = _Reading(file)
    try:
        for event in yaml.parse(source, Loader=_LOADER):
            reading.take(event)
    except (yaml.YAMLError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        said = (getattr(error, "problem", None) or getattr(error, "reason", None) or "").split("\n")[0][:200]
        raise Refused([*reading.problems, _problem(
            "yaml_broken", file, line, f"不是有效的 YAML（第 {line} 行）：{said}",
            f"Not well-formed YAML (line {line}): {said}")]) from None
    if reading.problems:
        raise Refused(reading.problems)
    return reading.documents


def line_of(data: Any, *path: str | int) -> int:
    """The line of what ``path`` (keys and indexes) leads to, or of the last step that exists; 0 where unknown."""
    line = getattr(data, "line", 0)
    for step in path:
        steps = range(len(data)) if isinstance(data, YamlList) else getattr(data, "lines", ())
        if step not in steps:
            return line
        line, data = data.lines[step], data[step]
    return line


def plain(data: Any) -> Any:
    """``data`` as ordinary dictionaries and lists, fit to become variables."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return data


def check_schema(data: Any, schema: dict[str, Any], file: str = "") -> list[Problem]:
    """What ``schema`` (JSON Schema) has against ``data``, as problems with lines and sentences in both languages."""
    errors = validator_for(schema)(schema).iter_errors(data)
    found = [_schema_problem(leaf, data, file) for error in errors for leaf in _leaves(error)]
    return sorted(set(found), key=lambda problem: (problem.line, problem.element))


class _Reading:
    """Builds data from the parser's events with a stack of its own, so that depth costs no recursion."""

    def __init__(self, file: str):
        self.file, self.documents, self.problems = file, [], []
        self._stack: list[tuple[Any, str | None]] = []

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._tell(event, "yaml_alias", "不允许使用别名（*）。", "Aliases (*) are not allowed.")
            self._place(None, event)
        elif isinstance(event, yaml.ScalarEvent):
            self._plain_node(event)
            self._scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._stack.pop()
            if self._stack and isinstance(self._stack[-1][0], YamlMapping):
                self._stack[-1] = (self._stack[-1][0], None)

    def _open(self, event: Any) -> None:
        self._plain_node(event)
        if len(self._stack) >= MAX_DEPTH:
            raise Refused([_problem("yaml_depth", self.file, _line(event), "嵌套太深。", "Nested too deep.")])
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node: Any = YamlMapping(_line(event)) if is_mapping else YamlList(_line(event))
        if self._stack and isinstance(self._stack[-1][0], YamlMapping) and self._stack[-1][1] is None:
            raise Refused([_problem("yaml_key", self.file, _line(event), "键必须是文字。", "A key must be text.")])
        self._place(node, event, keep_key=True)
        self._stack.append((node, None))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._stack and isinstance(self._stack[-1][0], YamlMapping) and self._stack[-1][1] is None:
            mapping = self._stack[-1][0]
            if event.value in mapping.lines:
                first = mapping.lines[event.value]
                self._tell(event, "yaml_duplicate_key", f"键“{event.value}”重复（第 {first} 行已有）。",
                             f'The key "{event.value}" is repeated (first on line {first}).')
            mapping.lines[event.value] = _line(event)
            self._stack[-1] = (mapping, event.value)
            return
        self._place(event.value if event.style else _core(event.value), event)

    def _place(self, value: Any, event: yaml.Event, keep_key: bool = False) -> None:
        if not self._stack:
            self.documents.append(value)
            return
        container, key = self._stack[-1]
        if isinstance(container, YamlList):
            container.append(value)
            container.lines.append(_line(event))
            return
        if key is None:  # an alias where a key should stand; the problem is noted already
            self._stack[-1] = (container, "*")
            return
        container[key] = value
        if not keep_key:
            self._stack[-1] = (container, None)

    def _plain_node(self, event: Any) -> None:
        if event.anchor is not None:
            self._tell(event, "yaml_alias", "不允许使用锚点（&）。", "Anchors (&) are not allowed.")
        if event.tag is not None:
            self._tell(event, "yaml_tag", f"不允许使用标签（{event.tag}）。", f"Tags ({event.tag}) are not allowed.")

    def _tell(self, event: yaml.Event, code: str, zh: str, en: str) -> None:
        self.problems.append(_problem(code, self.file, _line(event), zh, en))


def _text(text: str | bytes, file: str) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise Refused([_problem("yaml_too_large", file, 0, f"文件超过 {MAX_BYTES // 1_000_000} MB。",
                                f"The file is larger than {MAX_BYTES // 1_000_000} MB.")])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise Refused([_problem("yaml_encoding", file, line, "文件不是 UTF-8 编码。",
                                "The file is not encoded in UTF-8.")]) from None


def _core(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > MAX_DIGITS:
        return text
    if _INT.match(text):
        return int(text)
    if _OCTAL_OR_HEX.match(text):
        return int(text, 0)
    if _FRACTION.match(text):
        number = Decimal(text)
        return number if abs(number.adjusted()) <= MAX_DIGITS else text
    return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _problem(code: str, file: str, line: int, zh: str, en: str, element: str = "") -> Problem:
    return Problem(code, zh, en, file=file, line=line, element=element)


def _leaves(error: Any) -> list[Any]:
    """Of ``anyOf``/``oneOf`` errors the branch that came furthest, because it is what the author meant."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        return [error]
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    deepest = max(branches.values(), key=lambda found: max(len(one.absolute_path) for one in found))
    if max(len(one.absolute_path) for one in deepest) == len(error.absolute_path):
        return [error]
    return [leaf for inner in deepest for leaf in _leaves(inner)]


def _schema_problem(error: Any, data: Any, file: str) -> Problem:
    path = list(error.absolute_path)
    place = ".".join(str(step) for step in path)
    key = ""
    if error.validator == "additionalProperties":
        allowed = set(error.schema.get("properties", {}))
        key = next((name for name in error.instance if name not in allowed), "")
    zh, en = _wording(error, key)
    return _problem(f"schema_{error.validator}", file, line_of(data, *path, *([key] if key else [])),
                    f"{place or '文件'}：{zh}", f"{place or 'the file'}: {en}", element=place)


def _wording(error: Any, key: str) -> tuple[str, str]:
    wanted, shown = error.validator_value, str(error.instance)[:60]
    if error.validator == "required":
        missing = "、".join(name for name in wanted if name not in error.instance)
        return f"缺少 {missing}。", f"{missing.replace('、', ', ')} is missing."
    if error.validator == "dependentRequired":  # an error for each name that is missing
        missing = "、".join(name for key, names in wanted.items() if key in error.instance for name in names
                           if name not in error.instance)
        return f"缺少 {missing}。", f"{missing.replace('、', ', ')} is missing."
    if error.validator == "additionalProperties":
        return f"不认识的内容“{key}”。", f'"{key}" is not known here.'
    if error.validator == "type":
        kinds = wanted if isinstance(wanted, str) else " / ".join(wanted)
        return f"应为 {kinds}，而不是“{shown}”。", f'must be {kinds}, not "{shown}".'
    if error.validator in ("enum", "const"):
        words = ", ".join(str(word) for word in (wanted if isinstance(wanted, list) else [wanted]))
        return f"“{shown}”不在允许的范围内：{words}。", f'"{shown}" is none of {words}.'
    if error.validator == "pattern":
        return f"“{shown}”的写法不对，应符合 {wanted}。", f'"{shown}" does not match {wanted}.'
    return f"内容不符合规定（{error.validator}）：{shown}", f"{error.message[:200]}"
