"""The cards: frozen lines of boards and answers of verbs, which is all that leaves the engine.

No card holds a database object, so a screen can keep one as long as it likes. Moments are aware and in UTC; texts of
the content come as ``Bilingual``. Ids are opaque text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text of the content in Chinese and English; English falls back to Chinese where it is missing."""

    zh: str
    en: str = ""

    def in_(self, lang: str) -> str:
        return (self.en or self.zh) if lang.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as others see them."""

    id: str
    login: str
    name: Bilingual
    unit: Bilingual | None = None
    roles: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionCard:
    """A version of a process."""

    id: str
    key: str
    version: int
    name: Bilingual
    pack: str
    deployed_at: datetime
    deployed_by: str
    open_cases: int = 0


@dataclass(frozen=True, slots=True)
class DeploymentCard:
    """What a deployment brought: new versions only; ``unchanged`` lists keys whose content was already live."""

    id: str
    definitions: tuple[DefinitionCard, ...]
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartableCard:
    """A process that the actor may start."""

    key: str
    name: Bilingual
    documentation: Bilingual
    pack: Bilingual
    first_roles: tuple[Bilingual, ...] = ()
    form_key: str | None = None


@dataclass(frozen=True, slots=True)
class StartedCard:
    """A new case; ``next_task_id`` is the first open task that the starter may work on, if any."""

    case_id: str
    case_number: str
    next_task_id: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Clockface:
    """The clock of a task: ``state`` is late, risk, normal, paused or none."""

    state: str
    due_at: datetime | None = None
    warn_at: datetime | None = None
    started_at: datetime | None = None
    rule: str = ""
    rule_title: Bilingual | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of an inbox."""

    id: str
    case_id: str
    case_number: str
    process_key: str
    process_name: Bilingual
    version: int
    element_id: str
    name: Bilingual
    customer: str
    gist: str
    severity: str
    role: str
    role_name: Bilingual
    assignee_login: str | None
    assignee_name: Bilingual | None
    clock: Clockface
    created_at: datetime
    priority: int
    came_from: Bilingual | None = None
    came_by: Bilingual | None = None
    form_key: str | None = None
    has_draft: bool = False
    promised_at: datetime | None = None
    done_at: datetime | None = None
    outcome: str | None = None
    mine: bool = False
    to_sign: bool = False
    stands_in_for: Bilingual | None = None
    lent_by: Bilingual | None = None
    snoozed_until: datetime | None = None
    returned: bool = False
    urged: int = 0
    take_back: bool = False
    ref: str = ""
    """The copy (抄送) or the question (沟通) that the line stands for."""
    note: str = ""
    note_by: Bilingual | None = None
    read: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who may get a task, and whether that person is away now."""

    login: str
    name: Bilingual
    away: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """What may happen after a task: a following step with its role, reached by ``outcome`` where that decides.

    ``people`` who may get it, those who are away marked; ``seconds`` is the median of recent visits where there are
    enough of them.
    """

    element_id: str
    name: Bilingual
    kind: str
    role_name: Bilingual | None = None
    outcome: Bilingual | None = None
    people: tuple[Holder, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TaskView:
    """Everything the page of one task shows."""

    row: TaskRow
    case: CaseHead
    form: Any  # engine.forms.FormView, or None for a task without a form
    may_claim: bool
    may_edit: bool
    may_release: bool
    read_only_reason: Bilingual | None
    hint: Bilingual | None
    draft_saved_at: datetime | None
    draft_restored: bool
    earlier_forms: tuple[FormRecord, ...]
    next_steps: tuple[NextStep, ...]
    revision: int = 0
    may_reveal: bool = False
    signers: tuple[SignerCard, ...] = ()
    signing: str = ""  # before, after, joint, or "": nobody signs now
    submitted: bool = False  # what was submitted waits for signers after it
    my_sign: bool = False  # it is the actor's turn to sign
    owner: Bilingual | None = None  # who lent it to its assignee
    behalf: Bilingual | None = None  # for whom the actor would work on it as a substitute
    returned_by: Bilingual | None = None
    returned_why: str = ""
    first_due_at: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignerCard:
    """Somebody asked to sign; ``state`` is waiting, open, agreed, refused, removed or spared."""

    login: str
    name: Bilingual
    position: str
    state: str
    outcome: str
    opinion: str
    decided_at: datetime | None
    signed: bool = False  # with a handwritten signature
    over: bool = False  # of a round that is over


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The head of a case page, and the summary beside a task."""

    id: str
    number: str
    process_key: str
    process_name: Bilingual
    version: int
    definition_id: str
    state: str  # active, suspended, completed, cancelled, failed
    case_state: str
    case_state_name: Bilingual | None
    customer: str
    phone_masked: str
    severity: str
    gist: str
    started_at: datetime
    started_by: PersonCard | None
    ended_at: datetime | None
    promised_at: datetime | None
    unit: Bilingual | None
    business_key: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingFor:
    """Who or what a case waits for, since when, and what comes next."""

    kind: str  # person, role, timer, message, signal, connector, incident, case
    element_id: str
    name: Bilingual
    who: Bilingual | None
    since: datetime | None
    until: datetime | None
    then: Bilingual | None = None
    task_id: str | None = None
    process_key: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the history of a case: who did what, when, why."""

    at: datetime
    verb: str
    by: Bilingual | None
    element: Bilingual | None
    process: Bilingual | None
    reason: str
    detail: dict[str, Any]
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class DiagramState:
    """One process of a case as its drawing shows it: element id -> state."""

    instance_id: str
    definition_id: str
    name: Bilingual
    active: tuple[str, ...]
    done: tuple[str, ...]
    failed: tuple[str, ...]
    flows: tuple[str, ...]
    overlays: dict[str, Bilingual] = field(default_factory=dict)
    ended: bool = False


@dataclass(frozen=True, slots=True)
class FormRecord:
    """A form as it was filled in: the last one counts, earlier ones are kept."""

    form_key: str
    title: Bilingual
    at: datetime
    by: Bilingual | None
    element: Bilingual | None
    view: Any  # engine.forms.FormView, read-only
    superseded: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentCard:
    """A file of a case."""

    sha256: str
    name: str
    type: str
    size: int
    at: datetime
    by: Bilingual | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the page of one case shows."""

    head: CaseHead
    waiting: tuple[WaitingFor, ...]
    timeline: tuple[TimelineEntry, ...]
    diagrams: tuple[DiagramState, ...]
    forms: tuple[FormRecord, ...]
    attachments: tuple[AttachmentCard, ...]
    may_cancel: bool = False
    may_suspend: bool = False
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class CompletedCard:
    """What became of a completed task; ``next_tasks`` names the steps now open, ``next_task_id`` one for oneself."""

    case_id: str
    case_number: str
    next_task_id: str | None
    ended: bool
    next_tasks: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """What needs a person: a job that gave up, or a step that failed."""

    id: str
    case_id: str | None
    case_number: str
    process_name: Bilingual | None
    element: Bilingual | None
    code: str
    sentence: Bilingual
    at: datetime
    tries: int
    job_id: str | None
    open: bool = True
    customer: str = ""
    topic: str = ""
    kind: str = ""
    notes: tuple[dict[str, Any], ...] = ()
    process_key: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class Revealed:
    """A personal value in full, to be masked again on the page after so many seconds."""

    field: str
    display: str
    seconds: int


@dataclass(frozen=True, slots=True)
class PublicView:
    """What a customer sees behind a signed link."""

    token: str
    purpose: str  # sign, confirm, rate
    case_number: str
    title: Bilingual
    form: Any
    expires_at: datetime
    done: bool = False
    privacy: Bilingual = Bilingual("")
