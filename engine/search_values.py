"""Business fields that processes declare for searching: rows beside the case's columns, written only where they
changed, and one line of all of them on the case, which its tasks copy (:mod:`engine.facts`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.facts import replaced
from engine.family import Family, Member
from engine.models.working import SearchValue
from engine.search_fields import SearchField
from engine.values import loads

LONGEST, LARGEST = 400, Decimal(10) ** 16
"""Characters of a text; numbers from here on do not fit their column."""
Row = dict[str, Any]


def derive(family: Family) -> None:
    """Bring the line on the root up to date."""
    changed = _changes(family)
    if changed:
        values = {name: next((value for value in row.values() if value is not None), None)
                  for name, row in changed.items()}
        family.root_row["facts"] = replaced(family.root_row["facts"] or "", values)


def save(family: Family) -> None:
    """Bring the rows of the case up to date: one statement where a declared field changed, none where not.

    What stood in the variables at the beginning of the transaction tells what the rows hold; nothing is read for it.
    """
    changed = _changes(family)
    if not changed:
        return
    table = SearchValue.__table__
    statement = family.parts.database.insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=["root_id", "field"],
        set_={name: statement.excluded[name] for name in ("text", "number", "instant")})
    family.connection.execute(statement, [{"root_id": family.root_id, "field": name} | row
                                          for name, row in changed.items()])


def _changes(family: Family) -> dict[str, Row]:
    changed: dict[str, Row] = {}
    for member in family.members.values():
        if member.touched and member.definition.searched:
            changed |= _changed(member)
    return changed


def _changed(member: Member) -> dict[str, Row]:
    zone = member.environment.expressions.zone
    before = loads(member.row["variables"]) if member.row["variables"] else {}
    found = {}
    for declared in member.definition.searched:
        new = row_of(declared, _at(member.run.variables, declared), zone)
        old = row_of(declared, _at(before, declared), zone)
        if new != old:
            found[declared.name] = new or dict.fromkeys(("text", "number", "instant"))
    return found


def _at(variables: Mapping[str, Any], declared: SearchField) -> Any:
    form = variables.get(declared.form_key)
    return form.get(declared.field.id) if isinstance(form, Mapping) else None


def row_of(declared: SearchField, value: Any, zone: Any) -> Row | None:
    """The columns of a value; ``None`` where there is none."""
    if value is None or value == "":
        return None
    if declared.kind == "number":
        return _columns(number=_number(value))
    if declared.kind == "instant":
        return _columns(instant=_instant(value, zone))
    if isinstance(value, Mapping):  # a reference or a person: the name that people know
        value = value.get("label") or value.get("name") or value.get("login") or value.get("key") or value.get("id")
    if isinstance(value, bool):
        value = "true" if value else "false"
    return _columns(text=str(value)[:LONGEST]) if value is not None else None


def _columns(text: str | None = None, number: Decimal | None = None, instant: datetime | None = None) -> Row | None:
    if text is None and number is None and instant is None:
        return None
    return {"text": text, "number": number, "instant": instant}


def _number(value: Any) -> Decimal | None:
    try:
        number = round(Decimal(str(value)), 2)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) < LARGEST else None


def _instant(value: Any, zone: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else None
    return datetime.combine(value, time(), zone).astimezone(UTC) if isinstance(value, date) else None
