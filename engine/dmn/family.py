"""A file and those it imports, put together: names resolved, circles refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from engine.errors import Problem, Refused

from . import model as m
from .reading import read_definitions
from .sentences import problem

MAX_DEPTH = 60
"""How many decisions may require each other in a row."""

MAX_PATHS = 8
"""Ways to an imported file that are looked at, and how many imports one may lead through."""

Key = tuple[str, str]


class Family:
    """Definitions by namespace; ``main`` is the file that was asked for, ``missing`` the imports nobody gave."""

    def __init__(self, main: m.Definitions, others: Mapping[str, m.Definitions]):
        self.main = main
        self.members: dict[str, m.Definitions] = {main.namespace: main}
        self.missing: list[m.Import] = []
        self._paths: dict[str, tuple[tuple[str, ...], ...]] = {}
        waiting = list(main.imports)
        while waiting:
            one = waiting.pop(0)
            if one.namespace in self.members:
                continue
            if one.namespace in others:
                self.members[one.namespace] = others[one.namespace]
                waiting += others[one.namespace].imports
            elif one not in self.missing:
                self.missing.append(one)

    # ---- looking up
    def _find(self, part: str, namespace: str, href: str) -> tuple[str, Any] | None:
        home, element = m.split_href(href, namespace)
        definitions = self.members.get(home)
        found = getattr(definitions, part).get(element) if definitions is not None else None
        return None if found is None else (home, found)

    def input(self, namespace: str, href: str) -> tuple[str, m.InputData] | None:
        """The input data that a href of ``namespace`` means, with the namespace it is in."""
        return self._find("inputs", namespace, href)

    def decision(self, namespace: str, href: str) -> tuple[str, m.Decision] | None:
        """The decision a href means, with its namespace."""
        return self._find("decisions", namespace, href)

    def knowledge(self, namespace: str, href: str) -> tuple[str, m.KnowledgeModel] | None:
        """The knowledge model a href means, with its namespace."""
        return self._find("knowledge", namespace, href)

    def service(self, namespace: str, href: str) -> tuple[str, m.DecisionOffer] | None:
        """The decision service a href means, with its namespace."""
        return self._find("services", namespace, href)

    def import_name(self, namespace: str, other: str) -> str:
        """Under which name the file of ``namespace`` imports ``other``; '' for its own and for nameless imports."""
        if namespace == other:
            return ""
        return next((one.name for one in self.members[namespace].imports if one.namespace == other and one.name), "")

    def paths(self, namespace: str) -> tuple[tuple[str, ...], ...]:
        """The ways from the main file to another by the names of imports, shortest first: ``("lib", "base")``."""
        if namespace not in self._paths:
            found, waiting = [], [((), self.main.namespace)]
            while waiting and len(found) < MAX_PATHS:
                path, home = waiting.pop(0)
                if home == namespace and path:
                    found.append(path)
                elif len(path) < MAX_PATHS:
                    waiting += [((*path, one.name), one.namespace) for one in self.members[home].imports
                                if one.namespace in self.members and one.name not in path][:MAX_PATHS]
                waiting = waiting[:MAX_PATHS * MAX_PATHS]
            self._paths[namespace] = tuple(found)
        return self._paths[namespace]

    def unbound(self, namespace: str, decision: m.Decision) -> bool:
        """Does a decision see all inputs given? Where the drawing says nothing about inputs it does, as in Camunda."""
        needs = decision.requirements
        return not (needs.inputs or needs.decisions) or not self.members[namespace].inputs

    def spaced_names(self) -> frozenset[str]:
        """All names that are no single word: FEEL must know them to read ``customer.monthly income``."""
        found: set[str] = set()
        for definitions in self.members.values():
            for part in (definitions.inputs, definitions.knowledge, definitions.services, definitions.decisions):
                found.update(element.name for element in part.values())
            found.update(decision.variable for decision in definitions.decisions.values())
            waiting: list[m.ItemDefinition] = list(definitions.items.values())
            while waiting:
                item = waiting.pop()
                found.add(item.name)
                waiting += item.components or ()
            for box in self.boxes(definitions):
                found.update(_declared(box))
        return frozenset(name for name in found if name and not name.isidentifier())

    @staticmethod
    def boxes(definitions: m.Definitions) -> Iterator[m.Box]:
        """Every boxed expression of a file."""
        waiting: list[Any] = [decision.box for decision in definitions.decisions.values()]
        waiting += [model.function for model in definitions.knowledge.values()]
        while waiting:
            one = waiting.pop()
            if isinstance(one, (tuple, list)):
                waiting += one
            elif isinstance(one, m.Entry):
                waiting.append(one.box)
            elif isinstance(one, m.Box):
                yield one
                if not isinstance(one, (m.DecisionTable, m.Literal)):
                    waiting += [getattr(one, field.name) for field in fields(one)]


def _declared(box: m.Box) -> Iterator[str]:
    """The names a box gives to parts of its value."""
    if isinstance(box, m.BoxedContext):
        yield from (entry.name for entry in box.entries if entry.name)
    elif isinstance(box, m.Relation):
        yield from (column.name for column in box.columns)
    elif isinstance(box, m.DecisionTable):
        yield from (output.name for output in box.outputs)


def read_family(xml: bytes | str, file: str, imports: Mapping[str, bytes | str] | None) -> Family:
    """Read a file and, of ``imports`` (file name to XML), those it needs.

    Raises :class:`~engine.errors.Refused` for what cannot be read and for decisions or types that go round in a circle.
    """
    main = read_definitions(xml, file)
    others: dict[str, m.Definitions] = {}
    broken: list[Problem] = []
    for name, text in (imports or {}).items() if main.imports else ():
        try:
            other = read_definitions(text, name)
            others[other.namespace] = other
        except Refused as refused:  # of no matter unless it is needed
            broken += refused.problems
    family = Family(main, others)
    if family.missing and broken:
        raise Refused(broken)
    circles = [*_requirement_problems(family), *_type_problems(family)]
    if circles:
        raise Refused(circles)
    return family


def _requirement_problems(family: Family) -> list[Problem]:
    """A problem for the first circle among decisions, or for a chain of them that is too long."""
    depth: dict[Key, int] = {}
    for start in [(home, one.id) for home, file in family.members.items() for one in file.decisions.values()]:
        path: list[tuple[Key, Iterator[Key]]] = [] if start in depth else [(start, _needs(family, start))]
        on_path = {key for key, _ in path}
        while path:
            key, needs = path[-1]
            following = next((need for need in needs if need not in depth), None)
            if following is None:
                depth[key] = 1 + max((depth[need] for need in _needs(family, key)), default=0)
                on_path.discard(path.pop()[0])
            elif following in on_path:
                circle = [one for one, _ in path][[one for one, _ in path].index(following):]
                return [_path_problem("dmn_cycle", family, [*circle, following])]
            else:
                path.append((following, _needs(family, following)))
                on_path.add(following)
            if len(path) > MAX_DEPTH or (not path and depth[key] > MAX_DEPTH):
                return [_path_problem("dmn_too_deep", family, [one for one, _ in path][:3] or [start])]
    return []


def _needs(family: Family, key: Key) -> Iterator[Key]:
    decision = family.members[key[0]].decisions[key[1]]
    found = (family.decision(key[0], href) for href in decision.requirements.decisions)
    return iter([(home, one.id) for home, one in (pair for pair in found if pair)])


def _path_problem(code: str, family: Family, path: list[Key]) -> Problem:
    decisions = [family.members[home].decisions[element] for home, element in path]
    return problem(code, family.members[path[0][0]].file, decisions[0].id, decisions[0].line, limit=MAX_DEPTH,
                   path=" → ".join(one.name for one in decisions))


def _type_problems(family: Family) -> list[Problem]:
    """Types that are themselves: ``a`` of type ``b`` of type ``a`` (components may hold their own type)."""
    found = []
    for definitions in family.members.values():
        for item in definitions.items.values():
            seen, one = set(), item
            while one is not None and one.components is None and one.type != one.name:
                if one.name in seen:
                    found.append(problem("dmn_type_cycle", definitions.file, item.name, item.line, name=item.name))
                    break
                seen.add(one.name)
                one = definitions.items.get(one.type.rpartition(":")[2])
    return found
