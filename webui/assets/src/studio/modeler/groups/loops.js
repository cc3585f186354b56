// What goes in and comes out, and what is done several times.
import { ListGroup } from '@bpmn-io/properties-panel';
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { chosen } from '../choices.js';
import { ours, text, toggle } from '../entries.js';
import { feel } from '../feel_field.js';
import { shown, the, w } from '../told.js';
import { part, set, setPart } from '../xml.js';

export function several(element) {
  const loop = element.businessObject.loopCharacteristics;
  if (!loop || !is(loop, 'bpmn:MultiInstanceLoopCharacteristics')) return null;
  const held = (name) => [() => loop.get(name)?.body, (one, value) => set(one, { [name]: value ? formal(value, loop) : undefined }, loop)];
  const flat = (name) => [() => loop.get(name), (one, value) => set(one, { [name]: value }, loop)];
  return { id: 'several', label: w('group-several'), shouldOpen: true, entries: [
    feel('collection', w('collection'), ...flat('camunda:collection'), { formula: true, single: true }),
    text('element_variable', w('element-variable'), ...flat('camunda:elementVariable')),
    feel('cardinality', w('cardinality'), ...held('loopCardinality'), { single: true }),
    feel('completion', w('completion'), ...held('completionCondition'), { always: true, expected: 'boolean' }),
    text('output_collection', w('output-collection'), ...ours('output_collection')),
    feel('output_element', w('output-element'), ...ours('output_element'), { single: true, literal: true }),
  ] };
}

/** What ends an ad-hoc sub-process. */
export function adHoc(element) {
  if (!is(element, 'bpmn:AdHocSubProcess')) return null;
  const drawing = element.businessObject;
  return { id: 'ad-hoc', label: w('group-ad-hoc'), shouldOpen: true, entries: [
    feel('ad_hoc_completion', w('completion'), () => drawing.completionCondition?.body,
      (one, value) => set(one, { completionCondition: value ? formal(value, drawing) : undefined }), { always: true, expected: 'boolean' }),
    toggle('cancel_remaining', w('cancel-remaining'), () => drawing.get('cancelRemainingInstances'), (one, on) => set(one, { cancelRemainingInstances: on })),
  ] };
}

function formal(body, parent) {
  const made = the.get('bpmnFactory').create('bpmn:FormalExpression', { body });
  made.$parent = parent;
  return made;
}

const carrier = (element) => element.businessObject;
const parameters = (element, side) => part(carrier(element), 'camunda:InputOutput')?.get(side) || [];

/** Replace one list of ``camunda:inputOutput``; without any it goes. */
function keep(element, side, list) {
  const factory = the.get('bpmnFactory'), other = side === 'inputParameters' ? 'outputParameters' : 'inputParameters';
  const rest = parameters(element, other);
  const made = list.length || rest.length ? factory.create('camunda:InputOutput', { [side]: list, [other]: rest }) : null;
  for (const one of [...list, ...rest]) one.$parent = made;
  setPart(element, 'camunda:InputOutput', made);
}

const TYPES = { inputParameters: 'camunda:InputParameter', outputParameters: 'camunda:OutputParameter' };

function put(element, side, name, value, at = parameters(element, side).findIndex((one) => one.name === name)) {
  const list = [...parameters(element, side)];
  const made = value === undefined ? [] : [the.get('bpmnFactory').create(TYPES[side], { name, value })];
  if (at >= 0) list.splice(at, 1, ...made); else list.push(...made);
  keep(element, side, list);
}

/** The inputs that the chosen connector takes, each with a field of its own. */
export function connectorInputs(element) {
  const topic = element.businessObject.get('camunda:topic');
  const known = topic && chosen('connectors', topic);
  if (!known) return null;
  const value = (name) => parameters(element, 'inputParameters').find((one) => one.name === name)?.value;
  return { id: 'connector-inputs', label: w('group-connector-inputs'), shouldOpen: true, entries: known.inputs.map((one) =>
    feel(`in-${one.name}`, shown(one.about) + w('in-brackets', { what: one.name }) + (one.required ? ' *' : ''), () => value(one.name), (to, typed) => put(to, 'inputParameters', one.name, typed),
      {})) };
}

