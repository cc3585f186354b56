"""What every page of a draft shares: its name and state, who edits it, the tabs; and the words its scripts say."""

from __future__ import annotations

from typing import Any

from flask import current_app, g

from webui.auth import actor
from webui.show import engine
from webui.words import _

TABS = (("diagram", "", "流程图", "sitemap"), ("forms", "/forms", "表单", "note"),
        ("tables", "/tables", "决策表", "table"), ("registers", "/registers", "登记簿", "database"),
        ("roles", "/roles", "岗位与期限", "users"), ("scenarios", "/scenarios", "场景", "list-check"),
        ("try", "/try", "试办", "player-play"), ("effect", "/effect", "影响", "chart-line"),
        ("differences", "/differences", "差异", "git-compare"), ("versions", "versions", "历史版本", "history"),
        ("publish", "/publish", "发布", "upload"))
"""Key, address below the draft's, name, icon."""
STATES = {"open": ("草稿", "hold"), "submitted": ("待审核", "risk"), "published": ("已发布", "ok"),
          "discarded": ("已放弃", "grey")}
"""State of a draft: its word and its look."""


def looks_in() -> bool:
    """Whether the person at the screen may see the studio."""
    return actor().holds("process_owner", "system_admin", "auditor")


def changes() -> bool:
    """Whether the person at the screen may change drafts."""
    return actor().holds("process_owner", "system_admin")


def head(draft_id: str, tab: str) -> dict[str, Any]:
    """What ``studio/draft_shell.html`` needs: ``draft`` (a DraftView), ``tab``, ``tabs``. Asked once a page."""
    if "draft" not in g:
        g.draft = engine().studio.draft(draft_id, actor())
    return {"draft": g.draft, "tab": tab, "tabs": _tabs(g.draft), "states": STATES, "studio_words": studio_words}


def address(draft_id: str, suffix: str = "") -> str:
    """The page of a draft, e.g. ``/forms``; its drawing without ``suffix``."""
    return f"/studio/drafts/{draft_id}{suffix}"


def _tabs(draft: Any) -> list[dict[str, Any]]:
    """The tabs that have a page, with the number of things behind some of them."""
    counts = {"forms": len(draft.of("form")), "tables": len(draft.of("table")), "registers": len(draft.of("register")),
              "differences": sum(bool(line.change) for line in draft.files)}
    found = []
    for key, suffix, name, icon in TABS:
        link = (f"/studio/processes/{draft.card.process_key}/versions?draft={draft.card.id}" if key == "versions"
                else address(draft.card.id, suffix))
        if _exists(link.partition("?")[0]) and not (key == "versions" and not draft.card.base_version):
            found.append({"key": key, "link": link, "name": _(name), "icon": icon, "count": counts.get(key)})
    return found


def _exists(path: str) -> bool:
    return current_app.url_map.bind("").test(path, method="GET")


def studio_words() -> dict[str, str]:
    """The sentences that scripts of the studio say."""
    return {
        "studio-saving": _("正在保存 …"),
        "studio-saved": _("已保存 {at}", at="{at}"),
        "studio-unsaved": _("没有存上：{why}", why="{why}"),
        "studio-offline": _("网络中断，改动还在本页，恢复后自动保存。"),
        "studio-wanted": _("{name} 请求接手", name="{name}"),
        "studio-lost": _("{name} 已接手编辑，本页改为只看。", name="{name}"),
        "studio-given": _("现在由你编辑。"),
        "studio-hand-over": _("交给对方"),
        "studio-keep": _("继续编辑"),
        "studio-branch": _("另存为分支草稿"),
        "studio-no-problems": _("没有问题"),
    }
