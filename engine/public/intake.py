"""A case that somebody starts who has no account: the form of a start event that says ``bihuan:public``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine import starting
from engine.authorization import SYSTEM
from engine.cards import Bilingual
from engine.definitions import Definition
from engine.errors import Conflict, Invalid, NotFound
from engine.expressions import Expressions
from engine.forms import Form, validate, view
from engine.forms_filled import Lookup
from engine.ids import new_id
from engine.live import Live
from engine.models.identity import FileUse
from engine.models.runtime import OnceToken, ProcessInstance
from engine.numbers import next_number
from engine.public import tokens, visits
from engine.wait_state import save, settle

KEPT_UPLOADS = timedelta(days=1)
"""How long a file may wait for the form it was uploaded for."""


@dataclass(frozen=True, slots=True)
class IntakeView:
    """The public page that starts a case; ``privacy`` is what it says of personal data."""

    process_key: str
    title: Bilingual
    unit: Bilingual | None
    form: Any
    privacy: Bilingual
    telephone: str


@dataclass(frozen=True, slots=True)
class RecordedCard:
    """What a customer gets at the end: the number, and the token by which to follow the case."""

    case_number: str
    token: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A start event that the public may use, in the unit of the link."""

    live: Live
    definition: Definition
    element_id: str
    kind: str
    form: Form
    unit_id: str | None
    expressions: Expressions

    @property
    def scope(self) -> dict[str, Any]:
        return {"user": None, "case": None, "parameters": self.expressions.parameters}

    @property
    def permissions(self) -> Any:
        return self.form.permissions("public" if "public" in self.form.tasks else self.element_id)


class PublicLookup(Lookup):
    """What a stranger's form may point to: files that a stranger brought, for this case or for none yet."""

    def __init__(self, parts: Any, connection: Connection, root_id: str | None = None):
        super().__init__(_Reader(parts, connection))  # type: ignore[arg-type]
        self._connection, self._root, self._since = connection, root_id, parts.clock.now() - KEPT_UPLOADS

    def record(self, register: str, key: int | str) -> dict[str, Any] | None:  # noqa: ARG002
        """Nothing: strangers choose from no register."""
        return None

    def user(self, login: str, role: str | None) -> dict[str, Any] | None:  # noqa: ARG002
        """Nobody: strangers choose no people."""
        return None

    def file(self, sha256: str) -> dict[str, Any] | None:
        """A file that came by the same page."""
        fresh = FileUse.root_id.is_(None) & (FileUse.at > self._since)
        brought = FileUse.root_id == self._root if self._root else fresh
        known = self._connection.scalar(select(FileUse.id).where(FileUse.sha256 == sha256, FileUse.by.is_(None),
                                                                 brought).limit(1))
        return super().file(sha256) if known else None


class _Reader:
    """What :class:`~engine.forms_filled.Lookup` needs of a family."""

    def __init__(self, parts: Any, connection: Connection):
        self.parts, self.connection, self.live = parts, connection, parts.live.at(connection)


def privacy_notice(parameters: Mapping[str, Any]) -> Bilingual:
    """What a public page says of personal data: parameters of the pack; nothing where it has none."""
    return Bilingual(*(str(parameters.get(name) or "") for name in ("privacy_notice", "privacy_notice_en")))


