"""What may be done with a task besides filling in its form: one dialog a verb, made from what the verb asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, make_response, render_template, request, session, url_for

from engine import OPERATION, BihuanError, FieldError, Invalid, only_looks
from webui import errors, forms, show
from webui.auth import actor
from webui.show import engine
from webui.words import _, lang, told

blueprint = Blueprint("operations", __name__)

ASKS: dict[str, tuple[str, ...]] = {
    "transfer": ("to", "reason"), "delegate": ("to", "note"), "hand_back": ("note",), "take_back_delegation": (),
    "reassign": ("to", "reason"), "take_over": ("reason",), "add_signers": ("people", "position", "rule", "reason"),
    "remove_signer": ("signer", "reason"), "sign": ("outcome", "opinion", "signature"), "send_copy": ("people", "note"),
    "urge": ("note",), "snooze": ("until",), "return_to": ("step", "straight", "reason"),
    "extend": ("due", "told_customer", "reason"), "pause_clock": ("reason",), "resume_clock": ("reason",),
    "escalate": ("reason",), "comment": ("text", "mentions", "reply_by", "public")}
"""Verb -> what its dialog asks for, in the order people think of it."""
SIGNS = {
    "transfer": ("arrow-forward-up", "t"), "delegate": ("user-share", "d"), "hand_back": ("arrow-back", ""),
    "take_back_delegation": ("arrow-back", ""), "reassign": ("user-check", ""), "take_over": ("hand-grab", ""),
    "add_signers": ("writing-sign", "a"), "remove_signer": ("user-minus", ""), "sign": ("signature", ""),
    "send_copy": ("mail-forward", "y"), "urge": ("bell-ringing", "u"), "snooze": ("clock-pause", "h"),
    "return_to": ("arrow-back-up", "b"), "extend": ("calendar-plus", ""), "pause_clock": ("player-pause", ""),
    "resume_clock": ("player-play", ""), "escalate": ("arrow-up", "e"), "comment": ("message", "m")}
"""Verb -> icon and the letter that opens its dialog."""
SIGNATURE = "signer_signature"
"""Name of the pad in the dialog; no field of a form is called so."""
FIRST = ("sign", "hand_back", "return_to", "transfer", "comment", "delegate", "urge", "reassign")
"""Verbs that have a button of their own, as far as there is room; the others stand under 更多."""
ROOM = 3
"""Buttons of verbs that fit beside those of the form, in one line of a pane."""
DESTRUCTIVE = frozenset({"return_to", "remove_signer", "take_over"})
POSITIONS = (("before", "先于我签署"), ("after", "在我之后签署"), ("joint", "会签，代替我"))
RULES = (("all", "全部同意"), ("any", "一人同意即可（或签）"), ("sequential", "依次签署"), ("ratio:0.5", "过半数同意"),
         ("ratio:0.67", "三分之二同意"))


DONE = {
    "transfer": "已转办给 {who}。",
    "delegate": "已委派给 {who}，办完会交还给你。",
    "reassign": "已改派给 {who}。",
    "hand_back": "已交还。",
    "take_back_delegation": "已收回委派。",
    "take_over": "已接管。",
    "remove_signer": "已减签。",
    "pause_clock": "已暂停计时。",
    "resume_clock": "已恢复计时。",
}
"""What is said when a verb was done."""


@blueprint.get("/tasks/<task>/do/<verb>")
def ask(task: str, verb: str) -> str:
    """The dialog of a verb."""
    return _dialog(task, _known(verb))


@blueprint.post("/tasks/<task>/do/<verb>")
def do(task: str, verb: str) -> Response:
    """Do it; what is wrong is said in the dialog, what went well beside the page it came from."""
    _known(verb)
    try:
        sentence = VERBS[verb](task)
    except Invalid as error:
        return make_response(_dialog(task, verb, errors.by_path(error), error.sentence(lang())), 422)
    except BihuanError as error:
        return make_response(_dialog(task, verb, {}, error.sentence(lang())), error.http_status)
    flash(sentence)
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = _back()
    return answer


@blueprint.post("/urges/<urge>/take-back")
def take_back_urge(urge: str) -> Response:
    """Within the seconds before it goes out, a reminder is taken back."""
    engine().tasks.take_back_urge(urge, actor())
    flash(_("催办已撤销。"))
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = _back()
    return answer


def _back() -> str:
    """The page the dialog stood on, if it is one of ours."""
    address = request.headers.get("HX-Current-URL", "")
    root = request.host_url
    return "/" + address.removeprefix(root) if address.startswith(root) else url_for("inbox.page")


def _known(verb: str) -> str:
    return verb if verb in ASKS else abort(404)


def _dialog(task: str, verb: str, wrong: dict[str, str] | None = None, sentence: str = "") -> str:
    return dialog(lambda: engine().boards.task(task, actor(), lang()),
                  lambda: engine().tasks.return_targets(task, actor()),
                  verb=verb, task=task, wrong=wrong or {}, sentence=sentence, kept={}, people=others,
                  includes="#task-form", address=url_for("operations.do", task=task, verb=verb),
                  attach_to=url_for("files.attach", task=task))


def dialog(looked_up: Callable[[], Any], targets: Callable[[], Any], *, verb: str, **more: Any) -> str:
    """What a verb asks: of the task that is ``looked_up``, and for a return of its ``targets``. What stands against
    showing them is the sentence, unless there is one."""
    facts: dict[str, Any] = {"verb": verb, "asks": ASKS[verb], "name": OPERATION[verb].name, "sign": SIGNS[verb][0],
                             "stop": verb in DESTRUCTIVE, "given": request.form, "positions": POSITIONS, "rules": RULES,
                             "reason_needed": OPERATION[verb].reason, "targets": (), "signers": (), "outcomes": (),
                             "view": None, "pad": SimpleNamespace(path=SIGNATURE, value=None)} | more
    try:
        view = facts["view"] = looked_up()
        if verb == "return_to":
            facts["targets"] = targets()
        if verb == "sign" and view.signing == "joint" and view.form:
            facts["outcomes"] = [(one.value, one.label) for one in forms.outcomes(view.form)]
        if verb == "remove_signer":
            facts["signers"] = [one for one in view.signers if one.state in ("open", "waiting")]
    except BihuanError as error:
        facts["sentence"] = facts["sentence"] or error.sentence(lang())
    return render_template("operations/_ask.html", **facts)


def others() -> list[tuple[str, str]]:
    """Everybody but oneself: (login, name)."""
    return [one for one in forms.people() if one[0] != actor().login]


# -- what each verb takes from its dialog; every one answers the sentence that says what happened

def _form(name: str) -> str:
    return request.form.get(name, "").strip()


def moment(name: str, required: bool = True) -> datetime | None:
    """A moment typed in the zone of the office. Raises :class:`Invalid` at its field."""
    text = _form(name)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=show.zone()) if text or required else None
    except ValueError:
        raise Invalid([FieldError(name, "required", "请填写日期和时间。", "Enter a date and a time.")]) from None


def _person(login: str) -> str:
    found = next((one for one in engine().identity.people() if one.login == login), None)
    return told(found.name) if found else login


def _to(verb: str) -> Callable[[str], str]:
    def act(task: str) -> str:
        getattr(engine().tasks, verb)(task, _form("to"), _form("reason") or _form("note"), actor())
        return _(DONE[verb], who=_person(_form("to")))
    return act


def _plain(verb: str, *fields: str) -> Callable[[str], str]:
    def act(task: str) -> str:
        getattr(engine().tasks, verb)(task, *[_form(field) for field in fields], actor())
        return _(DONE[verb])
    return act


def _add_signers(task: str) -> str:
    people = request.form.getlist("people")
    engine().tasks.add_signers(task, people, _form("position") or "before", _form("reason"), actor(),
                               rule=_form("rule") or "all")
    return _("已请 {n} 人签署。", n=len(people))


def _sign(task: str) -> str:
    values = forms.submitted(request.form)
    signature = values.pop(SIGNATURE, None) or None
    done = engine().tasks.sign(task, _form("outcome"), _form("opinion"), actor(), signature=signature,
                               values=values or None)
    return _("已签署，{number} 已办结。", number=done.case_number) if done.ended else _("已签署。")


def _send_copy(task: str) -> str:
    sent = engine().tasks.send_copy(task, request.form.getlist("people"), _form("note"), actor())
    return _("已抄送 {n} 人。", n=sent)


def _urge(task: str) -> str:
    card = engine().tasks.urge(task, _form("note"), actor())
    session["undo"] = {"url": url_for("operations.take_back_urge", urge=card.id), "until": card.undo_until.isoformat()}
    who = _("、").join(told(name) for name in card.sent_to)
    return (_("已催办 {who}，并告知其主管。30 分钟内不能重复催办。", who=who) if card.to_leader
            else _("已催办 {who}。30 分钟内不能重复催办。", who=who))


def _snooze(task: str) -> str:
    engine().tasks.snooze(task, moment("until"), actor())
    return _("已移到稍后处理，到时会回到待办。")


def chosen_step() -> tuple[str, str]:
    """(element, instance) to which a task goes back. Raises :class:`Invalid` where none was chosen."""
    element, _sep, instance = _form("step").partition("@")
    if not element:
        raise Invalid([FieldError("step", "required", "请选择退回到哪一步。", "Choose a step to return to.")])
    return element, instance


def _return_to(task: str) -> str:
    element, instance = chosen_step()
    engine().tasks.return_to(task, element, _form("reason"), actor(), straight=_form("straight") == "1",
                             instance_id=instance or None)
    return _("已退回。")


def _extend(task: str) -> str:
    due = moment("due")
    engine().tasks.extend(task, due, _form("reason"), actor(), told_customer=_form("told_customer") == "1")
    return _("期限已改为 {when}。", when=due.strftime("%Y-%m-%d %H:%M") if due else "")


def _escalate(task: str) -> str:
    return _("已升级到第 {n} 级。", n=engine().tasks.escalate(task, _form("reason"), actor()))


def _comment(task: str) -> str:
    case = engine().boards.task(task, actor(), lang()).row.case_id
    engine().tasks.comment(case, _form("text"), actor(), task_id=task, mentions=request.form.getlist("mentions"),
                           reply_by=moment("reply_by", required=False), public=_form("public") == "1")
    return _("已发送。")


VERBS: dict[str, Callable[[str], str]] = {
    "transfer": _to("transfer"), "delegate": _to("delegate"),
    "reassign": _to("reassign"), "hand_back": _plain("hand_back", "note"),
    "take_back_delegation": _plain("take_back_delegation"),
    "take_over": _plain("take_over", "reason"), "add_signers": _add_signers,
    "remove_signer": _plain("remove_signer", "signer", "reason"), "sign": _sign, "send_copy": _send_copy,
    "urge": _urge, "snooze": _snooze, "return_to": _return_to, "extend": _extend,
    "pause_clock": _plain("pause_clock", "reason"),
    "resume_clock": _plain("resume_clock", "reason"), "escalate": _escalate, "comment": _comment}


def offered(task: str, mine: bool) -> tuple[list[Any], list[Any]]:
    """The verbs that one may use on a task now: those with a button of their own, and the others.

    Nobody reminds oneself: of a task that is ``mine`` there is no reminding.
    """
    found = [{"verb": one.verb, "name": OPERATION[one.verb].name, "sign": SIGNS[one.verb][0], "key": SIGNS[one.verb][1],
              "why_not": one.why_not.sentence(lang()) if one.why_not else ""}
             for one in engine().tasks.allowed(task, actor()) if one.verb in ASKS and not (mine and one.verb == "urge")]
    if not only_looks(actor()) and not any(one["verb"] == "comment" for one in found):
        found.append({"verb": "comment", "name": OPERATION["comment"].name, "sign": SIGNS["comment"][0], "key": "m",
                      "why_not": ""})
    first = [one for verb in FIRST for one in found if one["verb"] == verb][:ROOM]
    return first, [one for one in found if one not in first]


def undo() -> dict[str, str] | None:
    """The way back of what was just done, once."""
    kept = session.pop("undo", None)
    return kept if kept and datetime.fromisoformat(kept["until"]) > show.now() else None


def install(app: Flask) -> None:
    """Give templates the verbs of a task and the way back."""
    app.jinja_env.globals.update(operations_of=offered, undo_of=undo)
