"""Pairs of drawings for the rules about flows, scopes, events, links, compensation and gateways."""

from __future__ import annotations

from drawings import MESSAGE, SIGNAL, A, B, chain, flow, formal, line, process, sub, timer, when

TWO = '<messageEventDefinition messageRef="m"/>' + timer()
S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
LISTED = ('<startEvent id="s"><outgoing>s_a</outgoing></startEvent><task id="a"><incoming>s_a</incoming>'
          '<outgoing>a_e</outgoing></task><endEvent id="e">{}</endEvent>' + flow("s", "a") + flow("a", "e"))


def split(gateway: str, first: str = "", second: str = "", attributes: str = "") -> str:
    """Start, a gateway, two tasks, a merging gateway, end."""
    return process(
        S + f'<{gateway} id="g"{attributes}/>' + A + B + '<exclusiveGateway id="j"/>' + E + flow("s", "g")
        + flow("g", "a", first) + flow("g", "b", second) + flow("a", "j") + flow("b", "j") + flow("j", "e"))


def boundary(inside: str, *, attributes: str = "", host: str = "a", kind: str = "task", out: bool = True,
             root: str = "", more: str = "") -> str:
    """A boundary event on a task (or sub-process, then filled)."""
    body = sub(host, "", kind=kind) if kind != "task" else f'<task id="{host}"/>'
    leads = '<endEvent id="x"/>' + flow("b", "x") if out else ""
    event = f'<boundaryEvent id="b" attachedToRef="{host}"{attributes}>{inside}</boundaryEvent>'
    return line(body, more=event + leads + more, root=root)


def event_gateway(*targets: str, attributes: str = "", more: str = "", start: bool = True) -> str:
    """An event-based gateway with these targets, each leading to the end."""
    import re
    ids = [re.search(r'id="([^"]+)"', one)[1] for one in targets]
    head = S + flow("s", "g") if start else ""
    return process(head + f'<eventBasedGateway id="g"{attributes}/>' + "".join(targets) + E
                   + "".join(flow("g", one) + flow(one, "e") for one in ids) + more, MESSAGE + SIGNAL)


def handlers(inside: str = "", more: str = "", mark: str = ' isForCompensation="true"') -> str:
    """A task with a compensation boundary event and a handler."""
    return line(A, more='<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
                f'<task id="h"{mark}>{inside}</task>{more}')


def undone(handlers: int) -> str:
    """A sub-process with so many compensation event sub-processes."""
    inside = "".join(f'<subProcess id="h{number}" triggeredByEvent="true">' + chain(
        f'<startEvent id="hs{number}"><compensateEventDefinition/></startEvent>', f'<endEvent id="he{number}"/>')
        + "</subProcess>" for number in range(handlers))
    return line(sub("u", chain('<startEvent id="us"/>', A, '<endEvent id="ue"/>') + inside))


TIE = '<association id="t" sourceRef="c" targetRef="h"/>'
CATCH_T = f'<intermediateCatchEvent id="ct">{timer()}</intermediateCatchEvent>'
CATCH_M = '<intermediateCatchEvent id="cm"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
RECEIVE = '<receiveTask id="r" messageRef="m"/>'
CONDITIONAL = f'<conditionalEventDefinition>{formal("condition", "n > 1")}</conditionalEventDefinition>'


def event_sub(start: str, *, attributes: str = "", more: str = "", flows: str = "", starts: str = "") -> str:
    """A process with an event sub-process whose start holds ``start``."""
    inside = chain(f'<startEvent id="es"{attributes}>{start}</startEvent>', '<endEvent id="ee"/>') + starts
    return line(A, more=f'<subProcess id="ev" triggeredByEvent="true">{more}{inside}</subProcess>{flows}',
                root=MESSAGE + SIGNAL)


def linked(throw: str, catch: str, *, flows: str = "", catch_in: str = "{}") -> str:
    """A link throw and a link catch with these definitions."""
    return process(
        S + f'<intermediateThrowEvent id="lt">{throw}</intermediateThrowEvent>' + flow("s", "lt")
        + catch_in.format(f'<intermediateCatchEvent id="lc">{catch}</intermediateCatchEvent>' + B + E
                          + flow("lc", "b") + flow("b", "e")) + flows)


