"""Submitted forms: checked by the form of the version, kept as one variable each, copied to shared variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.authorization import Actor
from engine.bpmn import Wait
from engine.errors import Invalid, NotFound
from engine.family import Family, Member
from engine.forms import Form, Permissions, validate
from engine.forms.types.reference import number_in
from engine.models.identity import FileObject
from engine.numbers import next_number


class Lookup:
    """What a form's references may point to, looked up in the same transaction."""

    def __init__(self, family: Family, form: Form | None = None, submitted: Mapping[str, Any] | None = None):
        self._family = family
        self._records: dict[tuple[str, int | str], dict[str, Any] | None] = {}
        if form is not None:
            self._fetch(references_in(form, submitted))

    def _fetch(self, wanted: Mapping[str, set[int]]) -> None:
        """Read all records that a submission refers to in one statement."""
        parts, connection = self._family.parts, self._family.connection
        self._records |= parts.registers.references(connection, wanted)

    def record(self, register: str, key: int | str) -> dict[str, Any] | None:
        """A record of a register, read once however often a form settles."""
        key = int(key) if isinstance(key, str) and key.isascii() and key.isdigit() else key
        if (register, key) not in self._records:
            found = self._family.parts.registers.reference(self._family.connection, register, key)
            self._records[register, key] = found
        return self._records[register, key]

    def user(self, login: str, role: str | None) -> dict[str, Any] | None:
        """A person who is still there and holds ``role``, if one is asked for."""
        person = self._family.live.people.get(login)
        if person is None or (role and role not in person.roles):
            return None
        return {"login": person.login, "name": person.name.zh}

    def file(self, sha256: str) -> dict[str, Any] | None:
        """An uploaded file."""
        row = self._family.connection.execute(
            select(FileObject.size, FileObject.type).where(FileObject.sha256 == sha256)).first()
        return {"sha256": sha256, "type": row.type, "size": row.size} if row else None


def references_in(form: Form, submitted: Any) -> dict[str, set[int]]:
    """Register → numbers of the records that are referred to."""
    found: dict[str, set[int]] = {}
    values = submitted if isinstance(submitted, Mapping) else {}
    for one in form.fields.values():
        rows = values.get(one.id) if one.columns else [values]
        for inner in one.columns or (one,):
            for row in rows if inner.type.name == "ref" and isinstance(rows, list) else ():
                number = number_in(row.get(inner.id)) if isinstance(row, Mapping) else None
                if number is not None:
                    found.setdefault(str(inner.attribute("register")), set()).add(number)
    return found


def scope_of(member: Member, wait: Wait | None, by: Actor) -> dict[str, Any]:
    """What a form's expressions see beneath its own fields: the variables, ``user``, ``case``, ``parameters``."""
    scope = member.run.scope_variables(wait.id if wait else None)
    user = {"login": by.login, "name": by.name.zh, "roles": sorted(by.roles)}
    return scope | {"user": user, "parameters": member.environment.expressions.parameters}


def evaluator(family: Family, member: Member) -> Any:
    """``evaluate(text, variables)`` for the forms of an instance; ``next number`` draws from the counters."""
    expressions = member.environment.expressions

    def draw(prefix: str) -> str:
        return next_number(family.parts, family.connection, prefix, expressions.now())

    expressions.functions["next number"] = draw
    return expressions.evaluate


def submit(family: Family, member: Member, form: Form, submitted: Mapping[str, Any], by: Actor, *, element_id: str,
           wait: Wait | None = None, task_id: str | None = None,
           permissions: Permissions | None = None) -> dict[str, Any]:
    """Check a submission and return the variables to set: the form's own and the shared ones its ``sets`` names.

    Raises :class:`~engine.errors.Invalid` with a message per field. Values merge over what earlier steps filled in.
    """
    scope = scope_of(member, wait, by)
    stored = scope.get(form.key)
    outcome = validate(form, submitted, stored=stored if isinstance(stored, dict) else {}, variables=scope,
                       evaluate=evaluator(family, member), now=member.environment.expressions.now(),
                       permissions=permissions or form.permissions(element_id),
                       lookup=Lookup(family, form, submitted))
    if outcome.errors:
        raise Invalid(outcome.errors)
    family.record.filled(root_id=family.root_id, instance_id=member.id, task_id=task_id, element_id=element_id,
                         definition_id=member.definition.id, form_key=form.key, values=outcome.values)
    return {form.key: outcome.values} | dict(outcome.sets)


def check(family: Family, member: Member, form: Form, submitted: Mapping[str, Any], by: Actor, *, element_id: str,
          wait: Wait | None = None) -> None:
    """Check a submission that is kept for later: nothing is written, no number drawn. Raises Invalid."""
    scope = scope_of(member, wait, by)
    stored, expressions = scope.get(form.key), member.environment.expressions
    expressions.functions["next number"] = lambda prefix: f"{prefix}-0"
    outcome = validate(form, submitted, stored=stored if isinstance(stored, dict) else {}, variables=scope,
                       evaluate=expressions.evaluate, now=expressions.now(),
                       permissions=form.permissions(element_id), lookup=Lookup(family, form, submitted))
    if outcome.errors:
        raise Invalid(outcome.errors)


def form_of(member: Member, key: str | None) -> Form | None:
    """The form of a task, as deployed with the version. Raises :class:`NotFound` where the version has none."""
    if not key:
        return None
    form = member.definition.forms.get(key)
    if form is None:
        raise NotFound(what=key)
    return form


def at_start(family: Family, submitted: dict[str, Any]) -> None:
    """Check and keep the start event's form, if it has one; without one there is nothing to submit."""
    member = next(iter(family.members.values()))
    start = next((event for event in member.definition.model.start_events if event.kind == "none"), None)
    element = member.definition.model.elements.get(start.element_id) if start else None
    form = form_of(member, element.attributes.get("formKey")) if element else None
    if form is None:
        if submitted:
            raise NotFound(what="form")
        return
    member.run.set_variables(submit(family, member, form, submitted, family.by, element_id=element.id))
