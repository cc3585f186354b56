"""Pairs of drawings for the rules about data, messages, collaboration and what every element shares."""

from __future__ import annotations

from drawings import MESSAGE, A, B, chain, file, formal, io, line, process, sub, timer

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
ITEM = '<itemDefinition id="i1" structureRef="xsd:string"/><itemDefinition id="i2" structureRef="xsd:int"/>'
LISTS = '<itemDefinition id="li" structureRef="xsd:string" isCollection="true"/>'
TYPED = '<message id="m" name="M" itemRef="i1"/>'
INTERFACE = ('<interface id="if" name="I"><operation id="op" name="O"><inMessageRef>m</inMessageRef></operation>'
             "</interface>")
TWO_WAY = ('<message id="m2" name="M2" itemRef="i2"/><interface id="if" name="I"><operation id="op" name="O">'
           "<inMessageRef>m</inMessageRef><outMessageRef>m2</outMessageRef></operation></interface>")


def task(inside: str, kind: str = "task", attributes: str = "", *, more: str = "", root: str = ITEM) -> str:
    """A process with one task that holds ``inside``."""
    return line(f'<{kind} id="a"{attributes}>{inside}</{kind}>', more=more, root=root)


def din(key: str = "i", item: str = "i1", attributes: str = "") -> str:
    return f'<dataInput id="{key}"{f" itemSubjectRef={chr(34)}{item}{chr(34)}" if item else ""}{attributes}/>'


def dout(key: str = "o", item: str = "i1", attributes: str = "") -> str:
    return din(key, item, attributes).replace("dataInput", "dataOutput")


def carries(source: str, target: str, kind: str = "Input", inside: str = "") -> str:
    return (f'<data{kind}Association id="as"><sourceRef>{source}</sourceRef><targetRef>{target}</targetRef>{inside}'
            f"</data{kind}Association>")


OBJECT = '<dataObject id="o1" itemSubjectRef="i1"/><dataObjectReference id="r1" dataObjectRef="o1"/>'
OTHER = '<dataObject id="o2" itemSubjectRef="i2"/><dataObjectReference id="r2" dataObjectRef="o2"/>'
GOOD_INPUT = task(io(din()) + carries("r1", "i"), more=OBJECT)
SERVICE = ' camunda:topic="t" operationRef="op"'
GOOD_SERVICE = task(io(din()), "serviceTask", SERVICE, root=ITEM + TYPED + INTERFACE)


def instances(inside: str, attributes: str = "", *, before: str = "", root: str = "", more: str = "") -> str:
    """A multi-instance task."""
    return task(before + f"<multiInstanceLoopCharacteristics{attributes}>{inside}</multiInstanceLoopCharacteristics>",
                root=ITEM + LISTS + root, more=more)


THREE = formal("loopCardinality", "3")
COMPLEX = ('<complexBehaviorDefinition><condition xsi:type="tFormalExpression">true</condition>'
           "<event>{}</event></complexBehaviorDefinition>")
LIST_IN = io('<dataInput id="all" itemSubjectRef="li" isCollection="true"/>')


def sets(inside: str) -> str:
    """A task with data inputs ``i``, ``k``, output ``o`` and these sets."""
    return task("<ioSpecification>" + din() + din("k") + dout() + inside + "</ioSpecification>")


OUT = "<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet>"
BOTH = "<dataInputRefs>i</dataInputRefs><dataInputRefs>k</dataInputRefs>"


def called(callee: str, call: str = "", attributes: str = "", more: str = "") -> str:
    """A call activity and a called global task in one file."""
    return line(f'<callActivity id="a" calledElement="g"{attributes}>{call}</callActivity>',
                root=ITEM + TYPED + INTERFACE + f'<globalTask id="g">{callee}</globalTask>{more}')


BIND = '<ioBinding operationRef="op" inputDataRef="is" outputDataRef="os"/>'
SET_IO = ("<ioSpecification>" + din("gi") + '<inputSet id="is"><dataInputRefs>gi</dataInputRefs></inputSet>'
          '<outputSet id="os"/></ioSpecification>')
BOUND = "<supportedInterfaceRef>if</supportedInterfaceRef>" + SET_IO + BIND


