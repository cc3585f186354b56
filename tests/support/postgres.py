"""A throw-away PostgreSQL for the tests: from installed binaries, as another user where we are root, without TCP."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

GIVEN = "BIHUAN_TEST_POSTGRESQL_URL"
"""An address of a server to use instead; the tests make databases of their own on it."""


def binaries() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``, the newest version first."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]), reverse=True)
    on_path = shutil.which("pg_ctl")
    found += glob.glob("/opt/homebrew/opt/postgresql*/bin")
    for folder in ([str(Path(on_path).parent)] if on_path else []) + found:
        if (Path(folder) / "initdb").exists():
            return Path(folder)
    return None


@contextlib.contextmanager
def server() -> Iterator[str | None]:
    """The address of a running server (database ``postgres``), or ``None`` where there is none to be had."""
    if os.environ.get(GIVEN):
        yield os.environ[GIVEN]
        return
    folder = binaries()
    if folder is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="bhpg"))  # short: the path of a socket holds 107 bytes at most
    who: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres" if _exists("postgres") else "nobody")
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(home, user.pw_uid, user.pw_gid)
    environ = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(home)}

    def run(program: str, *arguments: str) -> None:
        subprocess.run([str(folder / program), *arguments], check=True, cwd=home, env=environ,
                       stdout=subprocess.DEVNULL, **who)  # type: ignore[call-overload]

    try:
        run("initdb", "-D", f"{home}/data", "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = (f"-c listen_addresses= -c unix_socket_directories={home} -c fsync=off -c synchronous_commit=off "
                   "-c full_page_writes=off -c max_connections=200")
        run("pg_ctl", "-D", f"{home}/data", "-w", "-s", "-l", f"{home}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://test@/postgres?host={home}"
        finally:
            run("pg_ctl", "-D", f"{home}/data", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
