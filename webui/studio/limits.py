"""How long a deadline is, as a panel of properties shows it: how it is counted, and the amount."""

from __future__ import annotations

import re
from typing import Any

from webui.words import _

_HOURS, _DAYS = re.compile(r"PT(\d+)H\Z"), re.compile(r"P(\d+)D\Z")


def hows() -> dict[str, str]:
    """Ways to count; ``text`` is anything else that may stand there, such as a formula."""
    return {"duration": _("小时（连续计时）"), "days": _("天（连续计时）"), "working": _("工作小时"),
            "working_days": _("工作日"), "day_time": _("第几个工作日的几点（如 1 10:00）"),
            "time": _("当天几点（如 18:00）"),
            "month_day": _("每月几日"), "text": _("公式或其他写法")}


def typed(limit: Any) -> tuple[str, str]:
    """How a limit of the file is counted, and its amount; ``("", "")`` for what no panel can show whole."""
    if isinstance(limit, dict):
        keys = set(limit)
        for name in ("working_days", "month_day", "time"):
            if keys == {name}:
                return name, str(limit[name])
        if keys == {"working_days", "time"}:
            return "day_time", f"{limit['working_days']} {limit['time']}"
        hours = _HOURS.match(str(limit.get("working"))) if keys == {"working"} else None
        return ("working", hours[1]) if hours else ("", "")
    if limit is not None and not isinstance(limit, str):
        return "", ""
    for how, pattern in (("duration", _HOURS), ("days", _DAYS)):
        if limit and (found := pattern.match(limit)):
            return how, found[1]
    return "text", limit or ""
