"""A move taken back: cases that nothing has happened to since stand exactly as they stood before."""

from __future__ import annotations

from typing import Any

from engine.family import Family
from engine.migrating import rows as row_books
from engine.migrating.batches import Heap, Result


class TakingBack:
    """Takes back the moves of a heap. ``kept`` is (before, mark) by root, ``target`` the version they moved to."""

    def __init__(self, heap: Heap, kept: dict[str, tuple[Any, str]], target: str, plan: str):
        self.heap, self.kept, self.target, self.plan = heap, kept, target, plan

    def go(self) -> None:
        """Take back what can be; the others keep the reason why not."""
        families = self.heap.families()
        now = row_books.read(self.heap.connection, [family.root_id for family in families]) if families else {}
        for family in families:
            before, mark = self.kept[family.root_id]
            code = self._why_not(family, now[family.root_id], before, mark)
            reason = {"code": code} if code else None
            if reason is None:
                reason, _ = self.heap.attempt(lambda family=family, before=before: self._back(family, before))
            state = "kept" if reason else "taken_back"
            self.heap.results += [Result(one, state, reason, None, mark) for one in self.heap.wanted[family.root_id]]

    def _why_not(self, family: Family, rows: row_books.Rows, before: Any, mark: str) -> str | None:
        if family.root_row["ended_at"] is not None:
            return "ended"
        moved = [row for row in rows["process_instance"] if row["id"] in self.heap.wanted[family.root_id]]
        if any(row["definition_id"] != self.target for row in moved):
            return "migrated_again"
        if before is None:
            return "irrevocable"
        return row_books.touched(mark, row_books.mark(rows))

    def _back(self, family: Family, before: Any) -> None:
        row_books.restore(self.heap.connection, before)
        for instance in sorted(self.heap.wanted[family.root_id]):
            family.record.tell("migration_taken_back", root_id=family.root_id, instance_id=instance, plan=self.plan)
        family.record.write(self.heap.connection)
