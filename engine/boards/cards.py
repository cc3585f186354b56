"""The cards of the inbox: its page, its views, what it can be narrowed by, what became of lines that left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.cards import Bilingual, TaskRow


@dataclass(frozen=True, slots=True)
class SavedViewCard:
    """A view of the inbox with a name: one's own, or shared by its owner with a unit (``unit`` names it).

    ``view`` is the view it narrows by ``filters``, in the order ``sort``; ``count`` stops at 1,000.
    """

    id: str
    name: Bilingual
    icon: str
    view: str
    filters: dict[str, str]
    sort: str
    mine: bool
    unit: Bilingual | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody whom the actor represents now, and until when."""

    name: Bilingual
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Sidebar:
    """What stands beside every page: counts of the views (stopping at 1,000), saved views, whom one represents.

    ``counts["represented"]`` are the open tasks of those one represents.
    """

    counts: dict[str, int]
    saved: tuple[SavedViewCard, ...] = ()
    stands_in: tuple[StandIn, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of an inbox; ``total`` stops at 1,000; ``next`` is given back to get the following page.

    ``processes`` names all processes; ``fields`` the business fields that filters of this page name.
    """

    view: str
    rows: tuple[TaskRow, ...]
    total: int
    sidebar: Sidebar
    next: str | None
    processes: tuple[tuple[str, Bilingual], ...] = ()
    etag: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """The counts of all views."""
        return self.sidebar.counts


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many of the tasks found have it."""

    value: str
    name: Bilingual
    count: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """Something an inbox can be narrowed by. ``kind`` is choice, number or instant; only choices have values."""

    name: str
    title: Bilingual
    kind: str = "choice"
    values: tuple[FacetValue, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of a task that is in the list no more: ``verb`` is claimed, completed, withdrawn …; ``by`` whom."""

    task_id: str
    verb: str
    at: datetime
    by: Bilingual | None = None
    by_login: str | None = None
