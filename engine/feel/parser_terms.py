"""The parts of expressions: literals, names, brackets, contexts, functions, and what may follow them (paths, filters,
calls)."""

from __future__ import annotations

from . import nodes as n
from .cursor import ENDS_NAME, KEYWORDS
from .nodes import Node
from .parser_types import TypeParser
from .tokens import phrases, unescaped

COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
_MEMBERS = phrases(("time offset", "start included", "end included"))
_PARAMETER_NAMES = frozenset("-'/+*.")
# What may follow an interval that ends in "[": anything else after it would be a filter.
_AFTER_RANGE = frozenset(
    (")", "]", ",", "}", "and", "or", "then", "else", "return", "satisfies", "=", "!=", "instance", ".")
)


class TermParser(TypeParser):
    """Reads terms; :class:`~.parser.Parser` adds the operators around them."""

    _in_range = 0  # inside `[1..` an opening "[" may close the interval instead of filtering

    def expression(self) -> Node:
        raise NotImplementedError

    def additive(self) -> Node:
        raise NotImplementedError

    # --- what may follow a term
    def postfix(self) -> Node:
        node = self.primary()
        while self.token.kind == "op":
            at, sign = self.token.at, self.token.text
            if sign == ".":
                self.i += 1
                node = n.Path(self.token.at, node, self.member())
            elif sign == "[":
                if self._in_range and (self.ahead().kind == "end" or self.ahead().text in _AFTER_RANGE):
                    return node
                node = n.Filter(at, node, self._filter())
            elif sign == "(":
                node = self.call(node)
            else:
                return node
        return node

    def _filter(self) -> Node:
        self.i += 1
        self.push("item")
        condition = self._apart()
        self.pop()
        self.expect("]")
        return condition

    def _apart(self) -> Node:
        """An expression in brackets of its own: an interval outside of them does not concern it."""
        kept, self._in_range = self._in_range, 0
        node = self.expression()
        self._in_range = kept
        return node

    def member(self) -> str:
        """The name after a dot."""
        if self.token.kind == "tick":
            return self.next().text[1:-1]
        if self.token.kind != "name":
            self.fail("syntax_name")
        known = self.known(_MEMBERS)
        if known:
            self.i += known[1]
            return known[0]
        return self.words()

    def call(self, function: Node) -> Node:
        at = function.at
        self.expect("(")
        if self.accept(")"):
            return n.Call(at, function, [])
        if self._is_named_call():
            return n.NamedCall(at, function, self._named_arguments())
        arguments = [self._apart()]
        while self.accept(","):
            arguments.append(self._apart())
        self.expect(")")
        return n.Call(at, function, arguments)

    def _is_named_call(self) -> bool:
        if self.token.kind not in ("name", "tick"):
            return False
        i = self.i
        while (token := self.tokens[i]).kind in ("name", "tick") or (
            token.kind == "op" and token.text in _PARAMETER_NAMES
        ):
            i += 1
        return token.text == ":"

    def _named_arguments(self) -> list[tuple[str, Node]]:
        out = []
        while True:
            name = self.declared(":")
            self.expect(":")
            out.append((name, self._apart()))
            if not self.accept(","):
                break
        self.expect(")")
        return out

    # --- terms
    def primary(self) -> Node:
        kind, text, at, _ = self.token
        if kind == "num":
            self.i += 1
            return n.Number(at, text)
        if kind == "str":
            self.i += 1
            return n.Text(at, unescaped(text[1:-1]))
        if kind == "tick":
            self.i += 1
            return n.Name(at, text[1:-1])
        if kind in ("name", "wide"):
            return self.name()
        if kind == "op":
            if text == "(":
                return self.parenthesis()
            if text == "[":
                return self.bracket()
            if text == "]":
                self.i += 1
                return self.range_rest(at, self.additive(), False)
            if text == "{":
                return self.context()
            if text == "@":
                return self._moment()
        return self.fail()

    def _moment(self) -> Node:
        at = self.next().at
        if self.token.kind != "str":
            self.fail("syntax_at_string")
        return n.Moment(at, unescaped(self.next().text[1:-1]))

    def name(self) -> Node:
        kind, text, at, _ = self.token
        if text == "function" and self.ahead().text == "(" and "function" not in self.single:
            return self.function()
        known = self.known()
        if known:
            self.i += known[1]
            return n.Name(at, known[0])
        if kind == "wide":
            self.fail()
        if text in ("true", "false", "null"):
            self.i += 1
            return n.Constant(at, {"true": True, "false": False, "null": None}[text])
        if text in self.single or self.ahead().kind != "name" or self.ahead().text in ENDS_NAME:
            if text in KEYWORDS and text not in self.single:
                self.fail()
            self.i += 1
            return n.Name(at, text)
        if text in KEYWORDS:
            self.fail()
        return n.Name(at, self.words())

    def parenthesis(self) -> Node:
        self.deeper()
        at = self.next().at
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            op = self.next().text
            node: Node = n.HalfRange(at, op, self.additive())
            self.expect(")")
        else:
            inner = self._apart()
            if self.at(".."):
                node = self.range_rest(at, inner, False)
            else:
                self.expect(")")
                node = inner
        self.depth -= 1
        return node

    def range_rest(self, at: int, low: Node, low_in: bool) -> Node:
        self.expect("..")
        self._in_range += 1
        high = self.additive()
        self._in_range -= 1
        if self.accept("]"):
            return n.RangeOf(at, low, high, low_in, True)
        if self.accept(")") or self.accept("["):
            return n.RangeOf(at, low, high, low_in, False)
        return self.fail("syntax_expected", expected="]")

    def bracket(self) -> Node:
        """A list or an interval."""
        self.deeper()
        at = self.next().at
        items: list[Node] = []
        if not self.accept("]"):
            items.append(self._apart())
            if self.at(".."):
                self.depth -= 1
                return self.range_rest(at, items[0], True)
            while self.accept(","):
                items.append(self._apart())
            self.expect("]")
        self.depth -= 1
        return n.ListOf(at, items)

    def context(self) -> Node:
        self.deeper()
        at = self.next().at
        entries: list[tuple[str, Node]] = []
        if not self.accept("}"):
            while True:
                if self.token.kind == "str":
                    name = unescaped(self.next().text[1:-1])
                else:
                    name = self.declared(":")
                self.expect(":")
                entries.append((name, self._apart()))
                self.push(name)
                self.single.add(name)
                if not self.accept(","):
                    break
            self.expect("}")
        for scope in self.scopes[len(self.scopes) - len(entries) :]:  # so that `{a b: 1}.a b` is found
            for first, found in scope.items():
                self.scopes[1].setdefault(first, []).extend(found)
        self.pop(len(entries))
        self.depth -= 1
        return n.ContextOf(at, entries)

    def function(self) -> Node:
        at = self.next().at
        self.expect("(")
        parameters = []
        while not self.at(")"):
            name = self.declared(":", ",", ")")
            parameters.append((name, self.type() if self.accept(":") else None))
            if not self.accept(","):
                break
        self.expect(")")
        external = self.accept("external")
        self.push(*[name for name, _ in parameters])
        kept = set(self.single)
        self.single.update(name for name, _ in parameters)
        body = self.expression()
        self.single = kept
        self.pop()
        return n.Lambda(at, parameters, body, external)
