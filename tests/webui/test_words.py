"""Every sentence of the screens has its English, and no Chinese stands in a template where it cannot be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webui import (
    absence,
    audit,
    board,
    bulk,
    cases,
    cockpit,
    errors,
    inbox,
    keyboard,
    narrowing,
    notices,
    operations,
    organisation,
    people_import,
    privacy,
    registers,
    reports,
    rules,
    shell,
)
from webui.studio import effects as studio_effects
from webui.studio import head as studio_head
from webui.studio import migrating as studio_migrating
from webui.studio import publishing as studio_publishing
from webui.studio import versions as studio_versions
from webui.words import english, worded

WEBUI = Path(shell.__file__).parent
CALL = re.compile(r"""(?<!\w)_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SPEAKERS = ("LANGUAGES", "SEVERITIES")
BOTH_SAID = {"when.py", "show.py"}
"""Modules that say both languages themselves."""


def sentences() -> set[str]:
    """What the screens say: every ``_("…")`` and the tables that are translated when shown."""
    found = {name for table in (shell.VIEWS, board.BUCKETS) for _, name in table}
    found |= {name for _, name, _ in notices.KINDS}
    found |= {name for table in (keyboard.LETTERS, keyboard.OTHERS, narrowing.SORTS) for _, name in table}
    found |= {keyboard.PLACES, *inbox.GONE.values(), *(name for _, name, _ in bulk.VERBS.values())}
    found |= {name for table in (board.GROUPS, board.AGES, cockpit.METRICS, operations.POSITIONS, operations.RULES,
                                   rules.HOWS, rules.DISTRIBUTIONS)
              for _, name in table} | set(operations.DONE.values())
    found |= {name for name, _ in cases.STATES.values()} | set(errors.TITLES.values())
    found |= {name for _, name in (*audit.GROUPS, *organisation.KINDS)}
    found |= set(audit.NAMES.values())
    found |= {name for table in (reports.KINDS, reports.DIMENSIONS) for _, name in table}
    found |= set(absence.KINDS.values()) | set(privacy.UNITS.values())
    found |= {name for table in (absence.STATES, people_import.ACTIONS) for name, _ in table.values()}
    found |= {name for name, _ in registers.PROMISES.values()}
    found |= {name for table in (studio_publishing.SEVERITIES, studio_publishing.SCENARIOS)
              for name, _ in table.values()}
    found |= {name for name, _, _ in studio_versions.CHANGES.values() if name} | set(studio_versions.KINDS.values())
    found |= {name for _, _, name, _ in studio_head.TABS} | {name for name, _ in studio_head.STATES.values()}
    found |= {*studio_effects.VARIANTS.values(), *studio_effects.WHY.values(), *studio_effects.VERDICTS.values()}
    found |= {name for name, _ in studio_effects.CHANGES.values()}
    found |= {name for table in (studio_migrating.FATES, studio_migrating.STATES, studio_migrating.PLANS)
              for name, _ in table.values()}
    for file in [*WEBUI.glob("*.py"), *(WEBUI / "studio").glob("*.py"), *(WEBUI / "templates").rglob("*.html")]:
        if file.name != "words.py":
            found |= {a or b for a, b in CALL.findall(file.read_text())}
    return found


def test_every_sentence_has_its_english():
    assert sorted(sentences() - set(english())) == []


def test_no_english_is_left_over():
    assert sorted(set(english()) - sentences()) == []


def test_both_languages_have_the_same_parts():
    for zh, en in english().items():
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en)), zh


def test_english_holds_no_chinese():
    assert [en for en in english().values() if CHINESE.search(en)] == []


@pytest.mark.parametrize("file", sorted((WEBUI / "templates").rglob("*.html")), ids=lambda file: file.name)
def test_no_chinese_stands_bare_in_a_template(file):
    text = re.sub(r"\{#.*?#\}", "", file.read_text(), flags=re.DOTALL)
    bare = CHINESE.search(CALL.sub("", text).replace('"中文"', ""))
    assert bare is None, text[max(0, bare.start() - 40):bare.end() + 40]


@pytest.mark.parametrize(("n", "en"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_one_is_no_plural(n: int, en: str) -> None:
    assert worded("{n} 个文件", "en", n=n) == en
    assert worded("{n} 个文件", "zh", n=n) == f"{n} 个文件"
