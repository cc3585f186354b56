"""A pack: names, roles with their escalation chains, parameters, deadlines and messages, declared in ``pack.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine import feel
from engine.cards import Bilingual
from engine.errors import Problem, Refused
from engine.yaml import line_of, plain, read_yaml

PARAMETER_TYPES = ("bool", "int", "number", "text", "duration", "date", "enum")
PERMISSIONS: Mapping[str, Bilingual] = {
    "read_personal": Bilingual("查看完整的个人信息", "See personal data in full"),
    "export_people": Bilingual("导出人员、客户名单", "Export lists of people and customers"),
}
"""What a pack may permit to roles beyond what drawings, escalation chains and the platform's roles give."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a pack; ``escalation`` names the roles that levels 1, 2 and 3 go to."""

    key: str
    name: Bilingual
    escalation: tuple[str, ...] = ()
    external: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a process owner may change without publishing."""

    name: str
    type: str
    default: Any
    title: Bilingual
    unit: str = ""

    def value(self, raw: Any) -> Any:
        """What the file or an override says, as the value that expressions see (durations and dates are text there)."""
        if raw is None or not isinstance(raw, str):
            return raw
        if self.type in ("duration", "date"):
            return feel.evaluate(f"{self.type}(text)", {"text": raw})
        return Decimal(raw) if self.type == "number" else int(raw) if self.type == "int" else raw


@dataclass(frozen=True, slots=True)
class DeadlineDeclaration:
    """A row of the deadline table: its ``limit`` and ``clock`` are as in the file (see ``engine.deadlines``)."""

    key: str
    title: Bilingual
    limit: Any
    clock: str = "created"
    escalation: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackContent:
    """A pack as read from its file."""

    key: str
    title: Bilingual
    numbers: Mapping[str, str]
    roles: Mapping[str, Role]
    parameters: Mapping[str, Parameter]
    deadlines: Mapping[str, DeadlineDeclaration]
    messages: Mapping[str, Any]
    texts: Mapping[str, Bilingual] = field(default_factory=dict)
    customer_texts: Mapping[str, tuple[Bilingual, Bilingual]] = field(default_factory=dict)
    """Case state -> how the customer is told of it, and what happens next."""
    permissions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Which roles may what (keys of :data:`PERMISSIONS`) in this pack's cases."""
    second_person: bool = False
    """Whether a draft of this pack is published by somebody else than who changed it."""


def read_pack(data: bytes | str, file: str = "pack.yaml") -> PackContent:
    """Read a ``pack.yaml``. Raises :class:`~engine.errors.Refused` with a problem for each fault."""
    raw = read_yaml(data, file)
    problems: list[Problem] = []
    if not isinstance(raw, dict) or not isinstance(raw.get("pack"), str):
        raise Refused([Problem("pack_without_key", "缺少 pack：包的名字。",
                               "The key `pack`, the name of the pack, is missing.", file=file, line=1)])
    content = PackContent(
        key=raw["pack"],
        title=bilingual(raw.get("title"), raw["pack"]),
        numbers=dict(_mapping(raw, "numbers", file, problems)),
        roles={key: _role(key, value) for key, value in _mapping(raw, "roles", file, problems).items()},
        parameters={key: _parameter(key, value, raw, file, problems)
                    for key, value in _mapping(raw, "parameters", file, problems).items()},
        deadlines={key: _deadline(key, value, raw, file, problems)
                   for key, value in _mapping(raw, "deadlines", file, problems).items()},
        messages=plain(_mapping(raw, "messages", file, problems)),
        texts={key: bilingual(value, key) for key, value in _mapping(raw, "case_states", file, problems).items()},
        customer_texts={key: (bilingual(value), bilingual(value.get("next") if isinstance(value, dict) else None))
                        for key, value in _mapping(raw, "customer_states", file, problems).items()},
        permissions={key: _permission(key, value, raw, file, problems)
                     for key, value in _mapping(raw, "permissions", file, problems).items()},
        second_person=_second_person(_mapping(raw, "publishing", file, problems), raw, file, problems),
    )
    _known_roles(content, raw, file, problems)
    if problems:
        raise Refused(problems)
    return content


def bilingual(value: Any, fallback: str = "") -> Bilingual:
    """A text of the content: ``{zh: …, en: …}`` or plain text."""
    if isinstance(value, dict):
        return Bilingual(str(value.get("zh") or value.get("en") or fallback), str(value.get("en") or ""))
    return Bilingual(str(value)) if value else Bilingual(fallback)


def _mapping(raw: Any, key: str, file: str, problems: list[Problem]) -> Mapping[str, Any]:
    value = raw.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append(Problem("pack_not_a_mapping", f"{key} 应为键值表。", f"`{key}` must be a mapping.",
                                file=file, element=key, line=line_of(raw, key)))
        return {}
    return value


