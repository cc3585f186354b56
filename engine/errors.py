"""The family tree of errors.

Every error a person may meet carries a stable ``code``, the parameters of its sentence, and the sentence itself in
Chinese and English. Nothing is worded where it is raised: failures are stored as code and parameters and worded when
shown, in the language of whoever reads them. ``http_status`` is what the web answers with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


def word(template: str, params: dict[str, Any]) -> str:
    """Fill ``template`` with ``params``; a missing parameter shows as ``{name}`` instead of failing."""

    class _Shown(dict):
        def __missing__(self, key: str) -> str:
            return "{" + key + "}"

    return template.format_map(_Shown(params))


def filled(template: str, words: Mapping[str, Any]) -> str:
    """``template`` with each ``{name}`` of ``words`` filled in; other braces stay as people wrote them."""
    for name, value in words.items():
        template = template.replace("{" + name + "}", str(value))
    return template


class BihuanError(Exception):
    """The root of all errors that are part of the interface."""

    code = "error"
    http_status = 400
    zh = "操作没有完成。"
    en = "The operation was not completed."

    def __init__(self, **params: Any):
        super().__init__(self.code, params)
        self.params = params

    def sentence(self, lang: str = "zh") -> str:
        """The sentence for a person, ``lang`` being ``zh`` or ``en``."""
        return word(self.en if lang.startswith("en") else self.zh, self.params)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class NotFound(BihuanError):
    """What was asked for does not exist, or may not be known to exist by whoever asks."""

    code, http_status = "not_found", 404
    zh = "没有找到{what}。"
    en = "{what} was not found."
    things = {"task": ("这件待办", "The task"), "case": ("这个案件", "The case"), "form": ("这张表单", "The form"),
              "link": ("这个链接", "The link"), "page": ("这一页", "The page"), "person": ("这个人", "The person"),
              "incident": ("这个异常", "The incident"), "file": ("这个文件", "The file"),
              "process": ("这个流程", "The process"), "notice": ("这条通知", "The notice"),
              "channel": ("这个通知渠道", "The channel"), "draft": ("这份草稿", "The draft"),
              "version": ("这个版本", "The version")}
    """What ``what`` may be besides a name: the kind of thing, in Chinese and English."""

    def sentence(self, lang: str = "zh") -> str:
        english = lang.startswith("en")
        what = self.params.get("what")
        named = self.things.get(str(what), (what, what))[english]
        return word(self.en if english else self.zh, self.params | {"what": named})


class NotPermitted(BihuanError):
    """The actor may not do this."""

    code, http_status = "not_permitted", 403
    zh = "没有权限执行这项操作：{what}。"
    en = "You are not permitted to do this: {what}."


class Conflict(BihuanError):
    """Somebody else was faster, or the state moved on; nothing was changed."""

    code, http_status = "conflict", 409
    zh = "情况已经变化，操作没有执行。"
    en = "Things have changed meanwhile; nothing was done."


class Overtaken(Conflict):
    """Somebody wrote between our look and our write: done again at once, the second look takes that into account."""


class Invalid(BihuanError):
    """Input that cannot be accepted; ``fields`` says where, each entry a :class:`FieldError`."""

    code, http_status = "invalid", 422
    zh = "请修改标出的内容。"
    en = "Please correct what is marked."

    def __init__(self, fields: Iterable[FieldError] = (), **params: Any):
        super().__init__(**params)
        self.fields = tuple(fields)


class TooLarge(Invalid):
    """Something is larger than the limit."""

    code, http_status = "too_large", 413
    zh = "{what}太大：最多 {limit}。"
    en = "{what} is too large: at most {limit}."


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a form; ``path`` is ``field`` or ``table.0.column``."""

    path: str
    code: str
    zh: str
    en: str

    def sentence(self, lang: str = "zh") -> str:
        return self.en if lang.startswith("en") else self.zh


class ReasonNeeded(Invalid):
    """What affects others needs a reason."""

    code = "reason_needed"
    zh = "请写明原因。"
    en = "Please give a reason."

    def __init__(self, **params: Any):
        super().__init__([FieldError("reason", self.code, self.zh, self.en)], **params)


class PersonLeft(Invalid):
    """A person who was chosen has left; ``field`` is where that person was named."""

    code = "person_left"
    zh = "{name} 已离职，请另选一位。"
    en = "{name} has left; please choose somebody else."

    def __init__(self, name: str, field: str = "to", **params: Any):
        shown = {"name": name}
        super().__init__([FieldError(field, self.code, word(self.zh, shown), word(self.en, shown))], name=name,
                         **params)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one place of a file that somebody wants to deploy.

    ``severity`` is ``error`` (refused), ``warning`` or ``hint``; ``element`` is the id in the drawing, the field of a
    form or the cell of a table; ``line`` counts from 1, 0 where unknown.
    """

    code: str
    zh: str
    en: str
    file: str = ""
    element: str = ""
    severity: str = "error"
    line: int = 0
    params: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def sentence(self, lang: str = "zh") -> str:
        return self.en if lang.startswith("en") else self.zh

    def __str__(self) -> str:
        where = self.file + (f":{self.line}" if self.line else "")
        return f"{where}: {self.element}: {self.en} / {self.zh}"


class Refused(BihuanError):
    """Files that cannot be deployed; ``problems`` says why, element by element."""

    code, http_status = "refused", 422
    zh = "文件不能发布：{first}"
    en = "The files cannot be deployed: {first}"

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        first = self.problems[0] if self.problems else None
        super().__init__(first=first.zh if first else "")
        self._first = first

    def sentence(self, lang: str = "zh") -> str:
        first = self._first.sentence(lang) if self._first else ""
        return word(self.en if lang.startswith("en") else self.zh, {"first": first})
