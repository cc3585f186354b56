"""The FEEL of drawings, checked before anything runs: syntax, functions, names nobody fills, types that do not fit.

Which names a process has is gathered from the drawing itself (results, mappings, elements of loops), the forms it uses
with what they set, and the callers that hand something over. What comes with messages or from programs cannot be
known, so a name that nobody fills is a warning and never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine import feel
from engine.bpmn import Element, ProcessModel, handed_names, written_names
from engine.calendar import WorkingCalendar, calendar_functions
from engine.errors import Problem
from engine.forms import Field, Form

FORM_TYPES = {
    "text": "string", "longtext": "string", "phone": "string", "email": "string", "idno": "string", "month": "string",
    "enum": "any", "int": "number", "number": "number", "money": "number", "percent": "number", "bool": "boolean",
    "date": "date", "datetime": "date and time", "time": "time"}
"""FEEL's type of the value of a form field, where it is one of FEEL's own."""
REFERENCES: dict[str, Any] = {
    "ref": {"register": "string", "id": "any", "label": "string"}, "user": {"login": "string", "name": "string"},
    "signature": {"file": "any", "method": "string", "signed_at": "date and time", "signer": "string"}}
"""What can be asked of values that point to something: a record's own columns are reached by ``record(…)``."""
GIVEN = ("case", "parameters", "loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances",
         "result", "activationCount", "scheduled_for", "holder", "signed_opinions", "unit", "user", "error",
         "errorCode", "errorMessage")
"""Names that the engine itself provides in places."""


def _refused_clock() -> datetime:
    raise RuntimeError("checking asks no clock")


HOST_FUNCTIONS: dict[str, Any] = {
    **calendar_functions(WorkingCalendar.from_declaration(), _refused_clock),
    "next number": lambda prefix: prefix,
    "records": lambda register, criteria=None: None,  # noqa: ARG005
    "record": lambda register, criteria: None,  # noqa: ARG005
    "look up": lambda questions: None,  # noqa: ARG005
    "people": lambda role=None: None}  # noqa: ARG005
"""What expressions may call besides FEEL's own functions (see :mod:`engine.expressions`)."""
LOOK_UPS = frozenset({"next number", "records", "record", "look up", "people"})
"""Those that ask the database."""


def check_expressions(model: ProcessModel, forms: Mapping[str, Form], callers: Sequence[ProcessModel],
                      parameters: Any = "any") -> list[Problem]:
    """Problems of all FEEL texts of a drawing, each at its element; ``parameters`` are those of its pack by kind."""
    models = {caller.key: caller for caller in callers}
    own = known_names(model, forms, callers) | {"parameters": parameters}
    problems = []
    for one in model.expressions:
        called = models.get(_called_by(model, one.element_id))
        names = own if called is None else own | known_names(called, forms, ())  # what comes back is read there
        analysis = feel.analyse(one.text, names, HOST_FUNCTIONS,
                                expected="boolean" if one.role in ("condition", "event") else None)
        if one.role == "event":
            problems += _looked_up(model, one.element_id, analysis)
        for finding in analysis.findings:
            element = model.elements.get(one.element_id)
            place = one.element_id if element is None else element.name or one.element_id
            problems.append(Problem(
                f"feel_{finding.code}",
                f"“{place}”的 {one.attribute}（第 {finding.line} 行第 {finding.column} 列）：{finding.sentence('zh')}",
                f"{one.attribute} of “{place}” (line {finding.line}, column {finding.column}): "
                f"{finding.sentence('en')}",
                file=model.file, element=one.element_id, severity=finding.severity,
                line=element.line if element else 0,
                params={**finding.params, "attribute": one.attribute, "text": one.text, "position": finding.position}))
    return problems


def _looked_up(model: ProcessModel, element_id: str, analysis: feel.Analysis) -> list[Problem]:
    """Look-ups in a conditional event: it is asked again when a variable changes, and a register tells nobody."""
    element = model.elements.get(element_id)
    return [Problem("feel_lookup_in_event", f"条件事件不能查登记簿或取号（{name}）：登记簿变了没有人会再问它。",
                    f"A conditional event cannot look into registers or draw numbers ({name}).",
                    file=model.file, element=element_id, line=element.line if element else 0)
            for name in sorted({one.name for one in analysis.called} & LOOK_UPS)]


def _called_by(model: ProcessModel, element_id: str) -> str:
    element = model.elements.get(element_id)
    return element.attributes.get("calledElement", "") if element is not None else ""


def known_names(model: ProcessModel, forms: Mapping[str, Form], callers: Iterable[ProcessModel]) -> dict[str, Any]:
    """Every variable that something fills -> its type as :func:`engine.feel.analyse` takes it, ``any`` if unknown."""
    names: dict[str, Any] = dict.fromkeys(GIVEN, "any")
    for element in model.elements.values():
        _of_element(element, names, forms)
    for name in (model.properties.get("bihuan:variables") or "").split(","):
        if name.strip():
            names.setdefault(name.strip(), "any")
    names.update(dict.fromkeys((name for name in written_names(model) if name not in names), "any"))
    for caller in callers:
        handed, everything = handed_names(caller, model.key)
        more = handed | (known_names(caller, forms, ()).keys() if everything and caller is not model else set())
        names.update(dict.fromkeys((name for name in more if name not in names), "any"))
    return names


def _of_element(element: Element, names: dict[str, Any], forms: Mapping[str, Form]) -> None:
    form = forms.get(element.attributes.get("formKey") or element.properties.get("bihuan:public", ""))
    if form is not None:
        names[form.key] = form_shape(form)
        names.update(dict.fromkeys((name for name in form.sets if name not in names), "any"))
    public = forms.get(element.inputs.get("form", ""))
    if public is not None:
        names[public.key] = form_shape(public)


def form_shape(form: Form) -> dict[str, Any]:
    """The fields of a form with their kinds in FEEL."""
    return {one.id: field_shape(one) for one in form.fields.values()}


def field_shape(one: Field) -> Any:
    """The kind of a field's value in FEEL; a table is a list of contexts."""
    if one.is_table:
        return [{column.id: field_shape(column) for column in one.columns}]
    if one.type.name == "enum" and one.options and not one.options_formula:
        return "number" if all(isinstance(option.id, int) for option in one.options) else "string"
    return REFERENCES.get(one.type.name) or FORM_TYPES.get(one.type.name, "any")