def _role(key: str, value: Any) -> Role:
    value = value if isinstance(value, dict) else {}
    return Role(key, bilingual(value, key), tuple(value.get("escalation") or ()), bool(value.get("external")))


def _permission(key: str, value: Any, raw: Any, file: str, problems: list[Problem]) -> frozenset[str]:
    def tell(code: str, zh: str, en: str) -> None:
        problems.append(Problem(code, zh, en, file=file, element=key, line=line_of(raw, "permissions", key)))

    if key not in PERMISSIONS:
        tell("permission_unknown", f"没有“{key}”这种权限；可用：{', '.join(PERMISSIONS)}。",
             f"There is no permission {key!r}; known are {', '.join(PERMISSIONS)}.")
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        tell("permission_roles", f"权限 {key} 应为岗位列表，例如 [cs_manager]。",
             f"Permission {key} must be a list of roles, such as [cs_manager].")
        return frozenset()
    return frozenset(value)


def _second_person(publishing: Mapping[str, Any], raw: Any, file: str, problems: list[Problem]) -> bool:
    for key, value in publishing.items():
        if key != "second_person" or not isinstance(value, bool):
            problems.append(Problem(
                "publishing_unknown", f"publishing 里只能写 second_person: true 或 false，不能写“{key}: {value}”。",
                f"`publishing` holds `second_person: true` or `false`, not `{key}: {value}`.", file=file,
                element="publishing", line=line_of(raw, "publishing", key)))
    return publishing.get("second_person") is True


def _parameter(key: str, value: Any, raw: Any, file: str, problems: list[Problem]) -> Parameter:
    value = value if isinstance(value, dict) else {}
    kind = value.get("type", "text")
    if kind not in PARAMETER_TYPES:
        problems.append(Problem(
            "parameter_type", f"参数 {key} 的类型“{kind}”不存在；可用：{', '.join(PARAMETER_TYPES)}。",
            f"Parameter {key} has the unknown type {kind!r}; known are {', '.join(PARAMETER_TYPES)}.",
            file=file, element=key, line=line_of(raw, "parameters", key)))
    made = Parameter(key, kind, plain(value.get("default")), bilingual(value.get("title"), key),
                     str(value.get("unit", "")))
    if kind in PARAMETER_TYPES and not _fits(made):
        problems.append(Problem("parameter_value", f"参数 {key} 的默认值不是 {kind}。",
                                f"The default of parameter {key} is no {kind}.", file=file, element=key,
                                line=line_of(raw, "parameters", key)))
    return made


def _fits(parameter: Parameter) -> bool:
    """Whether the default is a value of the parameter's type; none is one, except of a duration or date."""
    try:
        value = parameter.value(parameter.default)
    except (ValueError, ArithmeticError):
        return False
    if value is None:
        return parameter.type not in ("duration", "date")
    wanted = {"bool": bool, "int": int, "number": (int, float, Decimal), "text": str}.get(parameter.type, object)
    return isinstance(value, wanted) and (parameter.type in ("bool", "enum") or not isinstance(value, bool))


def _deadline(key: str, value: Any, raw: Any, file: str, problems: list[Problem]) -> DeadlineDeclaration:
    value = value if isinstance(value, dict) else {}
    if "limit" not in value:
        problems.append(Problem("deadline_without_limit", f"期限 {key} 缺少 limit。", f"Deadline {key} has no limit.",
                                file=file, element=key, line=line_of(raw, "deadlines", key)))
    known = ("title", "limit", "clock", "escalation")
    return DeadlineDeclaration(key, bilingual(value.get("title"), key), plain(value.get("limit")),
                               str(value.get("clock", "created")), tuple(value.get("escalation") or ()),
                               {k: plain(v) for k, v in value.items() if k not in known})


def _known_roles(content: PackContent, raw: Any, file: str, problems: list[Problem]) -> None:
    chains = [("roles", role.key, role.escalation) for role in content.roles.values()]
    chains += [("deadlines", row.key, row.escalation) for row in content.deadlines.values()]
    for key, roles in content.permissions.items():
        for name in sorted(roles - set(content.roles)):
            problems.append(Problem(
                "unknown_role", f"权限 {key} 里的岗位“{name}”没有声明。",
                f"The permission {key} names the role {name!r}, which is not declared.",
                file=file, element=key, line=line_of(raw, "permissions", key)))
    for section, key, chain in chains:
        for name in chain:
            if name not in content.roles:
                problems.append(Problem(
                    "unknown_role", f"{key} 的升级链里的岗位“{name}”没有声明。",
                    f"The escalation chain of {key} names the role {name!r}, which is not declared.",
                    file=file, element=key, line=line_of(raw, section, key)))
