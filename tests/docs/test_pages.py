"""Every page: links lead somewhere, nothing names this or that machine, Chinese sentences are set in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.places import OWN_PAGES, ROOT, prose

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower().replace("`", "")
        found.add(re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", OWN_PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    for target in _LINK.findall(prose(path)):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{path.name}: {target}"


@pytest.mark.parametrize("path", OWN_PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_path_of_a_single_machine_is_told(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:work|tmp|home|root)/", text)


@pytest.mark.parametrize("path", OWN_PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_chinese_sentences_have_chinese_punctuation(path):
    assert not re.findall(r"[\u4e00-\u9fff][,;:!?](?=[\s\u4e00-\u9fff])", re.sub(r"`[^`]*`", "", prose(path)))