/** Inputs or outputs by name; those of the connector stand in their own group. */
export function mapped(element, side) {
  if (!isAny(element, ['bpmn:Activity', 'bpmn:Event']) || is(element, 'bpmn:StartEvent') && side === 'inputParameters') return null;
  const topic = chosen('connectors', element.businessObject.get('camunda:topic') || '');
  const own = new Set(side === 'inputParameters' ? (topic?.inputs || []).map((one) => one.name) : []);
  const items = parameters(element, side).map((one, at) => ({ one, at })).filter(({ one }) => !own.has(one.name)).map(({ one, at }) => ({
    id: `${side}-${at}`, label: one.name || w('nameless'),
    entries: one.definition
      ? [{ id: `${side}-${at}-kept`, component: () => w('kept-as-is') }]
      : [text(`${side}-${at}-name`, w('variable'), () => one.name, (to, name) => put(to, side, name || '', one.value, at)),
        feel(`${side}-${at}-value`, w('value'), () => one.value, (to, value) => put(to, side, one.name, value ?? '', at))],
    remove: (event) => { event.stopPropagation(); put(element, side, '', undefined, at); },
  }));
  const add = (event) => { event.stopPropagation(); put(element, side, fresh(parameters(element, side)), '', -1); };
  return { id: side, label: w(`group-${side}`), component: ListGroup, items, add };
}

const fresh = (list) => { let n = list.length + 1; while (list.some((one) => one.name === `value_${n}`)) n += 1; return `value_${n}`; };

/** What is handed to a called process, and what is taken back. */
export function handed(element, type) {
  if (!is(element, 'bpmn:CallActivity')) return null;
  const all = () => (element.businessObject.extensionElements?.values || []);
  const mine = all().filter((one) => one.$type === type);
  const change = (given, at) => {
    const made = given ? [the.get('bpmnFactory').create(type, given)] : [];
    const rest = [...all()], place = at === undefined ? rest.length : rest.indexOf(mine[at]);
    rest.splice(place, at === undefined ? 0 : 1, ...made);
    const thing = element.businessObject;
    const extensionElements = rest.length ? the.get('bpmnFactory').create('bpmn:ExtensionElements', { values: rest }) : undefined;
    if (extensionElements) { extensionElements.$parent = thing; for (const one of rest) one.$parent = extensionElements; }
    the.get('modeling').updateProperties(element, { extensionElements });
  };
  const items = mine.map((one, at) => ({
    id: `${type}-${at}`, label: one.variables === 'all' ? w('all-variables') : one.businessKey ? w('business-key') : `${one.source || one.sourceExpression || ''} → ${one.target || ''}`,
    entries: [
      toggle(`${type}-${at}-all`, w('all-variables'), () => one.variables === 'all', (_, on) => change(on ? { variables: 'all' } : { source: '', target: '' }, at)),
      ...(one.variables === 'all' ? [] : [
        feel(`${type}-${at}-source`, w('source'), () => one.sourceExpression || one.source, (_, value) => change({ ...(value?.startsWith('=') ? { sourceExpression: value } : { source: value || '' }), target: one.target }, at), { literal: true, single: true }),
        text(`${type}-${at}-target`, w('target'), () => one.target, (_, target) => change({ ...(one.sourceExpression ? { sourceExpression: one.sourceExpression } : { source: one.source }), target }, at)),
      ]),
    ],
    remove: (event) => { event.stopPropagation(); change(null, at); },
  }));
  return { id: type, label: w(type === 'camunda:In' ? 'group-handed' : 'group-taken'), component: ListGroup, items, add: (event) => { event.stopPropagation(); change({ source: '', target: '' }); } };
}


