"""Overlaps and gaps of a table, exactly, by its rules as boxes over the axes of its columns; bounded, with examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .axes import Axis

MAX_NODES = 50_000
"""Steps of one search for gaps."""
MAX_CELLS = 1_000_000
"""Pairs of a rule and an atom that are reckoned with, in one column."""

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
        possible = [axis.possible | axis.null_bit for axis in self.axes]
        columns = [[box[column] & mask for box in self.sure] for column, mask in enumerate(possible)]
        covers = [_cover(masks, axis.every | axis.null_bit, len(axis.atoms) + 1)
                  for masks, axis in zip(columns, self.axes)]
        meeting: list[dict[int, int]] = [{} for _ in self.axes]
        for second in range(len(self.sure)):
            together = (1 << second) - 1
            for column, cover in enumerate(covers):
                mask = columns[column][second]
                if mask not in meeting[column]:
                    meeting[column][mask] = _any_of(cover, mask)
                together &= meeting[column][mask]
            for first in _bits(together):
                yield first, second, tuple(masks[first] & masks[second] for masks in columns)

    def gaps(self, domain: Region, rules: range | None = None) -> Iterator[Region]:
        """Regions of ``domain`` that no rule (of ``rules``) lets pass. Raises :class:`TooLarge`."""
        chosen = list(rules if rules is not None else range(len(self.maybe)))
        covers = [_cover([self.maybe[rule][column] & axis.every for rule in chosen], axis.every, len(axis.atoms))
                  for column, axis in enumerate(self.axes)]
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

    @staticmethod
    def _split(cover: list[int], alive: int, domain: int) -> dict[int, int]:
        """The atoms of the domain grouped by the rules still alive on them."""
        groups: dict[int, int] = {}
        for atom, rules in enumerate(cover):
            if domain >> atom & 1:
                groups[rules & alive] = groups.get(rules & alive, 0) | 1 << atom
        return groups


def _cover(masks: list[int], whole: int, atoms: int) -> list[int]:
    """For each atom of a column the rules that let it pass, as a mask over the rules."""
    cover, everywhere, spent = [0] * atoms, 0, 0
    for rule, mask in enumerate(masks):
        if mask == whole:
            everywhere |= 1 << rule
            continue
        spent += mask.bit_count()
        if spent > MAX_CELLS:
            raise TooLarge
        for atom in _bits(mask):
            cover[atom] |= 1 << rule
    return [rules | everywhere for rules in cover]


def _any_of(cover: list[int], mask: int) -> int:
    """The rules that let any atom of ``mask`` pass."""
    found = 0
    for atom in _bits(mask):
        found |= cover[atom]
    return found


def _bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
