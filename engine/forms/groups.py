"""Field groups: fields that many forms share, expanded where a form says ``use:``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Problem, Refused
from engine.forms.formula import renamed
from engine.forms.schema import part_schema
from engine.yaml import check_schema, line_of, plain, read_yaml


@dataclass(frozen=True, slots=True)
class Group:
    """A field group as declared: raw fields and rules."""

    name: str
    fields: tuple[Mapping[str, Any], ...]
    rules: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RawField:
    """One field as declared, with the line where the form has it, and the group it came from."""

    data: Mapping[str, Any]
    line: int
    group: str = ""


def read_groups(text: str | bytes, file: str = "groups.yaml") -> dict[str, Group]:
    """The groups that ``groups.yaml`` declares. Raises :class:`~engine.errors.Refused`."""
    data = read_yaml(text, file)
    problems = check_schema(data, part_schema("groups"), file)
    if problems:
        raise Refused(problems)
    return {name: Group(name, tuple(plain(group["fields"])), tuple(plain(group.get("rules", []))))
            for name, group in data["groups"].items()}


class Expansion:
    """Expands ``use:`` items and collects the rules that came with them and the problems found."""

    def __init__(self, groups: Mapping[str, Group], file: str):
        self.groups, self.file = groups, file
        self.rules: list[tuple[Mapping[str, Any], int]] = []
        self.problems: list[Problem] = []

    def fields(self, items: Any, table: str = "") -> Iterator[RawField]:
        """The fields of a list, groups expanded; ``table`` is the field whose columns they are."""
        for index, item in enumerate(items):
            line = line_of(items, index)
            if "use" not in item:
                yield RawField(item, line)
            elif item["use"] in self.groups:
                yield from self._expanded(self.groups[item["use"]], item, line, table)
            else:
                known = "、".join(self.groups) or "–"
                self._tell("group_unknown", item["use"], line_of(item, "use"),
                           f"没有字段组“{item['use']}”，已有：{known}。",
                           f'There is no field group "{item["use"]}"; there are {known}.')

    def _expanded(self, group: Group, item: Mapping[str, Any], line: int, table: str) -> Iterator[RawField]:
        prefix, without = item.get("prefix", ""), set(item.get("without", ()))
        override, names = item.get("override", {}), [one["id"] for one in group.fields]
        for name in sorted((without | set(override)) - set(names)):
            self._tell("group_field_unknown", name, line, f"字段组“{group.name}”没有字段“{name}”。",
                       f'The field group "{group.name}" has no field "{name}".')
        for one in group.fields:
            if one["id"] in without:
                continue
            changes = plain(override.get(one["id"], {}))
            data = {key: value for key, value in {**one, **changes}.items() if value is not None}
            yield RawField(_prefixed({**data, "id": one["id"]}, names, prefix), line, group.name)
        for rule in group.rules:
            if rule["field"] not in without:
                moved = _prefixed(rule, names, prefix)
                place = prefix + rule["field"]
                self.rules.append(({**moved, "field": f"{table}.{place}" if table else place}, line))

    def _tell(self, code: str, element: str, line: int, zh: str, en: str) -> None:
        self.problems.append(Problem(code, zh, en, file=self.file, element=element, line=line))


def _prefixed(data: Mapping[str, Any], names: list[str], prefix: str) -> dict[str, Any]:
    """``data`` with the group's names prefixed, in its id and in its FEEL texts."""
    if not prefix:
        return dict(data)
    moved = {key: renamed(value, names, prefix) if isinstance(value, str) and value.startswith("=") else value
             for key, value in data.items()}
    if "fill" in moved:
        moved["fill"] = {prefix + name if name in names else name: column for name, column in moved["fill"].items()}
    return moved | ({"id": prefix + data["id"]} if "id" in data else {})
