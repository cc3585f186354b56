// Of a process: what lists show of its cases, and which variables come from outside.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { options } from '../choices.js';
import { ours, several, text } from '../entries.js';
import { feel } from '../feel_field.js';
import { w } from '../told.js';
import { holder } from '../xml.js';

export function listed(element) {
  if (!is(holder(element), 'bpmn:Process')) return null;
  const fact = (name, label) => feel(name, w(label), ...ours(name), { formula: true, single: true });
  return { id: 'listed', label: w('group-listed'), entries: [
    fact('customer', 'customer'), fact('phone', 'phone'), fact('severity', 'severity'), fact('gist', 'gist'), fact('promised_at', 'promised-at'),
    several('search', w('search-fields'), ...ours('search'), () => options('search')),
    text('variables', w('outside-variables'), ...ours('variables'), { description: w('outside-hint') }),
  ] };
}