def catch(inside: str, root: str = ITEM + TYPED + INTERFACE, more: str = "") -> str:
    """An intermediate catch event."""
    return line(f'<intermediateCatchEvent id="c">{inside}</intermediateCatchEvent>', root=root, more=more)


OPERATED = '<messageEventDefinition messageRef="m"><operationRef>op</operationRef></messageEventDefinition>'
MI_EVENT = '<signalEventDefinition id="sd" signalRef="sig"/><signal id="sig" name="S"/>'


def pools(flows: str, first: str = "", second: str = "", root: str = MESSAGE) -> str:
    """Two pools with a process each and message flows between them."""
    one = first or chain('<startEvent id="s"/>', '<sendTask id="a" messageRef="m"/>', '<endEvent id="e"/>')
    two = second or chain('<startEvent id="s2"><messageEventDefinition messageRef="m"/></startEvent>',
                          '<task id="b"/>', '<endEvent id="e2"/>')
    return file(f'<collaboration id="c"><participant id="p1" processRef="p"/><participant id="p2" processRef="q"/>'
                f'<participant id="p3"/>{flows}</collaboration><process id="p" isExecutable="true">{one}</process>'
                f'<process id="q" isExecutable="true">{two}</process>{root}')


def tells(source: str, target: str, key: str = "f") -> str:
    return f'<messageFlow id="{key}" sourceRef="{source}" targetRef="{target}"/>'


GOOD_POOLS = pools(tells("a", "s2"))


def talk(inside: str, root: str = "") -> str:
    """A collaboration with two participants and conversations, beside a process."""
    return line(A, root=f'<collaboration id="c"><participant id="p1"/><participant id="p2"/>{inside}</collaboration>'
                + root)


PAIR = "<participantRef>p1</participantRef><participantRef>p2</participantRef>"
GOOD_TALK = talk(f'<conversation id="k">{PAIR}</conversation><conversationLink id="l" sourceRef="p1" targetRef="k"/>')


def choreography(inside: str, attributes: str = "") -> str:
    return line(A, root=f'<choreography id="h"{attributes}><participant id="p1"/><participant id="p2"/>'
                f'<participant id="p3"/><messageFlow id="f" sourceRef="p1" targetRef="p2"/>{inside}</choreography>'
                '<choreography id="h2"/>')


DANCE = ('<choreographyTask id="ct" initiatingParticipantRef="{}">' + PAIR
         + "<messageFlowRef>f</messageFlowRef></choreographyTask>")
GROUND = {"choreography_not_run"}


def lanes(inside: str, more: str = "") -> str:
    return process(f'<laneSet id="ls">{inside}</laneSet>' + chain(S, A, E), more)


KEY = ('<collaboration id="c"><correlationKey id="k"><correlationPropertyRef>{}</correlationPropertyRef>'
       "</correlationKey></collaboration>")
PROPERTY = ('<correlationProperty id="{}" name="n"><correlationPropertyRetrievalExpression messageRef="m">'
            "<messagePath>order</messagePath></correlationPropertyRetrievalExpression></correlationProperty>")
SUBSCRIBE = ('<correlationSubscription id="su" correlationKeyRef="k"><correlationPropertyBinding'
             ' correlationPropertyRef="x"><dataPath>order</dataPath></correlationPropertyBinding>'
             "</correlationSubscription>")
ROLE = '<performer id="ro">{}</performer>'
RESOURCE = ('<resource id="rs" name="R"><resourceParameter id="rp" name="P"/></resource>'
            '<resource id="rs2" name="Q"><resourceParameter id="rq" name="P" isRequired="true"/></resource>')
ASSIGN = ("<resourceAssignmentExpression><formalExpression>x</formalExpression></resourceAssignmentExpression>")
BINDING = ('<resourceParameterBinding parameterRef="{}"><formalExpression>x</formalExpression>'
           "</resourceParameterBinding>")


def thrown(definition: str, root: str) -> str:
    return process(chain(S, A, f'<endEvent id="e">{definition}</endEvent>'), root)


