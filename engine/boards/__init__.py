"""What screens list: plain SELECTs that become frozen cards. No run is restored and nothing is queried per row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.authorization import Actor, supervised_units
from engine.boards import cases, inbox, overdue, paper, start_page, task_page
from engine.cards import CaseView, FormRecord, InboxPage, StartableCard, TaskRow, TaskView


class Boards:
    """The lists and pages."""

    def __init__(self, parts: Any):
        self._parts = parts

    def inbox(self, by: Actor, view: str = "mine", filters: dict[str, str] | None = None, after: str | None = None,
              limit: int = 50) -> InboxPage:
        """A page of an inbox (see :mod:`engine.boards.inbox` for views and filters)."""
        return inbox.page(self._parts, by, view, filters or {}, after, limit)

    def counts(self, by: Actor) -> dict[str, int]:
        """The counts of all views, each stopping at 1,000."""
        return inbox.counts_for(self._parts, by)

    def overdue(self, by: Actor, limit: int = 200) -> tuple[TaskRow, ...]:
        """The tasks that are late or at risk in the units that the actor supervises, the latest first."""
        return overdue.rows(self._parts, by, limit)

    def task(self, task_id: str, by: Actor, lang: str = "zh") -> TaskView:
        """Everything the page of a task shows. Raises NotFound, AlreadyDone."""
        return task_page.view_of(self._parts, task_id, by, lang)

    def startable(self, by: Actor) -> tuple[StartableCard, ...]:
        """The processes that the actor may start."""
        return cases.startable(self._parts, by)

    def start_form(self, key: str, by: Actor, lang: str = "zh", entered: Mapping[str, Any] | None = None) -> Any:
        """The form of the start event of process ``key``, before there is a case. Raises NotFound, NotPermitted."""
        return start_page.form_of(self._parts, key, by, lang, entered)

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
