"""When nobody could work on a task: its signers were at it, or its case was suspended. Moments are plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

Stretch = tuple[datetime, datetime]
SIGNING = ("signers_added", "signed", "signer_removed", "submitted", "given_back")
"""Verbs of the history that tell of signers."""
ALWAYS = datetime.min


def standing_still(entries: Iterable[Any], until: datetime) -> list[Stretch]:
    """When a case was suspended, from its entries ``suspended`` and ``resumed`` in their order."""
    found: list[Stretch] = []
    since = None
    for entry in entries:
        if entry.verb == "suspended":
            since = entry.at
        elif since is not None:
            found.append((since, entry.at))
            since = None
    return found if since is None else [*found, (since, until)]


def signing(entries: Sequence[Any]) -> list[Stretch]:
    """When signers were at a task, from what the history tells of it, its end as the last entry.

    Signers *before* the assignee are at it until the last of them had a say; *after*, from the submission; *jointly*,
    to the end. Signers that the drawing names are at it from the beginning.
    """
    found: list[Stretch] = []
    since: datetime | None = None
    last: datetime | None = None
    first = False
    for entry in entries:
        position = (entry.detail or {}).get("position")
        if entry.verb == "signers_added" and position != "after":
            if since is not None and first and last is not None:  # those before have had their say, others are asked
                found.append((since, last))
                since = last = None
            since, first = since or entry.at, position == "before"
        elif entry.verb == "submitted":
            since, first = entry.at, False
        elif entry.verb in ("signed", "signer_removed"):
            if since is None and position == "joint":
                since = ALWAYS.replace(tzinfo=entry.at.tzinfo)
            last = entry.at
        elif since is not None:  # given back, or over
            found.append((since, last if first and last is not None else entry.at))
            since = last = None
    return found


def within(stretches: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """The parts of ``stretches`` that lie between two moments, in order, none twice."""
    found: list[Stretch] = []
    for since, until in sorted((max(since, start), min(until, end)) for since, until in stretches):
        since = max(since, found[-1][1]) if found else since
        if since < until:
            found.append((since, until))
    return found


def length(stretches: Iterable[Stretch]) -> float:
    """Seconds altogether."""
    return sum((until - since).total_seconds() for since, until in stretches)
