"""Camunda's ``${…}`` as FEEL, where it is a plain property path or a comparison of such.

Understood: names and paths (``order.customer.name``, ``order['name']``), texts, numbers, ``true``, ``false``, ``null``,
``== != < > <= >=`` and their words (``eq ne lt gt le ge``), ``&& and || or ! not``, ``empty``, parentheses. Whatever
else JUEL can do (calls, arithmetic, choices, beans such as ``execution``) is refused with a sentence.
"""

from __future__ import annotations

import re

from engine.errors import Problem, Refused

_TOKEN = re.compile(r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?(?![\w.]))
  | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<name>[^\W\d]\w*)
  | (?P<sign>==|!=|<=|>=|&&|\|\||[<>!().\[\]])
)""", re.VERBOSE)

_COMPARE = {"==": "=", "eq": "=", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", ">": ">", "gt": ">", "<=": "<=",
            "le": "<=", ">=": ">=", "ge": ">="}
_WORDS = frozenset(("and", "or", "not", "empty", "div", "mod", "instanceof", *_COMPARE))
_FEEL_WORDS = frozenset(("for", "in", "return", "if", "then", "else", "some", "every", "satisfies", "between",
    "instance",
                         "of", "function", "external"))
_BEANS = frozenset(("execution", "task", "connector", "externalTask", "authenticatedUserId", "caseExecution"))


def is_juel(text: str | None) -> bool:
    """Whether ``text`` holds ``${…}`` or ``#{…}`` and so is meant for Camunda 7's expression language."""
    return bool(text) and ("${" in text or "#{" in text)


def translate(text: str) -> str:
    """The FEEL text that means what ``${…}`` means. Raises :class:`~engine.errors.Refused` where there is none."""
    stripped = text.strip()
    if not (stripped.startswith(("${", "#{")) and stripped.endswith("}")) or is_juel(stripped[2:-1]):
        raise _refused(text, "表达式必须整个放在一个 ${…} 中", "the whole text must be one ${…}")
    reader = _Reader(text, _tokens(text, stripped[2:-1]))
    found = reader.either()
    if reader.kind:
        raise reader.unknown()
    return found


def _tokens(text: str, inner: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    inner = inner.strip()
    if not inner:
        raise _refused(text, "表达式是空的", "it is empty")
    while at < len(inner):
        match = _TOKEN.match(inner, at)
        if match is None:
            rest = inner[at:].strip()
            raise _refused(text, f"不认识“{rest[:20]}”", f'"{rest[:20]}" is not understood')
        tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens of one expression, by JUEL's precedence."""

    def __init__(self, text: str, tokens: list[tuple[str, str]]) -> None:
        self.text, self.tokens, self.at, self.depth = text, tokens, 0, 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    @property
    def value(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def unknown(self) -> Refused:
        if not self.kind:
            return _refused(self.text, "表达式没有写完", "it breaks off")
        return _refused(self.text, f"“{self.value}”在这里不能翻译", f'"{self.value}" cannot be translated there')

    def takes(self, *values: str) -> str:
        """The next token if it is one of ``values``, consumed; else empty."""
        if self.kind in ("sign", "name") and self.value in values:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def either(self) -> str:
        parts = [self.both()]
        while self.takes("||", "or"):
            parts.append(self.both())
        return " or ".join(parts)

    def both(self) -> str:
        parts = [self.equal()]
        while self.takes("&&", "and"):
            parts.append(self.equal())
        return parts[0] if len(parts) == 1 else " and ".join(parts)

    def equal(self) -> str:
        left = self.ordered()
        sign = self.takes("==", "eq", "!=", "ne")
        return f"{left} {_COMPARE[sign]} {self.ordered()}" if sign else left

    def ordered(self) -> str:
        left = self.single()
        sign = self.takes("<", "lt", ">", "gt", "<=", "le", ">=", "ge")
        if not sign:
            return left
        found = f"{left} {_COMPARE[sign]} {self.single()}"
        return f"({found})" if self.value in ("==", "eq", "!=", "ne") else found

    def single(self) -> str:
        self.depth += 1
        if self.depth > 50:
            raise _refused(self.text, "嵌套太深", "it nests too deep")
        if self.takes("!", "not"):
            found = f"not({self.single()})"
        elif self.takes("empty"):
            one = self.single()
            found = f"({one} = null or string length({one}) = 0 or count({one}) = 0)"
        elif self.takes("("):
            found = f"({self.either()})"
            if not self.takes(")"):
                raise self.unknown()
        else:
            found = self.literal()
        self.depth -= 1
        return found

    def literal(self) -> str:
        kind, value = self.kind, self.value
        if kind == "number":
            self.at += 1
            return value
        if kind == "text":
            self.at += 1
            return _quoted(value)
        if kind == "name" and value in ("true", "false", "null"):
            self.at += 1
            return value
        return self.path()

    def path(self) -> str:
        head = self.value
        if self.kind != "name" or head in _WORDS or head in _FEEL_WORDS:
            raise self.unknown()
        if head in _BEANS:
            raise _refused(self.text, f"这里没有“{head}”这个对象", f'there is no "{head}" here')
        self.at += 1
        found = head
        while self.value in (".", "["):
            found += "." + (self._member() if self.takes(".") else self._key())
        if self.value == "(":
            raise _refused(self.text, f"不能调用方法“{found}(…)”", f'the call "{found}(…)" cannot be translated')
        return found

    def _member(self) -> str:
        if self.kind != "name" or self.value in _FEEL_WORDS | {"and", "or", "not"}:
            raise self.unknown()
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _key(self) -> str:
        self.takes("[")
        name = self.value[1:-1] if self.kind == "text" else ""
        if not re.fullmatch(r"[^\W\d]\w*", name) or name in _FEEL_WORDS | {"and", "or", "not"}:
            raise self.unknown()
        self.at += 1
        if not self.takes("]"):
            raise self.unknown()
        return name


def _quoted(text: str) -> str:
    inner = re.sub(r"\\(.)", r"\1", text[1:-1])
    return '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refused(text: str, zh: str, en: str) -> Refused:
    shown = " ".join(text.split())[:80]
    return Refused([Problem(
        "bpmn_juel", f"表达式“{shown}”不能翻译成 FEEL：{zh}。请改写为以“=”开头的 FEEL。",
        f'The expression "{shown}" cannot be translated to FEEL: {en}. Write it as FEEL, beginning with "=".',
        params={"text": shown})])
