"""Sandboxes whose engine still lives in this process: a convenience, never the truth.

Any web process can make the engine of a sandbox again from its steps; one that has it from the last request saves the
replay.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from engine.errors import BihuanError
from engine.live_files import fingerprint
from engine.studio.sandbox_cards import SandboxTrouble
from engine.studio.step_words import words_of_step
from engine.testing.failing import words_of
from engine.testing.ground import ground
from engine.testing.play import Play

KEPT = 6
"""Engines kept in memory; each holds a database of a few megabytes."""


@dataclass
class Living:
    """An engine with what it was made from. ``lock``: one request at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    play: Play | None = None
    revision: int = 0
    files: str = ""
    trouble: SandboxTrouble | None = None

    def forget(self) -> None:
        """Give the engine up."""
        if self.play is not None:
            self.play.close()
        self.play = None


class LivingPlays:
    """The engines of the sandboxes last asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Living] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, sandbox_id: str, revision: int, scenario: Mapping[str, Any], files: Mapping[str, bytes],
           zone: str) -> Iterator[Living]:
        """The engine of a sandbox at ``revision``, alone with it. Raises Refused where the files cannot run."""
        with self._lock:
            living = self._kept.setdefault(sandbox_id, Living())
            self._kept.move_to_end(sandbox_id)
        with living.lock:
            stamp = fingerprint(files)
            if living.play is None or living.play.broken or (living.revision, living.files) != (revision, stamp):
                living.forget()
                living.play, living.trouble = replayed(scenario, files, zone)
                living.revision, living.files = revision, stamp
            try:
                yield living
            except BaseException:
                if living.play is not None and living.play.broken:
                    living.forget()
                raise
        self._tidy()

    def _tidy(self) -> None:
        """Give up the engines that were not asked for the longest time and that nobody works with."""
        with self._lock:
            for key in list(self._kept)[:max(0, len(self._kept) - KEPT)]:
                living = self._kept[key]
                if living.lock.acquire(blocking=False):
                    del self._kept[key]
                    with suppress(BihuanError):
                        living.forget()
                    living.lock.release()


def replayed(scenario: Mapping[str, Any], files: Mapping[str, bytes],
             zone: str) -> tuple[Play, SandboxTrouble | None]:
    """An engine after all steps of ``scenario``, or after those before the first that can no longer be done."""
    base, steps = ground(files, zone), list(scenario["steps"])
    play = Play(base, scenario["process"], scenario["given"])
    error = play.replay(steps)
    if error is None:
        return play, None
    done = len(play.steps)
    if play.broken:
        play.close()
        play = Play(base, scenario["process"], scenario["given"])
        play.replay(steps[:done])
    with play.engine.database.reading() as connection:
        live = play.engine.live.at(connection)
        names = {key: play.engine.definitions.get(connection, found) for key, found in live.newest.items()}
    return play, SandboxTrouble(done + 1, words_of_step(steps[done], names, live), words_of(error),
                                len(steps) - done - 1)
