// A field of FEEL: the variables of the process are offered, what is wrong is told while one types, by the engine itself.
import FeelEditor from '@bpmn-io/feel-editor';
import { h } from '@bpmn-io/properties-panel/preact';
import { useEffect, useRef, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { linter } from '@codemirror/lint';
import { EditorView, keymap } from '@codemirror/view';

import { ask, later, the, told, w } from './told.js';
import { choices } from './choices.js';

const PAUSE = 250;

/** What the engine finds wrong with a text: nothing is asked while it is empty or not FEEL. */
async function findings(text, element, expected) {
  if (!text.trim() || !the.editable) return [];
  try {
    const answer = await ask(told.addresses.feel, { text, expected, process: choices.process, names: choices.names });
    return answer.ok ? answer.data.findings : [];
  } catch { return []; }
}

/** The editor's own linter knows syntax only and says it in English: it marks, the engine words. */
function judged(element, expected, tell) {
  return linter(async (view) => {
    const text = view.state.doc.toString();
    const found = await findings(text, element, expected);
    tell(found);
    return found.map(({ line, column, severity, text: message }) => {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
      return { from, to: Math.min(Math.max(from + 1, at.to), at.to), severity: severity === 'hint' ? 'info' : severity, message, own: true };
    });
  }, { delay: PAUSE, markerFilter: (all) => all.filter((one) => one.own || !all.some((other) => other.own)),
    tooltipFilter: (all) => all.map((one) => (one.own ? one : { ...one, message: w('feel-syntax') })) });
}

function Editor({ id, label, element, value, onChange, expected, single }) {
  const box = useRef(null), editor = useRef(null), inside = useRef(value), latest = useRef(onChange);
  latest.current = onChange; // after an import the element is another object
  const [found, tell] = useState([]);
  useEffect(() => {
    const change = later(PAUSE, (text) => { inside.current = text; latest.current(text); });
    editor.current = new FeelEditor({
      container: box.current, value, variables: choices.variables, builtins: choices.functions,
      onChange: change, tooltipContainer: document.getElementById('properties'),
      contentAttributes: { 'aria-label': label, 'aria-describedby': `${id}-wrong`, 'aria-multiline': String(!single) },
      extensions: [judged(element, expected, tell), EditorView.lineWrapping, keymap.of(single ? [{ key: 'Enter', run: () => true }] : [])],
    });
    const offer = () => editor.current.setVariables(choices.variables);
    document.addEventListener('choices', offer);
    return () => { document.removeEventListener('choices', offer); editor.current._cmEditor.destroy(); };
  }, [element.id, id]);
  useEffect(() => {
    if (value !== inside.current) { inside.current = value; editor.current?.setValue(value); }
  }, [value]);
  const worst = found.find((one) => one.severity === 'error') || found[0];
  return h('div', null, [
    h('div', { class: `feel-box ${worst?.severity === 'error' ? 'wrong' : ''}`, ref: box, 'data-feel': id }),
    h('p', { class: `feel-wrong ${worst?.severity === 'error' ? 't-late' : 't-risk'}`, id: `${id}-wrong`, role: 'status' }, worst?.text || ''),
  ]);
}

/** Always FEEL, kept without "=" (conditions); or literal or FEEL, kept with it. */
function Feel({ element, id, label, get, put, expected, always, formula, single, description, literal }) {
  const value = get(element) ?? '';
  const [asked, setAsked] = useState(null);
  const isFeel = always || formula || (asked ?? String(value).startsWith('='));
  const text = String(value).replace(/^=\s?/, '');
  const keep = (typed) => put(element, typed.trim() ? (always && !String(value).startsWith('=') ? typed : `=${typed}`) : undefined);
  return h('div', { class: 'bio-properties-panel-entry feel-entry', 'data-entry-id': id }, [
    h('div', { class: 'feel-head' }, [
      h('span', { class: 'bio-properties-panel-label' }, label),
      !always && !formula && h('button', { type: 'button', class: 'feel-switch', 'aria-pressed': String(isFeel), title: w('feel-switch'), 'aria-label': `${label}${w('colon')}${w('feel-switch')}`, onClick: () => {
        if (isFeel) put(element, text || undefined); else if (text) put(element, `=${literal ? text : JSON.stringify(text)}`);
        setAsked(!isFeel);
      } }, 'FEEL'),
    ]),
    isFeel
      ? h(Editor, { id, label, element, value: text, onChange: keep, expected, single, key: `${element.id}-${id}` })
      : h('input', { type: 'text', class: 'bio-properties-panel-input', 'aria-label': label, value, onInput: later(PAUSE, (event) => put(element, event.target.value || undefined)) }),
    description && h('div', { class: 'bio-properties-panel-description' }, description),
  ]);
}

export const feel = (id, label, get, put, more) => ({ id, label, get, put, component: Feel, ...more });
