"""FEEL text -> tokens.

Names may hold blanks and operators, so a token is only a piece of a name; which pieces belong together is decided by
the parser, against the names in scope.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from .errors import FeelLimitError, FeelSyntaxError
from .limits import MAX_TEXT

# Characters that people type with a Chinese input method where FEEL wants ASCII. They may be part of a declared name
# (the tokens then match), anywhere else they get a sentence of their own.
FULL_WIDTH = {
    "，": ",", "、": ",", "。": ".", "．": ".", "；": ",", "：": ":", "（": "(", "）": ")", "［": "[", "］": "]",
    "【": "[", "】": "]", "｛": "{", "｝": "}", "＝": "=", "＞": ">", "＜": "<", "≥": ">=", "≤": "<=", "≠": "!=",
    "＋": "+", "－": "-", "＊": "*", "／": "/", "“": '"', "”": '"', "＂": '"', "？": "?", "×": "*", "÷": "/",
    "！": "not(…)", "《": "<", "》": ">",
}  # fmt: skip
_WIDE = re.escape("".join(FULL_WIDTH))
_TOKEN = re.compile(
    rf"""
    (?P<ws>(?:[\s\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+|//[^\n]*|/\*.*?\*/)+)
  | (?P<num>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<str>"(?:[^"\\]|\\.)*")
  | (?P<wide>[{_WIDE}])
  | (?P<name>[^\W\d]\w*|\?|[^\x00-\x7f\u00b7\u2018-\u201f{_WIDE}]+)
  | (?P<tick>`[^`]*`)
  | (?P<op>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.@'’·])
    """,
    re.X | re.S,
)
_ASCII_DIGITS = re.compile(r"[0-9.eE+-]+")
_INSTEAD = {"&&": "and", "||": "or", "&": "and", "|": "or", "!": "not(…)", "%": "modulo(…)", "^": "**", ";": ","}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Token(NamedTuple):
    """One piece: ``kind`` is num, str, name, tick, op, wide or end; ``blank`` tells whether blanks stood before it."""

    kind: str
    text: str
    at: int
    blank: bool


def tokens(text: str) -> list[Token]:
    """The tokens of ``text``, the last of kind ``end``. Raises FeelLimitError, FeelSyntaxError."""
    if len(text) > MAX_TEXT:
        raise FeelLimitError("limit_text", limit=MAX_TEXT)
    out, at, size, blank = [], 0, len(text), False
    match = _TOKEN.match
    while at < size:
        found = match(text, at)
        if found is None:
            raise _unknown(text, at)
        kind = found.lastgroup
        if kind == "ws":
            blank = True
        else:
            piece = found.group()
            if kind == "num" and not _ASCII_DIGITS.fullmatch(piece):  # \d knows the digits of all scripts
                raise FeelSyntaxError("syntax_character", position=at, text=text, found=piece)
            out.append(Token(kind, piece, at, blank))
            blank = False
        at = found.end()
    out.append(Token("end", "", size, True))
    return out


def _unknown(text: str, at: int) -> FeelSyntaxError:
    """The error for a character that begins no token."""
    char = text[at]
    if char == '"':
        return FeelSyntaxError("syntax_open_string", position=at, text=text)
    for found in (text[at : at + 2], char):
        if found in _INSTEAD:
            return FeelSyntaxError("syntax_instead", position=at, text=text, found=found, expected=_INSTEAD[found])
    return FeelSyntaxError("syntax_character", position=at, text=text, found=char)


def unescaped(text: str) -> str:
    """The content of a string literal, its escapes (``\\n``, ``\\"``, ``\\u4e2d``, ``\\U01F600``) resolved."""
    if "\\" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        escape = found.group(1)
        if len(escape) > 1:
            code = int(escape[1:], 16)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
        return _ESCAPES.get(escape) or (escape if escape in "\"\\'" else "\\" + escape)

    text = re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", one, text, flags=re.S)
    if any("\ud800" <= char <= "\udfff" for char in text):  # pairs of surrogates, as JSON writes them
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


Phrases = dict[str, list[tuple[tuple[str, ...], str]]]


@functools.lru_cache(maxsize=8192)
def name_pieces(name: str) -> tuple[str, ...]:
    """The tokens that make up ``name``; nothing for what cannot be a name."""
    try:
        return tuple(token.text for token in tokens(name)[:-1])
    except (FeelSyntaxError, FeelLimitError):
        return ()


def phrases(names: Iterable[str]) -> Phrases:
    """Names of more than one token as {first token: [(tokens, name), longest first]}."""
    out: Phrases = {}
    for name in names:
        pieces = name_pieces(name)
        if len(pieces) > 1:
            out.setdefault(pieces[0], []).append((pieces, name))
    for entries in out.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return out
