// Entries of the properties panel: a text, a list to choose from, several of a list, a switch.
import {
  CheckboxEntry, NumberFieldEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isNumberFieldEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';

import { the, w } from './told.js';
import { property, holder, setProperty } from './xml.js';

const some = (value) => (value === '' ? undefined : value);

function Text({ element, id, label, get, put, validate, description, placeholder, disabled }) {
  return TextFieldEntry({ element, id, label, description, placeholder, validate, disabled, debounce: useService('debounceInput'),
    getValue: () => get(element) ?? '', setValue: (value, wrong) => { if (!wrong) put(element, some(value?.trim())); } });
}
function Area({ element, id, label, get, put, description, rows }) {
  return TextAreaEntry({ element, id, label, description, rows: rows || 2, autoResize: true, translate: useService('translate'), debounce: useService('debounceInput'),
    getValue: () => get(element) ?? '', setValue: (value) => put(element, some(value)) });
}
function Number_({ element, id, label, get, put, min, max }) {
  return NumberFieldEntry({ element, id, label, min, max, debounce: useService('debounceInput'),
    getValue: () => get(element) ?? '', setValue: (value) => put(element, some(value === undefined ? '' : String(value))) });
}
function Choice({ element, id, label, get, put, options, none, description }) {
  const value = get(element) ?? '';
  return SelectEntry({ element, id, label, description, getValue: () => value, setValue: (one) => put(element, some(one)),
    getOptions: () => withOwn(options(element), value, none) });
}
function Switch({ element, id, label, get, put, description }) {
  return CheckboxEntry({ element, id, label, description, getValue: () => Boolean(get(element)), setValue: (on) => put(element, on) });
}

/** Options, the empty one in front; and what stands there though no list has it, so that it is seen and kept. */
export function withOwn(options, value, none = w('none')) {
  const flat = options.flatMap((one) => one.children || [one]);
  const found = [{ value: '', label: none }, ...options];
  if (value && !flat.some((one) => one.value === value)) found.push({ value, label: w('not-there', { what: value }) });
  return found;
}

export const text = (id, label, get, put, more) => ({ id, label, get, put, component: Text, isEdited: isTextFieldEntryEdited, ...more });
export const area = (id, label, get, put, more) => ({ id, label, get, put, component: Area, isEdited: isTextAreaEntryEdited, ...more });
export const number = (id, label, get, put, more) => ({ id, label, get, put, component: Number_, isEdited: isNumberFieldEntryEdited, ...more });
export const choice = (id, label, get, put, options, more) => ({ id, label, get, put, options, component: Choice, isEdited: isSelectEntryEdited, ...more });
export const toggle = (id, label, get, put, more) => ({ id, label, get, put, component: Switch, isEdited: isCheckboxEntryEdited, ...more });

/** Getter and setter of one of our properties. */
export const ours = (name) => [(element) => property(holder(element), `bihuan:${name}`), (element, value) => setProperty(element, `bihuan:${name}`, value)];

/** Getter and setter of an attribute of the element. */
export const attribute = (name) => [
  (element) => holder(element).get(name),
  (element, value) => {
    const thing = holder(element);
    if (thing === element.businessObject) the.get('modeling').updateProperties(element, { [name]: value });
    else the.get('modeling').updateModdleProperties(element, thing, { [name]: value });
  },
];

/** Several of a list, as chips with a menu to add; kept as text with commas. */
function Several({ element, id, label, get, put, options, description }) {
  const chosen = (get(element) || '').split(',').map((one) => one.trim()).filter(Boolean);
  const all = options(element), flat = all.flatMap((one) => one.children || [one]);
  const free = flat.filter((one) => !chosen.includes(one.value));
  const name = (value) => flat.find((one) => one.value === value)?.label || w('not-there', { what: value });
  const save = (list) => put(element, list.length ? list.join(', ') : undefined);
  return h('div', { class: 'bio-properties-panel-entry', 'data-entry-id': id }, [
    h('label', { class: 'bio-properties-panel-label', for: `several-${id}` }, label),
    chosen.length > 0 && h('ul', { class: 'chips-list' }, chosen.map((one) => h('li', { class: 'chip-on', key: one }, [
      h('span', { class: flat.some((other) => other.value === one) ? '' : 't-late' }, name(one)),
      h('button', { type: 'button', 'aria-label': w('remove', { what: name(one) }), onClick: () => save(chosen.filter((other) => other !== one)) }, '×'),
    ]))),
    h('select', { id: `several-${id}`, class: 'bio-properties-panel-input', value: '', onChange: (event) => {
      if (event.target.value) save([...chosen, event.target.value]);
      event.target.value = '';
    } }, [h('option', { value: '' }, chosen.length ? w('one-more') : w('choose')), ...free.map((one) => h('option', { value: one.value, key: one.value }, one.label))]),
    description && h('div', { class: 'bio-properties-panel-description' }, description),
  ]);
}
export const several = (id, label, get, put, options, more) => ({ id, label, get, put, options, component: Several, ...more });

/** A list to choose from, or an expression: what stands there decides, a button changes over. */
function ChoiceOrFeel(props) {
  const { element, id, get, put, many, feel } = props;
  const value = get(element) || '';
  const [asked, setAsked] = useState(null);
  const formula = asked ?? value.startsWith('=');
  const Shown = formula ? feel.component : many ? Several : Choice;
  return h('div', { class: 'choice-or-feel' }, [
    h(Shown, { ...props, ...(formula ? { ...feel, get, put, label: props.label } : {}), id, key: `${element.id}-${formula}` }),
    h('button', { type: 'button', class: 'btn-link small', onClick: () => {
      if (formula && value) put(element, undefined);
      setAsked(!formula);
    } }, formula ? w('from-list') : w('by-formula')),
  ]);
}
export const choiceOrFeel = (id, label, get, put, options, feel, more) => ({ id, label, get, put, options, feel, component: ChoiceOrFeel, ...more });

/** A sentence, or anything to look at, between the entries. */
export const told = (id, render) => ({ id, component: ({ element }) => render(element) });
