"""What templates call: moments in the reader's words, money, icons, addresses of bundles."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from webui import when
from webui.words import lang

VENDOR = Path(__file__).with_name("static") / "vendor"
SEVERITIES = {"critical": ("重大", "Critical"), "major": ("严重", "Major"), "normal": ("一般", "Normal"),
              "minor": ("轻微", "Minor")}
MISSING = "–"


@cache
def _stamps() -> dict[str, str]:
    file = VENDOR / "manifest.json"
    return json.loads(file.read_text()) if file.exists() else {}


def asset(name: str) -> str:
    """The address of a bundle, changing with its content."""
    return url_for("static", filename=f"vendor/{name}", v=_stamps().get(name, "0"))


def icon(name: str, extra: str = "") -> Markup:
    """An icon of the sprite; decoration only, the words stand beside it."""
    if not name:
        return Markup("")
    return Markup('<svg class="i {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        extra, asset("icons.svg"), name)


def zone() -> ZoneInfo:
    """The zone moments are shown in."""
    return ZoneInfo(engine().settings.zone)


def now() -> datetime:
    """The present moment by the engine's clock."""
    return engine().clock.now()


def engine() -> Any:
    """The engine this application stands on."""
    return current_app.extensions["bihuan"]


def ago(moment: datetime | None) -> Markup:
    """``<time>`` of a moment that lies in the past, in relative words, with the full instant on hover."""
    if moment is None:
        return Markup(MISSING)
    return Markup('<time data-ago datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), when.absolute(moment, zone()), when.ago(moment, now(), zone(), lang()))


def at(moment: datetime | None) -> Markup:
    """``<time>`` of a moment in absolute words."""
    if moment is None:
        return Markup(MISSING)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), when.absolute(moment, zone()))


def due_words(clock: Any) -> when.DueWords:
    """A card's clock in words."""
    return when.due(clock.state, clock.due_at, clock.warn_at, now(), zone(), lang())


def due_rule(clock: Any) -> str:
    """The full instant and the rule behind a deadline, for the hover."""
    parts = [due_words(clock).full]
    if clock.rule_title:
        parts.append(clock.rule_title.in_(lang()))
    elif clock.rule:
        parts.append(clock.rule)
    return " · ".join(part for part in parts if part)


def done_words(row: Any) -> when.DueWords | None:
    """How a finished line stood to its deadline."""
    return when.finished(row.clock.due_at, row.done_at, lang()) if row.done_at else None


def span(since: datetime | None, until: datetime | None = None) -> str:
    """How long from ``since`` to ``until`` (now)."""
    return when.duration((until or now()) - since, lang()) if since else MISSING


def severity(key: str) -> Markup:
    """The severity, told apart by shape as well as by colour; empty where unknown."""
    if not key:
        return Markup("")
    words = SEVERITIES.get(key, (key, key))
    return Markup('<span class="tag sev-{}">{}</span>').format(
        key if key in SEVERITIES else "normal", words[lang() == "en"])


def lasting(seconds: float | None) -> str:
    """A number of seconds in words."""
    return MISSING if seconds is None else when.duration(timedelta(seconds=seconds), lang())


def money(value: Decimal | int | None) -> str:
    """``¥18,600.00``."""
    return MISSING if value is None else f"¥{value:,.2f}"


def size(count: int) -> str:
    """A file's size."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} KB"


def initial(name: str) -> Markup:
    """A person's round sign; decoration only."""
    letter = (name or "?").strip()[:1].upper()
    return Markup('<span class="av c{}" aria-hidden="true">{}</span>').format(sum(map(ord, name or "")) % 5, letter)


def capped(count: int | None) -> str:
    """A count; past 999 only that it is more."""
    return "" if count is None else ("999+" if count > 999 else str(count))


def data(value: Any) -> Markup:
    """``value`` as JSON for a ``<script type="application/json">``."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def install(app: Flask) -> None:
    """Give templates all of this, and each page one look at the live data."""
    app.before_request(_look)
    app.after_request(_looked)
    app.teardown_request(_looked)
    app.jinja_env.globals.update(
        asset=asset, icon=icon, ago=ago, at=at, due_words=due_words, due_rule=due_rule, done_words=done_words,
        span=span, lasting=lasting, severity=severity, money=money, size=size, initial=initial, capped=capped,
        data=data, now=now, MISSING=MISSING, severities=SEVERITIES)


def _look() -> None:
    if request.method in ("GET", "HEAD"):
        g.look = ExitStack()
        g.look.enter_context(engine().live.one_look())


def _looked(answer: Any = None) -> Any:
    """At the end of a page, and again where there was no answer."""
    if "look" in g:
        g.pop("look").close()
    return answer
