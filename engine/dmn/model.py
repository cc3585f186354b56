"""What a DMN file says, as plain frozen data: no XML, no evaluation.

The namespaces of DMN 1.1 to 1.5 differ in spelling only; :mod:`engine.dmn.reading` turns any of them into these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A boxed expression: ``type`` is its typeRef ('' where none), ``line`` counts from 1."""

    id: str = ""
    line: int = 0
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Box):
    """A FEEL text. ``language`` is the expression language where the file names one that is not FEEL."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A name with a type: a parameter, a column, a variable."""

    name: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a boxed context; ``name`` is None for the row that is the result."""

    name: str | None
    type: str
    box: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedContext(Box):
    """Entries in order, each seeing those above it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(Box):
    """A call of a function, its parameters bound by name."""

    function: Box | None
    bindings: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedList(Box):
    """A list of boxes."""

    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Box):
    """A list of contexts: one for each row, named by the columns."""

    columns: tuple[Named, ...]
    rows: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(Box):
    """``kind`` is FEEL, Java or PMML; only FEEL is ever evaluated."""

    parameters: tuple[Named, ...]
    body: Box | None
    kind: str = "FEEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Box):
    """``then`` where the condition is true, else ``otherwise``."""

    condition: Box | None
    then: Box | None
    otherwise: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterator(Box):
    """``for``, ``some`` or ``every`` (``kind``) over ``source``."""

    kind: str
    variable: str
    source: Box | None
    body: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Box):
    """The items of ``source`` for which ``match`` is true, or the one whose number it gives."""

    source: Box | None
    match: Box | None


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions; ``values`` are its unary tests of allowed values ('' where none)."""

    id: str
    label: str
    expression: Literal
    values: str = ""
    line: int = 0

    @property
    def title(self) -> str:
        """What a person calls this column."""
        return self.label or self.expression.text.strip() or self.id


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of results; ``default`` is the text of its default entry ('' where none)."""

    id: str
    name: str
    label: str
    type: str = ""
    values: str = ""
    default: str = ""
    line: int = 0

    @property
    def title(self) -> str:
        """What a person calls this column."""
        return self.label or self.name or self.id


@dataclass(frozen=True, slots=True)
class Rule:
    """A row; ``number`` counts from 1 as the table shows it."""

    number: int
    id: str
    inputs: tuple[Literal, ...]
    outputs: tuple[Literal, ...]
    annotation: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Box):
    """``hit_policy`` as DMN spells it (``RULE ORDER``), ``aggregation`` SUM, MIN, MAX, COUNT or empty."""

    hit_policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type the file declares; ``components`` is None where it has none.

    ``function`` says that it is a type of functions, whose results are of the type ``result``.
    """

    name: str
    type: str = ""
    collection: bool = False
    allowed: str = ""
    constraint: str = ""
    components: tuple[ItemDefinition, ...] | None = None
    function: bool = False
    result: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Requirements:
    """What an element needs, each a href ``namespace#id`` or ``#id``."""

    inputs: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputData:
    """What is given; decisions see it under ``name``."""

    id: str
    name: str
    type: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """``variable`` is the name under which other decisions see its value."""

    id: str
    name: str
    variable: str
    type: str
    requirements: Requirements
    box: Box | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A function that decisions call by ``name``."""

    id: str
    name: str
    type: str
    requirements: Requirements
    function: FunctionDefinition | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class DecisionOffer:
    """DMN's decision service: hrefs of what it puts out, of decisions given to it, and of input data."""

    id: str
    name: str
    type: str
    outputs: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """Another file by its namespace; its things stand under ``name``."""

    name: str
    namespace: str
    location: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file."""

    namespace: str
    name: str
    file: str
    imports: tuple[Import, ...] = ()
    items: Mapping[str, ItemDefinition] = field(default_factory=dict)
    inputs: Mapping[str, InputData] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    knowledge: Mapping[str, KnowledgeModel] = field(default_factory=dict)
    services: Mapping[str, DecisionOffer] = field(default_factory=dict)


def split_href(href: str, namespace: str) -> tuple[str, str]:
    """``namespace#id`` -> (namespace, id), a bare ``#id`` being of ``namespace``."""
    head, _, element = href.partition("#")
    return head or namespace, element
