"""The verbs of the editors for forms, tables, registers and packs: each answers a page, and only ``create`` writes.

What is being typed stays in the browser until it is saved by :meth:`~engine.studio.draft_files.DraftFiles.write`; these
verbs take the unsaved text, change it by operations, and tell what it holds, looks like and lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from engine import live_files
from engine.authorization import Actor
from engine.checking.expressions import HOST_FUNCTIONS
from engine.errors import Conflict, NotFound, Problem, Refused
from engine.forms import field_type, form_schema, type_names
from engine.forms.declaration import COMMON
from engine.forms.schema import part_schema
from engine.models.studio import Draft
from engine.packs import read_pack
from engine.registers.register import register_schema
from engine.studio import table_trials
from engine.studio.additions import addition, led_to
from engine.studio.cards import FileView
from engine.studio.catalogue import Catalogue, catalogue_of
from engine.studio.field_names import forgetting, renaming
from engine.studio.new_files import new_file
from engine.studio.outlines import Entry, Outline, outline
from engine.studio.previews import Preview, Showing, parameters_of, preview, read_draft_form, showings
from engine.studio.rows import changing, looking
from engine.studio.usages import Usage, usages_inside, usages_outside
from engine.studio.yaml_edits import Edit, EditFailed, edited, edits_of
from engine.yaml import read_yaml


class InUse(EditFailed):
    """Something that is used elsewhere: it stays until nobody uses it."""

    code = "in_use"
    zh = "“{name}”被{users_zh}使用，不能删除或改名。"
    en = "“{name_en}” is used by {users_en}; it cannot be removed or renamed."


class FileThere(Conflict):
    """A new file whose path or key is taken."""

    code = "file_there"
    zh = "已有 {key}，请换一个标识。"
    en = "There is a {key} already; please choose another key."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A YAML file in hand: its ``text`` after the operations, what it holds and who uses that (by entry key; of a pack
    ``roles.<key>`` …). ``outline`` is ``None`` while the text is no YAML."""

    text: str
    outline: Outline | None
    problems: tuple[Problem, ...] = ()
    used: Mapping[str, tuple[Usage, ...]] = field(default_factory=dict)
    preview: Preview | None = None
    showings: tuple[Showing, ...] = ()

    def users(self, entry: Entry) -> tuple[Usage, ...]:
        """What uses an entry."""
        if entry.kind == "field":
            return self.used.get(entry.key, ())
        return self.used.get(".".join(map(str, entry.path)), ())


class Editing:
    """Changing and showing files of a draft that are not saved yet."""

    _parts: Any

    def sheet(self, draft_id: str, path: str, text: str, by: Actor, *, edits: list[Edit] = (),  # type: ignore[assignment]
              element: str = "", lang: str = "zh") -> Sheet:
        """``text`` of the file at ``path`` with ``edits`` made, and all an editor shows of it.

        ``element`` chooses the task that the preview plays (``*``: somebody who only looks). Raises EditFailed, InUse.
        """
        looking(by)
        with self._parts.database.reading() as connection:
            files = _all(connection, draft_id)
            live = self._parts.live.at(connection)
        used = _used_outside(path, text, files)
        for edit in edits:
            text = edited(text, _whole(text, edit, used))
        try:
            found = outline(read_yaml(text, path))
        except Refused as refused:
            return Sheet(text, None, tuple(refused.problems), used)
        used = _joined(used, usages_inside(found))
        if found.kind not in ("form", "register"):
            return Sheet(text, found, tuple(_problems(found.kind, path, text)), used)
        form, problems = read_draft_form(path, text, files)
        shown = showings(found.key, files) if found.kind == "form" else ()
        view = None
        if form is not None:
            view = preview(form, element=element, lang=lang, now=self._parts.clock.now(), live=live, by=by,
                           zone=self._parts.settings.zone, pack_file=_pack_of(path, files))
        return Sheet(text, found, tuple(problems), used, Preview(view, tuple(problems)), shown)

    def additions(self, path: str, text: str, kind: str, near: Sequence[str | int], by: Actor,
                  **begins: Any) -> list[Edit]:
        """Edits that add an entry (:func:`engine.studio.additions.addition`). Raises EditFailed, Refused."""
        looking(by)
        return addition(outline(read_yaml(text, path)), kind, tuple(near), **begins)

    def keys_of(self, path: str, text: str, kind: str) -> frozenset[str]:
        """Keys of the file's entries of a kind; none while the text is no YAML."""
        try:
            found = outline(read_yaml(text, path))
        except Refused:
            return frozenset()
        return frozenset(one.key for part in found.parts for one in part.entries if one.kind == kind)

    edits_of = staticmethod(edits_of)
    led_to = staticmethod(led_to)

    def catalogue(self, draft_id: str, by: Actor) -> Catalogue:
        """What the files of all packs share: registers with their columns, field groups, roles, parameters."""
        looking(by)
        with self._parts.database.reading() as connection:
            return catalogue_of(_all(connection, draft_id))

    def table(self, draft_id: str, path: str, content: bytes, by: Actor) -> tuple[
            tuple[table_trials.DecisionHead, ...], list[Problem]]:
        """The decisions of a table's file with what they need, and what is wrong with it."""
        looking(by)
        del draft_id
        problems = table_trials.findings(content, path, HOST_FUNCTIONS)
        try:
            return table_trials.heads(content, path), problems
        except Refused:
            return (), problems

    def try_table(self, draft_id: str, path: str, content: bytes, decision: str, texts: Mapping[str, str],
                  by: Actor) -> table_trials.Trial:
        """A decision taken with values written in FEEL: the rows that match, and what comes out."""
        looking(by)
        with self._parts.database.reading() as connection:
            files = _all(connection, draft_id)
        return table_trials.tried(content, path, decision, texts, self._parts.clock.now(), HOST_FUNCTIONS,
                                  parameters_of(_pack_of(path, files)))

    def create_file(self, draft_id: str, kind: str, key: str, zh: str, en: str, by: Actor) -> FileView:
        """A new ``form``, ``table`` or ``register`` in the draft. Raises Invalid by field, FileThere, Conflict."""
        changing(by)
        with self._parts.database.reading() as connection:
            files = live_files.overlaid(connection, draft_id)
            pack = connection.scalar(select(Draft.pack).where(Draft.id == draft_id))
            if pack is None:
                raise NotFound(what="draft")
            keys = {one for path, sketched in live_files.sketches(connection, files).items()
                    if sketched.kind == kind for one in sketched.keys}
        path, content = new_file(kind, pack, key, zh, en)
        if path in files or key in keys:
            raise FileThere(key=key)
        return self.write(draft_id, path, content, 0, by)  # type: ignore[attr-defined]

    def schema_of(self, kind: str) -> dict[str, Any]:
        """The JSON schema of a kind of file: form, register, groups; of others an empty one."""
        made = {"form": form_schema, "register": register_schema, "groups": lambda: part_schema("groups")}.get(kind)
        return made() if made else {}

    def field_types(self) -> dict[str, frozenset[str]]:
        """Every type of field with all attributes it may have."""
        return {name: COMMON | field_type(name).attributes for name in type_names()}  # type: ignore[union-attr]


