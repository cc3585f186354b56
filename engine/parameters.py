"""Parameters of packs, changed per unit without publishing anything: what a drawing reads as ``parameters.<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import delete, select

from engine.authorization import Actor, require_owner
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound
from engine.live import EVERYWHERE, changed
from engine.models.identity import ParameterValue
from engine.packs import Parameter

MEANT = ("修改参数", "change parameters")
LONGEST = 2000
_WORDS = {
    "bool": ("请选择是或否。", "Choose yes or no."), "int": ("请填写整数。", "Enter a whole number."),
    "number": ("请填写数字。", "Enter a number."),
    "duration": ("请填写时长，例如 PT24H、P7D。", "Enter a duration such as PT24H or P7D."),
    "date": ("请填写日期，例如 2026-04-07。", "Enter a date such as 2026-04-07."),
    "text": ("请填写内容，最多 2000 字。", "Enter a text of at most 2,000 characters."),
}


@dataclass(frozen=True, slots=True)
class ParameterCard:
    """A parameter as declared, and what holds instead: (unit key, unit's name, value, when, by whom)."""

    pack: str
    name: str
    type: str
    title: Bilingual
    unit: str
    default: Any
    overrides: tuple[tuple[str, Bilingual | None, Any, datetime, str], ...] = ()


class Parameters:
    """The verbs; for process owners and administrators."""

    def __init__(self, parts: Any):
        self._parts = parts

    def list(self, by: Actor, pack: str | None = None) -> list[ParameterCard]:
        """The parameters of a pack, or of all, with what was put in the place of their defaults; two statements."""
        require_owner(by, *MEANT, looking=True)
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            rows = connection.execute(select(*ParameterValue.__table__.columns).order_by(ParameterValue.unit_id)).all()
        return [ParameterCard(content.key, one.name, one.type, one.title, one.unit, one.default, tuple(
            (live.units[row.unit_id].key if row.unit_id in live.units else "",
             live.units[row.unit_id].name if row.unit_id in live.units else None, row.value, row.changed_at,
             row.changed_by) for row in rows if (row.pack, row.name) == (content.key, one.name)))
            for content in sorted(live.packs.values(), key=lambda found: found.key) if pack in (None, content.key)
            for one in content.parameters.values()]

    def save(self, pack: str, name: str, value: str, by: Actor, unit: str | None = None) -> None:
        """Put ``value`` (as typed) in the place of the default, in ``unit`` (a key) and below, or everywhere.

        Raises NotPermitted, NotFound, Invalid at the field ``value``.
        """
        require_owner(by, *MEANT)
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            parameter, unit_id = _found(live, pack, name), live.unit_id(unit) or EVERYWHERE
            kept = _read(parameter, value)
            before = connection.scalar(_one(pack, name, unit_id))
            row = {"value": kept, "changed_at": self._parts.clock.now(), "changed_by": by.login}
            statement = self._parts.database.insert(ParameterValue.__table__).values(
                pack=pack, name=name, unit_id=unit_id, **row)
            connection.execute(statement.on_conflict_do_update(index_elements=["pack", "name", "unit_id"], set_=row))
            self._parts.note(connection, by, "parameter_saved", pack=pack, name=name, unit=unit or "",
                             before=before if before is not None else parameter.default, after=kept)
            changed(connection)

    def reset(self, pack: str, name: str, by: Actor, unit: str | None = None) -> None:
        """Let the default hold again in a unit, or everywhere. Raises NotPermitted, NotFound."""
        require_owner(by, *MEANT)
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            parameter, unit_id = _found(live, pack, name), live.unit_id(unit) or EVERYWHERE
            before = connection.scalar(_one(pack, name, unit_id))
            if before is None:
                raise NotFound(what=name)
            connection.execute(delete(ParameterValue.__table__).where(
                ParameterValue.pack == pack, ParameterValue.name == name, ParameterValue.unit_id == unit_id))
            self._parts.note(connection, by, "parameter_reset", pack=pack, name=name, unit=unit or "", before=before,
                             after=parameter.default)
            changed(connection)


def _one(pack: str, name: str, unit_id: str) -> Any:
    return select(ParameterValue.value).where(ParameterValue.pack == pack, ParameterValue.name == name,
                                              ParameterValue.unit_id == unit_id)


def _found(live: Any, pack: str, name: str) -> Parameter:
    content = live.packs.get(pack)
    if content is None or name not in content.parameters:
        raise NotFound(what=name)
    return content.parameters[name]


def _read(parameter: Parameter, text: str) -> Any:
    """What was typed, as it is kept: texts of durations and dates, numbers as text, yes and no as such."""
    typed = text.strip()
    kind = parameter.type if parameter.type in _WORDS else "text"
    try:
        if kind == "bool":
            return {"true": True, "false": False}[typed.lower()]
        if kind == "int":
            return int(typed)
        if kind == "number":
            if not Decimal(typed).is_finite():
                raise ValueError(typed)
            return typed
        if kind in ("duration", "date") and parameter.value(typed) is None:
            raise ValueError(typed)
        if not typed or len(typed) > LONGEST:
            raise ValueError(typed)
    except (ValueError, KeyError, InvalidOperation):
        raise Invalid([FieldError("value", "bad_value", *_WORDS[kind])]) from None
    return typed
