// The keyboard. Single letters act only outside fields and never while an input method composes; in 我的设置 they can be
// given other letters or switched off (on this device).
import { announce, now, say } from './page.js';
import { toggle } from './bulk.js';

const PLACES = { i: '/inbox', c: '/cases', b: '/board', s: '/studio' };
const KEPT = 'keys';
let leader = 0;

/** What a person has given other letters: usual key → own key. */
let own = {};
const usual = (pressed) => Object.keys(own).find((key) => own[key] === pressed) || (pressed in own ? '' : pressed);
const shownKey = (key) => (own[key] || key).replace('shift-', '⇧').toUpperCase();

export function startKeys() {
  try { own = JSON.parse(localStorage.getItem(KEPT) || '{}'); } catch { own = {}; }
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') return submit(event);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      return document.querySelector('.topbar .search input')?.focus();
    }
    if (event.key === 'Escape') return back(event);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return undefined;
    if (document.documentElement.dataset.letters === 'off') return undefined;
    return letter(event);
  });
  for (const button of document.querySelectorAll('[data-shows-keys]')) button.addEventListener('click', sheet);
}

/** The letters on buttons and in the sheet are those that count here; the settings show and change them. */
export function attachKeys(root) {
  for (const button of root.querySelectorAll('[data-key], [data-row-key]')) {
    const key = button.dataset.key || button.dataset.rowKey;
    const cap = button.querySelector('kbd');
    if (cap && own[key]) cap.textContent = shownKey(key);
  }
  for (const cap of root.querySelectorAll('kbd[data-of]')) if (own[cap.dataset.of]) cap.textContent = shownKey(cap.dataset.of);
  for (const input of root.querySelectorAll('input[data-own-key]')) settings(input, root);
  root.querySelector?.('[data-usual-keys]')?.addEventListener('click', () => {
    own = {};
    localStorage.removeItem(KEPT);
    for (const input of document.querySelectorAll('input[data-own-key]')) input.value = input.dataset.ownKey.toUpperCase();
  });
}

function settings(input, root) {
  input.value = (own[input.dataset.ownKey] || input.dataset.ownKey).toUpperCase();
  input.addEventListener('input', () => {
    const key = input.dataset.ownKey, wanted = input.value.trim().toLowerCase();
    const taken = [...root.querySelectorAll('input[data-own-key]')].some((other) => other !== input && other.value.toLowerCase() === wanted);
    const wrong = wanted && (taken || !/^[a-z0-9]$/.test(wanted));
    input.setAttribute('aria-invalid', wrong ? 'true' : 'false');
    if (wrong) { announce(say('key-taken')); return; }
    if (!wanted || wanted === key) delete own[key];
    else own[key] = wanted;
    localStorage.setItem(KEPT, JSON.stringify(own));
  });
}

function typing(target) {
  return target.isContentEditable || target.closest?.('dialog')
    || (target.matches?.('input, textarea, select') && !['checkbox', 'radio', 'button', 'submit'].includes(target.type));
}

const sheet = () => document.getElementById('keys')?.showModal();

function submit(event) {
  const dialog = document.querySelector('dialog[open]');
  const form = event.target.closest?.('form[data-task]') || document.querySelector('form[data-task]');
  const button = dialog ? dialog.querySelector('form button:not([type=button])') : form?.querySelector('[data-main]') || document.querySelector('[data-main]');
  if (button) { event.preventDefault(); button.click(); }
}

function back(event) {
  if (document.querySelector('dialog[open]')) return;
  const panel = event.target.closest('details[data-narrow][open]');
  if (panel) { panel.open = false; panel.querySelector('summary').focus(); return; }
  const row = document.querySelector('.item[data-open=true] > a');
  if (row && event.target.closest('.pane')) row.focus();
  else if (event.target.matches('input[type=search]')) event.target.blur();
}

function letter(event) {
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (leader && now() - leader < 1500) {
    leader = 0;
    if (PLACES[pressed] && (pressed !== 's' || document.querySelector('a[href="/studio"]'))) { event.preventDefault(); window.location.href = PLACES[pressed]; }
    return;
  }
  if (pressed === '?') { event.preventDefault(); sheet(); return; }
  const key = usual(pressed);
  if (key === 'g') { leader = now(); return; }
  const acts = {
    c: () => { window.location.href = '/start'; },
    j: () => move(1, event.shiftKey), k: () => move(-1, event.shiftKey), x: () => toggle(here()),
    ArrowDown: () => onRow() && move(1, event.shiftKey), ArrowUp: () => onRow() && move(-1, event.shiftKey),
    Enter: () => enter(event), f: () => narrow(),
  };
  if (event.shiftKey && key.length === 1 && !['j', 'k'].includes(key)) {
    if (press(`[data-key="shift-${key}"]`)) event.preventDefault();
    return;
  }
  if (acts[key] ? acts[key]() !== false : onItsRow(key) || press(`[data-key="${CSS.escape(key)}"]`)) event.preventDefault();
}

const rows = () => [...document.querySelectorAll('.item:not(.gone) > a, tr[data-row-link] a[data-row]')];
const onRow = () => Boolean(document.activeElement?.closest('.item, tr[data-row-link]'));
const here = () => document.activeElement?.closest('.item')?.querySelector(':scope > a') || document.querySelector('.item[data-open=true] > a');

/** Go to the next or previous line; in the inbox its task opens beside the list. With Shift the lines are chosen. */
function move(step, choosing) {
  const all = rows();
  if (!all.length) return false;
  let at = all.indexOf(document.activeElement);
  if (at < 0) at = all.findIndex((row) => row.closest('[data-open=true]'));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  if (choosing) {
    if (at >= 0) toggle(all[at], true);
    toggle(next, true);
  }
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
  const wide = window.matchMedia('(min-width: 1101px)').matches;
  if (!choosing && next.hasAttribute('hx-get') && wide && !shown(next) && !coming(next)) next.click();
  return true;
}

function narrow() {
  const panel = document.querySelector('details[data-narrow]');
  if (!panel) return false;
  panel.open = !panel.open;
  panel.querySelector('summary').focus();
  return true;
}

/** A verb of the line itself: mark as read, take back. */
function onItsRow(key) {
  const button = document.activeElement?.closest('.item')?.querySelector(`[data-row-key="${CSS.escape(key)}"]`);
  button?.click();
  return Boolean(button);
}

const idOf = (link) => link.closest('.item')?.dataset.id;
const shown = (link) => document.querySelector('.pane [data-task-id]')?.dataset.taskId === idOf(link);
const coming = (link) => document.querySelector('.pane')?.dataset.loading === idOf(link);

/** From the line into its task: the first field, or the claim button; as soon as it is there. */
function enter(event) {
  const link = event.target.closest?.('.item > a');
  if (!link || !window.matchMedia('(min-width: 1101px)').matches) return false;
  if (coming(link)) {
    document.querySelector('.pane').dataset.enters = 'yes';
    return true;
  }
  return shown(link) && focusTask();
}

/** Put the cursor into the task of the pane. */
export function focusTask() {
  const target = document.querySelector('.pane form[data-task] :is(input, select, textarea):not([type=hidden]):not([readonly]):not(:disabled), .pane [data-main]');
  target?.focus();
  return Boolean(target);
}

function press(selector) {
  const button = document.querySelector(selector);
  if (!button) return false;
  button.click();
  return true;
}
