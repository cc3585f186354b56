"""The first minute with the demonstration: a port that is taken, and whom the sign-in page names first."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from engine import demo
from webui.cli import main


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Given a port in use, when the demonstration is started, then it says so and fills nothing."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["demo", "--port", str(port), "--home", str(tmp_path / "demo")])
    assert result.exit_code == 1
    assert f"Port {port} is taken" in result.output
    assert f"--port {port + 1}" in result.output
    assert not (tmp_path / "demo").exists()


def test_the_sign_in_page_begins_with_those_a_tour_begins_with(house: Any, stranger: Any) -> None:
    """Given the demonstration, when somebody comes to sign in, then a complaint agent is the first to click on."""
    offered = re.findall(r'name="demo" value="([^"]+)"', stranger.get("/sign-in").text)
    there = [login for login in demo.sign_in_people() if login in offered]
    assert there[0] == "chen.siyuan"
    assert offered[:len(there)] == there
    assert len(offered) == len(house.engine.identity.people())


def test_the_sign_in_page_says_what_people_do(house: Any, stranger: Any) -> None:
    """Given people of the demonstration, when somebody looks whom to be, then each has a title instead of roles."""
    page = stranger.get("/sign-in").text
    assert "投诉受理人员（白班）" in page and "客户服务主管" in page and "员工" not in page