LINK = '<linkEventDefinition id="{}" name="{}">{}</linkEventDefinition>'
GOOD_LINK = linked(LINK.format("l1", "L", ""), LINK.format("l2", "L", ""))
GOOD_TIMER_BOUNDARY = boundary(timer())
GOOD_EVENTS = event_gateway(CATCH_T, CATCH_M)
GOOD_EVENT_SUB = event_sub(timer())

CASES: dict[str, tuple] = {
    # flows
    "flow_crosses_scope": (process(S + sub("u", A) + E + flow("s", "a") + flow("u", "e")), line(sub("u", ""))),
    "flow_not_listed": (process(LISTED.format("")), process(LISTED.format("<incoming>a_e</incoming>"))),
    "flow_listed_wrongly": (process(LISTED.format("<incoming>a_e</incoming><incoming>s_a</incoming>")),
                            process(LISTED.format("<incoming>a_e</incoming>"))),
    "flow_repeated_listing": (process(LISTED.format("<incoming>a_e</incoming><incoming>a_e</incoming>")),
                              process(LISTED.format("<incoming>a_e</incoming>"))),
    "flow_immediate": (process(S + E + flow("s", "e", attributes=' isImmediate="false"')),
                       process(S + E + flow("s", "e", attributes=' isImmediate="true"'))),
    "flow_condition_alone": (process(S + A + E + flow("s", "a") + flow("a", "e", when("n > 1"))),
                             process(S + A + E + flow("s", "a") + flow("a", "e", when("n > 1")) + B
                                     + flow("a", "b") + flow("b", "e"))),
    "flow_condition_source": (split("parallelGateway", when("n > 1")), split("parallelGateway")),
    "default_not_outgoing": (split("exclusiveGateway", when("n > 1"), attributes=' default="a_j"'),
                             split("exclusiveGateway", when("n > 1"), attributes=' default="g_b"')),
    "default_alone": (process(S + '<task id="a" default="a_e"/>' + E + flow("s", "a") + flow("a", "e")), line(A)),
    "default_condition": (split("exclusiveGateway", when("n > 1"), when("n > 2"), attributes=' default="g_b"'),
                          split("exclusiveGateway", when("n > 1"), attributes=' default="g_b"')),
    # scopes
    "start_without_end": (process(S + A + flow("s", "a")), line(A)),
    "end_without_start": (process(A + E + flow("a", "e")), line(A)),
    "node_without_incoming": (line(A, more=B + flow("b", "e")), line(A)),
    "node_without_outgoing": (line(A, more=B + flow("s", "b")), line(A)),
    "sub_process_content": (
        line(sub("u", chain('<startEvent id="us"/>', '<callChoreography id="k" initiatingParticipantRef="p1">'
                            "<participantRef>p1</participantRef><participantRef>p2</participantRef></callChoreography>",
                            '<endEvent id="ue"/>')), root=(
            '<collaboration id="c"><participant id="p1"/><participant id="p2"/></collaboration>')),
        line(sub("u", ""))),
    "ad_hoc_content": (line(sub("u", chain(A, '<endEvent id="x"/>'), kind="adHocSubProcess")),
                       line(sub("u", A, kind="adHocSubProcess"))),
    "ad_hoc_empty": (line('<adHocSubProcess id="u"/>'), line(sub("u", A, kind="adHocSubProcess"))),
    # events
    "event_trigger": (process(chain('<startEvent id="s"><escalationEventDefinition/></startEvent>', A, E)),
                      process(chain(f'<startEvent id="s">{timer()}</startEvent>', A, E))),
    "parallel_multiple": (line(CATCH_T.replace('id="ct"', 'id="ct" parallelMultiple="true"')), line(CATCH_T)),
    "start_parallel_multiple": (
        process(chain(f'<startEvent id="s" parallelMultiple="true">{TWO}</startEvent>', A, E), MESSAGE),
        process(chain(f'<startEvent id="s">{TWO}</startEvent>', A, E), MESSAGE)),
    "start_incoming": (line(A, more=flow("a", "s")), line(A)),
    "start_outgoing": (line(A, more='<startEvent id="s2"/>'), line(A)),
    "end_outgoing": (line(A, more=flow("e", "a")), line(A)),
    "end_incoming": (line(A, more='<endEvent id="e2"/>'), line(A)),
    "intermediate_incoming": (process(CATCH_T + A + flow("ct", "a")), line(CATCH_T, A)),
    "intermediate_outgoing": (process(A + CATCH_T + flow("a", "ct")), line(A, CATCH_T)),
    "cancel_end_outside": (process(S + '<endEvent id="e"><cancelEventDefinition/></endEvent>' + flow("s", "e")),
                           line(sub("x", chain('<startEvent id="xs"/>', '<endEvent id="xe"><cancelEventDefinition/>'
                                               "</endEvent>"), kind="transaction"))),
    "cancel_boundary_host": (boundary("<cancelEventDefinition/>"), boundary("<cancelEventDefinition/>",
                                                                           kind="transaction")),
    "boundary_scope": (line(sub("u", chain('<startEvent id="us"/>', A, '<endEvent id="ue"/>')),
                            more=f'<boundaryEvent id="b" attachedToRef="a">{timer()}</boundaryEvent>' + flow("b", "e")),
                       GOOD_TIMER_BOUNDARY),
    "boundary_incoming": (boundary(timer(), more=flow("s", "b")), GOOD_TIMER_BOUNDARY),
    "boundary_outgoing": (boundary(timer(), out=False), GOOD_TIMER_BOUNDARY),
    "event_sub_process_flows": (event_sub(timer(), flows=flow("a", "ev")), GOOD_EVENT_SUB),
    "event_sub_process_start": (event_sub(timer(), starts=(
        '<startEvent id="es2"><messageEventDefinition messageRef="m"/></startEvent>' + flow("es2", "ee"))),
        GOOD_EVENT_SUB),
    "event_sub_process_boundary": (event_sub(timer(), flows=(
        f'<boundaryEvent id="b" attachedToRef="ev">{timer().replace("td", "td2")}</boundaryEvent>' + flow("b", "e"))),
        GOOD_EVENT_SUB),
    "event_sub_process_loop": (event_sub(timer(), more=(
        '<multiInstanceLoopCharacteristics>' + formal("loopCardinality", "3") + "</multiInstanceLoopCharacteristics>")),
        GOOD_EVENT_SUB),
    "interrupting_ignored": (process(chain('<startEvent id="s" isInterrupting="false"/>', A, E)), line(A)),
    # links
    "link_without_target": (linked(LINK.format("l1", "L", ""), LINK.format("l2", "M", "")), GOOD_LINK),
    "link_without_source": (linked(LINK.format("l1", "L", ""), LINK.format("l2", "M", "")), GOOD_LINK),
    "link_crosses_scope": (linked(LINK.format("l1", "L", "<target>l2</target>"), LINK.format("l2", "L", ""),
                                  catch_in='<subProcess id="u">{}</subProcess>'), GOOD_LINK),
    "link_two_targets": (linked(LINK.format("l1", "L", ""), LINK.format("l2", "L", ""), flows=(
        '<intermediateCatchEvent id="lc2">' + LINK.format("l3", "L", "") + "</intermediateCatchEvent>"
        + flow("lc2", "b"))), GOOD_LINK),
    "link_inconsistent": (
        linked(LINK.format("l1", "L", "<target>l2</target>"), LINK.format("l2", "L", "<source>l3</source>"), flows=(
            '<intermediateThrowEvent id="lt2">' + LINK.format("l3", "M", "") + "</intermediateThrowEvent>"
            + flow("s", "lt2"))),
        linked(LINK.format("l1", "L", "<target>l2</target>"), LINK.format("l2", "L", "<source>l1</source>"))),
    "link_catch_incoming": (linked(LINK.format("l1", "L", ""), LINK.format("l2", "L", ""), flows=flow("s", "lc")),
                            GOOD_LINK),
    "link_throw_outgoing": (linked(LINK.format("l1", "L", ""), LINK.format("l2", "L", ""), flows=flow("lt", "b")),
                            GOOD_LINK),
    # compensation
    "compensation_no_handler": (handlers(), handlers(more=TIE)),
    "compensation_two_handlers": (handlers(more=TIE + '<task id="h2" isForCompensation="true"/>'
                                           '<association id="t2" sourceRef="c" targetRef="h2"/>'), handlers(more=TIE)),
    "compensation_handler_mark": (handlers(more=TIE, mark=""), handlers(more=TIE)),
    "compensation_handler_scope": (
        line(A, more='<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>' + TIE
             + '<adHocSubProcess id="u"><task id="h" isForCompensation="true"/></adHocSubProcess>'),
        handlers(more=TIE)),
    "compensation_boundary_flow": (handlers(more=TIE + flow("c", "e")), handlers(more=TIE)),
    "compensation_handler_flow": (handlers(more=TIE + flow("h", "e")), handlers(more=TIE)),
    "compensation_handler_boundary": (handlers(more=TIE + (
        '<boundaryEvent id="c2" attachedToRef="h"><compensateEventDefinition/></boundaryEvent>'
        '<task id="h2" isForCompensation="true"/><association id="t2" sourceRef="c2" targetRef="h2"/>')),
        handlers(more=TIE)),
    "compensation_scope": (
        line(sub("u", chain('<startEvent id="us"/>', A, '<endEvent id="ue"/>')),
             '<intermediateThrowEvent id="x"><compensateEventDefinition activityRef="a"/></intermediateThrowEvent>'),
        line(A, '<intermediateThrowEvent id="x"><compensateEventDefinition'
            ' activityRef="a"/></intermediateThrowEvent>')),
    "compensation_sub_processes": (undone(2), undone(1)),
    "compensation_waits": (
        line('<intermediateThrowEvent id="x"><compensateEventDefinition waitForCompletion="false"/>'
             "</intermediateThrowEvent>"),
        line('<intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>')),
    "compensation_unused": (line(A, more='<task id="h" isForCompensation="true"/>'), handlers(more=TIE)),
    # gateways
    "gateway_idle": (line(A, more='<parallelGateway id="g" gatewayDirection="Unspecified"/>' + flow("s", "g")
                          + flow("g", "e")), split("parallelGateway")),
    "gateway_superfluous": (line('<parallelGateway id="g"/>'), split("parallelGateway")),
    "gateway_direction": (split("parallelGateway", attributes=' gatewayDirection="Converging"'),
                          split("parallelGateway", attributes=' gatewayDirection="Diverging"')),
    "event_gateway_outgoing": (event_gateway(CATCH_T), GOOD_EVENTS),
    "event_gateway_target": (event_gateway(CATCH_T, A), GOOD_EVENTS),
    "event_gateway_target_boundary": (event_gateway(CATCH_T, RECEIVE, more=(
        f'<boundaryEvent id="b" attachedToRef="r">{timer().replace("td", "td2")}</boundaryEvent>' + flow("b", "e"))),
        event_gateway(CATCH_T, RECEIVE)),
    "event_gateway_target_incoming": (event_gateway(CATCH_T, CATCH_M, more=flow("s", "cm")), GOOD_EVENTS),
    "event_gateway_mixed": (event_gateway(CATCH_M, RECEIVE), event_gateway(CATCH_T, RECEIVE)),
    "event_gateway_instantiating": (event_gateway(CATCH_M, CATCH_T, attributes=' instantiate="true"'),
                                    event_gateway(CATCH_M, CATCH_T, attributes=' instantiate="true"', start=False)),
    "event_gateway_parallel": (
        event_gateway(CATCH_M, CATCH_M.replace("cm", "cn"), attributes=' eventGatewayType="Parallel"'),
        event_gateway(CATCH_M, CATCH_M.replace("cm", "cn"), start=False,
                      attributes=' eventGatewayType="Parallel" instantiate="true"')),
    "event_gateway_parallel_target": (
        event_gateway(CATCH_M, CATCH_T, start=False, attributes=' eventGatewayType="Parallel" instantiate="true"'),
        event_gateway(CATCH_M, CATCH_M.replace("cm", "cn"), start=False,
                      attributes=' eventGatewayType="Parallel" instantiate="true"')),
}
