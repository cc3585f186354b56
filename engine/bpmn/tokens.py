"""Tokens and the scopes they live in, on SpiffWorkflow's tasks and workflows.

A token *is* an active task: WAITING (armed, or held at a join), READY (will run) or STARTED (work is open). A finished
token leaves its scope at once, so nothing of the past is kept and nothing can depend on it. SpiffWorkflow gives the
life of a task (update, ready, run, complete, cancel) and its states; no task is predicted and no tree is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

if TYPE_CHECKING:
    from engine.bpmn.nodes import Node
    from engine.bpmn.run import ProcessRun

WAITING, READY, STARTED = TaskState.WAITING, TaskState.READY, TaskState.STARTED
COMPLETED = TaskState.COMPLETED
FINISHED = TaskState.FINISHED_MASK
ROOT = "0"
"""Id of the root scope."""


class ScopeSpec(WorkflowSpec):
    """The nodes of one process or sub-process. ``task_specs`` holds them by element id."""

    def __init__(self, name: str, parent: ScopeSpec | None = None, kind: str = "process"):
        super().__init__(name=name)
        self.parent = parent
        self.kind = kind
        self.starts: tuple[str, ...] = ()
        """Nodes that get a token when the scope opens."""
        self.event_starts: list[str] = []
        """Start events of event sub-processes, armed when the scope opens."""
        self.compensation_start: str | None = None
        """Event sub-process that handles the compensation of this scope."""
        self.undoer: Node | None = None
        """What sees to the compensation of a scope that is opened again."""
        self.data_objects: tuple[str, ...] = ()
        self.ad_hoc: AdHoc | None = None
        self._reach: dict[tuple[str, str], frozenset[str]] = {}

    def reaches(self, source: str, gateway: str) -> frozenset[str]:
        """Ids of the flows into ``gateway`` that a token at ``source`` could still fill without passing it."""
        key = (source, gateway)
        if key not in self._reach:
            found: set[str] = set()
            seen: set[str] = {source}
            todo = [source]
            while todo:
                for flow in self.task_specs[todo.pop()].flows:
                    if flow.target == gateway:
                        found.add(flow.id)
                    elif flow.target not in seen:
                        seen.add(flow.target)
                        todo.append(flow.target)
            self._reach[key] = frozenset(found)
        return self._reach[key]


class AdHoc:
    """How an ad-hoc sub-process goes about its activities; ``condition`` is FEEL."""

    def __init__(self, sequential: bool, condition: str | None, cancel_rest: bool, chosen: bool):
        self.sequential = sequential
        self.condition = condition
        self.cancel_rest = cancel_rest
        self.chosen = chosen
        """A person chooses what is started; otherwise each activity is started once."""


class Token(Task):
    """One token, or one armed event. ``flow`` is the sequence flow it came by; ``notes`` what its node remembers."""

    task_spec: Node
    workflow: Scope

    def __init__(self, process: ProcessRun, scope: Scope, node: Node, token_id: str, flow: str | None = None):
        super().__init__(scope, node, None, TaskState.FUTURE, token_id)
        self.process = process
        self.flow = flow
        self.host: str | None = None
        self.group: str | None = None
        self.order = 0
        process.tokens[token_id] = self

    @property
    def scope(self) -> Scope:
        return self.workflow

    @property
    def notes(self) -> dict[str, Any]:
        return self.internal_data

    @property
    def number(self) -> int:
        """Its place in the order of creation."""
        return int(self.id)

    @property
    def alive(self) -> bool:
        return not self._state & FINISHED

    def _set_state(self, value: int) -> None:
        """A finished token stays finished, even when it was cancelled in the middle of its own step."""
        if not self._state & FINISHED:
            self._state = value

    def complete(self) -> None:
        if self.alive:
            super().complete()

    def park(self) -> None:
        """Wait, held at a join or armed."""
        self._set_state(WAITING)


class Scope(Workflow):
    """A running process or sub-process: its tokens (``tasks``), what it has done (``log``), its data."""

    tasks: dict[str, Token]
    spec: ScopeSpec

    def __init__(self, process: ProcessRun, spec: ScopeSpec, scope_id: str, owner: Token | None):
        super().__init__(spec, deserializing=True)
        self.process = process
        self.id = scope_id
        self.owner = owner
        self.depth: int = 0 if owner is None else owner.scope.depth + 1
        self.log: list[dict[str, Any]] = []
        """Completed activities that can be compensated, in order of completion."""
        self.fired: dict[str, int] = {}
        """Complex gateways that have fired, with the number of tokens still to be swallowed."""
        self.to_do: list[str] = []
        """Activities of a sequential ad-hoc sub-process not begun yet."""
        self.satisfied = False
        """The completion condition of an ad-hoc sub-process has come true."""
        process.scopes[scope_id] = self

    @property
    def parent(self) -> Scope | None:
        return self.owner.scope if self.owner is not None else None

    def at(self, node: str) -> list[Token]:
        """The tokens held at ``node``, oldest first."""
        return [token for token in self.tasks.values() if token.task_spec.name == node and token.state == WAITING]

    def _task_completed_notify(self, task: Task) -> None:
        self.process.forget(task)  # instead of walking the whole tree and looking for a task called "End"
