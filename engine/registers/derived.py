"""What stands beside the fields of a record: its label, and what it is found and ordered by.

Where the label is personal it is sealed, too: a mark finds it whole, and the pinyin initials of its beginning order
lists. Words of personal fields stand in no text: a text search finds them by keyed hashes of their parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, and_, or_

from engine.column_types import KEYS, Marked, Parts, SealedText, Under, whole
from engine.forms.field import Field
from engine.registers.columns import KEY, MARK, is_marked, is_sealed
from engine.registers.register import Register
from engine.registers.words import initials, key_text, plain_words, searchable
from engine.sealing import last_four, plain_form

NO_LABEL = "–"
SHORTEST, LONGEST = 7, 1000
"""Digits of a telephone number; characters of a personal value that a text search looks into."""
PART = 3
"""Characters of a part: what is typed is found by all of its parts of this length, or whole where it is shorter."""
ORDERED = 4
"""Initials that order a list by labels that are sealed."""
WHOLE, LAST = "=", "#"
"""Before a part that is a whole value, or the last four digits of a number."""
_WHOLE_ONLY = ("phone", "idno")


def columns_beside(register: Register) -> list[Column]:
    """The columns beside the fields."""
    found = [Column("row_label", SealedText(register.label_is_personal), nullable=False),
             Column("row_search", Text, nullable=False)]
    if register.label_is_personal:
        found += [Column("row_label_mark", Marked, nullable=True), Column("row_order", Text, nullable=True)]
    if any(is_sealed(register.fields[name]) for name in register.search):
        found.append(Column("row_parts", Parts, nullable=True))
    return found


def beside(register: Register, label: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of those columns, of the keys of references and of the marks."""
    found: dict[str, Any] = {"row_label": label, "row_search": searchable(
        word for name in register.search if not is_sealed(register.fields[name])
        and (word := plain_words(values.get(name))))}
    if register.label_is_personal:
        found |= {"row_label_mark": None if label == NO_LABEL else label, "row_order": order_of(label)}
    sealed = [register.fields[name] for name in register.search if is_sealed(register.fields[name])]
    if sealed:
        found["row_parts"] = [part for one in sealed for part in _parts_of(one, plain_words(values.get(one.id)))]
    for name, one in register.fields.items():
        if one.type.storage == "reference":
            found[name + KEY] = key_text(values.get(name))
        if is_marked(one):
            found[name + MARK] = values.get(name)
    return found


def order_of(label: str) -> str:
    """What a sealed label is ordered by: the initials of its beginning."""
    return "" if label == NO_LABEL else (initials(label) or label.lower())[:ORDERED]


def label_column(register: Register, table: Table) -> Column:
    """The column that labels are ordered by."""
    return table.c.row_order if register.label_is_personal else table.c.row_label


def labelled(register: Register, table: Table, labels: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a record has one of these labels."""
    wanted = [one for one in labels if one != NO_LABEL]
    return (table.c.row_label_mark.in_(whole(wanted)) if register.label_is_personal
            else table.c.row_label.in_(wanted))


def holds_word(table: Table, word: str, masked: bool = False) -> ColumnElement[bool]:
    """The condition that a record holds a word; with ``masked``, digits only find whole values and last digits."""
    word = word.lower()
    ways = [table.c.row_search.contains(word, autoescape=True)]
    if "row_parts" in table.c:
        ways += [and_(*(table.c.row_parts.like(Under(part, key)) for part in parts))
                 for parts in _asked(word, masked) for key in range(KEYS)]
    return or_(*ways)


def _asked(word: str, masked: bool) -> Iterator[list[str]]:
    """The parts that a word is found by: all of one of these lists."""
    yield [WHOLE + plain_form(word)]
    if len(word) == 4 and word.isdigit():
        yield [LAST + word]
    if not (masked and word.isdigit()):
        yield [word] if len(word) <= PART else sorted(_runs(word, PART))


def _parts_of(one: Field, word: str) -> Iterator[str]:
    """What a value is found by: itself, its last digits where it is a number, else its runs of characters."""
    word = word.lower()[:LONGEST]
    if not word:
        return
    yield WHOLE + plain_form(word)
    if plain_form(word).isdigit() and len(plain_form(word)) >= SHORTEST:
        yield LAST + last_four(word)
    elif one.type.name not in _WHOLE_ONLY:
        for text in (word, "" if word.isascii() else initials(word)):
            yield from (part for length in range(1, PART + 1) for part in _runs(text, length))


def _runs(text: str, length: int) -> set[str]:
    return {text[place:place + length] for place in range(len(text) - length + 1)}
