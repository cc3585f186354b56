"""What goes into an activity and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn.model import Text

if TYPE_CHECKING:
    from engine.bpmn.nodes import Node
    from engine.bpmn.run import ProcessRun
    from engine.bpmn.tokens import Token


@dataclass(frozen=True, slots=True)
class Passing:
    """One ``camunda:in`` or ``camunda:out``: a variable or an expression under a new name, or all variables."""

    target: str | None
    source: Text | None = None
    variable: str | None = None
    all: bool = False


@dataclass(frozen=True, slots=True)
class DataAssociation:
    """BPMN: what is copied between data objects or stores and the inputs or outputs of an activity."""

    source: str | None
    target: str
    transformation: str | None = None
    store: str | None = None
    """Id of the data store at its other end."""


def take_in(token: Token) -> None:
    """Evaluate inputs, in order, into the local variables of the activity; each sees those before it."""
    node, process = token.task_spec, token.process
    if not node.takes and not node.reads and not node.locals:
        return
    local = token.notes.setdefault("vars", {})
    for name in node.locals:
        local.setdefault(name, None)
    for read in node.reads:
        local[read.target] = _read(token, read)
    for name, text in node.takes:
        local[name] = process.value(token, text)


def give_out(token: Token) -> None:
    """Evaluate outputs where the local variables are seen, and write them around the activity."""
    node, process = token.task_spec, token.process
    if not node.gives and not node.writes:
        return
    found = _given(token)
    for write in node.writes:
        _write(token, write, found)
    process.assign_outside(token, found)


def give_parameters(token: Token) -> None:
    """The output parameters of an event that happened; what it received is in its data objects already."""
    if token.task_spec.gives:
        token.process.assign_outside(token, _given(token))


def _given(token: Token) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in token.task_spec.gives:
        found[name] = token.process.value(token, text, found)
    return found


def passed(passings: Sequence[Passing], process: ProcessRun, token: Token, source: dict[str, Any]) -> dict[str, Any]:
    """The variables handed over by ``passings`` out of ``source``."""
    found: dict[str, Any] = {}
    for passing in passings:
        if passing.all:
            found.update(source)
        elif passing.target:
            if passing.variable is not None:
                found[passing.target] = source.get(passing.variable)
            else:
                found[passing.target] = process.value_in(token, passing.source, source)
    return found


def returned(token: Token, values: dict[str, Any]) -> dict[str, Any]:
    """What a called process gives back out of its variables; its data outputs go to the local layer."""
    node = token.task_spec
    token.notes.setdefault("vars", {}).update({name: values[name] for name in node.locals if name in values})
    return passed(node.outs, token.process, token, values)


def sent(token: Token) -> dict[str, Any]:
    """What a throwing event sends along: its data inputs and input parameters."""
    node = token.task_spec
    found = {read.target: _read(token, read) for read in node.reads}
    return found | {name: token.process.value(token, text) for name, text in node.takes}


def received(node: Node, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a catching event puts into data objects out of what it received."""
    return {write.target: payload[write.source] for write in node.writes if write.source in payload}


def _read(token: Token, read: DataAssociation) -> Any:
    process = token.process
    if read.store is not None:
        return process.environment.read_store(read.store, token.task_spec.element, process.view(token))
    if read.transformation is not None:
        return process.evaluate(token, read.transformation)
    return process.view(token).get(read.source)


def _write(token: Token, write: DataAssociation, found: dict[str, Any]) -> None:
    process = token.process
    value = process.evaluate(token, write.transformation) if write.transformation is not None \
        else process.view(token).get(write.source)
    if value is None and write.transformation is None:
        return  # nothing was produced
    if write.store is not None:
        process.environment.write_store(write.store, token.task_spec.element, value, process.view(token))
    else:
        found[write.target] = value
