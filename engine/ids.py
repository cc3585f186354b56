"""Ids of rows: made by us, not by the database, so that rows that point to each other are written in one go."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_SHIFTS = range(120, -1, -10)
_lock = threading.Lock()
_last: dict[int, int] = {}
REMEMBERED = 256
"""Milliseconds whose last id is remembered: one process may have engines whose clocks differ, as a sandbox has."""


def new_id(now: datetime) -> str:
    """26 letters and digits that sort by time: 48 bits of milliseconds, then 80 random bits (the layout of a ULID).

    Ids made by one process for the same millisecond count on, so that rows of one step keep their order.
    """
    milliseconds = int(now.timestamp() * 1000)
    with _lock:
        last = _last.pop(milliseconds, None)
        low = _last[milliseconds] = secrets.randbits(79) if last is None else last + 1
        if len(_last) > REMEMBERED:
            del _last[next(iter(_last))]
    number = (milliseconds << 80) | low
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])
