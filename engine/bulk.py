"""The same act on many things: each in a transaction of its own, a result a row, nothing stops at the first refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


def each(ids: Iterable[str], act: Callable[[str], Any]) -> list[BulkRow]:
    """Do ``act`` for every id, in order; the same id twice counts once."""
    rows = []
    for one in list(dict.fromkeys(ids))[:MOST]:
        try:
            act(one)
        except BihuanError as error:
            rows.append(BulkRow(one, False, Bilingual(error.sentence("zh"), error.sentence("en"))))
        else:
            rows.append(BulkRow(one, True, DONE))
    return rows
