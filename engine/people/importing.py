"""People and roles from a CSV file: first a preview of every row, then the same again for good.

Columns (any order, English or Chinese heads): login 账号, name 姓名, name_en 英文名, unit 单位, email 邮箱, phone 电话,
lang 语言, roles 岗位. ``roles`` is a list ``role@unit; role`` (the person's unit where none is said); an empty cell
changes nothing, ``-`` takes all roles away. A file needs ``login``; of people who are there, what is not named stays.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from engine.authorization import ADMINISTRATOR, Actor, may_export, require
from engine.cards import Bilingual
from engine.errors import BihuanError
from engine.live import Live
from engine.models.identity import Person
from engine.people.actors import LastAdministrator, administrator, looks_into_people
from engine.people.cards import ImportReport, ImportRow
from engine.people.directory import login_fits, person_errors
from engine.people.reading_csv import FORMULA, Sheet, UnreadableTable, read_csv, write_csv

HEADS = {"login": ("账号", "登录名", "用户名", "工号"), "name": ("姓名",), "name_en": ("英文名", "english name"),
         "unit": ("单位", "部门"), "email": ("邮箱", "电子邮箱", "e-mail"), "phone": ("电话", "手机", "手机号"),
         "lang": ("语言", "language"), "roles": ("岗位", "角色", "role")}
COLUMNS = tuple(HEADS)
REASONS = ("问题", "problem")
"""The column that a report of refused rows adds; sent again it says nothing."""
NO_ROLES = ("-", "–", "无")
_SEPARATOR = re.compile(r"[;；、,，\n]+")


class Importing:
    """The verbs around import and export; a part of :class:`~engine.identity.Identity`."""

    _parts: Any

    def preview_people(self, data: bytes, by: Actor) -> ImportReport:
        """What an import of this file would do, row by row; nothing is changed. Raises UnreadableTable."""
        administrator(by)
        sheet = _known(read_csv(data))
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            known = {row.login: row for row in connection.execute(
                select(Person.login, Person.name, Person.name_en, Person.email, Person.phone, Person.lang,
                       Person.unit_id, Person.left_at))}
        rows, seen = [], set()
        for line, cells in sheet.rows:
            login = cells.get("login", "").lower()
            problems = _problems(cells, login, known.get(login), live)
            if login in seen:
                problems.append(Bilingual("这个账号在文件里出现两次。", "This login is in the file twice."))
            seen.add(login)
            changes = () if problems else _changes(cells, known.get(login), live)
            action = ("refused" if problems else "new" if login not in known else "changed" if changes else "same")
            rows.append(ImportRow(line, login, cells.get("name", ""), action, changes, tuple(problems)))
        return ImportReport(tuple(rows), sheet.encoding)

    def import_people(self, data: bytes, by: Actor, *, passwords: bool = True) -> ImportReport:
        """Do what the preview told; rows that are refused are left out. Each row is a transaction of its own.

        New people get a one-time password each, which the report tells once.
        """
        report = self.preview_people(data, by)
        cells_of = dict(_known(read_csv(data)).rows)
        done, told = [], []
        for row in report.rows:
            if row.action in ("new", "changed"):
                try:
                    secret = self._take(row, cells_of[row.line], by, passwords)
                except BihuanError as error:
                    row = ImportRow(row.line, row.login, row.name, "refused", (),
                                    (Bilingual(error.sentence("zh"), error.sentence("en")),))
                else:
                    told += [(row.login, secret)] if secret else []
            done.append(row)
        report = ImportReport(tuple(done), report.encoding, tuple(told), done=True)
        with self._parts.database.transaction() as connection:
            self._parts.note(connection, by, "people_imported",
                             **{action: report.count(action) for action in ("new", "changed", "same", "refused")})
        return report

    def _take(self, row: ImportRow, cells: dict[str, str], by: Actor, passwords: bool) -> str:
        """Write one row; the one-time password of somebody new."""
        identity: Any = self
        unit = cells.get("unit", "")
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
        here = _unit_key(live, unit) or _unit_of(live, row.login)
        roles = _roles(cells.get("roles", ""), here, live)
        if row.action == "new":
            identity.create_person(row.login, Bilingual(cells["name"], cells.get("name_en", "")), by, unit=here or None,
                                   roles=roles or (), email=cells.get("email", ""), phone=cells.get("phone", ""),
                                   lang=cells.get("lang", "") or "zh")
            return identity.reset_password(row.login, by) if passwords else ""
        values: dict[str, Any] = {name: cells[name] for name in ("name", "name_en", "email", "phone", "lang")
                                  if cells.get(name)}
        if unit:
            values["unit"] = here
        if roles is not None:
            identity.set_roles(row.login, roles, by)
        identity.save_person(row.login, values, by)
        return ""

    def refused_rows(self, data: bytes, by: Actor, lang: str = "zh") -> bytes:
        """The rows of a file that an import refuses now, with the reasons, as such a file. Raises UnreadableTable."""
        report, cells = self.preview_people(data, by), dict(_known(read_csv(data)).rows)
        rows = ([*(cells[row.line].get(name, "") for name in COLUMNS),
                 " ".join(problem.in_(lang) for problem in row.problems)]
                for row in report.rows if row.action == "refused")
        return write_csv((*COLUMNS, "problem" if lang == "en" else "问题"), rows)

    def export_people(self, by: Actor) -> bytes:
        """Everybody who is there as such a file, without passwords. For whoever may export lists of people."""
        looks_into_people(by)
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            require(by.holds(ADMINISTRATOR) or may_export(by, live), "导出人员名单", "export the list of people")
            rows = connection.execute(
                select(Person.login, Person.name, Person.name_en, Person.unit_id, Person.email, Person.phone,
                       Person.lang).where(Person.left_at.is_(None)).order_by(Person.login)).all()
            self._parts.note(connection, by, "people_exported", people=len(rows))
        return write_csv(COLUMNS, ([row.login, row.name, row.name_en,
                                    live.units[row.unit_id].key if row.unit_id in live.units else "", row.email,
                                    row.phone, row.lang, _held(live, row.login)] for row in rows))


def _known(sheet: Sheet) -> Sheet:
    """The sheet with the columns' own names. Raises UnreadableTable where there is no login."""
    names = {other: name for name, others in HEADS.items() for other in (name, *others)}
    unknown = [column for column in sheet.columns if column and column not in names and column not in REASONS]
    if "login" not in {names.get(column) for column in sheet.columns} or unknown:
        told = "、".join(unknown) or "login"
        raise UnreadableTable(
            why_zh="没有“账号”一列。" if not unknown else f"不认识的列：{told}。",
            why_en="there is no column “login”." if not unknown else f"unknown columns: {', '.join(unknown)}.")
    rows = tuple((line, {names[column]: cell for column, cell in cells.items() if column in names})
                 for line, cells in sheet.rows)
    return Sheet(sheet.encoding, sheet.columns, rows)