def _all(connection: Connection, draft_id: str) -> dict[str, bytes]:
    """Every file as it would be if the draft were live. Raises NotFound."""
    if connection.scalar(select(Draft.id).where(Draft.id == draft_id)) is None:
        raise NotFound(what="draft")
    files = live_files.overlaid(connection, draft_id)
    return live_files.loaded(connection, files, files)


def _used_outside(path: str, text: str, files: Mapping[str, bytes]) -> Mapping[str, tuple[Usage, ...]]:
    """Who uses the file's entries, as the text stands before it is changed."""
    try:
        return usages_outside(outline(read_yaml(text, path)), path, files)
    except Refused:
        return {}


def _whole(text: str, edit: Edit, outside: Mapping[str, tuple[Usage, ...]]) -> list[Edit]:
    """An operation with all that goes with it: a field's id changes wherever its file names it. Raises InUse."""
    data = read_yaml(text)
    found = outline(data)
    naming = edit.do == "set" and edit.path[-1:] == ("id",) or edit.do == "rename"
    home = edit.path[:-1] if edit.do == "set" and naming else edit.path
    entry = found.find(home) if edit.do == "remove" or naming else None
    if entry is None or not entry.path:
        return [edit]
    held = [one for one in entry.walk() if one.kind == "field" or one is entry and one.kind == "group"] or [entry]
    for one in held if edit.do == "remove" or entry.kind != "section" else ():
        users = _users(found, one, outside, inside=edit.do == "remove", within={inner.key for inner in held})
        if users:
            raise InUse(name=one.title.zh or one.key, name_en=one.title.in_("en") or one.key, place=str(edit.path),
                        users_zh="、".join(user.words.zh for user in users[:3]),
                        users_en=", ".join(user.words.in_("en") for user in users[:3]))
    if entry.kind == "field":
        return forgetting(data, entry.path) if edit.do == "remove" else renaming(data, entry.path, str(edit.value))
    return [edit]


def _users(found: Outline, one: Entry, outside: Mapping[str, tuple[Usage, ...]], inside: bool,
           within: set[str]) -> list[Usage]:
    key = one.key if one.kind == "field" else ".".join(map(str, one.path))
    users = list(outside.get(key, ()))
    if inside and one.kind == "field":  # what goes along with it does not hold it
        users += [user for user in usages_inside(found).get(one.key, ()) if user.element not in within]
    return users


def _joined(one: Mapping[str, tuple[Usage, ...]],
            other: Mapping[str, tuple[Usage, ...]]) -> dict[str, tuple[Usage, ...]]:
    return {key: (*one.get(key, ()), *other.get(key, ())) for key in {**one, **other}}


def _problems(kind: str, path: str, text: str) -> list[Problem]:
    if kind != "pack":
        return []
    try:
        read_pack(text, path)
    except Refused as refused:
        return list(refused.problems)
    return []


def _pack_of(path: str, files: Mapping[str, bytes]) -> bytes | None:
    folder = path.rpartition("/")[0].rpartition("/")[2]
    return files.get(f"processes/{folder}/pack.yaml")
