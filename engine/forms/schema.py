"""The JSON schema of forms, with the field types and attributes that packages add."""

from __future__ import annotations

import copy
import functools
import json
from importlib.resources import files
from typing import Any

from engine.forms.types import field_type, type_names


@functools.cache
def _file() -> dict[str, Any]:
    return json.loads(files("engine.forms").joinpath("form.schema.json").read_text("utf-8"))


def form_schema() -> dict[str, Any]:
    """The schema of a form file; added field types and their attributes are part of it."""
    schema = copy.deepcopy(_file())
    properties = schema["$defs"]["field"]["properties"]
    properties["type"]["enum"] = list(type_names())
    for name in type_names():
        for attribute in field_type(name).attributes:  # type: ignore[union-attr]
            properties.setdefault(attribute, {})
    return schema


def part_schema(part: str) -> dict[str, Any]:
    """The schema of one part of a form file: ``groups``, ``fields``, ``field`` …"""
    schema = form_schema()
    return {"$schema": schema["$schema"], "$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
