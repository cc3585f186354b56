// What the server wrote into the page of a drawing: addresses, content, lists to choose from, words.
import { lang, send } from '../../page.js';

const box = document.getElementById('drawing');
export const told = box ? JSON.parse(box.textContent) : { words: {}, choices: {} };

/** A sentence of the modeler by its key, with {parts} filled in. */
export function w(key, parts = {}) {
  return (told.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? '');
}

/** A text in both languages ({zh, en}) as the reader reads it. */
export const shown = (text) => (typeof text === 'string' ? text : text?.[lang()] || text?.zh || text?.en || '');

/** POST or PUT of JSON; the answer with its data. Without a network there is none. */
export async function ask(url, body, options = {}) {
  const answer = await send(url, JSON.stringify(body), { ...options, headers: { 'Content-Type': 'application/json' } });
  const data = (answer.headers.get('Content-Type') || '').includes('json') ? await answer.json() : {};
  return { ok: answer.ok, status: answer.status, data };
}

/** The modeler of the page and its services; set when it is made. */
export const the = { modeler: null, get: (name) => the.modeler.get(name) };

/** Only the newest of several calls within ``pause`` milliseconds is made. */
export function later(pause, run) {
  let timer;
  const call = (...given) => { clearTimeout(timer); timer = setTimeout(run, pause, ...given); };
  call.cancel = () => clearTimeout(timer);
  return call;
}
