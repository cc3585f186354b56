"""DMN XML of versions 1.1 to 1.5 -> :class:`~engine.dmn.model.Definitions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from engine.errors import Problem, Refused
from engine.xml import read_xml

from . import model as m
from .sentences import problem

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""Namespaces of the files that are read, with their version of DMN."""

MAX_RULES = 5_000
"""Largest number of rules in one table."""


def read_definitions(xml: bytes | str, file: str = "") -> m.Definitions:
    """What the file says. Raises :class:`~engine.errors.Refused` for what is not DMN or names an id twice."""
    root = read_xml(xml, file)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise Refused([problem("dmn_not_dmn", file, line=root.sourceline or 0)])
    return _Reader(file, name.namespace).definitions(root)


class _Reader:
    """Reads the elements of one namespace; elements of others (extensions, diagrams) are left alone."""

    def __init__(self, file: str, namespace: str):
        self.file, self.prefix = file, "{" + namespace + "}"
        self.problems: list[Problem] = []
        self.boxes: dict[str, Callable[[Any, dict[str, Any]], m.Box]] = {
            "literalExpression": self.literal, "context": self.context, "invocation": self.invocation,
            "list": self.list, "relation": self.relation, "functionDefinition": self.function,
            "conditional": self.conditional, "for": self.iterator, "some": self.iterator, "every": self.iterator,
            "filter": self.filter, "decisionTable": self.table}

    # ---- small things
    def local(self, element: Any) -> str:
        tag = element.tag
        return tag[len(self.prefix):] if isinstance(tag, str) and tag.startswith(self.prefix) else ""

    def kids(self, element: Any, name: str) -> list[Any]:
        return [] if element is None else element.findall(self.prefix + name)

    def kid(self, element: Any, name: str) -> Any:
        return None if element is None else element.find(self.prefix + name)

    def text(self, element: Any, name: str = "text") -> str:
        """The text of a child, comments left out."""
        child = self.kid(element, name)
        if child is None:
            return ""
        return (child.text or "") + "".join(part.tail or "" for part in child)

    def type(self, element: Any) -> str:
        """The typeRef of an element: an attribute, in some versions a child."""
        if element is None:
            return ""
        return (element.get("typeRef") or self.text(element, "typeRef")).strip()

    def hrefs(self, element: Any, name: str) -> tuple[str, ...]:
        return tuple(child.get("href", "") for child in self.kids(element, name))

    # ---- boxed expressions
    def box(self, parent: Any) -> m.Box | None:
        """The first boxed expression among the children of ``parent``."""
        for child in parent if parent is not None else ():
            if self.local(child) in self.boxes:
                return self.one(child)
        return None

    def one(self, element: Any) -> m.Box:
        common = {"id": element.get("id", ""), "line": element.sourceline or 0, "type": self.type(element)}
        return self.boxes[self.local(element)](element, common)

    def all(self, parent: Any) -> tuple[m.Box, ...]:
        return tuple(self.one(child) for child in parent if self.local(child) in self.boxes)

    def literal(self, e: Any, common: dict[str, Any]) -> m.Literal:
        language = e.get("expressionLanguage", "").strip()
        foreign = "" if not language or "feel" in language.lower() else language
        return m.Literal(text=self.text(e), language=foreign, **common)

    def entries(self, e: Any, row: str, variable: str) -> tuple[m.Entry, ...]:
        found = []
        for child in self.kids(e, row):
            named = self.kid(child, variable)
            found.append(m.Entry(None if named is None else named.get("name"), self.type(named), self.box(child)))
        return tuple(found)

    def context(self, e: Any, common: dict[str, Any]) -> m.BoxedContext:
        return m.BoxedContext(entries=self.entries(e, "contextEntry", "variable"), **common)

    def invocation(self, e: Any, common: dict[str, Any]) -> m.Invocation:
        return m.Invocation(function=self.box(e), bindings=self.entries(e, "binding", "parameter"), **common)

    def list(self, e: Any, common: dict[str, Any]) -> m.BoxedList:
        return m.BoxedList(items=self.all(e), **common)

    def relation(self, e: Any, common: dict[str, Any]) -> m.Relation:
        return m.Relation(columns=self.named(e, "column"), rows=tuple(self.all(row) for row in self.kids(e, "row")),
                          **common)

    def named(self, e: Any, name: str) -> tuple[m.Named, ...]:
        return tuple(m.Named(child.get("name", ""), self.type(child)) for child in self.kids(e, name))

    def function(self, e: Any, common: dict[str, Any]) -> m.FunctionDefinition:
        return m.FunctionDefinition(parameters=self.named(e, "formalParameter"), body=self.box(e),
                                    kind=e.get("kind") or "FEEL", **common)

    def conditional(self, e: Any, common: dict[str, Any]) -> m.Conditional:
        return m.Conditional(condition=self.box(self.kid(e, "if")), then=self.box(self.kid(e, "then")),
                             otherwise=self.box(self.kid(e, "else")), **common)

    def iterator(self, e: Any, common: dict[str, Any]) -> m.Iterator:
        kind = self.local(e)
        body = self.box(self.kid(e, "return" if kind == "for" else "satisfies"))
        return m.Iterator(kind=kind, variable=e.get("iteratorVariable", ""), source=self.box(self.kid(e, "in")),
                          body=body, **common)

    def filter(self, e: Any, common: dict[str, Any]) -> m.Filter:
        return m.Filter(source=self.box(self.kid(e, "in")), match=self.box(self.kid(e, "match")), **common)

    # ---- decision tables
    def table(self, e: Any, common: dict[str, Any]) -> m.DecisionTable:
        rows = self.kids(e, "rule")
        if len(rows) > MAX_RULES:
            self.problems.append(problem("dmn_too_many_rules", self.file, common["id"], common["line"],
                                         limit=MAX_RULES, count=len(rows)))
            rows = []
        return m.DecisionTable(
            hit_policy=(e.get("hitPolicy") or "UNIQUE").upper().replace("_", " "),
            aggregation=(e.get("aggregation") or "").upper(),
            inputs=tuple(self.input_clause(child) for child in self.kids(e, "input")),
            outputs=tuple(self.output_clause(child) for child in self.kids(e, "output")),
            rules=tuple(self.rule(number, row) for number, row in enumerate(rows, 1)), **common)

    def input_clause(self, e: Any) -> m.InputClause:
        inner = self.kid(e, "inputExpression")
        expression = m.Literal(text="") if inner is None else self.literal(
            inner, {"id": inner.get("id", ""), "line": inner.sourceline or 0, "type": self.type(inner)})
        return m.InputClause(e.get("id", ""), e.get("label", ""), expression,
                             self.text(self.kid(e, "inputValues")).strip(), e.sourceline or 0)

    def output_clause(self, e: Any) -> m.OutputClause:
        return m.OutputClause(e.get("id", ""), e.get("name", ""), e.get("label", ""), self.type(e),
                              self.text(self.kid(e, "outputValues")).strip(),
                              self.text(self.kid(e, "defaultOutputEntry")).strip(), e.sourceline or 0)

    def rule(self, number: int, e: Any) -> m.Rule:
        notes = [self.text(child).strip() for child in self.kids(e, "annotationEntry")]
        annotation = self.text(e, "description").strip() or "; ".join(note for note in notes if note)
        return m.Rule(number, e.get("id", ""), self.cells(e, "inputEntry"), self.cells(e, "outputEntry"), annotation,
                      e.sourceline or 0)

    def cells(self, e: Any, name: str) -> tuple[m.Literal, ...]:
        return tuple(self.literal(c, {"id": c.get("id", ""), "line": c.sourceline or 0}) for c in self.kids(e, name))

    # ---- the file
    def item(self, e: Any) -> m.ItemDefinition:
        components = tuple(self.item(child) for child in self.kids(e, "itemComponent"))
        function = self.kid(e, "functionItem")
        return m.ItemDefinition(
            e.get("name", ""), self.type(e), e.get("isCollection") == "true",
            self.text(self.kid(e, "allowedValues")).strip(), self.text(self.kid(e, "typeConstraint")).strip(),
            components or None, function is not None,
            "" if function is None else function.get("outputTypeRef", ""), e.sourceline or 0)

    def requirements(self, e: Any) -> m.Requirements:
        information, knowledge = self.kids(e, "informationRequirement"), self.kids(e, "knowledgeRequirement")
        return m.Requirements(
            tuple(href for one in information for href in self.hrefs(one, "requiredInput")),
            tuple(href for one in information for href in self.hrefs(one, "requiredDecision")),
            tuple(href for one in knowledge for href in self.hrefs(one, "requiredKnowledge")))

    def definitions(self, root: Any) -> m.Definitions:
        parts: dict[str, dict[str, Any]] = {name: {} for name in ("items", "inputs", "decisions", "knowledge",
                                                                  "services")}
        imports, seen = [], set()
        makers = {"inputData": ("inputs", self.input_data), "decision": ("decisions", self.decision),
                  "businessKnowledgeModel": ("knowledge", self.knowledge),
                  "decisionService": ("services", self.service)}
        for number, e in enumerate(root):
            kind = self.local(e)
            if kind == "import":
                imports.append(m.Import(e.get("name", ""), e.get("namespace", ""), e.get("locationURI", ""),
                                        e.sourceline or 0))
            elif kind == "itemDefinition":
                parts["items"][e.get("name", "")] = self.item(e)
            elif kind in makers:
                element_id = e.get("id") or f"_anonymous_{number}"
                if element_id in seen:
                    self.problems.append(problem("dmn_id_twice", self.file, element_id, e.sourceline or 0))
                seen.add(element_id)
                where, make = makers[kind]
                parts[where][element_id] = make(element_id, e)
        if self.problems:
            raise Refused(self.problems)
        return m.Definitions(root.get("namespace", ""), root.get("name", ""), self.file, tuple(imports), **parts)

    def variable(self, e: Any) -> m.Named:
        """The variable of an element: its name is the element's own where it has none."""
        inner = self.kid(e, "variable")
        return m.Named((None if inner is None else inner.get("name")) or e.get("name", ""), self.type(inner))

    def input_data(self, element_id: str, e: Any) -> m.InputData:
        variable = self.variable(e)
        return m.InputData(element_id, variable.name, variable.type, e.sourceline or 0)

    def decision(self, element_id: str, e: Any) -> m.Decision:
        variable = self.variable(e)
        return m.Decision(element_id, e.get("name", ""), variable.name, variable.type, self.requirements(e),
                          self.box(e), e.sourceline or 0)

    def knowledge(self, element_id: str, e: Any) -> m.KnowledgeModel:
        variable, inner = self.variable(e), self.kid(e, "encapsulatedLogic")
        function = None if inner is None else self.function(
            inner, {"id": inner.get("id", ""), "line": inner.sourceline or 0, "type": self.type(inner)})
        return m.KnowledgeModel(element_id, variable.name, variable.type, self.requirements(e), function,
                                e.sourceline or 0)

    def service(self, element_id: str, e: Any) -> m.DecisionOffer:
        return m.DecisionOffer(element_id, e.get("name", ""), self.variable(e).type, self.hrefs(e, "outputDecision"),
                                 self.hrefs(e, "inputDecision"), self.hrefs(e, "inputData"), e.sourceline or 0)
