"""What surrounds every page: sidebar, top bar, counts, the words scripts need."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, redirect, render_template, session, url_for

from engine import only_looks
from webui import keyboard
from webui.auth import actor
from webui.devices import device
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("shell", __name__)
VIEWS = (("mine", "我的待办"), ("unclaimed", "待认领"), ("today", "今天到期"), ("overdue", "已逾期"),
         ("asked", "沟通待我回复"), ("copies", "抄送我的"), ("snoozed", "稍后处理"), ("delegated", "等他人的"),
         ("done", "我已办"), ("started", "我发起"))
"""The views of the inbox, in the order of the sidebar."""
OPEN_VIEWS = ("mine", "unclaimed", "today", "overdue", "snoozed", "delegated")
"""Those that hold open tasks: they are narrowed, ordered, saved and worked on in bulk."""


@blueprint.get("/")
def home() -> Response:
    """Supervisors land on their board, everybody else in the inbox."""
    return redirect(url_for("board.page" if supervises() else "inbox.page"))


@blueprint.get("/me")
def mine() -> str:
    """The person at the screen: name, language, password, browsers, the way out."""
    return render_template("me.html", browsers=engine().identity.browsers(actor(), session.get("secret", "")),
                           device=device)


def supervises() -> bool:
    """Whether the person at the screen watches over others' tasks."""
    if "supervises" not in g:
        g.supervises = engine().boards.supervises(actor())
    return g.supervises


def beside() -> Any:
    """Counts of the views, saved views, whom one represents; asked once per page."""
    if "beside" not in g:
        g.beside = engine().boards.sidebar(actor())
    return g.beside


def counts() -> dict[str, int]:
    """How many lines each view of the inbox holds."""
    return beside().counts


def address_of(view: Any) -> str:
    """Where a saved view leads."""
    arguments = {"view": view.view, **view.filters, "saved": view.id}
    return url_for("inbox.page", **(arguments if view.sort == "due" else arguments | {"sort": view.sort}))


def unread() -> int:
    """How many notices the person has not read, asked once per page."""
    if "unread" not in g:
        g.unread = engine().notices.unread(actor())
    return g.unread


def page_words() -> dict[str, str]:
    """The sentences that scripts say."""
    return {
        "draft-saved": _("草稿已自动保存 {at}", at="{at}"),
        "draft-failed": _("草稿没有存上，内容仍在本页。"),
        "offline": _("网络中断，填写的内容已存在本机。恢复后自动保存草稿。"),
        "file-sending": _("正在上传 {name} …", name="{name}"),
        "file-sent": _("已上传 {name}", name="{name}"),
        "file-failed": _("没有上传成功，请再试一次。"),
        "file-offline": _("网络中断，没有上传成功。请恢复后再试。"),
        "file-remove": _("删除附件 {name}", name="{name}"),
        "file-removed": _("已删除附件 {name}", name="{name}"),
        "file-most": _("最多 {most} 个文件。", most="{most}"),
        "signed": _("签字已保存。"),
        "sign-cleared": _("签字已清除，可以重签。"),
        "row-added": _("已加一行，共 {n} 行。", n="{n}"),
        "row-removed": _("已删一行，还有 {n} 行。", n="{n}"),
        "row-gone": _("这一件已由他人处理，将移出列表"),
        "news": _("{n} 件新待办", n="{n}"),
        "news-show": _("{n} 件新待办，点此显示", n="{n}"),
        "picked": _("已选 {n} 项", n="{n}"),
        "bulk-free": _("有 {n} 件已有办理人", n="{n}"),
        "bulk-taken": _("有 {n} 件还没有人认领", n="{n}"),
        "bulk-mine": _("有 {n} 件不是你的", n="{n}"),
        "bulk-same": _("选中的任务不是同一流程版本的同一步"),
        "bulk-done": _("成功 {n} 件。", n="{n}"),
        "bulk-partly": _("成功 {n} 件，未成功 {m} 件：", n="{n}", m="{m}"),
        "bulk-failed": _("没有成功，请再试一次。"),
        "overtaken": _("。你填的内容已存为草稿，可以复制。"),
        "key-taken": _("这个键已被使用，或不是一个字母或数字。"),
        "no-drawing": _("这个版本没有图形，流程照常运行。"),
        "reveal-hide": _("隐藏"),
        "reveal-failed": _("没有权限显示"),
        "revealed": _("已显示，60 秒后重新隐藏"),
        "lookup-hint": _("输入几个字后从列表中选择"),
    }


def install(app: Flask) -> None:
    """Give templates what the shell shows."""

    @app.context_processor
    def around() -> dict[str, Any]:
        person = g.get("actor")
        return {"me": person, "views": VIEWS, "page_words": page_words, "counts": counts, "beside": beside,
                "address_of": address_of, "keyboard": keyboard, "supervises": supervises,
                "may_act": person is not None and not only_looks(person), "unread": unread,
                "zone_name": engine().settings.zone,
                "html_lang": "en" if lang() == "en" else "zh-CN",
                "is_demo": engine().settings.demo}
