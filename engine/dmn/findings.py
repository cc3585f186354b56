"""``check``: everything about a DMN file that a process owner should hear before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine import feel
from engine.errors import Problem, Refused

from . import model as m
from .decisions import DecisionModel
from .family import read_family
from .sentences import problem
from .table_findings import TableFindings
from .types import ValueType

_PLACEHOLDER = re.compile(r"[$#]\{[^}]*\}")


def check(xml: bytes | str, file: str = "", *, imports: Mapping[str, bytes | str] | None = None,
          names: Iterable[str] | None = None, functions: Iterable[str] = ()) -> list[Problem]:
    """All problems of a file, never raising: broken or foreign expressions, unknown names and types, overlaps, gaps.

    ``names`` are the variables known to exist where decisions say nothing about their inputs (None: not known, and
    then any name may be one); ``functions`` those that the host adds to FEEL.
    """
    try:
        family = read_family(xml, file, imports)
        return Check(DecisionModel(family), file, names, functions).problems()
    except Refused as refused:
        return list(refused.problems)
    except RecursionError:
        return [problem("dmn_nesting", file)]


class Check:
    """One look at one file; ``found`` gathers the problems."""

    def __init__(self, model: DecisionModel, file: str, names: Iterable[str] | None, functions: Iterable[str]):
        self.model, self.family, self.main, self.file = model, model.family, model.family.main, file
        self.variables = None if names is None else frozenset(names)
        self.functions = frozenset(functions)
        self.spaced = self.family.spaced_names() | frozenset(name for name in self.functions if not name.isidentifier())
        self.found: list[Problem] = []
        self.free = False

    def problems(self) -> list[Problem]:
        for one in self.family.missing:
            self.say("dmn_import_missing", "", one.line, name=one.name, namespace=one.namespace)
        for item in self.main.items.values():
            self.item(item)
        for element in self.main.inputs.values():
            self.type(element.type, element.name, element.id, element.line)
        for decision in self.main.decisions.values():
            self.decision(decision)
        for knowledge in self.main.knowledge.values():
            self.requirements(knowledge.name, knowledge.id, knowledge.line, knowledge.requirements)
            if knowledge.function is not None:
                self.free = False
                self.box(knowledge.function, self.model.names(self.main.namespace, knowledge.requirements),
                         knowledge.name)
        return self.found

    def say(self, code: str, element: str, line: int, severity: str = "error", **params: Any) -> None:
        self.found.append(problem(code, self.file, element, line, severity, **params))

    # ---- elements
    def decision(self, decision: m.Decision) -> None:
        self.requirements(decision.name, decision.id, decision.line, decision.requirements)
        self.type(decision.type, decision.name, decision.id, decision.line)
        if decision.box is None:
            self.say("dmn_decision_empty", decision.id, decision.line, "warning", name=decision.name)
            return
        names = self.model.names(self.main.namespace, decision.requirements)
        self.free = self.family.unbound(self.main.namespace, decision)
        if self.free:
            names |= self.variables or frozenset()
            names |= frozenset(element.name for element in self.main.inputs.values())
        self.box(decision.box, names, decision.name)

    def requirements(self, name: str, element: str, line: int, needs: m.Requirements) -> None:
        space = self.main.namespace
        absent = {one.namespace for one in self.family.missing}
        pairs = [(href, self.family.input(space, href)) for href in needs.inputs]
        pairs += [(href, self.family.decision(space, href)) for href in needs.decisions]
        pairs += [(href, self.family.knowledge(space, href) or self.family.service(space, href))
                  for href in needs.knowledge]
        for href, found in pairs:
            if found is None and m.split_href(href, space)[0] not in absent:
                self.say("dmn_requirement_missing", element, line, name=name, href=href)

    def item(self, item: m.ItemDefinition) -> None:
        self.type(item.type, item.name, item.name, item.line)
        for text in (item.allowed, item.constraint):
            error = self.broken(text, unary=True)
            if error is not None:
                self.say("dmn_expression_broken", item.name, item.line, name=item.name,
                         reason_zh=error.sentence("zh"), reason_en=error.sentence("en"))
        for part in item.components or ():
            self.item(part)

    def type(self, reference: str, name: str, element: str, line: int) -> ValueType | None:
        found = self.model.types.find(self.main.namespace, reference) if reference else None
        imported = any(one.name and reference.startswith(one.name + ".") for one in self.family.missing)
        if reference and found is None and not imported:
            self.say("dmn_type_unknown", element, line, name=name, type=reference)
        return found

    # ---- texts
    def broken(self, text: str, unary: bool = False, names: frozenset[str] = frozenset()) -> feel.FeelError | None:
        """The error of a text, None where it is FEEL."""
        if not text.strip():
            return None
        try:
            (feel.unary if unary else feel.compile)(text, names | self.spaced)
        except feel.FeelError as error:
            return error
        return None

    def foreign(self, literal: m.Literal, name: str, element: str) -> bool:
        """Texts of other languages, said once."""
        if literal.language:
            self.say("dmn_language", element, literal.line, name=name, language=literal.language)
        elif _PLACEHOLDER.search(_without_strings(literal.text)):
            self.say("dmn_placeholder", element, literal.line, name=name)
        else:
            return False
        return True

    def text(self, literal: m.Literal, names: frozenset[str], owner: str) -> None:
        """Looks at a literal expression."""
        if self.foreign(literal, owner, literal.id):
            return
        if not literal.text.strip():
            self.say("dmn_expression_empty", literal.id, literal.line, "warning", name=owner)
            return
        error = self.broken(literal.text, names=names)
        if error is not None:
            self.say("dmn_expression_broken", literal.id, literal.line, name=owner, reason_zh=error.sentence("zh"),
                     reason_en=error.sentence("en"))
        else:
            self.unknown(literal, names, f"“{owner}”", f"“{owner}”")

    def unknown(self, literal: m.Literal, names: frozenset[str], where_zh: str, where_en: str,
                unary: bool = False) -> None:
        """Names that nothing in scope carries; where any variable may be meant, only functions can be unknown."""
        compiled = (feel.unary if unary else feel.compile)(literal.text, names | self.spaced)
        used, called = (frozenset(getattr(compiled, part, ())) for part in ("free_names", "called"))
        for name in sorted((used | called) - names - self.functions - {"?"}):
            if (self.free and self.variables is None and name not in called) or name in feel.BUILTINS:
                continue
            known = ", ".join(sorted(names)[:8])
            self.say("dmn_name_unknown", literal.id, literal.line, name=name, where_zh=where_zh, where_en=where_en,
                     hint_zh=f"可用的名称有 {known}" if known else "这里没有可用的名称",
                     hint_en=f"known here: {known}" if known else "no names are known here")

    # ---- boxes
    def box(self, box: m.Box | None, names: frozenset[str], owner: str) -> None:
        """Walk a boxed expression as it is compiled, names in scope in hand."""
        if box is None:
            return
        self.type(box.type, owner, box.id, box.line)
        if isinstance(box, m.Literal):
            self.text(box, names, owner)
        elif isinstance(box, m.DecisionTable):
            TableFindings(self, box, names, owner).look()
        elif isinstance(box, m.BoxedContext):
            for entry in box.entries:
                self.box(entry.box, names, f"{owner}.{entry.name}" if entry.name else owner)
                names = names | {entry.name} if entry.name else names
        elif isinstance(box, m.FunctionDefinition):
            if box.kind.upper() != "FEEL":
                self.say("dmn_function_kind", box.id, box.line, name=owner, kind=box.kind)
            else:
                self.box(box.body, names | {one.name for one in box.parameters}, owner)
        else:
            for part, inner in _parts(box, names):
                self.box(part, inner, owner)


def _parts(box: m.Box, names: frozenset[str]) -> list[tuple[m.Box | None, frozenset[str]]]:
    """The parts of the simpler boxes, with the names each sees."""
    if isinstance(box, m.Invocation):
        return [(box.function, names), *((entry.box, names) for entry in box.bindings)]
    if isinstance(box, m.BoxedList):
        return [(item, names) for item in box.items]
    if isinstance(box, m.Relation):
        return [(cell, names) for row in box.rows for cell in row]
    if isinstance(box, m.Conditional):
        return [(box.condition, names), (box.then, names), (box.otherwise, names)]
    if isinstance(box, m.Iterator):
        return [(box.source, names), (box.body, names | {box.variable, "partial"})]
    if isinstance(box, m.Filter):
        return [(box.source, names)]  # the match sees the parts of the items, which are not known here
    return []


def _without_strings(text: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
