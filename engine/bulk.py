"""The same act on many things: each in a transaction of its own, a result a row, nothing stops at the first refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from engine.cards import Bilingual
from engine.errors import BihuanError

MOST = 500
"""Things of one bulk act."""
DONE = Bilingual("成功", "Done")


@dataclass(frozen=True, slots=True)
class BulkRow:
    """What became of one thing; ``sentence`` says why not."""

    id: str
    ok: bool
    sentence: Bilingual
    case_number: str = ""


def each(ids: Iterable[str], act: Callable[[str], Any], threads: int = 1) -> list[BulkRow]:
    """Do ``act`` for every id; the same id twice counts once. With several ``threads`` as many are under way at a time:
    on PostgreSQL one waits for the database while another computes."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    if threads == 1 or len(wanted) < 2 * threads:
        return [_row(one, act) for one in wanted]
    with ThreadPoolExecutor(threads, "bulk") as pool:
        return list(pool.map(lambda one: _row(one, act), wanted))


def _row(one: str, act: Callable[[str], Any]) -> BulkRow:
    try:
        act(one)
    except BihuanError as error:
        return BulkRow(one, False, Bilingual(error.sentence("zh"), error.sentence("en")))
    return BulkRow(one, True, DONE)
