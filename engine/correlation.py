"""Which subscription takes which message, by their keys, and the marks by which an index finds the pair.

A subscription takes a message when all of its keys are among the message's, with the same values. So its mark, a hash
of all its keys, is one of the marks of the parts of the message's keys. A mark finds candidates; :func:`fits` decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

import orjson

MOST = 5
"""Keys of a message whose parts are all marked, 32 marks then; one with more is compared with whoever waits for it."""
ANY = "*"
"""In the place of the marks of a message with more keys than that."""
LENGTH = 32


def fits(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a subscription with the keys ``wanted`` takes a message sent with the keys ``given``."""
    return all(key in given and given[key] == value for key, value in wanted.items())


def mark_of(wanted: Mapping[str, Any]) -> str:
    """The mark of a subscription's keys; empty where it has none."""
    return _hash(sorted((key, _plain(value)) for key, value in wanted.items()))


def marks_within(given: Mapping[str, Any]) -> list[str]:
    """The marks of all subscriptions that may take a message with these keys; :data:`ANY` alone for too many keys."""
    if len(given) > MOST:
        return [ANY]
    pairs = sorted((key, _plain(value)) for key, value in given.items())
    return [_hash(part) for count in range(len(pairs) + 1) for part in combinations(pairs, count)]


def _hash(pairs: Any) -> str:
    return hashlib.sha256(orjson.dumps(list(pairs))).hexdigest()[:LENGTH] if pairs else ""


def _plain(value: Any) -> str:
    """The same text for values that are equal (``1`` and ``1.0`` and true are); what has many spellings is one text."""
    if isinstance(value, str):
        return "=" + value
    if isinstance(value, (bool, int, float, Decimal)):
        return str((Decimal(value) + 0).normalize())
    return ""
