"""A plain interpreter of tokens: what the standard says of structured drawings, in the fewest lines, no state saved.

It reads the same file as the engine, knows literal conditions (``name = number``) only, and shares no code with it.
"""

from __future__ import annotations

import re

from lxml import etree
from nodes import NS, Scope, Token, read

ACTIVITIES = ("task", "userTask", "subProcess")


class Interpreter:
    """One run: :meth:`waits`, :meth:`act` on one of them, :attr:`flows` passed meanwhile."""

    def __init__(self, xml: bytes, variables: dict[str, int]) -> None:
        process = etree.fromstring(xml).find(NS + "process")
        self.variables, self.flows, self.ready = variables, [], []
        self.root = Scope(read(process), None, ())
        self.begin(self.root)
        self.settle()

    # -- from outside

    def waits(self) -> dict[tuple, Token]:
        return {token.label: token for scope in self.scopes() for token in scope.tokens if token.waits}

    def act(self, label: tuple, values: dict[str, int]) -> None:
        token = self.waits()[label]
        self.flows.clear()
        self.variables.update(values)
        if token.node.kind == "userTask":
            self.complete(token)
        elif token.of is None:                                        # an event behind an event gateway
            for other in token.group:
                self.drop(other)
            self.leave(token)
        elif token.node.interrupts:
            self.kill(token.of)
            self.leave(token)
        else:
            if token.node.event == "timer":                           # a duration passes only once
                self.drop(token)
            self.leave(Token(token.node, token.scope))
        self.settle()

    @property
    def ended(self) -> bool:
        return not self.root.tokens

    # -- inside

    def scopes(self, scope: Scope | None = None) -> list[Scope]:
        scope = scope or self.root
        return [scope, *(one for token in scope.tokens if token.child for one in self.scopes(token.child))]

    def begin(self, scope: Scope) -> None:
        for node in scope.nodes.values():
            if node.kind == "startEvent":
                self.arrive(Token(node, scope))

    def arrive(self, token: Token) -> None:
        token.scope.tokens.append(token)
        self.ready.append(token)

    def drop(self, token: Token) -> None:
        if token in token.scope.tokens:
            token.scope.tokens.remove(token)
        if token in self.ready:
            self.ready.remove(token)

    def kill(self, token: Token) -> None:
        """Take away an activity with its instances, its boundary events and all that runs in it."""
        self.drop(token)
        for inner in list(token.child.tokens) if token.child else ():
            self.kill(inner)
        for other in [one for one in token.scope.tokens if one.of is token]:
            self.kill(other)

    def settle(self) -> None:
        while True:
            if self.ready:
                self.enter(self.ready.pop(0))
                continue
            joins = [t for s in self.scopes() for t in s.tokens if t.node.kind == "inclusiveGateway"]
            joins = [t for t in joins if not self.expected(t)]
            over = [s for s in self.scopes() if not s.tokens and s.owner]
            if joins:
                self.join([t for t in joins[0].scope.tokens if t.node is joins[0].node])
            elif over:
                over[0].owner.child = None
                self.complete(over[0].owner)
            else:
                return

    def join(self, tokens: list[Token]) -> None:
        for token in tokens[1:]:
            self.drop(token)
        self.leave(tokens[0])

    def expected(self, token: Token) -> bool:
        """Whether another token can still fill an empty input of the inclusive gateway, but none that is filled."""
        filled = {one.flow for one in token.scope.tokens if one.node is token.node}
        for other in token.scope.tokens:
            seen, todo, inputs = set(), [other.node], set()
            while todo and other.node is not token.node and other.node.kind != "boundaryEvent":
                for flow, target, _, _ in todo.pop().flows:
                    if target == token.node.id:
                        inputs.add(flow)
                    elif target not in seen:
                        seen.add(target)
                        todo.append(token.scope.nodes[target])
            if inputs - filled and not inputs & filled:
                return True
        return False

    def enter(self, token: Token) -> None:
        node, scope = token.node, token.scope
        if node.kind in ACTIVITIES:
            if token.of is None:
                for event in node.bounds:
                    scope.tokens.append(Token(event, scope, of=token, waits=event.event != "error"))
                if node.items:
                    for item in range(1, 2 if node.sequential else node.items + 1):
                        self.arrive(Token(node, scope, of=token, item=item))
                    return
                if node.loop and node.loop[0] and not self.holds(node.loop[2]):
                    self.leave(token)
                    return
            self.work(token)
        elif node.kind == "parallelGateway" and len(node.into) > 1:
            here = {t.flow: t for t in reversed(scope.tokens) if t.node is node and t not in self.ready}
            if len(here) == len(node.into):
                self.join(list(here.values()))
        elif node.kind == "inclusiveGateway" and len(node.into) > 1:
            return
        elif node.kind == "intermediateCatchEvent":
            token.waits = True
        elif node.kind == "eventBasedGateway":
            self.leave(token)
            token.group = [t for t in self.ready if t.flow in {flow[0] for flow in node.flows} and t.scope is scope]
            for other in token.group:
                other.group = token.group
        elif node.kind == "endEvent" and node.event == "error":
            host = scope.owner.of or scope.owner
            handler = next(t for t in host.scope.tokens if t.of is host and t.node.event == "error")
            self.kill(host)
            self.leave(handler)
        elif node.kind == "endEvent" and node.event == "terminate":
            for other in list(scope.tokens):
                self.kill(other)
        else:
            self.leave(token)

    def work(self, token: Token) -> None:
        token.passes += 1
        if token.node.kind == "subProcess":
            label = (*token.scope.label, *([token.item] if token.item else []))
            token.child = Scope(token.node.inner, token, label)
            self.begin(token.child)
        elif token.node.kind == "userTask":
            token.waits = True
        else:
            self.complete(token)

    def complete(self, token: Token) -> None:
        token.waits, outer, node = False, token.of, token.node
        if outer is not None:
            self.drop(token)
            if node.sequential and token.item < node.items:
                self.arrive(Token(node, token.scope, of=outer, item=token.item + 1))
            elif not any(one.of is outer and one.node is node for one in token.scope.tokens):
                self.leave(outer)
        elif node.loop and token.passes < node.loop[1] and self.holds(node.loop[2]):
            self.work(token)
        else:
            self.leave(token)

    def leave(self, token: Token) -> None:
        self.kill(token)
        node, chosen = token.node, []
        if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(node.flows) > 1:
            chosen = [flow for flow in node.flows if not flow[3] and self.holds(flow[2])]
            chosen = chosen[:1] if node.kind == "exclusiveGateway" else chosen
            chosen = chosen or [flow for flow in node.flows if flow[3]]
        for key, target, _, _ in chosen or node.flows:
            self.flows.append(key)
            self.arrive(Token(token.scope.nodes[target], token.scope, key))

    def holds(self, condition: str) -> bool:
        name, value = re.fullmatch(r"(\w+) = (\d+)", condition).groups()
        return self.variables[name] == int(value)
