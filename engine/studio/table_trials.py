"""A decision table tried with values: which rows match, which counts, what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import dmn, feel
from engine.dmn import model as m
from engine.errors import Problem, Refused

SAMPLES = {"string": '"…"', "number": "0", "boolean": "true", "date": 'date("2026-04-07")', "time": 'time("09:00:00")',
           "date and time": 'date and time("2026-04-07T09:00:00")', "days and time duration": 'duration("PT1H")',
           "years and months duration": 'duration("P1M")'}
"""What a value of each type looks like, as a hint."""


@dataclass(frozen=True, slots=True)
class TableInput:
    """A name that a decision needs: ``type`` as FEEL calls it, ``allowed`` the values its column lists (FEEL)."""

    name: str
    label: str
    type: str
    allowed: tuple[str, ...]
    sample: str


@dataclass(frozen=True, slots=True)
class DecisionHead:
    """A decision of a file with what it needs."""

    id: str
    name: str
    inputs: tuple[TableInput, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a decision gave: ``rows`` are the ids of the rules that match, ``chosen`` of those that count; ``result`` is
    FEEL. ``failure`` says why nothing came out, ``notes`` why parts are null; ``wrong`` is by input."""

    rows: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    result: str = ""
    failure: tuple[str, str] = ("", "")
    notes: tuple[tuple[str, str], ...] = ()
    wrong: tuple[tuple[str, str, str], ...] = ()


def heads(content: bytes | str, path: str = "") -> tuple[DecisionHead, ...]:
    """The decisions of a file and their inputs. Raises :class:`~engine.errors.Refused`."""
    model = dmn.read_model(content, path)
    return tuple(DecisionHead(one.id, one.name, _inputs(model, one)) for one in model.decisions)


def _inputs(model: dmn.DecisionModel, decision: m.Decision) -> tuple[TableInput, ...]:
    found: dict[str, TableInput] = {}
    waiting, seen = [decision], {decision.id}
    decisions = {one.id: one for one in model.decisions}
    drawn = {element.id: element for element in model.family.main.inputs.values()}
    while waiting:
        one = waiting.pop(0)
        made = set()
        for href in one.requirements.decisions:
            other = decisions.get(href.rpartition("#")[2])
            if other is not None:
                made.add(other.variable)
                if other.id not in seen:
                    seen.add(other.id)
                    waiting.append(other)
        for href in one.requirements.inputs:
            element = drawn.get(href.rpartition("#")[2])
            if element is not None:
                found.setdefault(element.name, _input(element.name, element.name, element.type, ""))
        if isinstance(one.box, m.DecisionTable):
            for clause in one.box.inputs:
                for name in _names(clause.expression.text) - made:
                    bare = clause.expression.text.strip() == name
                    kind = clause.expression.type if bare else _kind_of(clause.expression.text, name)
                    found.setdefault(name, _input(name, clause.title if bare or kind else name, kind,
                                                  _listed(clause, one.box) if bare else ""))
    return tuple(found.values())


def _input(name: str, label: str, kind: str, allowed: str) -> TableInput:
    values = tuple(part.strip() for part in allowed.split(",") if part.strip()) if allowed else ()
    if kind == "boolean":
        values = ("true", "false")
    return TableInput(name, label, kind, values, values[0] if values else SAMPLES.get(kind, ""))


def _listed(clause: m.InputClause, table: m.DecisionTable) -> str:
    """The values a column allows; of a text column without such a list those that its cells compare with."""
    if clause.values or clause.expression.type != "string":
        return clause.values
    place = table.inputs.index(clause)
    cells = [part.strip() for rule in table.rules for part in rule.inputs[place].text.split(",")]
    return ",".join(dict.fromkeys(cell for cell in cells if cell.startswith('"') and cell.endswith('"')))


def _names(text: str) -> set[str]:
    try:
        return set(feel.compile(text).free_names) - {"parameters", "?"}
    except feel.FeelError:
        return set()


def _kind_of(text: str, name: str) -> str:
    return "boolean" if text.replace(" ", "") in (f"{name}=true", f"{name}=false") else ""


def tried(content: bytes | str, path: str, decision: str, texts: Mapping[str, str], now: datetime,
          functions: Mapping[str, Any], parameters: Mapping[str, Any]) -> Trial:
    """``decision`` taken with ``texts`` (name -> FEEL; what is empty is null)."""
    values, wrong = {}, []
    for name, text in texts.items():
        try:
            values[name] = feel.evaluate(text, {}, clock=lambda: now) if text.strip() else None
        except feel.FeelError as error:
            wrong.append((name, error.sentence("zh"), error.sentence("en")))
    if wrong:
        return Trial(wrong=tuple(wrong))
    try:
        model = dmn.read_model(content, path)
        decided = model.decide(decision, {**values, "parameters": parameters}, clock=lambda: now, functions=functions)
    except (dmn.DecisionError, Refused) as error:
        return Trial(failure=(error.sentence("zh"), error.sentence("en")))
    fired = decided.fired
    return Trial(tuple(rule.rule_id for rule in fired), tuple(rule.rule_id for rule in fired if rule.chosen),
                 tuple(rule.rule_index for rule in fired if rule.chosen), feel.text(decided.value),
                 notes=tuple((note.sentence("zh"), note.sentence("en")) for note in decided.notes))


def findings(content: bytes | str, path: str, functions: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a table by itself: overlaps, gaps, expressions."""
    return dmn.check(content, path, functions=functions)
