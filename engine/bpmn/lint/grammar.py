"""The grammar of BPMN 2.0 files: which element may stand where, how often, with which attributes.

Facts of the schema of the standard (BPMN20.xsd, Semantic.xsd), one line per type:
``type < base | attributes | children``. An attribute ends in ``!`` where required and names its type after ``:``; a
child ends in ``?`` (at most one), ``*`` (any number), ``+`` (one or more) or nothing (exactly one), and names its type
after ``:`` where that is not its own name. The order of children is not checked: tools differ in it and none is misled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

ENUMERATIONS = {
    "adHocOrdering": ("Parallel", "Sequential"),
    "associationDirection": ("None", "One", "Both"),
    "choreographyLoopType": ("None", "Standard", "MultiInstanceSequential", "MultiInstanceParallel"),
    "eventBasedGatewayType": ("Exclusive", "Parallel"),
    "gatewayDirection": ("Unspecified", "Converging", "Diverging", "Mixed"),
    "itemKind": ("Information", "Physical"),
    "multiInstanceFlowCondition": ("None", "One", "All", "Complex"),
    "processType": ("None", "Public", "Private"),
    "relationshipDirection": ("None", "Forward", "Backward", "Both"),
    "boolean": ("true", "false", "1", "0"),
}
"""The values an attribute of these types may have."""

ABSTRACT = frozenset((
    "activity", "artifact", "baseElement", "baseElementWithMixedContent", "callableElement", "catchEvent",
    "choreographyActivity", "conversationNode", "dataAssociation", "event", "eventDefinition", "flowElement",
    "flowNode", "gateway", "loopCharacteristics", "rootElement", "throwEvent",
))
"""Types of the metamodel that no file may use as an element."""

TYPES = """
activity < flowNode | isForCompensation:boolean startQuantity:integer completionQuantity:integer default |
    ioSpecification? property* dataInputAssociation* dataOutputAssociation* resourceRole* loopCharacteristics?
adHocSubProcess < subProcess | cancelRemainingInstances:boolean ordering:adHocOrdering |
    completionCondition?:expression
artifact < baseElement |  |
assignment < baseElement |  | from:expression to:expression
association < artifact | sourceRef! targetRef! associationDirection:associationDirection |
auditing < baseElement |  |
baseElement < - | id | documentation* extensionElements?
baseElementWithMixedContent < - | id | documentation* extensionElements?
boundaryEvent < catchEvent | cancelActivity:boolean attachedToRef! |
businessRuleTask < task | implementation |
callableElement < rootElement | name | supportedInterfaceRef* ioSpecification? ioBinding*
callActivity < activity | calledElement |
callChoreography < choreographyActivity | calledChoreographyRef | participantAssociation*
callConversation < conversationNode | calledCollaborationRef | participantAssociation*
cancelEventDefinition < eventDefinition |  |
catchEvent < event | parallelMultiple:boolean | dataOutput* dataOutputAssociation* outputSet? eventDefinition*
    eventDefinitionRef*
category < rootElement | name | categoryValue*
categoryValue < baseElement | value |
choreography < collaboration |  | flowElement*
choreographyActivity < flowNode | initiatingParticipantRef! loopType:choreographyLoopType | participantRef+
    correlationKey*
choreographyTask < choreographyActivity |  | messageFlowRef+
collaboration < rootElement | name isClosed:boolean | participant* messageFlow* artifact* conversationNode*
    conversationAssociation* participantAssociation* messageFlowAssociation* correlationKey* choreographyRef*
    conversationLink*
