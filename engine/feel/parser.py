"""FEEL text -> nodes. Written by hand: names hold blanks and operators, so that no grammar knows them beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import nodes as n
from .errors import FeelLimitError, FeelSyntaxError
from .limits import MAX_NESTING
from .nodes import Node
from .parser_terms import COMPARISONS, TermParser
from .tokens import Phrases


class Parser(TermParser):
    """``Parser(text, names, builtins).whole()`` is the node of an expression, ``.unary_tests()`` those of a cell."""

    def __init__(self, text: str, names: Iterable[str] = (), builtins: Phrases | None = None):
        super().__init__(text, names, builtins)
        self._failed: set[int] = set()  # where reading tests in brackets failed: without it, nesting costs 2**depth

    # --- entries
    def whole(self) -> Node:
        """The text as one expression."""
        node = self.expression()
        self._end()
        return node

    def unary_tests(self) -> tuple[list[Node], bool] | None:
        """The text as unary tests: the tests, and whether they are negated; None for ``-`` (anything)."""
        if self.at("-") and self.ahead().kind == "end":
            return None
        if self.at("not") and self.ahead().text == "(":
            tests = self._attempt(2, self._negated)
            if tests is not None:
                return tests, True
        tests = self._tests()
        self._end()
        return tests, False

    def _end(self) -> None:
        if self.token.kind != "end":
            self.fail()

    def _negated(self) -> list[Node] | None:
        tests = self._tests()
        self.expect(")")
        return tests if self.token.kind == "end" else None

    def _attempt(self, steps: int, read: Callable[[], list[Node] | None]) -> list[Node] | None:
        """``read()`` after ``steps`` tokens; None, and nothing moved, where that fails. Fails at most once a place."""
        if self.i in self._failed:
            return None
        mark = (self.i, self.depth, len(self.scopes), self._in_range, set(self.single))
        try:
            self.i += steps
            tests = read()
            if tests is not None:
                return tests
        except FeelSyntaxError:
            pass
        self.i, self.depth, scopes, self._in_range, self.single = mark
        del self.scopes[scopes:]
        self._failed.add(self.i)
        return None

    def _tests(self) -> list[Node]:
        tests = [self.test()]
        while self.accept(","):
            tests.append(self.test())
        return tests

    # --- expressions, from loose to tight
    def expression(self) -> Node:
        self.deeper()
        token = self.token
        if token.kind == "name" and token.text == "if":
            node: Node = self._if()
        elif token.kind == "name" and token.text == "for":
            node = self._for()
        elif token.kind == "name" and token.text in ("some", "every"):
            node = self._quantified()
        else:
            node = self._disjunction()
        self.depth -= 1
        return node

    def _if(self) -> Node:
        at = self.next().at
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return n.If(at, condition, yes, self.expression())

    def _iterators(self, end: str) -> list[tuple[str, Node]]:
        """``a in list, b in 1..3``; leaves one scope open for each."""
        out: list[tuple[str, Node]] = []
        while True:
            name = self.declared("in")
            self.expect("in")
            source = self.expression()
            if self.at(".."):
                at = self.next().at
                source = n.Steps(at, source, self.expression())
            out.append((name, source))
            self.push(name)
            if not self.accept(","):
                break
        self.expect(end)
        return out

    def _for(self) -> Node:
        at = self.next().at
        iterators = self._iterators("return")
        body = self.expression()
        self.pop(len(iterators))
        return n.For(at, iterators, body)

    def _quantified(self) -> Node:
        token = self.next()
        iterators = self._iterators("satisfies")
        body = self.expression()
        self.pop(len(iterators))
        return n.Quantified(token.at, token.text, iterators, body)

    def _disjunction(self) -> Node:
        at, parts = self.token.at, [self._conjunction()]
        while self.accept("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else n.Or(at, parts)

    def _conjunction(self) -> Node:
        at, parts = self.token.at, [self._comparison()]
        while self.accept("and"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else n.And(at, parts)

    def _comparison(self) -> Node:
        node = self.additive()
        while True:
            token = self.token
            if token.kind == "op" and token.text in COMPARISONS:
                self.i += 1
                node = n.Compare(token.at, token.text, node, self.additive())
            elif token.kind == "name" and token.text == "between":
                self.i += 1
                low = self.additive()
                self.expect("and")
                node = n.Between(token.at, node, low, self.additive())
            elif token.kind == "name" and token.text == "in":
                self.i += 1
                node = n.In(token.at, node, self._in_tests())
            else:
                return node

    def _in_tests(self) -> list[Node]:
        """``(test, test)``, an interval or an expression."""
        tests = self._attempt(1, self._in_brackets) if self.at("(") else None
        return [self.test(simple=True)] if tests is None else tests

    def _in_brackets(self) -> list[Node] | None:
        tests = self._tests()
        self.expect(")")
        return None if self.at(".", "[", "(", "+", "-", "*", "/", "**") else tests

    def test(self, simple: bool = False) -> Node:
        """A unary test: an operator with its operand, or an expression."""
        token = self.token
        if token.kind == "op" and token.text in COMPARISONS:
            self.i += 1
            return n.Against(token.at, token.text, self.additive())
        return self.additive() if simple else self.expression()

    def additive(self) -> Node:
        node = self._term()
        while self.at("+", "-"):
            token = self.next()
            node = n.Arithmetic(token.at, token.text, node, self._term())
        return node

    def _term(self) -> Node:
        node = self._power()
        while self.at("*", "/"):
            token = self.next()
            node = n.Arithmetic(token.at, token.text, node, self._power())
        return node

    def _power(self) -> Node:
        node = self._negation()
        while self.at("**"):
            token = self.next()
            node = n.Arithmetic(token.at, token.text, node, self._negation())
        return node

    def _negation(self) -> Node:
        signs = []
        while self.at("-"):
            signs.append(self.next().at)
            if len(signs) > MAX_NESTING:
                raise FeelLimitError("limit_nesting", limit=MAX_NESTING, position=signs[-1], text=self.text)
        node = self._instance()
        for at in reversed(signs):
            node = n.Negate(at, node)
        return node

    def _instance(self) -> Node:
        node = self.postfix()
        while self.at("instance") and self.ahead().text == "of":
            at = self.next().at
            self.i += 1
            node = n.InstanceOf(at, node, self.type())
        return node
