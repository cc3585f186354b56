// Who does it: roles, somebody in particular, how it is distributed, who signs jointly.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { options } from '../choices.js';
import { attribute, choice, choiceOrFeel, number, ours, several, text } from '../entries.js';
import { feel } from '../feel_field.js';
import { w } from '../told.js';
import { holder, property, set, setProperty } from '../xml.js';

const formula = (id) => feel(id, '', null, null, { formula: true });

/** ``camunda:candidateGroups`` comes before ``bihuan:role``: whichever stands there is changed. */
const ROLE = [
  (element) => element.businessObject.get('camunda:candidateGroups') || property(holder(element), 'bihuan:role'),
  (element, value) => (element.businessObject.get('camunda:candidateGroups')
    ? set(element, { 'camunda:candidateGroups': value }) : setProperty(element, 'bihuan:role', value)),
];

export function people(element) {
  const lane = is(element, 'bpmn:Lane');
  if (!lane && !is(element, 'bpmn:UserTask')) return null;
  const role = lane ? ours('role') : ROLE;
  const entries = [choiceOrFeel('role', w('roles'), ...role, () => options('roles'), formula('role'),
    { many: true, description: lane ? w('role-of-lane') : laneRole(element) })];
  if (!lane) entries.push(feel('assignee', w('assignee'), ...attribute('camunda:assignee'), { single: true, description: w('assignee-hint') }));
  return { id: 'people', label: w('group-people'), entries, shouldOpen: true };
}

/** The role that the lanes around give, said where the step has none of its own. */
function laneRole(element) {
  if (ROLE[0](element)) return '';
  const lanes = element.businessObject.lanes || [];
  for (const lane of [...lanes].reverse()) {
    for (let one = lane; one && is(one, 'bpmn:Lane'); one = one.$parent?.$parent) {
      const role = property(one, 'bihuan:role');
      if (role) return w('role-from-lane', { role: options('roles').find((known) => known.value === role)?.label || role });
    }
  }
  return '';
}

const rule = (name, values) => () => values.map((value) => ({ value, label: w(`${name}-${value.replace(':', '-')}`) }));

export function distribution(element) {
  if (!is(element, 'bpmn:UserTask') && !is(element, 'bpmn:Lane') && !is(holder(element), 'bpmn:Process')) return null;
  const entries = [
    choice('distribute', w('distribute'), ...ours('distribute'), rule('distribute', ['claim', 'round_robin', 'least_loaded'])),
    number('work_limit', w('work-limit'), ...ours('work_limit'), { min: 1 }),
    choice('nobody', w('nobody'), ...ours('nobody'), rule('nobody', ['supervisor', 'starter', 'incident'])),
    choice('starter_is_approver', w('starter-is-approver'), ...ours('starter_is_approver'), rule('approver', ['self', 'leader', 'skip:approve'])),
    choice('same_person', w('same-person'), ...ours('same_person'), rule('same', ['ask', 'skip', 'skip:approve'])),
  ];
  if (is(element, 'bpmn:UserTask')) {
    entries.push(feel('sign_people', w('sign-people'), ...ours('sign_people'), { single: true, description: w('sign-people-hint') }),
      choice('sign_rule', w('sign-rule'), ...ours('sign_rule'), rule('sign', ['all', 'any', 'sequential', 'ratio:0.6', 'weight:0.5'])));
  }
  return { id: 'distribution', label: w('group-distribution'), entries };
}

/** Who may start the process by hand: not said, nobody, or some roles. */
export function starting(element) {
  if (!is(holder(element), 'bpmn:Process')) return null;
  const [get, put] = ours('startable_by');
  const state = (one) => (get(one) === undefined ? '' : get(one) === '' ? 'nobody' : 'roles');
  const entries = [choice('starts', w('starts'), state, (one, value) => put(one, value === 'nobody' ? '' : value ? options('roles')[0]?.value : undefined),
    () => [{ value: 'roles', label: w('starts-roles') }, { value: 'nobody', label: w('starts-nobody') }], { none: w('starts-first') })];
  if (state(element) === 'roles') entries.push(several('startable_by', w('roles'), get, (one, value) => put(one, value || ''), () => options('roles')));
  entries.push(text('number_prefix', w('number-prefix'), ...ours('number_prefix')), text('version_tag', w('version-tag'), ...attribute('camunda:versionTag')));
  return { id: 'starting', label: w('group-starting'), entries, shouldOpen: true };
}
