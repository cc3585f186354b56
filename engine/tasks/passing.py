"""A task goes from person to person: transfer (转办), delegate and back (委派), reassign (改派), take over (接管)."""

from __future__ import annotations

from typing import Any

from engine.authorization import Actor
from engine.errors import FieldError, Invalid, word
from engine.live import LivePerson
from engine.tasks.beginning import begin, hold, notify, pass_draft, person_there, tell
from engine.tasks.open_task import OpenTask


class SamePerson(Invalid):
    """Whom the task is given to has it already."""

    code = "same_person"
    zh = "这一步已由 {name} 办理，请另选一位。"
    en = "{name} works on this step already; please choose somebody else."

    def __init__(self, person: LivePerson):
        zh, en = word(self.zh, {"name": person.name.zh}), word(self.en, {"name": person.name.in_("en")})
        super().__init__([FieldError("to", self.code, zh, en)], name=person.name.zh)


class Passing:
    """The verbs; each is one transaction."""

    _parts: Any

    def transfer(self, task_id: str, to: str, reason: str, by: Actor) -> None:
        """Give one's task away for good (转办). Raises ReasonNeeded, PersonLeft, SamePerson, NotPermitted, NotNow."""
        self._give(task_id, "transfer", "transferred", to, reason, by)

    def reassign(self, task_id: str, to: str, reason: str, by: Actor) -> None:
        """Give somebody's task to somebody else (改派), by those who supervise it; whoever had it is told, too."""
        self._give(task_id, "reassign", "reassigned", to, reason, by)

    def take_over(self, task_id: str, reason: str, by: Actor) -> None:
        """Take a task upon oneself (接管), by those who supervise it; whoever had it is told."""
        self._give(task_id, "take_over", "taken_over", by.login, reason, by)

    def delegate(self, task_id: str, to: str, note: str, by: Actor) -> None:
        """Lend one's task to somebody who hands it back (委派): the owner submits it, not the other."""
        self._give(task_id, "delegate", "delegated", to, note, by)

    def hand_back(self, task_id: str, note: str, by: Actor) -> None:
        """Give a lent task back to its owner, with what was filled in."""
        self._return(task_id, "hand_back", "handed_back", note, by)

    def take_back_delegation(self, task_id: str, by: Actor) -> None:
        """Take a task back that one has lent, with what was filled in."""
        self._return(task_id, "take_back_delegation", "delegation_taken_back", "", by)

    def _give(self, task_id: str, verb: str, past: str, to: str, reason: str, by: Actor) -> None:
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, verb, by, now, reason=reason)
            person, former = person_there(connection, task.family.live, to), task.row.assignee_id
            if person.id == former:
                raise SamePerson(person)
            hold(task, person.id, owner_id=former if verb == "delegate" else None)
            if former is not None:
                pass_draft(task, former, person.id)
            tell(task, past, reason=reason.strip(), to=person.login, to_name=person.name.zh,
                 to_name_en=person.name.in_("en"), **{"from": former})
            if verb != "take_over":
                notify(task, by, [person.id], past, reason=reason)
            if verb in ("reassign", "take_over"):
                away = "reassigned_away" if verb == "reassign" else past
                notify(task, by, _losers(task, person.id), away, reason=reason)

    def _return(self, task_id: str, verb: str, past: str, note: str, by: Actor) -> None:
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, verb, by, now)
            owner, former = task.row.owner_id, task.row.assignee_id
            hold(task, owner, owner_id=None)
            pass_draft(task, former, owner, over=True)
            known = task.family.live.people_by_id.get(owner)
            tell(task, past, reason=note.strip(), to=known.login if known else "",
                 to_name=known.name.zh if known else "", to_name_en=known.name.in_("en") if known else "",
                 **{"from": former})
            if verb == "hand_back":
                notify(task, by, [owner], past, reason=note)
            else:
                notify(task, by, [former], "taken_back")


def _losers(task: OpenTask, receiver: str) -> list[str | None]:
    """Who had the task, and who had lent it."""
    return [one for one in (task.row.assignee_id, task.row.owner_id) if one != receiver]
