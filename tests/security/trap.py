"""A trap for Python made from text: while armed, every evaluation, compilation, import by name and command is seen.

Two nets. The interpreter's audit events show every ``compile``, ``exec``, import, process and shared library, whoever
causes them and however. Wrapped builtins show the text itself where the event does not tell it. What is caught is kept
and raised; kept, because a worker goes on whatever a single job does.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

OURS = ("engine", "webui", "SpiffWorkflow")
"""Packages that may not make Python from anything, deployed or not."""
SEE_THROUGH = ("ast", "importlib", __name__)
"""Modules that only pass on what somebody else asks for."""
COMMANDS = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "subprocess.Popen", "ctypes.dlopen",
            "marshal.loads", "pickle.find_class", "pty.spawn", "code.__new__")
SHORTEST = 12
"""From this length on a deployed text is looked for within what is run; shorter ones must be the whole of it."""


class Caught(Exception):
    """Something made Python, or a command, out of text."""


class Trap:
    """What was caught while armed; ``texts`` are those of deployed files."""

    def __init__(self, texts: Iterable[str] = ()):
        self.texts = frozenset(text.strip() for text in texts if text.strip())
        self.caught: list[str] = []
        self.seen = 0
        self.armed = False

    @contextmanager
    def closed(self) -> Iterator[Trap]:
        """Armed within the ``with``; then as it was."""
        kept = {name: getattr(builtins, name) for name in ("eval", "exec", "compile", "__import__")}
        modules = {(ast, "parse"): ast.parse, (ast, "literal_eval"): ast.literal_eval,
                   (importlib, "import_module"): importlib.import_module}
        builtins.eval, builtins.exec = self._running(kept["eval"]), self._running(kept["exec"])
        builtins.compile, builtins.__import__ = self._text(kept["compile"]), self._named(kept["__import__"])
        for (module, name), real in modules.items():
            setattr(module, name, (self._named if name == "import_module" else self._text)(real))
        self.armed = True
        _ARMED.append(self)
        try:
            yield self
        finally:
            self.armed = False
            _ARMED.remove(self)
            for name, real in kept.items():
                setattr(builtins, name, real)
            for (module, name), real in modules.items():
                setattr(module, name, real)

    def _running(self, real: Any) -> Any:
        def run(source: Any, *given: Any, **named: Any) -> Any:
            self.look(real.__name__, source, sys._getframe(1))
            if not given and not named:
                frame = sys._getframe(1)
                given = (frame.f_globals, frame.f_locals)
            return real(source, *given, **named)

        return run

    def _text(self, real: Any) -> Any:
        def run(source: Any, *given: Any, **named: Any) -> Any:
            if not (real.__name__ == "compile" and _installed(source, given, sys._getframe(1))):
                self.look(real.__name__, source, sys._getframe(1))
            return real(source, *given, **named)

        return run

    def _named(self, real: Any) -> Any:
        def run(name: str, *given: Any, **named: Any) -> Any:
            caller = _module(sys._getframe(1))
            if name in self.texts and name not in sys.modules:
                self.tell(f"{caller} imports {name!r}, a text of a deployed file")
            return real(name, *given, **named)

        return run

    def look(self, what: str, source: Any, frame: FrameType | None) -> None:
        """Judge one call by who makes it and what it is given."""
        self.seen += 1
        who = _module(frame)
        if who.partition(".")[0] in OURS:
            self.tell(f"{who} calls {what}({str(source)[:80]!r})")
        text = _source(source)
        if text and (text.strip() in self.texts or any(len(one) >= SHORTEST and one in text for one in self.texts)):
            self.tell(f"{who} calls {what} with a text of a deployed file: {text[:80]!r}")

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        """Judge an audit event of the interpreter."""
        if name in COMMANDS:
            if name == "marshal.loads" and _module(sys._getframe(2)).startswith("importlib"):
                return  # a module of the installation, read from its cache
            self.tell(f"{_module(sys._getframe(2))} causes {name}{args!r:.80}")
        elif name == "compile":
            if not _installed(args[0], args[1:], sys._getframe(2)):
                self.look("compile", args[0], sys._getframe(2))
        elif name == "exec" and isinstance(args[0], CodeType) and not args[0].co_filename.endswith(".py"):
            self.look("exec", args[0], sys._getframe(2))

    def tell(self, what: str) -> None:
        self.caught.append(what)
        raise Caught(what)


_ARMED: list[Trap] = []


def _hook(name: str, args: tuple[Any, ...]) -> None:
    for trap in _ARMED:
        trap.event(name, args)


sys.addaudithook(_hook)


def _module(frame: FrameType | None) -> str:
    """The module that asks, past those that only pass things on."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name not in SEE_THROUGH:
            return str(name)
        frame = frame.f_back
    return ""


def _installed(source: Any, given: tuple[Any, ...], frame: FrameType | None) -> bool:
    """Whether the interpreter reads a module of the installation for the first time: the very content of its file.

    Such a module may well mention what a deployed file says too, as a migration names a column.
    """
    if not _module(frame).startswith("importlib._bootstrap") or not given or not str(given[0]).endswith(".py"):
        return False
    return isinstance(source, bytes) and Path(str(given[0])).read_bytes() == source


def _source(source: Any) -> str:
    if isinstance(source, (bytes, bytearray)):
        return bytes(source).decode("utf-8", "replace")
    if isinstance(source, ast.AST):
        return ast.unparse(source)
    return source if isinstance(source, str) else ""
