"""The seam: the only code that knows SpiffWorkflow.

In: the bytes of a drawing, variables, "this happened to that element instance". Out: what is open, what happened, what
is wrong, a state as text. SpiffWorkflow gives the life of a task and the containers; specifications, events, loop,
scopes, repetition and saving are ours, so that nothing outside this package would notice if the library went.
"""

from __future__ import annotations

from engine.bpmn.environment import Environment
from engine.bpmn.failures import NotWaiting, RunFailed, StepBudgetExceeded
from engine.bpmn.marking import Marking
from engine.bpmn.migrate import Migration, Review
from engine.bpmn.model import Element, Flow, Lane, LoopInfo, ModelExpression, ProcessModel, StartEvent, Text
from engine.bpmn.names import handed_names, written_names
from engine.bpmn.read import check_models, read_models
from engine.bpmn.run import ProcessRun
from engine.bpmn.tokengame import RunEvent
from engine.bpmn.waits import Wait

__all__ = ["Element", "Environment", "Flow", "Lane", "LoopInfo", "Marking", "Migration", "ModelExpression",
           "NotWaiting", "ProcessModel", "ProcessRun", "Review", "RunEvent", "RunFailed", "StartEvent",
           "StepBudgetExceeded", "Text", "Wait", "check_models", "handed_names", "read_models", "written_names"]