CASES: dict[str, tuple] = {
    # data
    "collection_differs": (task(io('<dataInput id="i" itemSubjectRef="li"/>'), root=LISTS),
                           task(io('<dataInput id="i" itemSubjectRef="li" isCollection="true"/>'), root=LISTS)),
    "data_object_reference": (line(A, more='<dataObject id="o1"/><dataObjectReference id="r1"/>'),
                              line(A, more='<dataObject id="o1"/><dataObjectReference id="r1" dataObjectRef="o1"/>')),
    "data_object_reference_item": (
        line(A, more='<dataObject id="o1"/><dataObjectReference id="r1" dataObjectRef="o1" itemSubjectRef="i1"/>',
             root=ITEM), line(A, more=OBJECT, root=ITEM)),
    "data_object_state": (line(A, more='<dataObject id="o1"><dataState name="new"/></dataObject>'),
                          line(A, more='<dataObject id="o1"/>')),
    "data_object_reference_name": (
        line(A, more='<dataObject id="o1" name="Order"/><dataObjectReference id="r1" dataObjectRef="o1" name="Order">'
             '<dataState name="new"/></dataObjectReference>'),
        line(A, more='<dataObject id="o1" name="Order"/><dataObjectReference id="r1" dataObjectRef="o1"'
             ' name="Order [new]"><dataState name="new"/></dataObjectReference>')),
    "data_store_capacity": (line(A, root='<dataStore id="ds" capacity="3" isUnlimited="true"/>'),
                            line(A, root='<dataStore id="ds" capacity="3" isUnlimited="false"/>')),
    "data_not_visible": (line(sub("u", '<dataObject id="o1"/>' + A), more=(
        '<dataObjectReference id="r1" dataObjectRef="o1"/>')).replace(A, A), line(sub("u", ""), more=(
            '<dataObject id="o1"/><dataObjectReference id="r1" dataObjectRef="o1"/>'))),
    "data_from_elsewhere": (
        line(sub("u", OBJECT + B), '<task id="a">' + io(din()) + carries("r1", "i") + "</task>", root=ITEM),
        GOOD_INPUT),
    "sub_process_data": (line(sub("u", io(din()) + A), root=ITEM), line(sub("u", ""), root=ITEM)),
    "process_input_written": (
        line('<task id="a">' + io("", dout()) + carries("o", "pi", "Output") + "</task>", more="", root=ITEM).replace(
            '<process id="p" isExecutable="true">', '<process id="p" isExecutable="true">' + io(din("pi"))),
        GOOD_INPUT),
    "process_output_read": (
        line('<task id="a">' + io(din()) + carries("po", "i") + "</task>", root=ITEM).replace(
            '<process id="p" isExecutable="true">', '<process id="p" isExecutable="true">' + io("", dout("po"))),
        GOOD_INPUT),
    "association_owner": (
        line('<task id="a">' + io(din()) + carries("r1", "k") + "</task>", '<task id="b">' + io(din("k")) + "</task>",
             more=OBJECT, root=ITEM), GOOD_INPUT),
    "association_types": (task(io(din()) + carries("r2", "i"), more=OTHER),
                          task(io(din()) + carries("r2", "i", inside="<transformation>string(r2)</transformation>"),
                               more=OTHER)),
    "association_sources": (task(io(din()) + carries("r1</sourceRef><sourceRef>r1", "i"), more=OBJECT), GOOD_INPUT),
    "instance_collection": (instances("<loopDataInputRef>o1</loopDataInputRef>", more='<dataObject id="o1"'
                                      ' itemSubjectRef="i1"/>'),
                            instances("<loopDataInputRef>all</loopDataInputRef>", before=LIST_IN)),
    "instance_item": (instances('<loopDataInputRef>all</loopDataInputRef><inputDataItem id="x" itemSubjectRef="li"/>',
                                before=LIST_IN),
                      instances('<loopDataInputRef>all</loopDataInputRef><inputDataItem id="x" itemSubjectRef="i1"/>',
                                before=LIST_IN)),
    "instance_item_type": (
        instances('<loopDataInputRef>all</loopDataInputRef><inputDataItem id="x" itemSubjectRef="i2"/>',
            before=LIST_IN),
        instances('<loopDataInputRef>all</loopDataInputRef><inputDataItem id="x" itemSubjectRef="i1"/>',
                  before=LIST_IN)),
    "instance_input_owner": (
        line(f'<task id="b">{LIST_IN}</task>', '<task id="a"><multiInstanceLoopCharacteristics><loopDataInputRef>all'
             "</loopDataInputRef></multiInstanceLoopCharacteristics></task>", root=LISTS),
        instances("<loopDataInputRef>all</loopDataInputRef>", before=LIST_IN)),
    # sets
    "input_in_no_set": (sets("<inputSet><dataInputRefs>i</dataInputRefs></inputSet>" + OUT),
                        sets(f"<inputSet>{BOTH}</inputSet>" + OUT)),
    "output_in_no_set": (sets(f"<inputSet>{BOTH}</inputSet><outputSet/>"), sets(f"<inputSet>{BOTH}</inputSet>" + OUT)),
    "set_member": (line('<task id="a">' + io(din()).replace("<inputSet>", "<inputSet><dataInputRefs>k</dataInputRefs>")
                        + "</task>", '<task id="b">' + io(din("k")) + "</task>", root=ITEM), task(io(din()))),
    "set_subset": (
        sets("<inputSet><dataInputRefs>i</dataInputRefs><optionalInputRefs>k</optionalInputRefs></inputSet>"
             "<inputSet><dataInputRefs>k</dataInputRefs></inputSet>" + OUT),
        sets(f"<inputSet>{BOTH}<optionalInputRefs>k</optionalInputRefs></inputSet>" + OUT)),
    "set_pairs": (
        sets(f'<inputSet id="is">{BOTH}<outputSetRefs>os</outputSetRefs></inputSet>'
             '<outputSet id="os"><dataOutputRefs>o</dataOutputRefs></outputSet>'),
        sets(f'<inputSet id="is">{BOTH}<outputSetRefs>os</outputSetRefs></inputSet>'
             '<outputSet id="os"><dataOutputRefs>o</dataOutputRefs><inputSetRefs>is</inputSetRefs></outputSet>')),
    "call_data": (called(SET_IO, io(din() + din("k"))), called(SET_IO, io(din()))),
    "interface_unbound": (called("<supportedInterfaceRef>if</supportedInterfaceRef>" + SET_IO, io(din())),
                          called(BOUND, io(din()))),
    "binding_operation": (called(SET_IO + BIND, io(din())), called(BOUND, io(din()))),
    "binding_sets": (called(BOUND, io(din()).replace("<inputSet>", '<inputSet id="other">')).replace(
        'inputDataRef="is"', 'inputDataRef="other"'), called(BOUND, io(din()))),
    "binding_types": (called(BOUND.replace('id="gi" itemSubjectRef="i1"', 'id="gi" itemSubjectRef="i2"'),
                             io(din(item="i2"))), called(BOUND, io(din()))),
    # messages
    "message_missing": (catch("<messageEventDefinition/>"), catch(OPERATED)),
    "message_operation": (catch('<messageEventDefinition messageRef="m"/>'), catch(OPERATED)),
    "operation_message": (catch(OPERATED.replace('"m"', '"n"'), ITEM + TYPED + INTERFACE
        + '<message id="n" name="N"/>'),
                          catch(OPERATED)),
    "service_data": (task("", "serviceTask", SERVICE, root=ITEM + TYPED + INTERFACE), GOOD_SERVICE),
    "service_sets": (task(io(din(), dout(item="i2")).replace("</ioSpecification>", "<outputSet/></ioSpecification>"),
                          "serviceTask", SERVICE, root=ITEM + TYPED + TWO_WAY),
                     task(io(din(), dout(item="i2")), "serviceTask", SERVICE, root=ITEM + TYPED + TWO_WAY)),
    "message_task_data": (task(io(din() + din("k")), "sendTask", ' messageRef="m"', root=ITEM + TYPED),
                          task(io(din()), "sendTask", ' messageRef="m"', root=ITEM + TYPED)),
    "message_task_type": (task(io("", dout(item="i2")), "receiveTask", ' messageRef="m"', root=ITEM + TYPED),
                          task(io("", dout()), "receiveTask", ' messageRef="m"', root=ITEM + TYPED)),
    "event_data_count": (
        catch(dout() + dout("k") + "<outputSet><dataOutputRefs>o</dataOutputRefs><dataOutputRefs>k</dataOutputRefs>"
              "</outputSet>" + OPERATED),
        catch(dout() + "<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet>" + OPERATED)),
    "event_data_type": (
        catch(dout(item="i2") + "<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet>" + OPERATED),
        catch(dout() + "<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet>" + OPERATED)),
    # collaboration
    "multiplicity": (talk('<participant id="p4"><participantMultiplicity minimum="3" maximum="2"/></participant>'),
                     talk('<participant id="p4"><participantMultiplicity minimum="2" maximum="3"/></participant>')),
    "message_flow_pool": (pools(tells("a", "p1")), GOOD_POOLS),
    "message_flow_source": (pools(tells("s2", "p1")), GOOD_POOLS),
    "message_flow_target": (pools(tells("a", "e2")), GOOD_POOLS),
    "message_flow_trigger": (pools(tells("p3", "s")), GOOD_POOLS),
    "message_flow_none": (pools(tells("p3", "s")).replace('isExecutable="true"', 'isExecutable="false"'), GOOD_POOLS),
    "message_flow_both": (
        pools(tells("cm", "p2", "f1") + tells("p2", "cm", "f2"), chain(
            S, '<intermediateThrowEvent id="cm"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>', E)),
        GOOD_POOLS),
    "pool_shared": (pools('<participant id="p4" processRef="p"/>'), GOOD_POOLS),
    "conversation_link": (talk('<conversationLink id="l" sourceRef="p1" targetRef="p2"/>'), GOOD_TALK),
    "conversation_participants": (talk('<conversation id="k"><participantRef>p1</participantRef></conversation>'),
                                  GOOD_TALK),
    "call_conversation": (talk(f'<callConversation id="k">{PAIR}</callConversation>'),
                          talk(f'<callConversation id="k" calledCollaborationRef="gc">{PAIR}</callConversation>',
                               '<globalConversation id="gc"/>')),
    "global_conversation_content": (
        talk("", '<globalConversation id="gc"><participant id="x1"/><participant id="x2"/><subConversation id="sc">'
             "<participantRef>x1</participantRef><participantRef>x2</participantRef></subConversation>"
             "</globalConversation>"), talk("", '<globalConversation id="gc"/>')),
    "choreography_reference": (choreography("<choreographyRef>h2</choreographyRef>"), choreography(""), GROUND),
    "choreography_initiator": (choreography(DANCE.format("p3")), choreography(DANCE.format("p1")), GROUND),
    "choreography_not_run": (choreography(""), line(A)),
    # what all elements share
    "text_format": (line('<task id="a"><documentation textFormat="nonsense">x</documentation></task>'),
                    line('<task id="a"><documentation textFormat="text/html">x</documentation></task>')),
    "must_understand": (line(A, root="").replace("<process", '<extension definition="t:x"'
        ' mustUnderstand="true"/><process', 1),
                        line(A).replace("<process", '<extension definition="t:x" mustUnderstand="false"/><process', 1)),
    "error_code": (thrown('<errorEventDefinition errorRef="er"/>', '<error id="er" name="x"/>'),
                   thrown('<errorEventDefinition errorRef="er"/>', '<error id="er" errorCode="X"/>')),
    "escalation_code": (thrown('<escalationEventDefinition escalationRef="er"/>', '<escalation id="er" name="x"/>'),
                        thrown('<escalationEventDefinition escalationRef="er"/>',
                               '<escalation id="er" escalationCode="X"/>')),
    "signal_missing": (thrown("<signalEventDefinition/>", ""),
                       thrown('<signalEventDefinition signalRef="g"/>', '<signal id="g" name="G"/>')),
    "duplicate_code": (line(A, root='<error id="e1" errorCode="X"/><error id="e2" errorCode="X"/>'),
                       line(A, root='<error id="e1" errorCode="X"/><error id="e2" errorCode="Y"/>')),
    "lane_member": (lanes('<lane id="l1"><flowNodeRef>z</flowNodeRef></lane>',
        '<process id="q"><task id="z"/></process>'),
                    lanes('<lane id="l1"><flowNodeRef>a</flowNodeRef></lane>')),
    "lane_twice": (lanes('<lane id="l1"><flowNodeRef>a</flowNodeRef></lane><lane'
        ' id="l2"><flowNodeRef>a</flowNodeRef></lane>'),
                   lanes('<lane id="l1"><flowNodeRef>a</flowNodeRef><childLaneSet id="cl"><lane id="l2"><flowNodeRef>a'
                         "</flowNodeRef></lane></childLaneSet></lane>")),
    "lane_partition": (lanes('<lane id="l1" partitionElementRef="a"><partitionElement id="pe"/></lane>'),
                       lanes('<lane id="l1"><partitionElement id="pe"/></lane>')),
    "correlation_binding": (
        process(chain(S, A, E) + SUBSCRIBE, KEY.format("y") + MESSAGE + PROPERTY.format("x") + PROPERTY.format("y")),
        process(chain(S, A, E) + SUBSCRIBE, KEY.format("x") + MESSAGE + PROPERTY.format("x"))),
    "correlation_key_empty": (line(A, root='<collaboration id="c"><correlationKey id="k"/></collaboration>'),
                              line(A, root=KEY.format("x") + MESSAGE + PROPERTY.format("x"))),
    "public_executable": (process(chain(S, A, E), attributes=' isExecutable="true" processType="Public"'),
                          process(chain(S, A, E), attributes=' isExecutable="true" processType="Private"')),
    "nothing_executable": (process(chain(S, A, E), attributes=' isExecutable="false"'), line(A)),
    # activities
    "start_quantity": (task("", attributes=' startQuantity="0"'), task("", attributes=' startQuantity="2"')),
    "completion_quantity": (task("", attributes=' completionQuantity="-1"'), task("",
        attributes=' completionQuantity="2"')),
    "two_loops": (task("<standardLoopCharacteristics/><multiInstanceLoopCharacteristics>" + THREE
                       + "</multiInstanceLoopCharacteristics>"), instances(THREE)),
    "loop_maximum": (task('<standardLoopCharacteristics loopMaximum="-1"/>'),
                     task('<standardLoopCharacteristics loopMaximum="3"/>')),
    "loop_without_end": (task("<standardLoopCharacteristics/>"),
                         task('<standardLoopCharacteristics loopMaximum="3"/>')),
    "loop_cardinality": (instances(formal("loopCardinality", "-3")), instances(THREE)),
    "multi_instance_count": (instances(""), instances("", ' camunda:collection="list"')),
    "multi_instance_behavior": (instances(THREE, ' behavior="None"'),
                                instances(THREE, ' behavior="None" noneBehaviorEventRef="sd"', root=MI_EVENT)),
    "multi_instance_event": (
        instances(THREE, ' behavior="None" noneBehaviorEventRef="td"', root=timer()),
        instances(THREE, ' behavior="None" noneBehaviorEventRef="sd"', root=MI_EVENT)),
    "implicit_throw": (
        instances(THREE + COMPLEX.format(timer()), ' behavior="Complex"'),
        instances(THREE + COMPLEX.format('<signalEventDefinition signalRef="sig"/>'), ' behavior="Complex"',
                  root='<signal id="sig" name="S"/>')),
    "sub_process_kind": (line(A, more=sub("u", B, ' triggeredByEvent="true"', "adHocSubProcess")),
                         line(A, sub("u", B, kind="adHocSubProcess"))),
    "receive_instantiate": (line(B, '<receiveTask id="a" messageRef="m" instantiate="true"/>', root=MESSAGE),
                            process(chain('<receiveTask id="a" messageRef="m" instantiate="true"/>', E), MESSAGE)),
    "resource_role": (task(ROLE.format("<resourceRef>rs</resourceRef>" + ASSIGN), root=RESOURCE),
                      task(ROLE.format(ASSIGN), root=RESOURCE)),
    "resource_binding_alone": (
        task(ROLE.format(BINDING.format("rp")), root=RESOURCE),
        task(ROLE.format("<resourceRef>rs</resourceRef>" + BINDING.format("rp")), root=RESOURCE)),
    "resource_parameter": (task(ROLE.format("<resourceRef>rs</resourceRef>" + BINDING.format("rq")), root=RESOURCE),
                           task(ROLE.format("<resourceRef>rs</resourceRef>" + BINDING.format("rp")), root=RESOURCE)),
    "resource_parameter_required": (task(ROLE.format("<resourceRef>rs2</resourceRef>"), root=RESOURCE),
                                    task(ROLE.format("<resourceRef>rs2</resourceRef>" + BINDING.format("rq")),
                                         root=RESOURCE)),
    "call_without_element": (line('<callActivity id="a"/>'), line('<callActivity id="a" calledElement="other"/>')),
    "calls_itself": (line('<callActivity id="a" calledElement="p"/>'),
        line('<callActivity id="a" calledElement="q"/>')),
}
