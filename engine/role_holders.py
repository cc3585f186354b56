"""Who holds a role, for expressions: readers of a bulletin, members of a rota."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from engine.models.identity import Person, RoleHolding


def people_of(connection: Connection) -> Callable[[str | None], list[dict[str, Any]]]:
    """The look-up ``people(role)``: ``{login, name}`` of all who hold the role anywhere, or of everybody, by login."""

    def people(role: str | None = None) -> list[dict[str, Any]]:
        query = select(Person.login, Person.name).where(Person.left_at.is_(None)).order_by(Person.login)
        if role is not None:
            query = query.where(Person.id.in_(select(RoleHolding.person_id).where(RoleHolding.role == role)))
        return [{"login": row.login, "name": row.name} for row in connection.execute(query)]

    return people
