"""The explanations name what is there: modules of the architecture, words of the glossary."""

from __future__ import annotations

import re

from tests.docs.places import DOCS, ROOT, blocks, prose

ARCHITECTURE, GLOSSARY = DOCS / "explanation" / "architecture.md", DOCS / "explanation" / "glossary.md"
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "engine").rglob("*.py")))


def exists(name: str) -> bool:
    """Whether a name of the page is a file or folder of the engine or of the repository."""
    bare = name.rstrip("/")
    return any((base / one).exists() for base in (ROOT, ROOT / "engine") for one in (bare, bare + ".py"))


def test_every_module_of_the_picture_exists():
    # given the names in the picture's box
    picture = next(block for block in blocks(ARCHITECTURE) if "front door" in block)
    box = picture[picture.index("verbs"):picture.index("└─────────────────────────────────────────────")]
    words = set(re.findall(r"(?<!\w)[a-z_]+(?!\w)", box)) - {"verbs", "mechanism", "leaves"}
    # then each is a module or package
    assert {word for word in words if not exists(word)} == set()


def test_every_place_of_the_table_exists():
    cells = re.findall(r"^\| ((?:`[\w./]+`(?:, )?)+) \|", prose(ARCHITECTURE), re.MULTILINE)
    names = {name for cell in cells for name in re.findall(r"`([\w./]+)`", cell)}
    assert len(names) > 15
    assert {name for name in names if not exists(name)} == set()


def test_every_large_module_of_the_engine_is_on_the_map():
    # given the packages of the engine and its modules of more than 140 lines
    page = ARCHITECTURE.read_text(encoding="utf-8")
    modules = {path.stem for path in (ROOT / "engine").glob("*.py") if len(path.read_text("utf-8").splitlines()) > 140}
    packages = {path.parent.name for path in (ROOT / "engine").glob("*/__init__.py")}
    # then the page tells of each
    assert {name for name in modules | packages if not re.search(rf"\b{name}\b", page)} == set()


def test_each_word_is_defined_once():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]* \| [^|]+ \|$", prose(GLOSSARY), re.MULTILINE)
    rows = [row for row in rows if row[0] not in ("中文", "---")]
    assert len(rows) > 50
    for column in (0, 1):
        words = [row[column] for row in rows if row[column] != "–"]
        assert len(words) == len(set(words))


def test_names_in_the_glossary_are_those_of_the_code():
    cells = re.findall(r"^\| [^|]+ \| [^|]+ \| ([^|]+) \|", prose(GLOSSARY), re.MULTILINE)
    names = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert {name for name in names if not re.search(rf"\b{name}\b", CODE)} == set()
