"""Decision tables compared row by row: a row is its cells, whatever its id."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from lxml import etree

from engine.xml import read_xml


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table that differs, or with both numbers 0 the head of the table that the next rows belong to.
    ``before`` and ``after`` are its cells; numbers count from 1, 0 on the side where it is not."""

    table: str
    change: str
    before_number: int
    after_number: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def compare_tables(before: bytes | None, after: bytes | None, path: str) -> tuple[Row, ...]:
    """The rows of all tables that differ, each table led by its head. Raises Refused for a file that is no XML."""
    old, new = _tables(before, path), _tables(after, path)
    found: list[Row] = []
    for key in dict.fromkeys([*new, *old]):
        empty = _Table((new.get(key) or old[key]).name, (), ())
        one, other = old.get(key, empty), new.get(key, empty)
        rows = list(_rows(one, other))
        if rows or one.head != other.head:
            same = one.head == other.head or not (one.head and other.head)
            head = (one.head or other.head, other.head or one.head)
            found += [Row(other.name, "" if same else "changed", 0, 0, *head), *rows]
    return tuple(found)


def _rows(old: _Table, new: _Table) -> list[Row]:
    found = []
    for code, a, a_end, b, b_end in SequenceMatcher(None, old.rows, new.rows, autojunk=False).get_opcodes():
        if code == "equal":
            continue
        both = min(a_end - a, b_end - b)
        found += [Row(new.name, "changed", a + n + 1, b + n + 1, old.rows[a + n], new.rows[b + n]) for n in range(both)]
        found += [Row(new.name, "removed", n + 1, 0, old.rows[n], ()) for n in range(a + both, a_end)]
        found += [Row(new.name, "added", 0, n + 1, (), new.rows[n]) for n in range(b + both, b_end)]
    return found


def _tables(content: bytes | None, path: str) -> dict[str, _Table]:
    if not content:
        return {}
    found = {}
    for decision in read_xml(content, path).iter("{*}decision"):
        table = decision.find("{*}decisionTable")
        if table is not None:
            policy = " ".join(filter(None, (table.get("hitPolicy", "UNIQUE"), table.get("aggregation"))))
            head = [f"{one.get('label') or ''} {_text(one.find('{*}inputExpression'))}".strip()
                    for one in table.findall("{*}input")]
            head += [one.get("label") or one.get("name") or "" for one in table.findall("{*}output")]
            rows = tuple(tuple(_text(cell) for cell in rule if cell.tag.rpartition("}")[2] in (
                "inputEntry", "outputEntry")) for rule in table.findall("{*}rule"))
            key = decision.get("id", "")
            found[key] = _Table(decision.get("name") or key, (policy, *head), rows)
    return found


def _text(element: etree._Element | None) -> str:
    found = element.find("{*}text") if element is not None else None
    return " ".join((found.text or "").split()) if found is not None else ""
