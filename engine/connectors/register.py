"""Registers as a connector: a drawing finds, saves and links records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.connectors.connector import CallContext, Connector, ConnectorFailure, Input

OPERATIONS = ("find", "get", "save", "link")
_OWN = frozenset({"operation", "register", "values", "criteria", "text", "limit", "order", "id", "kind", "target",
                  "key"})


class RegisterCall(Connector):
    """Calls ``act(operation, register, arguments, key, context)``, which opens its own transaction.

    ``find``: ``criteria``, ``text``, ``limit``, ``order`` → ``{"records": […], "count": n, "first": {…} or null}``;
    ``get``: ``id`` or ``key``; ``save``: ``values`` (``id`` to change that record) → ``{"record": {…}}``; ``link``:
    ``id`` or ``key``, ``target`` (the case itself where not said), ``kind``. Inputs of other names are values of a
    save, criteria of a find.
    """

    name = "register"
    inputs = (Input("operation", "操作", "Operation", True), Input("register", "登记簿", "Register", True),
              Input("values", "值", "Values"), Input("criteria", "条件", "Criteria"),
              Input("text", "搜索词", "Search text"),
              Input("limit", "最多条数", "Limit"), Input("order", "排序", "Order"), Input("id", "记录", "Record"),
              Input("key", "记录的键", "Key of the record"), Input("kind", "关联类型", "Kind of link"),
              Input("target", "关联对象", "Target of the link"))
    open_inputs = True

    def __init__(self, act: Callable[[str, str, dict[str, Any], str, CallContext], Mapping[str, Any] | None]):
        self.act = act

    def call(self, inputs: Mapping[str, Any], key: str, context: CallContext) -> dict[str, Any]:
        # an empty value of a save clears the field, so empty inputs beyond our own are kept
        self.check(inputs)
        operation, register = str(inputs["operation"]), str(inputs["register"])
        if operation not in OPERATIONS:
            raise ConnectorFailure("input_wrong", retryable=False, name="operation", value=operation[:40])
        arguments = {name: value for name, value in inputs.items() if name in _OWN and value not in (None, "")}
        del arguments["operation"], arguments["register"]
        loose = {name: value for name, value in inputs.items() if name not in _OWN}
        into = "values" if operation == "save" else "criteria"
        named = arguments.get(into, {})
        if not isinstance(named, Mapping):
            raise ConnectorFailure("input_wrong", retryable=False, name=into, value=str(named)[:100])
        arguments[into] = {**loose, **named}
        if operation == "link":
            arguments.setdefault("kind", "case")
            arguments.setdefault("target", context.case_number)
        return dict(self.act(operation, register, arguments, key, context) or {})
