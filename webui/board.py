"""The worklist of supervisors: what is late or about to be, with whom it is stuck."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request

from webui import show
from webui.auth import actor
from webui.show import engine
from webui.words import _, told

blueprint = Blueprint("board", __name__)
BUCKETS = (("risk", "临期"), ("h4", "逾期 < 4 小时"), ("h24", "逾期 4–24 小时"), ("d1", "逾期 > 1 天"))
"""Ageing of tasks that are late or at risk."""
MOST = 200
"""Lines of the list; the oldest come first."""


@blueprint.get("/board")
def page() -> str:
    """Tasks of the units the person supervises: late and at risk, by role and by age."""
    found = engine().boards.overdue(actor(), limit=MOST)
    wanted = request.args.get("age", "")
    rows = [row for row in found if not wanted or bucket(row) == wanted]
    by_role: dict[str, dict[str, int]] = {}
    for row in found:
        line = by_role.setdefault(told(row.role_name) or row.role or _("未指定岗位"), dict.fromkeys(dict(BUCKETS), 0))
        line[bucket(row)] += 1
    totals = {name: sum(line[name] for line in by_role.values()) for name, _words in BUCKETS}
    return render_template("board/page.html", found=found, most=MOST, rows=rows, by_role=sorted(by_role.items()),
                           totals=totals, buckets=BUCKETS, wanted=wanted,
                           unclaimed=sum(1 for row in found if not row.assignee_login),
                           broken=sum(1 for row in found if row.promised_at and row.promised_at <= show.now()),
                           late=sum(totals[name] for name in ("h4", "h24", "d1")))


def bucket(row: Any) -> str:
    """How old a task's lateness is."""
    state = show.due_words(row.clock).state
    if state != "late":
        return "risk"
    over = show.now() - row.clock.due_at
    if over > timedelta(days=1):
        return "d1"
    return "h24" if over >= timedelta(hours=4) else "h4"
