"""Compiled versions of processes: drawing, forms and decision tables, parsed once and kept by their id.

A version never changes, so a copy in memory never grows old.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from engine import dmn
from engine.bpmn import ProcessModel, read_models
from engine.cards import Bilingual
from engine.errors import NotFound
from engine.forms import Form, read_form, read_groups
from engine.models.repository import DefinitionPart, ProcessDefinition, Resource
from engine.search_fields import PROPERTY as SEARCH
from engine.search_fields import SearchField, declared

KEPT = 200
"""Compiled versions kept in memory by one process."""


@dataclass(frozen=True)
class Definition:
    """A version of a process, ready to run."""

    id: str
    key: str
    version: int
    pack: str
    model: ProcessModel
    forms: Mapping[str, Form]
    decisions: Mapping[str, tuple[dmn.DecisionModel, str]]
    number_prefix: str

    @property
    def name(self) -> Bilingual:
        return Bilingual(self.model.name, self.model.name_en)

    @cached_property
    def searched(self) -> tuple[SearchField, ...]:
        """The business fields it declares for searching."""
        return declared(self.model.properties, self.forms)

    def element_name(self, element_id: str) -> Bilingual:
        """The name of an element for people."""
        element = self.model.elements.get(element_id)
        return Bilingual(element.name or element_id, element.name_en) if element else Bilingual(element_id)


class Definitions:
    """Finds and keeps compiled versions."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Definition] = OrderedDict()
        self._searched: dict[str, tuple[SearchField, ...]] = {}
        self._lock = threading.Lock()

    def get(self, connection: Connection, definition_id: str) -> Definition:
        """The version with this id. Raises :class:`NotFound`."""
        with self._lock:
            found = self._kept.get(definition_id)
            if found is not None:
                self._kept.move_to_end(definition_id)
                return found
        compiled = _compile(connection, definition_id)
        with self._lock:
            self._kept[definition_id] = compiled
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return compiled

    def searched(self, connection: Connection, ids: Iterable[str]) -> dict[str, tuple[SearchField, ...]]:
        """The business fields that versions declare for searching, by id. Versions whose drawing names none, as most
        do, are not compiled for it."""
        wanted = list(ids)
        unknown = [one for one in wanted if one not in self._searched]
        if unknown:
            drawings = connection.execute(
                select(DefinitionPart.definition_id, Resource.content)
                .join(Resource, Resource.sha256 == DefinitionPart.sha256)
                .where(DefinitionPart.definition_id.in_(unknown), DefinitionPart.kind == "bpmn"))
            telling = {row.definition_id for row in drawings if SEARCH.encode() in row.content}
            self._searched |= {one: self.get(connection, one).searched if one in telling else () for one in unknown}
        return {one: self._searched[one] for one in wanted}

    def newest(self, connection: Connection, key: str, version_tag: str | None = None,
               version: int | None = None) -> Definition:
        """The newest version of ``key`` (of those with ``version_tag``, or exactly ``version``). Raises NotFound."""
        query = select(ProcessDefinition.id).where(ProcessDefinition.key == key)
        if version_tag is not None:
            query = query.where(ProcessDefinition.version_tag == version_tag)
        if version is not None:
            query = query.where(ProcessDefinition.version == version)
        found = connection.scalar(query.order_by(ProcessDefinition.version.desc()).limit(1))
        if found is None:
            raise NotFound(what=key)
        return self.get(connection, found)


def _compile(connection: Connection, definition_id: str) -> Definition:
    row = connection.execute(select(
        ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.pack, ProcessDefinition.number_prefix,
    ).where(ProcessDefinition.id == definition_id)).first()
    if row is None:
        raise NotFound(what="process")
    parts: dict[str, dict[str, tuple[bytes, str]]] = {"bpmn": {}, "form": {}, "dmn": {}, "groups": {}}
    for kind, key, file, content in connection.execute(
            select(DefinitionPart.kind, DefinitionPart.key, DefinitionPart.file, Resource.content)
            .join(Resource, Resource.sha256 == DefinitionPart.sha256)
            .where(DefinitionPart.definition_id == definition_id)):
        parts[kind][key] = (content, file)
    groups = {key: group for content, name in parts["groups"].values()
              for key, group in read_groups(content, name).items()}
    drawing, file = parts["bpmn"][row.key]
    model = next(model for model in read_models(drawing, file) if model.key == row.key)
    return Definition(
        definition_id, row.key, row.version, row.pack, model,
        forms={key: read_form(content, name, groups) for key, (content, name) in parts["form"].items()},
        decisions={key: (dmn.read_model(content, name), key) for key, (content, name) in parts["dmn"].items()},
        number_prefix=row.number_prefix)


def drawing_of(connection: Connection, definition_id: str) -> bytes:
    """The drawing as it was deployed, byte for byte. Raises :class:`NotFound`."""
    content: Any = connection.scalar(
        select(Resource.content).join(DefinitionPart, DefinitionPart.sha256 == Resource.sha256)
        .where(DefinitionPart.definition_id == definition_id, DefinitionPart.kind == "bpmn"))
    if content is None:
        raise NotFound(what="process")
    return content
