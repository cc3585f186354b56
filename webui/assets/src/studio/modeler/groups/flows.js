// Which way: conditions of flows and events, timers, messages with their keys.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { chosen, options } from '../choices.js';
import { choice, ours, text, toggle } from '../entries.js';
import { feel } from '../feel_field.js';
import { the, w } from '../told.js';
import { holder, property, set } from '../xml.js';

const expression = (value, parent) => {
  if (value === undefined || value === '') return undefined;
  const made = the.get('bpmnFactory').create('bpmn:FormalExpression', { body: value });
  made.$parent = parent;
  return made;
};

export function condition(element) {
  if (!is(element, 'bpmn:SequenceFlow')) return null;
  const source = element.businessObject.sourceRef;
  const splits = isAny(source, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway', 'bpmn:Activity']);
  if (!splits) return null;
  const isDefault = source.default === element.businessObject;
  const entries = [toggle('is_default', w('is-default'), () => isDefault, (one, on) => chooseDefault(one, source, on))];
  if (!isDefault) {
    entries.push(feel('condition', w('condition'), (one) => one.businessObject.conditionExpression?.body,
      (one, value) => set(one, { conditionExpression: expression(value, one.businessObject) }), { always: true, expected: 'boolean' }));
  }
  return { id: 'condition', label: w('group-condition'), entries, shouldOpen: true };
}

/** A default flow has no condition: both change in one step of undo. */
function chooseDefault(element, source, on) {
  const registry = the.get('elementRegistry');
  const step = (one, properties) => ({ cmd: 'element.updateProperties', context: { element: one, properties } });
  the.get('commandStack').execute('properties-panel.multi-command-executor', [
    step(registry.get(source.id), { default: on ? element.businessObject : undefined }),
    ...(on && element.businessObject.conditionExpression ? [step(element, { conditionExpression: undefined })] : []),
  ]);
}

const definition = (element, type) => (element.businessObject.eventDefinitions || []).find((one) => is(one, type));
const TIMES = ['timeDuration', 'timeDate', 'timeCycle'];

export function timer(element) {
  const found = definition(element, 'bpmn:TimerEventDefinition');
  if (!found) return null;
  const kind = () => TIMES.find((name) => found.get(name)) || '';
  const change = (one, name, body) => set(one, { ...Object.fromEntries(TIMES.map((other) => [other, undefined])), ...(name ? { [name]: expression(body, found) } : {}) }, found);
  const entries = [choice('timer_kind', w('timer-kind'), kind, (one, name) => change(one, name, found.get(kind())?.body || DEFAULTS[name]),
    () => TIMES.map((value) => ({ value, label: w(`timer-${value}`) })))];
  if (kind()) {
    entries.push(feel('timer_value', w('timer-value'), () => found.get(kind())?.body, (one, body) => change(one, kind(), body ?? DEFAULTS[kind()]),
      { single: true, description: w(`timer-hint-${kind()}`) }));
  }
  if (is(element, 'bpmn:StartEvent')) entries.push(choice('for_each', w('for-each'), ...ours('for_each'), () => eachOf()));
  return { id: 'timer-of', label: w('group-timer'), entries, shouldOpen: true };
}
const DEFAULTS = { timeDuration: 'P1D', timeDate: '=now()', timeCycle: '0 9 * * 1-5' };
const eachOf = () => [...options('roles').map((one) => ({ value: `role:${one.value}`, label: w('each-holder', { role: one.label }) })), { value: 'units:', label: w('each-unit') }];

export function conditional(element) {
  const found = definition(element, 'bpmn:ConditionalEventDefinition');
  if (!found) return null;
  return { id: 'conditional', label: w('group-condition'), shouldOpen: true, entries: [
    feel('event_condition', w('condition'), () => found.condition?.body, (one, value) => set(one, { condition: expression(value, found) }, found), { always: true, expected: 'boolean' })] };
}

export function message(element) {
  const found = definition(element, 'bpmn:MessageEventDefinition') || (isAny(element, ['bpmn:ReceiveTask', 'bpmn:SendTask']) ? element.businessObject : null);
  if (!found) return null;
  const name = () => found.messageRef?.name || '';
  const names = () => {
    const known = options('messages'), drawn = roots('bpmn:Message').map((one) => one.name).filter((one) => one && !known.some((other) => other.value === one));
    return [...known, ...drawn.map((value) => ({ value, label: value }))];
  };
  const entries = [
    choice('message', w('message'), name, (one, value) => set(one, { messageRef: value ? root('bpmn:Message', value) : undefined }, found), names),
    text('message_new', w('message-new'), () => '', (one, value) => value && set(one, { messageRef: root('bpmn:Message', value) }, found)),
  ];
  const keys = new Set(chosen('messages', name())?.keys || []);
  for (const one of listedKeys(element)) keys.add(one);
  if (property(holder(element), 'bihuan:correlation') !== undefined || !keys.size) {
    entries.push(feel('correlation', w('correlation'), ...ours('correlation'), { formula: true, description: w('correlation-hint') }));
  }
  for (const key of keys) entries.push(feel(`key-${key}`, w('message-key', { key }), ...ours(`key:${key}`), { formula: true, single: true }));
  return { id: 'message-of', label: w('group-message'), entries, shouldOpen: true };
}

function listedKeys(element) {
  const found = [];
  for (const part of holder(element).extensionElements?.values || []) {
    for (const one of part.$type === 'camunda:Properties' ? part.values || [] : []) if (one.name?.startsWith('bihuan:key:')) found.push(one.name.slice(11));
  }
  return found;
}

const definitions = () => the.modeler.getDefinitions();
const roots = (type) => definitions().rootElements.filter((one) => is(one, type));

/** The root element of this name, made where there is none. */
function root(type, name) {
  const known = roots(type).find((one) => one.name === name);
  if (known) return known;
  const made = the.get('bpmnFactory').create(type, { name });
  made.$parent = definitions();
  definitions().rootElements.push(made);
  return made;
}
