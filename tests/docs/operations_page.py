"""Writes ``docs/reference/operations.md`` from the table of the engine: ``python -m tests.docs.operations_page``."""

from __future__ import annotations

from engine.operations import OPERATIONS, STANDINGS, STATES, Operation
from tests.docs.places import DOCS

PAGE = DOCS / "reference" / "operations.md"
HEAD = """\
# Operations on tasks and cases

Written from `engine/operations.py` (`python -m tests.docs.operations_page`); the tests of every verb are generated
from the same table. A verb is one transaction: it happened with all that follows, or not at all.

**Who may.** One of the standings is enough. An auditor who holds no other role sees everything and changes nothing.
Whoever has left can do nothing, and nothing can be given to whoever has left.

**States.** A task is `offered` to its roles, `held` by its assignee, `lent` by its owner to its assignee (委派), or
`joint`: signers instead of an assignee (会签). Besides, `before`: signers come first (前加签), `arranged`: signers come
afterwards (后加签), `submitted`: they are at it.

**By a substitute.** Somebody who stands in acts for the person; the history names both. A handwritten signature is
given by oneself alone. **Switch.** May be switched off with `bihuan:operations`, for a process or a single task: see
[attributes and properties](element-attributes.md#operations).

"""
COLUMNS = ("Verb", "", "Who may", "States", "Reason", "History", "Notice to", "Undo", "Across branches",
           "By a substitute", "While suspended", "Switch")
TAIL = """
Many tasks of a list at once: claim, reassign, transfer, complete with one form, return, remind and copy, each task in
a transaction of its own; the answer has a row per task (`engine.tasks.many`).

A reminder goes out 8 seconds after it was asked for. The minutes between two of one task (30) and the number from which
on the leader hears of them (3) may be set by the parameters `urge_pause_minutes` and `urges_before_leader` of a
[pack](pack.md).
"""


def row_of(row: Operation) -> str:
    """The line of one verb."""
    states = "any" if set(row.states) == set(STATES) else ", ".join(f"`{state}`" for state in row.states) or "–"
    cells = (f"`{row.verb}`", f"{row.name.zh} {row.name.en}", "; ".join(STANDINGS[one].en for one in row.who), states,
             _yes(row.reason), f"`{row.history}`" if row.history else "–", ", ".join(row.told) or "–", row.undo or "–",
             row.branches, _yes(row.substitute), _yes(row.suspended), _yes(row.switchable))
    return "| " + " | ".join(cells) + " |\n"


def _yes(what: bool) -> str:
    return "yes" if what else "–"


def page() -> str:
    """The whole page."""
    head = "| " + " | ".join(COLUMNS) + " |\n" + "| --- " * len(COLUMNS) + "|\n"
    return HEAD + head + "".join(row_of(row) for row in OPERATIONS) + TAIL


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
