"""How the other parts of a deployment fit the processes that use them: decision tables, deadlines, connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import dmn, feel
from engine.bpmn import ProcessModel
from engine.calendar import DeadlineRule
from engine.checking.expressions import HOST_FUNCTIONS
from engine.connectors import INSIDE, WINDOW, Mail, Sms
from engine.connectors.connector import FAILURES, wrong_inputs
from engine.errors import Problem, word
from engine.packs import DeadlineDeclaration, PackContent

Names = Mapping[str, Any]
TOPICS = {**{one.name: (*one.inputs, WINDOW) for one in (Mail, Sms)}, **{one.name: one.inputs for one in INSIDE}}
"""Inputs of the connectors that are always there; those of installed packages are not known to a check."""


# --- decision tables
def check_decision(model: dmn.DecisionModel, file: str, raw: bytes, users: Sequence[tuple[ProcessModel, Names]],
                   known: frozenset[str]) -> Iterator[Problem]:
    """What a table asks for and no process that uses it has. ``known``: problems told already, by their sentences."""
    for process, names in users:
        for problem in dmn.check(raw, file, names=[*names, "parameters"], functions=HOST_FUNCTIONS):
            if str(problem) not in known:  # messages and programs may bring a name as well: never an error
                yield replace(problem, severity="warning") if problem.severity == "error" else problem
        for name in model.input_names:
            if name not in names and name != "parameters":
                yield Problem(
                    "dmn_input_unfilled", f"决策表的输入“{name}”在流程“{process.name or process.key}”中没有来源。",
                    f"Nothing fills the input “{name}” of the table in the process “{process.name_en or process.key}”.",
                    file=file, element=name, severity="warning")


# --- deadlines
def check_deadline(pack: PackContent, row: DeadlineDeclaration, file: str, line: int,
                   names: Names | None) -> list[Problem]:
    """The FEEL of a deadline's limit and clock; ``names`` are the variables of the processes that use it, if any do."""
    texts, problems = [], []
    if isinstance(row.limit, str) and row.limit.startswith("="):
        texts.append(("limit", row.limit[1:]))
    else:
        try:
            DeadlineRule.read(row.limit, row.options.get("reminder"))
        except ValueError:
            problems.append(Problem(
                "deadline_limit", f"期限 {row.key} 的 limit 不是时长，也不是日期：{row.limit}",
                f"The limit of deadline {row.key} is neither a duration nor a date: {row.limit}", file=file,
                element=row.key, line=line))
    if row.clock != "created":
        texts.append(("clock", row.clock.removeprefix("=")))
    scope = None if names is None else {**names, "created": "date and time", "parameters": parameter_kinds(pack)}
    for attribute, text in texts:
        analysis = feel.analyse(text, scope, HOST_FUNCTIONS)
        found = [(f"feel_{one.code}", one.sentence("zh"), one.sentence("en"), one.severity)
                 for one in analysis.findings]
        if not found and analysis.kind not in MOMENTS:
            found = [("deadline_no_moment", f"得出的是 {analysis.kind}，不是时刻。",
                      f"It gives a {analysis.kind}, not a moment.", "error")]
        problems += [
            Problem(code, f"期限 {row.key} 的 {attribute}：{zh}", f"{attribute} of deadline {row.key}: {en}", file=file,
                    element=row.key, line=line, severity=severity) for code, zh, en, severity in found]
    return problems


def check_has_deadline(model: ProcessModel, pack: PackContent | None) -> Iterator[Problem]:
    """User tasks that nothing presses: no deadline, no due date, no timer at them. Only where the pack has deadlines.

    The first step of a case that a person starts is done at once. An empty ``bihuan:deadline``: none is meant.
    """
    timed = {element.attached_to for element in model.elements.values() if "timer" in element.events}
    starts = {event.element_id for event in model.start_events if event.kind == "none"}
    timed |= {flow.target for flow in model.flows.values() if flow.source in starts}
    for element in model.elements.values() if pack is not None and pack.deadlines else ():
        if element.kind == "userTask" and element.id not in timed and "bihuan:deadline" not in element.properties \
                and not element.attributes.get("dueDate"):
            yield Problem("deadline_missing", f"“{element.name or element.id}”没有期限，不会提醒，也不会升级。",
                          f"“{element.name_en or element.id}” has no deadline: nobody is reminded, nothing escalates.",
                          file=model.file, element=element.id, severity="hint", line=element.line)


MOMENTS = frozenset({"any", "null", "date", "date and time"})
PARAMETER_KINDS = {"bool": "boolean", "int": "number", "number": "number", "text": "string", "enum": "string",
                   "duration": "any", "date": "date"}


def parameter_kinds(pack: PackContent | None) -> Any:
    """The parameters of a pack with their kinds in FEEL."""
    if pack is None:
        return "any"
    kinds = {}
    for name, one in pack.parameters.items():
        value = one.value(one.default) if one.type == "duration" else None
        kinds[name] = feel.kind(value) if value is not None else PARAMETER_KINDS.get(one.type, "any")
    return kinds


# --- connectors
def check_connectors(model: ProcessModel) -> Iterator[Problem]:
    """Service tasks whose inputs their connector does not take, or misses."""
    for element in model.elements.values():
        topic = element.attributes.get("topic", "")
        if not topic or topic.startswith("="):
            continue
        if topic not in TOPICS:
            yield _wrong(model, element, "topic_unknown", topic, "warning")  # an installed package may bring it
            continue
        for code, name in wrong_inputs(TOPICS[topic], element.inputs):
            yield _wrong(model, element, code, name, "error")


def _wrong(model: ProcessModel, element: Any, code: str, name: str, severity: str) -> Problem:
    zh, en = (word(text, {"name": name}) for text in FAILURES[code])
    return Problem(code, f"“{element.name or element.id}”：{zh}", f"“{element.name_en or element.id}”: {en}",
                   file=model.file, element=element.id, line=element.line, severity=severity)
