"""The table of operations: who may do what with a task or a case, in which state, and what goes with it.

``OPERATIONS`` is the one source. Every verb asks :func:`engine.standing.permit`, ``docs/reference/operations.md`` is
written from it, and the tests of all verbs are generated from it. What a person is to a task is found by
:mod:`engine.standing`.

*States* are those that a verb puts up with. A task is ``offered`` (to its roles), ``held`` (by its assignee), ``lent``
(by its owner to its assignee) or ``joint`` (with signers instead of an assignee), and besides may be ``before``
(signers come first), ``arranged`` (signers come after it) or ``submitted`` (they are at it).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.cards import Bilingual

OFFERED, HELD, LENT, JOINT = "offered", "held", "lent", "joint"
BEFORE, ARRANGED, SUBMITTED = "before", "arranged", "submitted"
STATES = (OFFERED, HELD, LENT, JOINT, BEFORE, ARRANGED, SUBMITTED)
ANY = STATES
MINE = (HELD, BEFORE, ARRANGED)
"""A task that its assignee may give away."""

STANDINGS = {
    "assignee": Bilingual("办理人", "its assignee"),
    "borrower": Bilingual("受委派人", "whom it is lent to"),
    "owner": Bilingual("委派人", "who lent it"),
    "candidate": Bilingual("候选岗位", "holders of a role it is offered to"),
    "signer": Bilingual("待签署人", "a signer whose turn it is"),
    "asker": Bilingual("加签发起人", "who asked the signer"),
    "decider": Bilingual("上一步办理人", "who completed the step before"),
    "starter": Bilingual("发起人", "the starter of the case"),
    "reader": Bilingual("可查看案件的人", "whoever sees the case"),
    "author": Bilingual("本人", "oneself, of one's own"),
    "addressee": Bilingual("收件人", "whom it was sent to"),
    "supervisor": Bilingual("督导", "supervisors of its unit"),
    "administrator": Bilingual("管理员", "administrators"),
}
"""What a person can be to a task, a case or a row beside them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A verb as people and the engine know it.

    ``on`` is what it is done to: a task, a case, or a person's own affairs. ``who`` are standings, of which one is
    enough. ``history`` is the entry that it writes (empty: none, for nothing of the case changes). ``told`` are those
    who get a notice. ``switchable``: may be switched off by ``bihuan:operations``.
    """

    verb: str
    name: Bilingual
    on: str
    who: tuple[str, ...]
    states: tuple[str, ...] = ()
    reason: bool = False
    history: str = ""
    told: tuple[str, ...] = ()
    undo: str = ""
    branches: str = "this task only"
    substitute: bool = True
    suspended: bool = False
    switchable: bool = True


SUPERVISING = ("supervisor", "administrator")


def _task(verb: str, zh: str, en: str, who: tuple[str, ...], states: tuple[str, ...], **more: object) -> Operation:
    return Operation(verb, Bilingual(zh, en), "task", who, states, **more)  # type: ignore[arg-type]


def _case(verb: str, zh: str, en: str, who: tuple[str, ...], **more: object) -> Operation:
    return Operation(verb, Bilingual(zh, en), "case", who, **more)  # type: ignore[arg-type]


OPERATIONS: tuple[Operation, ...] = (
    _task("claim", "认领", "Claim", ("candidate",), (OFFERED, BEFORE, ARRANGED, SUBMITTED), history="claimed",
          undo="release, at any time", switchable=False),
    _task("release", "释放", "Release", ("assignee",), MINE, history="released", undo="claim again"),
    _task("save_draft", "保存草稿", "Save a draft", ("reader",), ANY, undo="type on", substitute=True, suspended=True,
          switchable=False),
    _task("complete", "提交", "Submit", ("assignee", "candidate"), (OFFERED, HELD, ARRANGED), history="completed",
          told=("new assignees",), undo="pull back, until somebody acts on what follows", switchable=False),
    _task("transfer", "转办", "Transfer", ("assignee",), MINE, reason=True, history="transferred", told=("receiver",),
          undo="the receiver transfers it back"),
    _task("delegate", "委派", "Delegate", ("assignee",), MINE, history="delegated", told=("receiver",),
          undo="take back, until it is handed back"),
    _task("hand_back", "交还", "Hand back", ("borrower",), (LENT, BEFORE, ARRANGED), history="handed_back",
          told=("owner",), undo="delegate again"),
    _task("take_back_delegation", "收回委派", "Take back what was delegated", ("owner",), (LENT, BEFORE, ARRANGED),
          history="delegation_taken_back", told=("former assignee",), undo="delegate again"),
    _task("reassign", "改派", "Reassign", SUPERVISING, (OFFERED, HELD, LENT, BEFORE, ARRANGED), reason=True,
          history="reassigned", told=("receiver", "former assignee"), undo="reassign again"),
    _task("take_over", "接管", "Take over", SUPERVISING, (OFFERED, HELD, LENT, BEFORE, ARRANGED), reason=True,
          history="taken_over", told=("former assignee",), undo="reassign"),
    _task("add_signers", "加签", "Add signers", ("assignee", *SUPERVISING), (OFFERED, HELD, JOINT, BEFORE, ARRANGED),
          reason=True, history="signers_added", told=("signers",), undo="remove each, until signed"),
    _task("remove_signer", "减签", "Remove a signer", ("assignee", "asker", *SUPERVISING), ANY, reason=True,
          history="signer_removed", told=("the signer",), undo="add again"),
    _task("sign", "签署", "Sign", ("signer",), ANY, history="signed",
          told=("assignee", "new assignees")),
    _task("send_copy", "抄送", "Send a copy", ("reader",), ANY, history="copied", told=("receivers",),
          branches="the case", suspended=True),
    _task("mark_read", "已阅", "Mark as read", ("addressee",), ANY, branches="the case", substitute=False,
          suspended=True, switchable=False),
    _task("urge", "催办", "Remind", ("reader",), ANY, history="urged",
          told=("whoever it waits for", "at the third also their leaders"), undo="take back, within 8 s"),
    _task("take_back_urge", "撤销催办", "Take back a reminder", ("author",), ANY, history="urge_taken_back",
          switchable=False),
    _task("snooze", "稍后处理", "Snooze", ("assignee",), (HELD, LENT, BEFORE, ARRANGED, SUBMITTED),
          history="snoozed", undo="at any time", switchable=False),
    _task("seen", "正在查看", "Be seen looking", ("reader",), ANY, suspended=True, switchable=False),
    _task("return_to", "退回", "Return", ("assignee",), MINE, reason=True, history="returned",
          told=("who did that step",), undo="pull back, until somebody acts",
          branches="cancels the other steps between, shown before"),
    _task("pull_back", "撤回", "Take back", ("decider",), ANY, history="pulled_back", told=("those it is taken from",),
          branches="only while no branch behind it was acted on"),
    _task("extend", "延期", "Extend the deadline", SUPERVISING, ANY, reason=True, history="extended",
          told=("assignee",), undo="extend again"),
    _task("pause_clock", "暂停计时", "Pause the clock", SUPERVISING, ANY, reason=True, history="clock_paused",
          told=("assignee",), undo="resume the clock"),
    _task("resume_clock", "恢复计时", "Resume the clock", SUPERVISING, ANY, reason=True, history="clock_resumed",
          told=("assignee",), undo="pause again"),
    _task("escalate", "升级", "Escalate", ("assignee", *SUPERVISING), ANY, reason=True, history="escalated",
          told=("the next role of the chain",)),
    _case("comment", "沟通", "Ask", ("reader",), history="commented", told=("whom it mentions",), branches="the case",
          suspended=True),
    _case("answered", "标记已回复", "Mark as answered", ("addressee",), branches="the case", substitute=False,
          suspended=True, switchable=False),
    _case("cancel", "撤销", "Cancel the case", ("starter", *SUPERVISING), reason=True, history="cancelled",
          told=("assignees",), branches="ends all", suspended=True),
    _case("terminate", "终止", "Terminate", SUPERVISING, reason=True, history="terminated",
          told=("assignees", "starter"), branches="ends all", suspended=True),
    _case("suspend", "挂起", "Pause", SUPERVISING, reason=True, history="suspended", told=("assignees",),
          undo="resume, at any time", branches="stops all, and their clocks"),
    _case("resume", "恢复", "Resume", SUPERVISING, reason=True, history="resumed", told=("assignees",),
          undo="pause again", branches="all go on", suspended=True),
    _case("jump", "跳转", "Jump", SUPERVISING, reason=True, history="moved", told=("those it is taken from",),
          undo="jump again", branches="leaves the steps named, keeps the others"),
    Operation("substitute", Bilingual("离岗代理", "Substitution"), "person", ("author", *SUPERVISING), (), False,
              "substituted", ("both",), "end it, at any time", "all tasks of the processes named", substitute=False,
              suspended=True, switchable=False),
    Operation("end_substitution", Bilingual("结束代理", "End a substitution"), "person", ("author", *SUPERVISING), (),
              False, "substitution_ended", ("both",), "substitute again", "all tasks", substitute=False,
              suspended=True, switchable=False),
    Operation("hand_over", Bilingual("离职交接", "Hand over"), "person", SUPERVISING, (), True, "handed_over",
              ("receiver",), "hand over back", "all open tasks of the person", substitute=False, suspended=True,
              switchable=False),
)
OPERATION = {row.verb: row for row in OPERATIONS}
SWITCHES = frozenset(row.verb for row in OPERATIONS if row.switchable)
"""The names that ``bihuan:operations`` may switch."""


def switched_on(verb: str, process: str, element: str = "") -> bool:
    """Whether a verb is switched on by ``bihuan:operations`` of the process and, over it, of the task.

    ``-transfer`` switches off, ``+transfer`` on; a list without signs means only these.
    """
    on = True
    for text in (process, element):
        names = [name.strip() for name in text.split(",") if name.strip()]
        plain = [name for name in names if name[0] not in "+-"]
        on = verb in plain if plain else on
        on = (on or "+" + verb in names) and "-" + verb not in names
    return on or not OPERATION[verb].switchable
