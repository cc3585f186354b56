"""Saved views of the inbox (常用视图): one's own, and those that people of a unit share with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from engine.authorization import ADMINISTRATOR, Actor, only_looks, require
from engine.boards.cards import SavedViewCard
from engine.boards.inbox_counts import counts_of
from engine.boards.inbox_filters import Moments, cleaned
from engine.boards.inbox_scope import VIEWS, Sort
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound
from engine.ids import new_id
from engine.live import Live
from engine.models.working import SavedView

MOST, NAME = 20, 100
"""Views in the sidebar; characters of a name."""
ICONS = ("star", "flag", "users", "phone", "clock", "urgent", "message-2", "signature")
"""Icons to choose from."""


_VIEWS = (select(SavedView.id, SavedView.person_id, SavedView.unit_id, SavedView.name, SavedView.name_en,
                 SavedView.icon, SavedView.query)
          .where(or_(SavedView.person_id == bindparam("me"),
                     SavedView.unit_id.in_(bindparam("units", expanding=True))))
          .order_by(SavedView.unit_id.is_not(None), SavedView.position, SavedView.id).limit(MOST))


def views_of(connection: Connection, by: Actor, live: Live, moments: Moments,
             kinds: Callable[[], Mapping[str, str]], sqlite: bool) -> tuple[SavedViewCard, ...]:
    """The views that the actor has or shares, with their counts: at most two statements."""
    rows = connection.execute(_VIEWS, {"me": by.person_id, "units": live.path(by.unit_id)}).all()
    if not rows:
        return ()
    queries = [row.query for row in rows]
    asks = any(name.startswith("f.") for query in queries for name in query["filters"])
    found = counts_of(connection, by, live, moments, kinds() if asks else {}, queries, sqlite)
    return tuple(_card(row, by, live, count) for row, count in zip(rows, found))


def _card(row: Any, by: Actor, live: Live, count: int) -> SavedViewCard:
    unit = live.units.get(row.unit_id or "")
    return SavedViewCard(row.id, Bilingual(row.name, row.name_en), row.icon or ICONS[0], row.query["view"],
                         dict(row.query["filters"]), row.query.get("sort", "due"), row.person_id == by.person_id,
                         unit.name if unit else None, count)


class SavedViews:
    """The verbs around saved views; what is saved are words of a search, never rows."""

    _parts: Any

    def save_view(self, name: str, view: str, filters: Mapping[str, str], by: Actor, *, sort: str = "due",
                  name_en: str = "", icon: str = "", shared: bool = False, view_id: str | None = None) -> str:
        """Keep a view under a name, or change one's own (``view_id``); returns its id.

        ``shared``: everybody in the actor's unit sees it. Raises Invalid, NotFound, NotPermitted.
        """
        parts, name = self._parts, name.strip()
        if view not in VIEWS:
            raise NotFound(what=view)
        kept = {"view": view, "filters": cleaned(filters), "sort": _order(sort)}
        if not name or len(name) > NAME or len(name_en) > NAME:
            raise Invalid([FieldError("name", "name_needed", f"请写名称，最多 {NAME} 个字符。",
                                      f"Please give a name of at most {NAME} characters.")])
        require(not (shared and (only_looks(by) or by.unit_id is None)), "共享视图", "share a view")
        row = {"name": name, "name_en": name_en.strip(), "icon": icon if icon in ICONS else ICONS[0], "query": kept,
               "unit_id": by.unit_id if shared else None}
        now = parts.clock.now()
        with parts.database.transaction() as connection:
            if view_id is not None:
                _own(connection, view_id, by)
                connection.execute(update(SavedView.__table__).where(SavedView.id == view_id).values(row))
                return view_id
            there = connection.scalar(select(func.count()).where(SavedView.person_id == by.person_id)) or 0
            if there >= MOST:
                raise Invalid([FieldError("name", "too_many_views", f"最多保存 {MOST} 个视图，请先删除不用的。",
                                          f"At most {MOST} views are kept; please delete one first.")])
            made = new_id(now)
            connection.execute(insert(SavedView.__table__).values(
                id=made, person_id=by.person_id, position=there, created_at=now, **row))
            return made

    def delete_view(self, view_id: str, by: Actor) -> None:
        """Forget a view of one's own; administrators may remove a shared one. Raises NotFound, NotPermitted."""
        with self._parts.database.transaction() as connection:
            _own(connection, view_id, by)
            connection.execute(delete(SavedView.__table__).where(SavedView.id == view_id))


def _own(connection: Connection, view_id: str, by: Actor) -> None:
    row = connection.execute(select(SavedView.person_id, SavedView.unit_id).where(SavedView.id == view_id)).first()
    if row is None or (row.person_id != by.person_id and row.unit_id is None):
        raise NotFound(what="view")
    require(row.person_id == by.person_id or by.holds(ADMINISTRATOR), "修改他人的视图", "change somebody else's view")


def _order(sort: str) -> str:
    order = Sort.of(sort or "due")
    return ("-" if order.descending else "") + order.name