compensateEventDefinition < eventDefinition | waitForCompletion:boolean activityRef |
complexBehaviorDefinition < baseElement |  | condition:formalExpression event?:implicitThrowEvent
complexGateway < gateway | default | activationCondition?:expression
conditionalEventDefinition < eventDefinition |  | condition:expression
conversation < conversationNode |  |
conversationAssociation < baseElement | innerConversationNodeRef! outerConversationNodeRef! |
conversationLink < baseElement | name sourceRef! targetRef! |
conversationNode < baseElement | name | participantRef* messageFlowRef* correlationKey*
correlationKey < baseElement | name | correlationPropertyRef*
correlationProperty < rootElement | name type | correlationPropertyRetrievalExpression+
correlationPropertyBinding < baseElement | correlationPropertyRef! | dataPath:formalExpression
correlationPropertyRetrievalExpression < baseElement | messageRef! | messagePath:formalExpression
correlationSubscription < baseElement | correlationKeyRef! | correlationPropertyBinding*
dataAssociation < baseElement |  | sourceRef* targetRef transformation?:formalExpression assignment*
dataInput < baseElement | name itemSubjectRef isCollection:boolean | dataState?
dataInputAssociation < dataAssociation |  |
dataObject < flowElement | itemSubjectRef isCollection:boolean | dataState?
dataObjectReference < flowElement | itemSubjectRef dataObjectRef | dataState?
dataOutput < baseElement | name itemSubjectRef isCollection:boolean | dataState?
dataOutputAssociation < dataAssociation |  |
dataState < baseElement | name |
dataStore < rootElement | name capacity:integer isUnlimited:boolean itemSubjectRef | dataState?
dataStoreReference < flowElement | itemSubjectRef dataStoreRef | dataState?
definitions < - | id name targetNamespace! expressionLanguage typeLanguage exporter exporterVersion | import*
    extension* rootElement* relationship*
documentation < - | id textFormat |
endEvent < throwEvent |  |
endPoint < rootElement |  |
error < rootElement | name errorCode structureRef |
errorEventDefinition < eventDefinition | errorRef |
escalation < rootElement | name escalationCode structureRef |
escalationEventDefinition < eventDefinition | escalationRef |
event < flowNode |  | property*
eventBasedGateway < gateway | instantiate:boolean eventGatewayType:eventBasedGatewayType |
eventDefinition < rootElement |  |
exclusiveGateway < gateway | default |
expression < baseElementWithMixedContent |  |
extension < - | definition mustUnderstand:boolean | documentation*
extensionElements < - |  |
flowElement < baseElement | name | auditing? monitoring? categoryValueRef*
flowNode < flowElement |  | incoming* outgoing*
formalExpression < expression | language evaluatesToTypeRef |
gateway < flowNode | gatewayDirection:gatewayDirection |
globalBusinessRuleTask < globalTask | implementation |
globalChoreographyTask < choreography | initiatingParticipantRef |
globalConversation < collaboration |  |
globalManualTask < globalTask |  |
globalScriptTask < globalTask | scriptLanguage | script?
globalTask < callableElement |  | resourceRole*
globalUserTask < globalTask | implementation | rendering*
group < artifact | categoryValueRef |
humanPerformer < performer |  |
implicitThrowEvent < throwEvent |  |
import < - | namespace! location! importType! |
inclusiveGateway < gateway | default |
ioBinding < baseElement | operationRef! inputDataRef! outputDataRef! |
ioSpecification < baseElement |  | dataInput* dataOutput* inputSet+ outputSet+
inputSet < baseElement | name | dataInputRefs* optionalInputRefs* whileExecutingInputRefs* outputSetRefs*
interface < rootElement | name! implementationRef | operation+
intermediateCatchEvent < catchEvent |  |
intermediateThrowEvent < throwEvent |  |
itemDefinition < rootElement | structureRef isCollection:boolean itemKind:itemKind |
lane < baseElement | name partitionElementRef | partitionElement?:baseElement flowNodeRef* childLaneSet?:laneSet
laneSet < baseElement | name | lane*
linkEventDefinition < eventDefinition | name! | source* target?
loopCharacteristics < baseElement |  |
manualTask < task |  |
message < rootElement | name itemRef |
messageEventDefinition < eventDefinition | messageRef | operationRef?
messageFlow < baseElement | name sourceRef! targetRef! messageRef |
messageFlowAssociation < baseElement | innerMessageFlowRef! outerMessageFlowRef! |
monitoring < baseElement |  |
multiInstanceLoopCharacteristics < loopCharacteristics | isSequential:boolean behavior:multiInstanceFlowCondition
    oneBehaviorEventRef noneBehaviorEventRef | loopCardinality?:expression loopDataInputRef? loopDataOutputRef?
    inputDataItem?:dataInput outputDataItem?:dataOutput complexBehaviorDefinition* completionCondition?:expression
