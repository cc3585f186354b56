"""Decision tables through the browser's editor: what was not changed stays byte for byte, and every word is Chinese."""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "webui" / "assets"
TABLES = sorted((ROOT / "processes").rglob("*.dmn"))


@pytest.fixture(scope="module")
def told() -> Any:
    node = shutil.which("node")
    if node is None or not (ASSETS / "node_modules" / "dmn-moddle").is_dir():
        pytest.skip("node or the npm packages are not installed")
    ran = subprocess.run([node, str(Path(__file__).with_name("dmn_text.mjs")), str(ASSETS)], check=True,
                         input=json.dumps([str(path) for path in TABLES]), capture_output=True, text=True, timeout=120)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_that_nobody_changed_is_the_same_file(told, path):
    assert told["tables"][str(path)]["same"] == path.read_text()


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_changed_note_is_one_changed_line(told, path):
    old, new = path.read_text().split("\n"), told["tables"][str(path)]["noted"].split("\n")
    came = [line for line in difflib.ndiff(old, new) if line.startswith("+ ")]
    assert len(came) == 1 and "新的说明" in came[0]


def test_every_text_of_the_editor_has_its_chinese(told):
    assert told["unsaid"] == []
