// What one may choose: roles, forms, tables … of the draft, and the variables of the process, as the server knows them.
import { ask, later, shown, the, told, w } from './told.js';

const PAUSE = 600;

/** Filled by the server with the page, and again after a change. */
export const choices = { ...told.choices, functions: [], names: [], variables: [] };

const named = (list) => (list || []).map((one) => ({ value: one.key, label: label(one) }));
const label = (one) => (shown(one.name) && shown(one.name) !== one.key ? shown(one.name) + w('in-brackets', { what: one.key }) : one.key);

export const options = (what) => named(choices[what]);
export const chosen = (what, key) => (choices[what] || []).find((one) => one.key === key);

/** The same by pack, the pack of this process first. */
export function byPack(what) {
  const packs = new Map();
  for (const one of choices[what] || []) packs.set(one.pack, [...(packs.get(one.pack) || []), one]);
  return [...packs].map(([pack, list]) => ({ label: shown(choices.packs?.[pack]) || pack || w('shared'), children: named(list) }));
}

function take(found) {
  Object.assign(choices, found);
  choices.variables = (found.variables || choices.variables).map(variable);
  choices.names = choices.variables.map((one) => one.name);
  choices.functions = (found.functions || choices.functions).map((one) => ({ ...one, type: 'function' }));
}

function variable({ name, kind, from, entries, list }) {
  return { name, detail: kind, info: shown(from), isList: list, entries: (entries || []).map(variable) };
}

/** Ask again: forms chosen, results named and mappings drawn change what expressions may use. */
let asked = told.content;
export const refresh = later(PAUSE, async (xml) => {
  if (xml === asked) return;
  asked = xml;
  const answer = await ask(told.addresses.choices, { content: xml, path: told.file }).catch(() => null);
  if (!answer?.ok) return;
  take(answer.data);
  document.dispatchEvent(new CustomEvent('choices'));
});

take(told.choices || {});

/** How steps did lately: asked once, after the drawing is there. */
export async function learnRecent() {
  const answer = await fetch(told.addresses.recent, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok) return;
  choices.recent = await answer.json();
  document.dispatchEvent(new CustomEvent('choices'));
}
