"""``check``: everything about a DMN file that a process owner should hear before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine import feel
from engine.errors import Problem, Refused

from . import model as m
from .cells import read_cell
from .decisions import DecisionModel
from .family import read_family
from .sentences import problem
from .table_findings import TableFindings
from .types import ValueType

Names = dict[str, Any]
"""The names in scope, each with the shape of its value as FEEL's analysis takes it ("any" where it is not known)."""
_SAID = ("unknown_name", "unknown_function", "syntax", "limit")
"""Findings of FEEL's analysis that are said in words of our own."""
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
    """One look at one file; ``found`` gathers the problems, ``element`` is the decision at which it is."""

    def __init__(self, model: DecisionModel, file: str, names: Iterable[str] | None, functions: Iterable[str]):
        self.model, self.family, self.main, self.file = model, model.family, model.family.main, file
        self.variables = None if names is None else frozenset(names)
        self.functions = frozenset(functions)
        self.spaced = self.family.spaced_names() | frozenset(name for name in self.functions if not name.isidentifier())
        self.found: list[Problem] = []
        self.free = False
        self.element = ""

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
                self.free, self.element = False, knowledge.id
                self.box(knowledge.function, self.names(knowledge.requirements), knowledge.name)
        return self.found

    def say(self, code: str, element: str, line: int, severity: str = "error", **params: Any) -> None:
        self.found.append(problem(code, self.file, element or self.element, line, severity, **params))

    # ---- elements
    def decision(self, decision: m.Decision) -> None:
        self.requirements(decision.name, decision.id, decision.line, decision.requirements)
        self.type(decision.type, decision.name, decision.id, decision.line)
        if decision.box is None:
            self.say("dmn_decision_empty", decision.id, decision.line, "warning", name=decision.name)
            return
        self.element = decision.id
        names = self.names(decision.requirements)
        self.free = self.family.unbound(self.main.namespace, decision)
        if self.free:
            names |= dict.fromkeys(self.variables or (), "any")
            names |= {element.name: self.shape(element.type) for element in self.main.inputs.values()}
        self.box(decision.box, names, decision.name)

    def names(self, needs: m.Requirements) -> Names:
        """What an element with these requirements sees."""
        space = self.main.namespace
        seen: Names = dict.fromkeys(self.model.names(space, needs), "any")
        for part, hrefs in (("input", needs.inputs), ("decision", needs.decisions)):
            for href in hrefs:
                home, element = getattr(self.family, part)(space, href) or ("", None)
                if element is not None and home == space:
                    seen[getattr(element, "variable", element.name)] = self.shape(element.type)
        return seen

    def shape(self, reference: str) -> Any:
        found = self.model.types.find(self.main.namespace, reference) if reference else None
        return "any" if found is None else found.shape()

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
    def broken(self, text: str, unary: bool = False, names: Iterable[str] = ()) -> feel.FeelError | None:
        """The error of a text, None where it is FEEL."""
        if not text.strip():
            return None
        try:
            (feel.unary if unary else feel.compile)(text, self.spaced.union(names))
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

    def text(self, literal: m.Literal, names: Names, owner: str) -> None:
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

    def unknown(self, literal: m.Literal, names: Names, where_zh: str, where_en: str, unary: bool = False,
                asked: Any = None) -> None:
        """Names that nothing in scope carries, and parts that do not go together by their types.

        Where any variable may be meant, only functions can be unknown. ``asked`` is the shape of what a cell is put to.
        """
        where = {"where_zh": where_zh, "where_en": where_en}
        compiled = (feel.unary if unary else feel.compile)(literal.text, self.spaced.union(names))
        for name in sorted((compiled.free_names | compiled.called) - names.keys() - self.functions - {"?"}):
            if name not in feel.BUILTINS and (not self.free or self.variables is not None or name in compiled.called):
                known = sorted(names)[:8]
                self.say("dmn_name_unknown", literal.id, literal.line, name=name, **where,
                         hint_zh=f"可用的名称有 {'、'.join(known)}" if known else "这里没有可用的名称",
                         hint_en=f"known here: {', '.join(known)}" if known else "no names are known here")
        if unary and read_cell(literal.text) is not None:
            return  # constants: the table's own check compares them with the type of their column
        shapes = dict.fromkeys(self.spaced, "any") | names
        told = set()
        for finding in feel.analyse(literal.text, shapes, self.functions, unary=unary, input_type=asked).findings:
            if finding.code not in told and not finding.code.startswith(_SAID):
                told.add(finding.code)
                code = "dmn_text_wrong" if finding.severity == "error" else "dmn_text_doubtful"
                self.say(code, literal.id, literal.line, finding.severity, **where,
                         reason_zh=finding.sentence("zh"), reason_en=finding.sentence("en"))

    # ---- boxes
    def box(self, box: m.Box | None, names: Names, owner: str) -> None:
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
                names = names | {entry.name: self.shape(entry.type)} if entry.name else names
        elif isinstance(box, m.FunctionDefinition):
            if box.kind.upper() != "FEEL":
                self.say("dmn_function_kind", box.id, box.line, name=owner, kind=box.kind)
            else:
                self.box(box.body, names | {one.name: self.shape(one.type) for one in box.parameters}, owner)
        else:
            for part, inner in _parts(box, names):
                self.box(part, inner, owner)


def _parts(box: m.Box, names: Names) -> list[tuple[m.Box | None, Names]]:
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
        return [(box.source, names), (box.body, names | {box.variable: "any", "partial": "any"})]
    if isinstance(box, m.Filter):
        return [(box.source, names)]  # the match sees the parts of the items, which are not known here
    return []


def _without_strings(text: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
