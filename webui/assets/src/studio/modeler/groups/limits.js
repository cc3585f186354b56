// By when, and what staff may do meanwhile.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { h } from '@bpmn-io/properties-panel/preact';

import { lang } from '../../../page.js';
import { choices, chosen, options } from '../choices.js';
import { attribute, choice, ours, told } from '../entries.js';
import { feel } from '../feel_field.js';
import { shown, w } from '../told.js';
import { holder, property } from '../xml.js';

export function deadline(element) {
  if (!is(element, 'bpmn:UserTask')) return null;
  const row = ours('deadline');
  const entries = [choice('deadline', w('deadline'), ...row, () => options('deadlines')), told('deadline-told', (one) => explained(chosen('deadlines', row[0](one))))];
  if (!row[0](element)) entries.push(feel('due', w('due'), ...attribute('camunda:dueDate'), { single: true, expected: 'date and time' }));
  entries.push(feel('priority', w('priority'), ...attribute('camunda:priority'), { single: true }));
  return { id: 'deadline', label: w('group-deadline'), entries, shouldOpen: true };
}

function explained(row) {
  if (!row) return null;
  const role = (key) => shown(chosen('roles', key)?.name) || key;
  const parts = [`${w('limit')}${w('colon')}${row.limit || w('none')}`, `${w('reminder')}${w('colon')}${row.reminder || '80%'}`];
  if (row.escalation.length) parts.push(`${w('escalation')}${w('colon')}${row.escalation.map(role).join(' → ')}`);
  return h('p', { class: 'bio-properties-panel-entry small sec' }, parts.join(lang() === 'zh' ? '；' : '; '));
}

/** Chips of operations: what the step says comes over what its process says. */
export function operations(element) {
  const whole = is(holder(element), 'bpmn:Process');
  if (!whole && !is(element, 'bpmn:UserTask')) return null;
  return { id: 'operations', label: w('group-operations'), shouldOpen: !whole, entries: [{ id: 'operations', component: Operations }] };
}

function process(element) {
  let one = holder(element);
  while (one && !is(one, 'bpmn:Process')) one = one.$parent;
  return one;
}

/** The verbs that a text like "-transfer, +delegate" (or a list of only these) leaves on. */
export function applied(text, on) {
  const parts = (text || '').split(',').map((one) => one.trim()).filter(Boolean);
  if (parts.some((one) => !/^[+-]/.test(one))) return new Set(parts.map((one) => one.replace(/^[+-]/, '')));
  const left = new Set(on);
  for (const one of parts) if (one.startsWith('-')) left.delete(one.slice(1)); else left.add(one.slice(1));
  return left;
}

function Operations({ element }) {
  const all = choices.operations || [], [get, put] = ours('operations');
  const every = new Set(all.map((one) => one.key));
  const whole = is(holder(element), 'bpmn:Process');
  const inherited = whole ? every : applied(property(process(element), 'bihuan:operations'), every);
  const on = applied(get(element), inherited);
  const flip = (key) => {
    const next = new Set(on);
    if (!next.delete(key)) next.add(key);
    const text = [...every].filter((one) => next.has(one) !== inherited.has(one)).map((one) => (next.has(one) ? '+' : '-') + one);
    put(element, text.length ? text.join(', ') : undefined);
  };
  return h('div', { class: 'bio-properties-panel-entry chips', 'data-entry-id': 'operations' }, all.map((one) =>
    h('button', { type: 'button', class: 'chip-flip', 'aria-pressed': String(on.has(one.key)), key: one.key, onClick: () => flip(one.key) }, shown(one.name))));
}
