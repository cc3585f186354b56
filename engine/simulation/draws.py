"""Chance that can be repeated: every draw depends on the seed and on what is drawn for, not on what was drawn before.

So two variants of a process meet the same luck wherever they do the same thing, and differ by what differs in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Drawn = TypeVar("Drawn")


class Draws:
    """Draws under one seed; ``what`` names the case, the element and the how-manieth visit."""

    def __init__(self, seed: int):
        self.seed = seed

    def of(self, *what: object) -> Random:
        """The chance that belongs to ``what``."""
        return Random("|".join(map(str, (self.seed, *what))))  # noqa: S311 - no secret hangs on it

    def one(self, options: Sequence[Drawn], *what: object) -> Drawn:
        """One of ``options``, all alike likely."""
        return options[self.of(*what).randrange(len(options))]