def _problems(cells: dict[str, str], login: str, known: Any, live: Live) -> list[Bilingual]:
    """Why a row cannot be taken."""
    found = []
    if not login_fits(login):
        found.append(Bilingual("账号只用字母、数字、. - _ @。", "A login has letters, digits, . - _ @ only."))
    if known is not None and known.left_at is not None:
        found.append(Bilingual("这个人已离职，请先在人员页恢复。", "This person has left; bring them back first."))
    if known is None and not cells.get("name"):
        found.append(Bilingual("新人员需要姓名。", "Somebody new needs a name."))
    for name, cell in cells.items():
        if cell.startswith(FORMULA) and not (name == "phone" and cell[1:].replace("-", "").isdigit()) and not (
                name == "roles" and cell in NO_ROLES):
            found.append(Bilingual(f"{HEADS[name][0]}以“{cell[0]}”开头，像是公式。",
                                   f"{name} begins with “{cell[0]}” as a formula does."))
    given = {name: cell for name, cell in cells.items() if cell}
    found += [Bilingual(error.zh, error.en) for error in person_errors(given)]
    unit = cells.get("unit", "")
    if unit and not _unit_key(live, unit):
        found.append(Bilingual(f"没有单位“{unit[:40]}”。", f"There is no unit “{unit[:40]}”."))
    return found + _role_problems(cells, login, live)