class PublicIntake:
    """The verbs; each is one transaction, and counts who asks before it begins."""

    _parts: Any

    def intake(self, process: str, unit: str | None = None, lang: str = "zh",
               entered: Mapping[str, Any] | None = None) -> IntakeView:
        """The page that starts a case of ``process`` in a unit; ``entered`` is what was typed and refused.

        Raises NotFound for a process that the public may not start and for a unit that is not there.
        """
        parts = self._parts
        with parts.database.reading() as connection:
            entry = _entry(parts, connection, process, unit)
            entry.expressions.functions["next number"] = lambda _prefix: None
            shown = view(entry.form, variables=entry.scope, evaluate=entry.expressions.evaluate, entered=entered,
                         now=entry.expressions.now(), permissions=entry.permissions, lang=lang)
        values, form = entry.expressions.parameters, entry.form
        there = entry.live.units.get(entry.unit_id or "") if unit else None
        title = Bilingual(form.title.zh, form.title.en)
        return IntakeView(process, title, there.name if there else None, shown,
                          privacy_notice(values), str(values.get("service_phone") or ""))

    def visit(self, address: str, token: str = "", *, writes: bool = False) -> None:
        """Count a request of somebody without an account. Raises TooOften."""
        visits.count(self._parts, address, token, writes=writes)

    def attach_first(self, process: str, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file for a case that is being recorded. Raises NotFound, TooLarge, ForbiddenType."""
        with self._parts.database.reading() as connection:
            _entry(self._parts, connection, process, None)
        return self._parts.files.put(name, data, None)

    def record(self, process: str, values: Mapping[str, Any], once: str, unit: str | None = None) -> RecordedCard:
        """Start the case. ``once`` is the page's one-time token: used twice, the first case is returned.

        Raises NotFound, Invalid.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            if once and not parts.database.insert_new(connection, OnceToken.__table__, token=once[:64], person_id="",
                                                      used_at=now):
                return self._earlier(connection, once[:64])
            entry = _entry(parts, connection, process, unit)
            outcome = _checked(parts, connection, entry, values)
            told = {entry.form.key: outcome.values} | dict(outcome.sets)
            by_message = entry.kind == "message"
            family = starting.begin(
                parts, connection, SYSTEM, now, process, entry=entry.element_id if by_message else None,
                payload=told if by_message else None, variables=None if by_message else told, unit_id=entry.unit_id,
                definition=entry.definition)
            root = family.root_id
            family.record.filled(root_id=root, instance_id=root, element_id=entry.element_id,
                                 definition_id=entry.definition.id, form_key=entry.form.key, values=outcome.values)
            settle(family, *family.members.values())
            save(family)
            _keep_files(connection, now, root, outcome.values)
            if once:
                connection.execute(update(OnceToken.__table__).where(OnceToken.token == once[:64]).values(result=root))
            return RecordedCard(family.root_row["case_number"], tokens.follow_token(parts.settings, root))

    def _earlier(self, connection: Connection, once: str) -> RecordedCard:
        row = connection.execute(
            select(ProcessInstance.id, ProcessInstance.case_number)
            .join(OnceToken, OnceToken.result == ProcessInstance.id)
            .where(OnceToken.token == once, OnceToken.person_id == "")).first()
        if row is None:
            raise Conflict()
        return RecordedCard(row.case_number, tokens.follow_token(self._parts.settings, row.id))


def _entry(parts: Any, connection: Connection, process: str, unit: str | None) -> _Entry:
    definition = parts.definitions.newest(connection, process)
    live = parts.live.at(connection)
    if unit and unit not in live.units_by_key:
        raise NotFound(what="page")
    unit_id = live.unit_id(unit) or live.root_unit
    for start in definition.model.start_events:
        key = definition.model.elements[start.element_id].properties.get("bihuan:public")
        form = definition.forms.get(key or "")
        if form is not None and start.kind in ("none", "message"):
            expressions = Expressions(parts.clock.now(), live, unit_id, parts.settings.zone, definition.pack,
                                      parts.functions(connection))
            return _Entry(live, definition, start.element_id, start.kind, form, unit_id, expressions)
    raise NotFound(what="page")


def _checked(parts: Any, connection: Connection, entry: _Entry, values: Mapping[str, Any]) -> Any:
    expressions = entry.expressions
    expressions.functions["next number"] = lambda prefix: next_number(parts, connection, prefix, expressions.now())
    outcome = validate(entry.form, values, stored={}, variables=entry.scope, now=expressions.now(),
                       evaluate=expressions.evaluate, permissions=entry.permissions,
                       lookup=PublicLookup(parts, connection))
    if outcome.errors:
        raise Invalid(outcome.errors)
    return outcome


def _keep_files(connection: Connection, now: datetime, root: str, values: Mapping[str, Any]) -> None:
    """The uploaded files belong to the case from now on, and whoever sees it sees them."""
    files = list(_files(values))
    if files:
        connection.execute(insert(FileUse.__table__), [
            {"id": new_id(now), "sha256": one["sha256"], "root_id": root, "task_id": None,
             "name": str(one.get("name") or "file")[:255], "at": now, "by": None} for one in files])


def _files(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if value.get("sha256"):
            yield value
        else:
            for inner in value.values():
                yield from _files(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _files(inner)
