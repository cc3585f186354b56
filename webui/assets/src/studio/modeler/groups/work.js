// What is done: a form, a decision table, a called process, a connector, a script.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { h } from '@bpmn-io/properties-panel/preact';

import { icon } from '../../../page.js';
import { byPack, choices, chosen, options } from '../choices.js';
import { attribute, choice, choiceOrFeel, ours, text, told as look } from '../entries.js';
import { feel } from '../feel_field.js';
import { shown, told, w } from '../told.js';
import { set } from '../xml.js';

const sign = (name) => h('span', { dangerouslySetInnerHTML: { __html: icon(name) } });

/** A link to what was chosen, where it can be edited. */
const opens = (id, label, address) => look(id, (element) => {
  const found = address(element);
  return found ? h('p', { class: 'opens' }, h('a', { href: found }, [sign('external-link'), ' ', label])) : null;
});
const within = (base, list, key) => {
  const one = chosen(list, key);
  return one ? told.addresses[base] + encodeURIComponent(one.path) : '';
};

export function work(element) {
  for (const [types, make] of WORK) if (types.some((type) => is(element, type))) return make(element);
  return null;
}

function form(element) {
  const key = attribute('camunda:formKey');
  const entries = [choice('form', w('form'), ...key, () => byPack('forms')), opens('form-opens', w('open-form'), (one) => within('form', 'forms', key[0](one)))];
  if (is(element, 'bpmn:UserTask')) entries.push(text('opinion_required', w('opinion-required'), ...ours('opinion_required'), { description: w('opinion-hint') }));
  else entries.push(choice('public', w('public-form'), ...ours('public'), () => byPack('forms'), { description: w('public-hint') }));
  return { id: 'form', label: w('group-form'), entries, shouldOpen: true };
}

/** What may be done with the fields of its form here; changed where the form is. */
export function fields(element) {
  const list = choices.fields?.[element.id];
  if (!list?.length || !is(element, 'bpmn:UserTask')) return null;
  const key = element.businessObject.get('camunda:formKey');
  return { id: 'fields', label: w('group-fields'), entries: [
    look('fields', () => h('ul', { class: 'fields-list' }, list.map((one, at) => h('li', { key: at }, [
      h('span', null, shown(one.name)), h('span', { class: `tag ${LOOKS[one.allowed] || ''}` }, w(`allowed-${one.allowed}`))])))),
    opens('fields-open', w('open-form'), () => { const at = within('form', 'forms', key); return at && `${at}&at=${encodeURIComponent(element.id)}`; }),
  ] };
}
const LOOKS = { edit: 'blue', read: 'grey', hide: '' };

/** How often it was done lately, and how long it took. */
export function recent(element) {
  if (!is(element, 'bpmn:UserTask') || !choices.recent || !Object.keys(choices.recent).length) return null;
  return { id: 'recent', label: w('group-recent'), shouldOpen: true, entries: [
    look('recent', () => h('p', { class: 'bio-properties-panel-entry small sec' }, choices.recent[element.id] || w('recent-none')))] };
}

function decision() {
  const ref = attribute('camunda:decisionRef');
  return { id: 'decision', label: w('group-decision'), shouldOpen: true, entries: [
    choice('decision', w('decision'), ref[0], decide, () => byPack('decisions')),
    opens('decision-opens', w('open-table'), (one) => within('table', 'decisions', ref[0](one))),
    text('result_variable', w('result-variable'), ...attribute('camunda:resultVariable')),
    choice('map_result', w('map-result'), ...attribute('camunda:mapDecisionResult'),
      () => ['singleEntry', 'singleResult', 'collectEntries', 'resultList'].map((value) => ({ value, label: w(`map-${value}`) }))),
  ] };
}

/** A table chosen for the first time: its answer goes into a variable of its name, shaped as such tables answer. */
function decide(element, key) {
  const drawing = element.businessObject, table = chosen('decisions', key);
  const first = table && !drawing.get('camunda:decisionRef') && !drawing.get('camunda:resultVariable');
  set(element, { 'camunda:decisionRef': key, ...(first ? { 'camunda:resultVariable': key.replace(/\W/g, '_'), 'camunda:mapDecisionResult': table.shape } : {}) });
}

function called() {
  const ref = attribute('calledElement'), binding = attribute('camunda:calledElementBinding');
  return { id: 'called', label: w('group-called'), shouldOpen: true, entries: [
    choiceOrFeel('called', w('called'), ...ref, () => byPack('processes'), feel('called', '', null, null, { formula: true, single: true })),
    opens('called-opens', w('open-process'), (one) => within('process', 'processes', ref[0](one))),
    choice('binding', w('binding'), ...binding, () => ['latest', 'versionTag', 'version'].map((value) => ({ value, label: w(`binding-${value}`) }))),
    text('binding_tag', w('binding-versionTag'), ...attribute('camunda:calledElementVersionTag')),
    text('binding_version', w('binding-version'), ...attribute('camunda:calledElementVersion')),
  ] };
}

function connector(element) {
  const [get] = attribute('camunda:topic');
  const put = (one, topic) => set(one, { 'camunda:topic': topic, 'camunda:type': topic ? 'external' : undefined }, carrier(one));
  return { id: 'connector', label: w('group-connector'), shouldOpen: true, entries: [
    choice('topic', w('topic'), (one) => (carrier(one) === one.businessObject ? get(one) : carrier(one).get('camunda:topic')), put, () => options('connectors'),
      { none: is(element, 'bpmn:ServiceTask') ? w('none') : w('topic-none') }),
  ] };
}

/** A throwing message event carries its topic on the event definition, a task on itself. */
const carrier = (element) => element.businessObject.eventDefinitions?.[0] || element.businessObject;

function script() {
  const source = [(one) => one.businessObject.script, (one, value) => set(one, { scriptFormat: 'feel', script: value || '' })];
  return { id: 'script', label: w('group-script'), shouldOpen: true, entries: [
    feel('script', w('script'), ...source, { always: true }),
    text('result_variable', w('result-variable'), ...attribute('camunda:resultVariable')),
  ] };
}

export function register(element) {
  const drawing = element.businessObject;
  const linked = [...(drawing.dataInputAssociations || []), ...(drawing.dataOutputAssociations || [])]
    .flatMap((one) => [...(one.sourceRef || []), one.targetRef]).filter(Boolean);
  if (!linked.some((one) => is(one, 'bpmn:DataStoreReference'))) return null;
  return { id: 'register', label: w('group-register'), shouldOpen: true, entries: [
    choice('register', w('register'), ...ours('register'), () => options('registers')),
    feel('criteria', w('criteria'), ...ours('criteria'), { formula: true }),
  ] };
}

export function state(element) {
  if (!is(element, 'bpmn:FlowNode')) return null;
  return { id: 'state', label: w('group-state'), entries: [choice('case_state', w('case-state'), ...ours('case_state'), () => options('case_states'))] };
}

const WORK = [
  [['bpmn:UserTask', 'bpmn:StartEvent'], form], [['bpmn:BusinessRuleTask'], decision], [['bpmn:CallActivity'], called],
  [['bpmn:ServiceTask', 'bpmn:SendTask'], connector], [['bpmn:ScriptTask'], script],
];

