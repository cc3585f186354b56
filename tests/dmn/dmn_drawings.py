"""Small DMN files, drawn in a line: what the stories of this folder are told with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*elements: str, namespace: str = "here", model: str = MODEL) -> str:
    """A file of these elements."""
    return (f'<definitions xmlns="{model}" namespace="{namespace}" name="drawing" id="drawing">'
            f'{"".join(elements)}</definitions>')


def inputs(**types: str) -> str:
    """Input data by name and type; their ids are their names."""
    return "".join(f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/></inputData>'
                   for name, type_ in types.items())


def literal(text: str, type_: str = "") -> str:
    return f"<literalExpression{_type(type_)}><text>{escape(text)}</text></literalExpression>"


def decision(name: str, box: str, needs: Iterable[str] = (), type_: str = "", kind: str = "requiredInput",
             knows: Iterable[str] = ()) -> str:
    """A decision whose id is its name; ``needs`` are ids, those with a ``*`` before them decisions."""
    required = "".join(
        f'<informationRequirement><{"requiredDecision" if one.startswith("*") else kind} '
        f'href="{_href(one.lstrip("*"))}"/></informationRequirement>' for one in needs)
    known = "".join(f'<knowledgeRequirement><requiredKnowledge href="{_href(one)}"/></knowledgeRequirement>'
                    for one in knows)
    return (f'<decision id="{name}" name="{name}"><variable name="{name}"{_type(type_)}/>{required}{known}{box}'
            "</decision>")


def knowledge(name: str, box: str, parameters: Sequence[str] = (), kind: str = "", knows: Iterable[str] = ()) -> str:
    """A business knowledge model whose id is its name."""
    formal = "".join(f'<formalParameter name="{one}"/>' for one in parameters)
    known = "".join(f'<knowledgeRequirement><requiredKnowledge href="{_href(one)}"/></knowledgeRequirement>'
                    for one in knows)
    logic = f'<encapsulatedLogic{f" kind={chr(34)}{kind}{chr(34)}" if kind else ""}>{formal}{box}</encapsulatedLogic>'
    return (f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>{logic}{known}'
            "</businessKnowledgeModel>")


def column(expression: str, type_: str = "", values: str = "", label: str = "") -> str:
    allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
    return (f'<input id="in {expression}" label="{label}"><inputExpression{_type(type_)}><text>{escape(expression)}'
            f"</text></inputExpression>{allowed}</input>")


def output(name: str = "", type_: str = "", values: str = "", default: str = "") -> str:
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return f'<output name="{name}"{_type(type_)}>{allowed}{otherwise}</output>'


def table(columns: Sequence[str], outputs: Sequence[str], *rules: Sequence[str], hit: str = "", aggregate: str = "",
          type_: str = "") -> str:
    """A decision table; a rule is the texts of its cells, conditions first. Rule ids are ``r1``, ``r2`` …"""
    drawn = [one if one.startswith("<") else column(one) for one in columns]
    results = [one if one.startswith("<") else output(one) for one in outputs]
    rows = []
    for number, rule in enumerate(rules, 1):
        cells = [f"<inputEntry><text>{escape(text)}</text></inputEntry>" for text in rule[: len(columns)]]
        cells += [f"<outputEntry><text>{escape(text)}</text></outputEntry>" for text in rule[len(columns):]]
        rows.append(f'<rule id="r{number}">{"".join(cells)}</rule>')
    attributes = (f' hitPolicy="{hit}"' if hit else "") + (f' aggregation="{aggregate}"' if aggregate else "")
    return f'<decisionTable id="table"{attributes}{_type(type_)}>{"".join((*drawn, *results, *rows))}</decisionTable>'


def _type(type_: str) -> str:
    return f' typeRef="{type_}"' if type_ else ""


def _href(element: str) -> str:
    return element if "#" in element else "#" + element
