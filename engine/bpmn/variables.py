"""Variables of a run: those of the instance, and local layers of instances of a loop, sub-processes and mappings.

A layer hangs on a token (``notes['vars']``). What is read is searched from the innermost layer outwards; what is
written goes to the innermost layer that has the name, or else to the instance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.bpmn.failures import RunFailed
from engine.bpmn.model import Flow, Text

if TYPE_CHECKING:
    from engine.bpmn.environment import Environment
    from engine.bpmn.tokens import Token

KEY = "bihuan:key:"
NULL_CONDITION = "null_condition"
"""Code of the environment's error where a condition is neither true nor false."""


class Variables:
    """The part of a run that reads, writes and evaluates."""

    variables: dict[str, Any]
    environment: Environment
    tokens: dict[str, Token]
    dirty: bool

    def layers(self, token: Token | None, *, outside: bool = False) -> Iterator[dict[str, Any]]:
        """Local layers from the innermost outwards; ``outside``: without that of the token itself."""
        while token is not None:
            if not outside and (local := token.notes.get("vars")) is not None:
                yield local
            outside = False
            body = token.notes.get("of")
            token = self.tokens.get(body) if body is not None else token.scope.owner

    def view(self, token: Token | None, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All variables as they are seen at ``token``. The result may be the live dictionary: only read it."""
        layers = list(self.layers(token))
        counters = self._counters(token)
        if not layers and not extra and not counters:
            return self.variables
        seen = dict(self.variables)
        seen.update(counters)
        for layer in reversed(layers):
            seen.update(layer)
        if extra:
            seen.update(extra)
        return seen

    def assign(self, token: Token | None, values: Mapping[str, Any], *, outside: bool = False) -> None:
        """Write each value into the innermost layer that has its name, or into the instance."""
        if not values:
            return
        layers = list(self.layers(token, outside=outside))
        for name, value in values.items():
            layer = next((layer for layer in layers if name in layer), self.variables)
            layer[name] = value
        self.dirty = True

    def assign_outside(self, token: Token, values: Mapping[str, Any]) -> None:
        """As :meth:`assign`, past the local layer of ``token``, except for results of its own loop."""
        kept = {}
        node = token.task_spec
        element = node.repetition.info.output_element if node.repetition is not None else None
        if "of" in token.notes and element is not None and not element.feel and element.source in values:
            kept = {element.source: values[element.source]}
            self.assign(token, kept)
        self.assign(token, {name: value for name, value in values.items() if name not in kept}, outside=True)

    # -- time

    def now(self) -> datetime:
        """The present moment, in the zone of the environment if it has one."""
        now, zone = self.environment.now(), getattr(self.environment, "zone", None)
        return now if zone is None else now.astimezone(zone)

    # -- evaluation

    def evaluate(self, token: Token, text: str, extra: Mapping[str, Any] | None = None) -> Any:
        """The value of FEEL ``text`` at ``token``."""
        try:
            return self.environment.evaluate(text, self.view(token, extra))
        except Exception as error:
            raise _failed(token, text, error) from error

    def condition(self, token: Token, text: str, extra: Mapping[str, Any] | None = None) -> bool:
        """Whether the condition holds; the environment raises where it is null."""
        try:
            return self.environment.condition(text, self.view(token, extra))
        except Exception as error:
            raise _failed(token, text, error) from error

    def holds(self, token: Token, flow: Flow, fallback: bool) -> bool:
        """Whether a flow's condition is true. One that is neither true nor false is not; with a ``fallback`` (a default
        flow) that is told as the event ``unclear``, without one it raises: never a silent wrong turn."""
        if flow.condition is None:
            return True
        try:
            return self.environment.condition(flow.condition, self.view(token))
        except Exception as error:
            if not fallback or getattr(error, "code", "") != NULL_CONDITION:
                raise _failed(token, flow.condition, error) from error
            self.tell("unclear", token, {"flow": flow.id, "text": flow.condition,
                                         "missing": getattr(error, "params", {}).get("missing", "")})
            return False

    def value(self, token: Token, text: Text | None, extra: Mapping[str, Any] | None = None) -> Any:
        """The value of a text that may be literal."""
        if text is None:
            return None
        return self.evaluate(token, text.source, extra) if text.feel else text.source

    def value_in(self, token: Token, text: Text | None, variables: dict[str, Any]) -> Any:
        """The value of a text over ``variables`` alone."""
        if text is None or not text.feel:
            return text.source if text is not None else None
        try:
            return self.environment.evaluate(text.source, variables)
        except Exception as error:
            raise _failed(token, text.source, error) from error

    def decide(self, token: Token) -> tuple[Any, Any]:
        """The decision of a business rule task: (value, fired rules)."""
        element = token.task_spec.element
        try:
            return self.environment.decide(element, self.view(token))
        except Exception as error:
            raise _failed(token, element.attributes.get("decisionRef", ""), error) from error

    def correlation(self, token: Token, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The keys a message goes by: the properties ``bihuan:key:<name>`` (FEEL each) of the element, or
        ``bihuan:correlation`` (a FEEL context)."""
        properties, keys = token.task_spec.element.properties, {}
        if text := properties.get("bihuan:correlation"):
            keys = self.evaluate(token, text.lstrip().removeprefix("="), payload)
            if not isinstance(keys, dict):
                raise RunFailed(token.task_spec.name, "bad_mapping", name="bihuan:correlation")
        for name, text in properties.items():
            if name.startswith(KEY):
                keys[name[len(KEY):]] = self.evaluate(token, text.lstrip().removeprefix("="), payload)
        return keys

    def _counters(self, token: Token | None) -> dict[str, Any]:
        """Numbers of the multi-instance around, innermost last."""
        found: dict[str, Any] = {}
        while token is not None:
            body = self.tokens.get(token.notes["of"]) if "of" in token.notes else None
            if body is not None and "n" in body.notes.get("loop", ()):
                found = {**body.task_spec.repetition.counters(body), **found}
            token = token.scope.owner
        return found


def _failed(token: Token, text: str, error: Exception) -> Exception:
    """An error of the environment that has a sentence becomes one that names the element; others stay."""
    sentence = getattr(error, "sentence", None)
    if isinstance(error, RunFailed) or sentence is None:
        return error
    return RunFailed(token.task_spec.name, "expression", text=text, cause_zh=sentence("zh"), cause_en=sentence("en"),
                     cause=getattr(error, "code", ""))