def _role_problems(cells: dict[str, str], login: str, live: Live) -> list[Bilingual]:
    found = []
    here = _unit_key(live, cells.get("unit", "")) or _unit_of(live, login)
    for role, unit in _pairs(cells.get("roles", "")):
        key = _role_key(live, role)
        if key is None:
            found.append(Bilingual(f"没有岗位“{role[:40]}”。", f"There is no role “{role[:40]}”."))
        if unit and not _unit_key(live, unit):
            found.append(Bilingual(f"没有单位“{unit[:40]}”。", f"There is no unit “{unit[:40]}”."))
        if not unit and not here:
            found.append(Bilingual(f"岗位“{role[:40]}”没有写在哪个单位。", f"The role “{role[:40]}” names no unit."))
    keeps = cells.get("roles", "") and any(_role_key(live, role) == ADMINISTRATOR
                                           for role, _ in _pairs(cells["roles"]))
    others = [one for one in live.people.values() if ADMINISTRATOR in one.roles and one.login != login]
    mine = live.people.get(login)
    if cells.get("roles") and not keeps and mine is not None and ADMINISTRATOR in mine.roles and not others:
        error = LastAdministrator(name=mine.name.zh)
        found.append(Bilingual(error.sentence("zh"), error.sentence("en")))
    return found


def _changes(cells: dict[str, str], known: Any, live: Live) -> tuple[str, ...]:
    """The columns that a row changes of a person who is there; all that it gives of somebody new."""
    given = [name for name in ("name", "name_en", "email", "phone", "lang") if cells.get(name)]
    if known is None:
        return tuple(given + [name for name in ("unit", "roles") if cells.get(name)])
    found = [name for name in given if cells[name] != getattr(known, name)]
    unit = _unit_key(live, cells.get("unit", ""))
    if unit and (known.unit_id not in live.units or live.units[known.unit_id].key != unit):
        found.append("unit")
    roles = _roles(cells.get("roles", ""), unit or _unit_of(live, known.login), live)
    if roles is not None and "; ".join(f"{r}@{u}" for r, u in sorted(set(roles))) != _held(live, known.login):
        found.append("roles")
    return tuple(found)


def _pairs(cell: str) -> list[tuple[str, str]]:
    if cell in NO_ROLES:
        return []
    parts = [part.strip() for part in _SEPARATOR.split(cell) if part.strip()]
    return [(role.strip(), unit.strip()) for role, _, unit in (part.partition("@") for part in parts)]


def _roles(cell: str, here: str, live: Live) -> list[tuple[str, str]] | None:
    """(role, unit key) of a cell, or ``None`` for an empty one, which changes nothing."""
    if not cell:
        return None
    return [(_role_key(live, role) or role, _unit_key(live, unit) or here) for role, unit in _pairs(cell)]


def _role_key(live: Live, said: str) -> str | None:
    """The key of a role that is held inside the house, by its key or its name."""
    if said in live.roles:
        return None if live.roles[said].external else said
    named = [role.key for role in live.roles.values() if said in (role.name.zh, role.name.en) and not role.external]
    return named[0] if len(named) == 1 else None


def _unit_key(live: Live, said: str) -> str:
    """The key of a unit, by its key or its name."""
    found = [unit.key for unit in live.units.values() if said and said in (unit.key, unit.name.zh, unit.name.en)]
    return found[0] if len(found) == 1 else ""


def _unit_of(live: Live, login: str) -> str:
    person = live.people.get(login)
    return live.units[person.unit_id].key if person and person.unit_id in live.units else ""


def _held(live: Live, login: str) -> str:
    person = live.people.get(login)
    held = person.holdings if person else ()
    return "; ".join(sorted(f"{role}@{live.units[unit].key}" for role, unit in held if unit in live.units))
