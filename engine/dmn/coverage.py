"""Overlaps and gaps of a table, exactly, by its rules as boxes over the axes of its columns; bounded, with examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .axes import Axis

MAX_PAIRS = 300_000
"""Pairs of rules that are compared."""
MAX_NODES = 50_000
"""Steps of one search for gaps."""
MAX_CELLS = 2_000_000
"""Rules times atoms that are reckoned with."""

Region = tuple[int, ...]


class TooLarge(Exception):
    """The table needs more steps than are spent on it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rules of a table as boxes: ``sure`` are the atoms a rule certainly lets pass, ``maybe`` those it may.

    They differ where a cell computes. Overlaps are found among what is sure, gaps outside of what may be: nothing is
    reported that is not so.
    """

    axes: tuple[Axis, ...]
    sure: tuple[Region, ...]
    maybe: tuple[Region, ...]

    def overlaps(self) -> Iterator[tuple[int, int, Region]]:
        """Pairs of rules (counted from 0) that can match together, with what they share. Raises :class:`TooLarge`."""
        compared = 0
        possible = tuple(axis.possible | axis.null_bit for axis in self.axes)
        for second, box in enumerate(self.sure):
            for first in range(second):
                compared += 1
                if compared > MAX_PAIRS:
                    raise TooLarge
                shared = tuple(a & b & c for a, b, c in zip(self.sure[first], box, possible))
                if all(shared):
                    yield first, second, shared

    def gaps(self, domain: Region, rules: range | None = None) -> Iterator[Region]:
        """Regions of ``domain`` that no rule (of ``rules``) lets pass. Raises :class:`TooLarge`."""
        chosen = list(rules if rules is not None else range(len(self.maybe)))
        if len(chosen) * sum(len(axis.atoms) for axis in self.axes) > MAX_CELLS:
            raise TooLarge
        covers = [self._cover(column, chosen) for column in range(len(self.axes))]
        covered: set[tuple[int, int]] = set()
        spent = 0

        def walk(column: int, alive: int, region: Region) -> Iterator[Region]:
            nonlocal spent
            spent += 1
            if spent > MAX_NODES:
                raise TooLarge
            if not alive:
                yield (*region, *domain[column:])
                return
            if column == len(covers) or (column, alive) in covered:
                return
            clean = True
            for rest, atoms in self._split(covers[column], alive, domain[column]).items():
                for gap in walk(column + 1, rest, (*region, atoms)):
                    clean = False
                    yield gap
            if clean:
                covered.add((column, alive))
        yield from walk(0, (1 << len(chosen)) - 1, ())

    def _cover(self, column: int, rules: list[int]) -> list[int]:
        """For each atom of a column the rules that let it pass, as a mask over ``rules``."""
        masks = [self.maybe[rule][column] for rule in rules]
        return [sum(1 << place for place, mask in enumerate(masks) if mask >> atom & 1)
                for atom in range(len(self.axes[column].atoms))]

    @staticmethod
    def _split(cover: list[int], alive: int, domain: int) -> dict[int, int]:
        """The atoms of the domain grouped by the rules still alive on them."""
        groups: dict[int, int] = {}
        for atom, rules in enumerate(cover):
            if domain >> atom & 1:
                groups[rules & alive] = groups.get(rules & alive, 0) | 1 << atom
        return groups
