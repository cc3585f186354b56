"""Org units and roles: the tree, who holds which role, what roles are permitted, and which would leave work waiting."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import BihuanError, FieldError, Invalid
from engine.ids import new_id
from engine.live import Live, changed
from engine.models.identity import OrgUnit, Person, RoleHolding
from engine.models.runtime import ProcessInstance, UserTask
from engine.packs import PERMISSIONS, PackContent, Role
from engine.people.actors import administrator, looks_into_people, unit_id
from engine.people.cards import RoleCard, UnitCard

KINDS = ("company", "headquarters", "branch", "region", "department", "store", "desk")
"""Kinds of units that pages offer; others are kept as they are."""


class UnitInUse(BihuanError):
    """A unit that cannot go."""

    code, http_status = "unit_in_use", 409
    zh = "“{name}”下还有单位、人员或案件，不能删除。"
    en = "“{name}” still has units, people or cases and cannot be removed."


class UnitAboveItself(Invalid):
    """A unit put below itself."""

    code = "unit_above_itself"
    zh = "单位不能放在自己或自己的下级之下。"
    en = "A unit cannot be put below itself or a unit of its own."

    def __init__(self) -> None:
        super().__init__([FieldError("parent", self.code, self.zh, self.en)])


class Organisation:
    """The verbs around units and roles; a part of :class:`~engine.identity.Identity`."""

    _parts: Any

    def create_unit(self, key: str, name: Bilingual, by: Actor, *, parent: str | None = None, kind: str = "department",
                    calendar: Any = None, zone: str = "") -> str:
        """Add an org unit below ``parent`` (a unit's key); returns its id. A unit that exists is brought up to date."""
        administrator(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            above = unit_id(connection, parent) if parent else None
            columns = {"parent_id": above, "kind": kind, "name": name.zh, "name_en": name.en, "calendar": calendar,
                       "zone": zone}
            found = connection.scalar(select(OrgUnit.id).where(OrgUnit.key == key))
            if found is None:
                found = new_id(now)
                connection.execute(insert(OrgUnit.__table__).values(id=found, key=key, **columns))
            else:
                connection.execute(update(OrgUnit.__table__).where(OrgUnit.id == found).values(columns))
            changed(connection)
            return found

    def save_unit(self, key: str, name: Bilingual, by: Actor, *, parent: str = "", kind: str = "department",
                  zone: str | None = None, new: bool = False) -> None:
        """Add or change a unit on behalf of an administrator's page; its calendar stays. Raises Invalid."""
        administrator(by)
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            here = live.units_by_key.get(key)
            _check(key, name, new and here is not None)
            above = unit_id(connection, parent) if parent else None
            if here is not None and above in live.subtree(here.id):
                raise UnitAboveItself()
            if above is None and live.root_unit not in (None, here.id if here else ""):
                raise Invalid([FieldError("parent", "required", "请选择上级单位。", "Please choose the unit above.")])
            values = {"parent_id": above, "kind": kind, "name": name.zh, "name_en": name.en} | (
                {} if zone is None else {"zone": zone})
            before: dict[str, Any] = {}
            if here is None:
                made = {"id": new_id(self._parts.clock.now()), "key": key, "calendar": None, "zone": ""} | values
                connection.execute(insert(OrgUnit.__table__).values(made))
            else:
                before = {"name": here.name.zh, "name_en": here.name.en, "kind": here.kind,
                          "parent": live.units[here.path[1]].key if len(here.path) > 1 else ""}
                connection.execute(update(OrgUnit.__table__).where(OrgUnit.id == here.id).values(values))
            after = {"name": name.zh, "name_en": name.en, "kind": kind, "parent": parent}
            self._parts.note(connection, by, "unit_saved", unit=key, before=before,
                             after={k: v for k, v in after.items() if before.get(k) != v})
            changed(connection)

    def remove_unit(self, key: str, by: Actor) -> None:
        """Remove a unit without units, people, roles or cases. Raises UnitInUse, NotFound."""
        administrator(by)
        with self._parts.database.transaction() as connection:
            unit = unit_id(connection, key)
            name = connection.scalar(select(OrgUnit.name).where(OrgUnit.id == unit))
            if any(connection.execute(select(column).where(column == unit).limit(1)).first() for column in (
                    OrgUnit.parent_id, Person.unit_id, RoleHolding.unit_id, ProcessInstance.unit_id, UserTask.unit_id)):
                raise UnitInUse(name=name)
            connection.execute(delete(OrgUnit.__table__).where(OrgUnit.id == unit))
            self._parts.note(connection, by, "unit_removed", unit=key, before={"name": name})
            changed(connection)

    def units(self, by: Actor) -> tuple[UnitCard, ...]:
        """The tree, each unit before those below it."""
        looks_into_people(by)
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            people = dict(connection.execute(select(Person.unit_id, func.count()).where(Person.left_at.is_(None))
                                             .group_by(Person.unit_id)).all())
            own = set(connection.scalars(select(OrgUnit.id).where(OrgUnit.calendar.is_not(None))))
        by_way = sorted(live.units.values(),
                        key=lambda unit: [live.units[step].key for step in reversed(unit.path)])
        return tuple(UnitCard(unit.key, unit.name, unit.kind,
                              live.units[unit.path[1]].key if len(unit.path) > 1 else "", len(unit.path) - 1,
                              people.get(unit.id, 0), unit.zone, unit.id in own) for unit in by_way)

    def roles(self, by: Actor) -> tuple[RoleCard, ...]:
        """Every role of every pack, in the order of the packs' titles and files."""
        looks_into_people(by)
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
        above = Counter(role for one in live.roles.values() for role in one.escalation)
        return tuple(_card(live, pack, role, above) for pack in sorted(live.packs.values(), key=lambda one: one.key)
                     for role in pack.roles.values())

    @property
    def permissions(self) -> dict[str, Bilingual]:
        """What packs may permit, with its name."""
        return dict(PERMISSIONS)


def _card(live: Live, pack: PackContent, role: Role, above: Counter[str]) -> RoleCard:
    holders = tuple((person.login, person.name, live.units[unit].name)
                    for person in sorted(live.people.values(), key=lambda one: one.login)
                    for held, unit in person.holdings if held == role.key and unit in live.units)
    used = tuple(live.role_name(key) for key, one in live.roles.items() if role.key in one.escalation) if above[
        role.key] else ()
    return RoleCard(role.key, role.name, pack.key, pack.title, role.external,
                    tuple(live.role_name(key) for key in role.escalation), holders,
                    frozenset(key for key, roles in pack.permissions.items() if role.key in roles), used,
                    not role.external and not holders)


def _check(key: str, name: Bilingual, taken: bool) -> None:
    wrong = []
    if not key or len(key) > 100 or not all(one.isalnum() or one in "._-" for one in key):
        wrong.append(FieldError("key", "bad_key", "编码只用字母、数字、. _ -，最长 100 个字符。",
                                "A key has letters, digits, . _ - only, at most 100 characters."))
    elif taken:
        wrong.append(FieldError("key", "taken", "这个编码已被使用。", "This key is taken."))
    if not name.zh.strip():
        wrong.append(FieldError("name", "required", "请填写名称。", "Please enter the name."))
    if len(name.zh) > 200 or len(name.en) > 200:
        wrong.append(FieldError("name", "too_long", "最多 200 个字符。", "At most 200 characters."))
    if wrong:
        raise Invalid(wrong)