operation < baseElement | name! implementationRef | inMessageRef outMessageRef? errorRef*
outputSet < baseElement | name | dataOutputRefs* optionalOutputRefs* whileExecutingOutputRefs* inputSetRefs*
parallelGateway < gateway |  |
participant < baseElement | name processRef | interfaceRef* endPointRef* participantMultiplicity?
participantAssociation < baseElement |  | innerParticipantRef outerParticipantRef
participantMultiplicity < baseElement | minimum:integer maximum:integer |
partnerEntity < rootElement | name | participantRef*
partnerRole < rootElement | name | participantRef*
performer < resourceRole |  |
potentialOwner < humanPerformer |  |
process < callableElement | processType:processType isClosed:boolean isExecutable:boolean
    definitionalCollaborationRef | auditing? monitoring? property* laneSet* flowElement* artifact* resourceRole*
    correlationSubscription* supports*
property < baseElement | name itemSubjectRef | dataState?
receiveTask < task | implementation instantiate:boolean messageRef operationRef |
relationship < baseElement | type! direction:relationshipDirection | source+ target+
rendering < baseElement |  |
resource < rootElement | name! | resourceParameter*
resourceAssignmentExpression < baseElement |  | expression
resourceParameter < baseElement | name type isRequired:boolean |
resourceParameterBinding < baseElement | parameterRef! | expression
resourceRole < baseElement | name | resourceRef? resourceParameterBinding* resourceAssignmentExpression?
rootElement < baseElement |  |
script < - |  |
scriptTask < task | scriptFormat | script?
sendTask < task | implementation messageRef operationRef |
sequenceFlow < flowElement | sourceRef! targetRef! isImmediate:boolean | conditionExpression?:expression
serviceTask < task | implementation operationRef |
signal < rootElement | name structureRef |
signalEventDefinition < eventDefinition | signalRef |
standardLoopCharacteristics < loopCharacteristics | testBefore:boolean loopMaximum:integer | loopCondition?:expression
startEvent < catchEvent | isInterrupting:boolean |
subChoreography < choreographyActivity |  | flowElement* artifact*
subConversation < conversationNode |  | conversationNode*
subProcess < activity | triggeredByEvent:boolean | laneSet* flowElement* artifact*
task < activity |  |
terminateEventDefinition < eventDefinition |  |
text < - |  |
textAnnotation < artifact | textFormat | text?
throwEvent < event |  | dataInput* dataInputAssociation* inputSet? eventDefinition* eventDefinitionRef*
timerEventDefinition < eventDefinition |  | timeDate?:expression timeDuration?:expression timeCycle?:expression
transaction < subProcess | method:transactionMethod |
userTask < task | implementation | rendering*
"""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its type (empty for any text) and whether it must be there."""

    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Child:
    """A child: its type and how often it may stand there (``most`` None: any number)."""

    type: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Type:
    """A type with everything it inherits."""

    name: str
    base: str
    attributes: dict[str, Attribute]
    children: dict[str, Child]


_TIMES = {"": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}


def _read(table: str) -> dict[str, Type]:
    lines: list[str] = []
    for line in table.strip("\n").split("\n"):
        if line.startswith(" "):
            lines[-1] += line.rstrip()
        else:
            lines.append(line)
    types = {}
    for line in lines:
        head, attributes, children = (part.strip() for part in line.split("|"))
        name, _, base = (part.strip() for part in head.partition("<"))
        types[name] = Type(name, "" if base == "-" else base, dict(map(_attribute, attributes.split())),
                           dict(map(_child, children.split())))
    return {name: _inherited(one, types) for name, one in types.items()}


def _attribute(word: str) -> tuple[str, Attribute]:
    name, _, kind = word.partition(":")
    return name.rstrip("!"), Attribute(kind, name.endswith("!"))


def _child(word: str) -> tuple[str, Child]:
    name, _, kind = word.partition(":")
    plain = name.rstrip("?*+")
    return plain, Child(kind or plain, *_TIMES[name[len(plain):]])


def _inherited(one: Type, types: dict[str, Type]) -> Type:
    if not one.base:
        return one
    above = _inherited(types[one.base], types)
    return Type(one.name, one.base, above.attributes | one.attributes, above.children | one.children)


GRAMMAR = _read(TYPES)
"""Every type by its name; an element's type has the element's name."""

REFERENCES = frozenset(name for one in GRAMMAR.values() for name, child in one.children.items()
                       if child.type not in GRAMMAR)
"""Children that hold nothing but the id of another element."""


@cache
def is_a(name: str, kind: str) -> bool:
    """Whether the type ``name`` is ``kind`` or inherits from it."""
    while name:
        if name == kind:
            return True
        name = GRAMMAR[name].base if name in GRAMMAR else ""
    return False
