"""Types as they are written: ``number``, ``list<string>``, ``context<a: number>``, ``function<number> -> string``."""

from __future__ import annotations

from .cursor import Cursor
from .nodes import Type
from .tokens import phrases

_LONG = phrases(
    (
        "days and time duration",
        "years and months duration",
        "date and time",
        "day and time duration",
        "year and month duration",
    )
)


class TypeParser(Cursor):
    """Reads types."""

    def type(self) -> Type:
        self.deeper()
        try:
            return self._type()
        finally:
            self.depth -= 1

    def _type(self) -> Type:
        first, second = self.token.text, self.ahead().text
        for pieces, name in _LONG.get(first, ()):
            if self.spells(pieces):
                self.i += len(pieces)
                return Type(name)
        if first in ("list", "range") and second == "<":
            self.i += 2
            element = self.type()
            self.expect(">")
            return Type(first, of=element)
        if first == "context" and second == "<":
            self.i += 2
            return self._context()
        if first == "function" and second in ("<", "->"):
            self.i += 1
            return self._function()
        return Type(self._named())

    def _context(self) -> Type:
        entries = {}
        while not self.at(">"):
            name = self.declared(":")
            self.expect(":")
            entries[name] = self.type()
            if not self.accept(","):
                break
        self.expect(">")
        return Type("context", entries=tuple(entries.items()))

    def _function(self) -> Type:
        parameters = []
        if self.accept("<"):
            while not self.at(">"):
                parameters.append(self.type())
                if not self.accept(","):
                    break
            self.expect(">")
        self.expect("->")
        return Type("function", parameters=tuple(parameters), of=self.type())

    def _named(self) -> str:
        """A type of the host, perhaps of an imported model: ``model.tPerson``."""
        known = self.known()
        if known:
            self.i += known[1]
            return known[0]
        if self.token.kind != "name":
            self.fail("syntax_type")
        parts = [self.next().text]
        while self.at(".") and self.ahead().kind == "name":
            self.i += 1
            parts.append(self.next().text)
        return ".".join(parts)
