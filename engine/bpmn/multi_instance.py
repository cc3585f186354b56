"""Repetition of activities: standard loops and multi-instance.

The token that came in stays as the *body*: boundary events hang on it, and it counts. Each instance is a token of its
own at the same node (``of``: the body, ``i``: its index); its item is a local variable of that instance.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.bpmn.definitions import EventDefinition
from engine.bpmn.failures import RunFailed
from engine.bpmn.model import LoopInfo

if TYPE_CHECKING:
    from engine.bpmn.nodes import Node
    from engine.bpmn.tokens import Token

MOST_INSTANCES = 1000
"""Instances of one multi-instance activity, at most."""


class Repetition:
    """What standard loops and multi-instance share; the state stands in ``notes['loop']`` of the body."""

    def __init__(self, node: Node, info: LoopInfo):
        self.node = node
        self.info = info

    def begin(self, body: Token) -> bool | None:
        """Start the first instance or instances; true if there are none."""
        raise NotImplementedError

    def merged(self, body: Token, instance: Token) -> None:
        """An instance is done."""
        raise NotImplementedError

    def _spawn(self, body: Token, index: int, local: dict[str, Any]) -> Token:
        process = body.process
        return process.make(body.scope, self.node, notes={"of": body.id, "i": index, "vars": local})


class StandardLoop(Repetition):
    """Again while the condition holds, at most ``maximum`` times; tested before or after each pass."""

    def begin(self, body: Token) -> bool | None:
        body.notes["loop"] = {"done": 0}
        self._count(body)
        if self.info.test_before and not self._again(body):
            return True
        self._next(body)
        return None

    def merged(self, body: Token, instance: Token) -> None:  # noqa: ARG002
        body.notes["loop"]["done"] += 1
        self._count(body)
        if self._again(body):
            self._next(body)
        else:
            body.complete()

    def _count(self, body: Token) -> None:
        body.notes.setdefault("vars", {})["loopCounter"] = body.notes["loop"]["done"]

    def _again(self, body: Token) -> bool:
        done = body.notes["loop"]["done"]
        if self.info.maximum is not None and done >= self.info.maximum:
            return False
        return self.info.condition is None or body.process.condition(body, self.info.condition)

    def _next(self, body: Token) -> None:
        done = body.notes["loop"]["done"]
        body.process.bring(self._spawn(body, done, {"loopCounter": done}))


class MultiInstance(Repetition):
    """Once for each item of a list, or as many times as the cardinality says."""

    def __init__(self, node: Node, info: LoopInfo):
        super().__init__(node, info)
        self.thrown: tuple[EventDefinition, ...] = ()
        """What the behaviours ``None`` and ``One`` throw."""
        self.complex: tuple[tuple[str, tuple[EventDefinition, ...]], ...] = ()
        """The behaviour ``Complex``: condition and what it throws."""

    def begin(self, body: Token) -> bool | None:
        items, total = self._instances(body)
        loop = {"n": total, "done": 0, "next": 0}
        if items is not None and self.info.kind == "sequential":
            loop["items"] = items
        if self.info.output_collection:
            loop["out"] = [None] * total
        body.notes["loop"] = loop
        inner = getattr(self.node, "inner", None)
        body.process.allowance[self.node.name] = total * (2 + 2 * len(inner.task_specs if inner is not None else ()))
        if total == 0:
            self._hand_out(body)
            return True
        if self.info.kind == "sequential":
            self._next(body)
        else:
            spawned = [self._spawn(body, index, self._local(index, items)) for index in range(total)]
            loop["next"] = total
            for instance in spawned:
                if instance.alive and body.alive:
                    body.process.bring(instance)
        return None

    def merged(self, body: Token, instance: Token) -> None:
        loop, process = body.notes["loop"], body.process
        loop["done"] += 1
        if "out" in loop:
            loop["out"][instance.notes["i"]] = self._output(instance)
        self._behave(body, instance)
        if not body.alive:
            return
        if self.info.condition is not None and process.condition(body, self.info.condition, self.counters(body)):
            for other in list(body.scope.tasks.values()):
                if other.notes.get("of") == body.id and other is not instance:
                    other.cancel()
        elif loop["done"] < loop["n"]:
            if self.info.kind == "sequential":
                self._next(body)
            return
        self._hand_out(body)
        body.complete()

    def counters(self, body: Token) -> dict[str, Any]:
        """What expressions about the whole may ask, by the names of Camunda and of the standard."""
        loop = body.notes["loop"]
        active = 0 if self.info.kind == "sequential" else max(0, loop["next"] - loop["done"])
        return {"nrOfInstances": loop["n"], "nrOfCompletedInstances": loop["done"], "nrOfActiveInstances": active,
                "numberOfInstances": loop["n"], "numberOfCompletedInstances": loop["done"],
                "numberOfActiveInstances": active, "numberOfTerminatedInstances": 0}

    def _instances(self, body: Token) -> tuple[list[Any] | None, int]:
        process, info = body.process, self.info
        items = None
        if info.collection is not None:
            items = process.value(body, info.collection)
            if not isinstance(items, list):
                raise RunFailed(self.node.name, "not_a_list", text=info.collection.source)
            total = len(items)
        if info.cardinality is not None:
            count = _whole(process.value(body, info.cardinality), self.node.name)
            total = count if items is None else min(count, len(items))
        if total > MOST_INSTANCES:
            raise RunFailed(self.node.name, "too_many_instances", limit=MOST_INSTANCES)
        return items, total

    def _local(self, index: int, items: list[Any] | None) -> dict[str, Any]:
        local: dict[str, Any] = {"loopCounter": index}
        if items is not None and self.info.element_variable:
            local[self.info.element_variable] = items[index]
        if self.info.output_element is not None and not self.info.output_element.feel:
            local.setdefault(self.info.output_element.source, None)
        return local

    def _next(self, body: Token) -> None:
        loop = body.notes["loop"]
        index = loop["next"]
        loop["next"] = index + 1
        body.process.bring(self._spawn(body, index, self._local(index, loop.get("items"))))

    def _output(self, instance: Token) -> Any:
        element = self.info.output_element
        if element is None:
            return None
        if element.feel:
            return instance.process.evaluate(instance, element.source)
        return instance.process.view(instance).get(element.source)

    def _hand_out(self, body: Token) -> None:
        loop = body.notes["loop"]
        if "out" in loop:
            body.process.assign(body, {self.info.output_collection: loop["out"]})

    def _behave(self, body: Token, instance: Token) -> None:
        router, behavior = body.process.router, self.info.behavior
        if behavior == "None" or (behavior == "One" and body.notes["loop"]["done"] == 1):
            for definition in self.thrown:
                if body.alive:
                    router.throw(body, definition, {}, at=body)
        elif behavior == "Complex":
            for condition, definitions in self.complex:
                if body.alive and body.process.condition(instance, condition, self.counters(body)):
                    for definition in definitions:
                        router.throw(body, definition, {}, at=body)


def _whole(value: Any, element_id: str) -> int:
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except ArithmeticError:
            raise RunFailed(element_id, "bad_cardinality", value=value) from None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value != int(value):
        raise RunFailed(element_id, "bad_cardinality", value=value)
    if value < 0:
        raise RunFailed(element_id, "negative_cardinality", value=value)
    return int(value)
