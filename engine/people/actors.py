"""From a row of a person to who acts; ids behind logins and keys; who administers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.authorization import ADMINISTRATOR, AUDITOR, Actor, represented_by, require
from engine.cards import Bilingual
from engine.errors import BihuanError, NotFound
from engine.models.identity import LiveVersion, OrgUnit, Person, RoleHolding


class LastAdministrator(BihuanError):
    """Nobody would be left who manages people."""

    code, http_status = "last_administrator", 409
    zh = "{name} 是最后一位系统管理员，请先指定另一位。"
    en = "{name} is the last system administrator; appoint another one first."


def administrator(by: Actor) -> None:
    """Raise NotPermitted unless ``by`` manages people."""
    require(by.system or by.holds(ADMINISTRATOR), "管理人员和岗位", "manage people and roles")


def looks_into_people(by: Actor) -> None:
    """Raise NotPermitted unless ``by`` may look at the pages of the administrator: auditors may, without changing."""
    require(by.system or by.holds(ADMINISTRATOR, AUDITOR), "查看人员和岗位", "look at people and roles")


def actor_of(parts: Any, connection: Connection, which: Any) -> tuple[Actor, bool]:
    """Who acts, and whether a password of one's own has to come first. One read; roles and
    whom the person stands in for are live data, whose version comes with it. Raises NotFound for nobody and for one who
    left."""
    version = select(LiveVersion.version).scalar_subquery().label("live_version")
    row = connection.execute(select(Person.id, Person.login, Person.name, Person.name_en, Person.unit_id, Person.lang,
                                    Person.must_change_password, version)
                             .where(which, Person.left_at.is_(None))).first()
    if row is None:
        raise NotFound(what="person")
    live = parts.live.at(connection, row.live_version or 0)
    held = live.people_by_id[row.id].holdings if row.id in live.people_by_id else ()
    return Actor(row.id, row.login, Bilingual(row.name, row.name_en), held, row.unit_id, row.lang,
                 represents=represented_by(live, row.id, parts.clock.now())), row.must_change_password


def unit_id(connection: Connection, key: str) -> str:
    """The id of the unit with a key. Raises NotFound."""
    found = connection.scalar(select(OrgUnit.id).where(OrgUnit.key == key))
    if found is None:
        raise NotFound(what=key)
    return found


def person_id(connection: Connection, login: str) -> str:
    """The id of the person with a login. Raises NotFound."""
    found = connection.scalar(select(Person.id).where(Person.login == login))
    if found is None:
        raise NotFound(what="person")
    return found


def keep_an_administrator(connection: Connection, person: str) -> None:
    """Raise LastAdministrator if nobody but ``person`` administers. The holdings are locked by being read anew."""
    rows = connection.execute(
        select(RoleHolding.person_id, Person.name).join(Person, Person.id == RoleHolding.person_id)
        .where(RoleHolding.role == ADMINISTRATOR, Person.left_at.is_(None))
        .order_by(RoleHolding.person_id, RoleHolding.unit_id).with_for_update(of=RoleHolding)).all()
    if {row.person_id for row in rows} == {person}:
        raise LastAdministrator(name=rows[0].name)
