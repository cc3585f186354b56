"""A place in the tokens of a text, and the names that are known there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from .errors import FeelLimitError, FeelSyntaxError
from .limits import MAX_NESTING
from .tokens import FULL_WIDTH, Phrases, Token, phrases, tokens

KEYWORDS = frozenset((
    "and", "or", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between", "instance",
    "true", "false", "null", "function", "external",
))  # fmt: skip
# Words that end an unknown name of several words.
ENDS_NAME = (KEYWORDS - {"true", "false", "null", "function", "external"}) | {"of"}
# What people write where FEEL has another word.
INSTEAD = {
    "且": "and", "并且": "and", "和": "and", "或": "or", "或者": "or", "非": "not(…)", "AND": "and", "And": "and",
    "OR": "or", "Or": "or", "NOT": "not(…)", "==": "=", "<>": "!=", "=>": ">=", "=<": "<=", "IF": "if", "THEN": "then",
    "ELSE": "else", "True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "NULL": "null", "Null": "null",
    "None": "null",
}  # fmt: skip
_IN_NAMES = frozenset(".-/'’·+*")  # operators that a declared name may hold


class Cursor:
    """Walks the tokens; knows the names in scope, as they may hold blanks and operators (longest name first)."""

    def __init__(self, text: str, names: Iterable[str] = (), builtins: Phrases | None = None):
        self.text = text
        self.tokens = tokens(text)
        self.i = 0
        self.depth = 0
        self.single = set(names)
        self.scopes: list[Phrases] = [builtins or {}, phrases(self.single)]

    # --- where we are
    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    def ahead(self, steps: int = 1) -> Token:
        """The token ``steps`` further on (the end stays the end)."""
        return self.tokens[min(self.i + steps, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Is the present token one of these operators or words?"""
        token = self.tokens[self.i]
        return token.text in texts and token.kind in ("op", "name")

    def next(self) -> Token:
        """The present token, stepping over it."""
        token = self.tokens[self.i]
        self.i += 1
        return token

    def accept(self, text: str) -> bool:
        """Step over ``text`` if it stands here."""
        if self.at(text):
            self.i += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over ``text``, which must stand here."""
        if self.accept(text):
            return
        if self.token.kind == "end":
            self.fail("syntax_expected_end", expected=text)
        self.fail("syntax_expected", expected=text)

    def fail(self, code: str = "syntax_unexpected", **params: str) -> NoReturn:
        """Raise for the present token, with a hint where a common slip shows."""
        token = self.token
        if token.kind == "wide":
            code, params = "syntax_full_width", {"expected": FULL_WIDTH[token.text]}
        elif token.kind == "end" and not params:
            code = "syntax_end"
        elif token.text in ("'", "’") and not params.get("expected"):
            code = "syntax_single_quote"
        before = self.tokens[self.i - 1].text if self.i else ""
        if token.text in INSTEAD or before + token.text in INSTEAD:
            found = token.text if token.text in INSTEAD else before + token.text
            code, params = "syntax_instead", {"found": found, "expected": INSTEAD[found]}
        raise FeelSyntaxError(code, position=token.at, text=self.text, **{"found": token.text, **params})

    def deeper(self) -> None:
        """Count one more level of nesting."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelLimitError("limit_nesting", limit=MAX_NESTING, position=self.token.at, text=self.text)

    # --- names
    def push(self, *names: str) -> None:
        """Open a scope in which ``names`` are known."""
        self.scopes.append(phrases(names))

    def pop(self, count: int = 1) -> None:
        """Close the last ``count`` scopes."""
        del self.scopes[len(self.scopes) - count :]

    def spells(self, pieces: tuple[str, ...]) -> bool:
        """Do the tokens from here spell out ``pieces``?"""
        found = self.tokens[self.i : self.i + len(pieces)]
        return len(found) == len(pieces) and all(token.text == piece for token, piece in zip(found, pieces))

    def known(self, extra: Phrases | None = None) -> tuple[str, int] | None:
        """The longest known name of several tokens that begins here, and of how many."""
        first = self.token.text
        best: tuple[str, int] | None = None
        for scope in self.scopes if extra is None else [*self.scopes, extra]:
            for pieces, name in scope.get(first, ()):
                if best is not None and len(pieces) <= best[1]:
                    break
                if self.spells(pieces):
                    best = (name, len(pieces))
                    break
        return best

    def declared(self, *stops: str) -> str:
        """A name being declared (entry, parameter, iterator), up to one of ``stops``."""
        if self.token.kind == "tick":
            return self.next().text[1:-1]
        parts: list[str] = []
        start = self.i
        while True:
            token = self.token
            if token.kind not in ("name", "num", "op", "wide") or token.text in stops:
                break
            if token.kind == "op" and token.text not in _IN_NAMES:
                break
            if token.blank and parts:
                parts.append(" ")
            parts.append(token.text)
            self.i += 1
        if self.i == start or self.tokens[start].kind != "name":
            self.i = start
            self.fail("syntax_name")
        return "".join(parts)

    def words(self) -> str:
        """The words from here that no known name takes, joined: an unknown name of several words."""
        parts = [self.next().text]
        while self.token.kind == "name" and self.token.text not in ENDS_NAME:
            parts.append(self.next().text)
        return " ".join(parts)
