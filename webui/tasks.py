"""One task: seen, claimed, released, drafted, completed; as a page of its own or in the pane of the inbox."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for

from engine import BihuanError, Conflict, Invalid
from webui import errors, forms, show
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/tasks/<task>")
def page(task: str) -> str:
    """The task as a page, or as a pane for the inbox."""
    view = engine().boards.task(task, actor(), lang())
    return _drawn(view)


def pane(task: str) -> str:
    """The pane of a task, or why it cannot be shown."""
    try:
        view = engine().boards.task(task, actor(), lang())
    except BihuanError as error:
        return render_template("errors/_fragment.html", status=error.http_status, sentence=error.sentence(lang()),
                               title=_(errors.TITLES.get(error.http_status, "没有成功")), reference="", back=False)
    return render_template("tasks/_pane.html", **_facts(view))


def _in_pane() -> bool:
    return bool(request.headers.get("HX-Request"))


def _facts(view: Any, wrong: dict[str, str] | None = None, sentence: str = "") -> dict[str, Any]:
    return {"task": view, "row": view.row, "case": view.case, "wrong": wrong or {}, "sentence": sentence,
            "outcomes": forms.outcomes(view.form), "sheet": view.form, "view": request.values.get("view", "mine"),
            "in_pane": _in_pane() or request.endpoint == "inbox.page"}


def _drawn(view: Any, wrong: dict[str, str] | None = None, sentence: str = "") -> str:
    name = "tasks/_pane.html" if _in_pane() else "tasks/page.html"
    return render_template(name, **_facts(view, wrong, sentence))


@blueprint.post("/tasks/<task>/claim")
def claim(task: str) -> Response:
    """Take it over."""
    engine().tasks.claim(task, actor())
    return _again(task, _("已认领。"))


@blueprint.post("/tasks/<task>/release")
def release(task: str) -> Response:
    """Give it back to everybody who may."""
    engine().tasks.release(task, actor())
    return _again(task, _("已释放，其他人可以认领。"))


def _again(task: str, sentence: str) -> Response:
    if not _in_pane():
        flash(sentence)
        return redirect(url_for("tasks.page", task=task))
    answer = make_response(pane(task) + _toast(sentence))
    answer.headers["HX-Trigger-After-Swap"] = "bihuan:changed"
    return answer


@blueprint.post("/tasks/<task>/draft")
def draft(task: str) -> Response:
    """Keep what was typed; answers when it was kept and what the server makes of fields that depend on others."""
    engine().tasks.save_draft(task, forms.submitted(request.form), actor())
    view = engine().boards.task(task, actor(), lang())
    at = show.now().astimezone(show.zone())
    return jsonify({"at": f"{at:%H:%M}", "fields": forms.answers(view.form)})


@blueprint.post("/tasks/<task>/complete")
def complete(task: str) -> Response:
    """Hand it in: the next task, or what is wrong with the form, or who was faster."""
    values = _values(task)
    try:
        done = engine().tasks.complete(task, values, actor())
    except Conflict as error:
        return _conflict(task, values, error)
    except Invalid as error:
        engine().tasks.save_draft(task, values, actor())
        view = engine().boards.task(task, actor(), lang())
        answer = make_response(_drawn(view, errors.by_path(error), error.sentence(lang())), error.http_status)
        answer.headers["HX-Reswap"] = "innerHTML show:none"
        return answer
    return _done(task, done)


@blueprint.get("/tasks/<task>/complete")
@blueprint.get("/tasks/<task>/claim")
@blueprint.get("/tasks/<task>/release")
def again(task: str) -> Response:
    """A reload after an answer that stayed on the address of the action."""
    return redirect(url_for("tasks.page", task=task))


def _values(task: str) -> dict[str, Any] | None:
    """What was filled in, with the decision of the button; ``None`` for a task without a form."""
    values = forms.submitted(request.form)
    outcome = request.form.get("outcome")
    if outcome:
        values = forms.with_outcome(values, engine().boards.task(task, actor(), lang()).form, outcome)
    return values or None


def _conflict(task: str, values: dict[str, Any] | None, error: Conflict) -> Response:
    """Somebody was faster: say who, and give back what was typed so that it can be copied."""
    typed = forms.typed_texts(values or {})
    name = "tasks/_conflict.html" if _in_pane() else "tasks/conflict.html"
    html = render_template(name, sentence=error.sentence(lang()), typed=typed, task_id=task)
    answer = make_response(html, error.http_status)
    answer.headers["HX-Trigger-After-Swap"] = "bihuan:changed"
    return answer


def _done(task: str, done: Any) -> Response:
    sentence = _done_sentence(done)
    following = done.next_task_id
    if not following and request.form.get("then") == "next":
        following = _following(request.form.get("following", ""), task)
    if not _in_pane():
        flash(sentence)
        return redirect(url_for("tasks.page", task=following) if following else url_for("inbox.page"))
    view = request.form.get("view", "mine")
    body = pane(following) if following else render_template("tasks/_nothing.html", sentence=sentence, done=done)
    answer = make_response(body + _toast(sentence, url_for("cases.page", case=done.case_number)))
    answer.headers["HX-Push-Url"] = url_for("inbox.page", view=view, task=following)
    answer.headers["HX-Trigger-After-Swap"] = "bihuan:changed"
    return answer


def _done_sentence(done: Any) -> str:
    if done.ended:
        return _("{number} 已办结。", number=done.case_number)
    if done.next_tasks:
        step = done.next_tasks[0]
        who = told(step.role_name)
        name = told(step.name)
        return (_("已提交。下一步：{step}（{who}）", step=name, who=who) if who
                else _("已提交。下一步：{step}", step=name))
    return _("{number} 已提交。", number=done.case_number)


def _following(wanted: str, task: str) -> str | None:
    """The line that stood after this one, if it may still be opened."""
    if not wanted or wanted == task:
        return None
    try:
        engine().boards.task(wanted, actor(), lang())
    except BihuanError:
        return None
    return wanted


def _toast(sentence: str, link: str = "") -> str:
    return render_template("_toast.html", sentence=sentence, link=link, oob=True)


@blueprint.get("/tasks/<task>/print")
def printed(task: str) -> str:
    """The form of a task as a sheet of paper."""
    view = engine().boards.task(task, actor(), lang())
    title = told(view.form.title if view.form else view.row.name)
    return render_template("print/sheet.html", case=view.case, sheet=view.form, title=title, records=(), unsigned=True)
