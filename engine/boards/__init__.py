"""What screens list: plain SELECTs that become frozen cards. No run is restored and nothing is queried per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.authorization import Actor, supervised_units
from engine.boards import (
    audit,
    cases,
    cockpit,
    complaint_statistics,
    facets,
    inbox,
    overdue,
    paper,
    prediction,
    reception_statistics,
    start_page,
    supervision,
    task_page,
    whereabouts,
    workload,
)
from engine.boards.cards import Facet, Gone, InboxPage, Sidebar
from engine.boards.saved_views import SavedViews
from engine.boards.supervision_cards import BoardPage, Cockpit, DayFigures, LoadLine, RoleLoad
from engine.cards import Bilingual, CaseView, FormRecord, NextStep, StartableCard, TaskRow, TaskView
from engine.live import Unit


class Boards(SavedViews):
    """The lists and pages."""

    def __init__(self, parts: Any):
        self._parts = parts

    def inbox(self, by: Actor, view: str = "mine", filters: dict[str, str] | None = None, after: str | None = None,
              limit: int = 50, sort: str = "due") -> InboxPage:
        """A page of an inbox (see :mod:`engine.boards.inbox_scope` for views, ``inbox_filters`` for filters)."""
        return inbox.page(self._parts, by, view, filters or {}, after, limit, sort)

    def sidebar(self, by: Actor) -> Sidebar:
        """Counts of all views, saved views with theirs, whom the actor represents: what stands beside every page."""
        return inbox.sidebar(self._parts, by)

    def counts(self, by: Actor) -> dict[str, int]:
        """The counts of all views, each stopping at 1,000."""
        return inbox.sidebar(self._parts, by).counts

    def facets(self, by: Actor, view: str = "mine", filters: dict[str, str] | None = None) -> tuple[Facet, ...]:
        """What a view can be narrowed by, with the counts among the tasks found now."""
        return facets.facets(self._parts, by, view, filters or {})

    def chosen(self, filters: dict[str, str]) -> dict[str, tuple[Bilingual, Bilingual]]:
        """Filters as people read them: name -> (title, value)."""
        return facets.chosen(self._parts, filters)

    def whereabouts(self, task_ids: Sequence[str], by: Actor) -> dict[str, Gone]:
        """What became of tasks that left a list: who claimed or submitted them, when."""
        return whereabouts.whereabouts(self._parts, task_ids, by)

    def next_steps(self, task_id: str, by: Actor, values: Mapping[str, Any] | None = None) -> tuple[NextStep, ...]:
        """Which steps will follow a task, and who will get them, if its form is submitted as it stands."""
        return prediction.next_steps(self._parts, task_id, by, values)

    def overdue(self, by: Actor, limit: int = 200) -> tuple[TaskRow, ...]:
        """The tasks that are late or at risk in the units that the actor supervises, the latest first."""
        return overdue.rows(self._parts, by, limit)

    def task(self, task_id: str, by: Actor, lang: str = "zh", *, offered_is_mine: bool = False,
             entered: Mapping[str, Any] | None = None) -> TaskView:
        """Everything the page of a task shows (see :func:`engine.boards.task_page.view_of`). Raises NotFound,
        AlreadyDone."""
        return task_page.view_of(self._parts, task_id, by, lang, offered_is_mine=offered_is_mine, entered=entered)

    def startable(self, by: Actor) -> tuple[StartableCard, ...]:
        """The processes that the actor may start."""
        return cases.startable(self._parts, by)

    def start_form(self, key: str, by: Actor, lang: str = "zh", entered: Mapping[str, Any] | None = None) -> Any:
        """The form of the start event of process ``key``, before there is a case. Raises NotFound, NotPermitted."""
        return start_page.form_of(self._parts, key, by, lang, entered)

    def my_units(self, by: Actor) -> tuple[Unit, ...]:
        """The org units that the actor supervises, by name."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
        units = supervised_units(by, live)
        return tuple(sorted((unit for unit in live.units.values() if units is None or unit.id in units),
                            key=lambda unit: unit.name.zh))

    def board(self, by: Actor, group: str = "person", filters: dict[str, str] | None = None, after: str | None = None,
              limit: int = 50) -> BoardPage:
        """The supervisors' board: figures, a matrix by ``group`` and age, and the list (see ``supervision.page``)."""
        return supervision.page(self._parts, by, group, filters, after, limit)

    def on_time(self, by: Actor) -> float | None:
        """The share of tasks with a deadline done by it in the last 30 days."""
        return supervision.on_time(self._parts, by)

    def workload(self, by: Actor, days: int = 7) -> tuple[tuple[LoadLine, ...], tuple[RoleLoad, ...]]:
        """People with their load, the most loaded first; roles with work that nobody has claimed."""
        return workload.workload(self._parts, by, days)

    def watchable(self, by: Actor) -> tuple[tuple[str, Bilingual, Bilingual, int], ...]:
        """The processes that the cockpit can show: key, name, pack's name, open instances."""
        return cockpit.watchable(self._parts, by)

    def cockpit(self, by: Actor, key: str, since: datetime, until: datetime, versions: tuple[int, ...] = ()) -> Cockpit:
        """A process over a period, step by step and version by version."""
        return cockpit.cockpit(self._parts, by, key, since, until, versions)

    def by_day(self, by: Actor, since: datetime, until: datetime, key: str = "") -> tuple[DayFigures, ...]:
        """Cases started and ended, tasks done and on time, day by day; ``key`` keeps to one process."""
        return cockpit.by_day(self._parts, by, since, until, key)

    def complaint_statistics(self, by: Actor, period: str = "", kind: str = "month",
                             filters: Mapping[str, str] | None = None) -> complaint_statistics.ComplaintStatistics:
        """Complaints of a month, quarter or year with K-40 to K-51 (see ``complaint_statistics.statistics``)."""
        return complaint_statistics.statistics(self._parts, by, period, kind, filters)

    def may_name_complainants(self, by: Actor) -> bool:
        """Whether the names of customers may stand in a file that the actor takes away."""
        return complaint_statistics.may_name(self._parts, by)

    def reception_statistics(self, by: Actor, period: str = "", kind: str = "month",
                             of: str = "") -> reception_statistics.ReceptionStatistics:
        """Visits of a month, quarter or year with K-81 to K-86 (see ``reception_statistics.statistics``)."""
        return reception_statistics.statistics(self._parts, by, period, kind, of)

    def audit(self, by: Actor, **filters: Any) -> audit.AuditPage:
        """What was done, by whom, why, with values before and after (see :func:`engine.boards.audit.page`)."""
        return audit.page(self._parts, by, **filters)

    def audit_verbs(self) -> dict[str, Bilingual]:
        """The verbs of the audit log in words."""
        return audit.verbs()

    def supervises(self, by: Actor) -> bool:
        """Whether the actor watches over others' tasks: a supervising role, or one that sees everything."""
        with self._parts.database.reading() as connection:
            units = supervised_units(by, self._parts.live.at(connection))
        return units is None or bool(units)

    def case(self, case: str, by: Actor, lang: str = "zh") -> CaseView:
        """Everything the page of a case shows; ``case`` is its id or number. Raises NotFound."""
        return cases.view_of(self._parts, case, by, lang)

    def sheet(self, case: str, form_key: str, by: Actor, lang: str = "zh") -> FormRecord:
        """A form of a case for paper, as it stands now; the print is recorded. Raises NotFound."""
        return paper.sheet(self._parts, case, form_key, by, lang)

    def cases(self, by: Actor, search: str = "", open_only: bool = False, limit: int = 50) -> tuple[Any, ...]:
        """Heads of the cases that the actor may see, newest first; ``search`` over number, customer and phone."""
        return cases.listed(self._parts, by, search, open_only, limit)
