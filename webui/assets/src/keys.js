// The keyboard. Single letters act only outside fields and never while an input method composes.
import { now } from './page.js';

const PLACES = { i: '/inbox', c: '/cases', b: '/board' };
let leader = 0;

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') return submit(event);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      return document.querySelector('.search input')?.focus();
    }
    if (event.key === 'Escape') return back(event);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return undefined;
    if (document.documentElement.dataset.letters === 'off') return undefined;
    return letter(event);
  });
  for (const button of document.querySelectorAll('[data-shows-keys]')) button.addEventListener('click', sheet);
}

function typing(target) {
  return target.isContentEditable || target.closest?.('dialog')
    || (target.matches?.('input, textarea, select') && !['checkbox', 'radio', 'button', 'submit'].includes(target.type));
}

const sheet = () => document.getElementById('keys')?.showModal();

function submit(event) {
  const form = event.target.closest?.('form[data-task]') || document.querySelector('form[data-task]');
  const button = form?.querySelector('[data-main]') || document.querySelector('[data-main]');
  if (button) { event.preventDefault(); button.click(); }
}

function back(event) {
  if (document.querySelector('dialog[open]')) return;
  const row = document.querySelector('.item[data-open=true] > a');
  if (row && event.target.closest('.pane')) row.focus();
  else if (event.target.matches('.search input')) event.target.blur();
}

function letter(event) {
  const key = event.shiftKey ? event.key : event.key.toLowerCase();
  if (leader && now() - leader < 1500) {
    leader = 0;
    if (PLACES[key]) { event.preventDefault(); window.location.href = PLACES[key]; }
    return;
  }
  if (key === 'g') { leader = now(); return; }
  if (key === '?') { event.preventDefault(); sheet(); return; }
  if (key === 'c') { event.preventDefault(); window.location.href = '/start'; return; }
  const acts = { j: () => move(1), k: () => move(-1), ArrowDown: () => onRow() && move(1), ArrowUp: () => onRow() && move(-1),
    Enter: () => enter(event), o: () => press('[data-key=o]'), l: () => press('[data-key=l]'), L: () => press('[data-key="shift-l"]') };
  const act = acts[event.shiftKey ? event.key : (event.key.length === 1 ? key : event.key)];
  if (act && act() !== false) event.preventDefault();
}

const rows = () => [...document.querySelectorAll('.item:not(.gone) > a, tr[data-row-link] a[data-row]')];
const onRow = () => Boolean(document.activeElement?.closest('.item, tr[data-row-link]'));

/** Go to the next or previous line; in the inbox its task opens beside the list. */
function move(step) {
  const all = rows();
  if (!all.length) return false;
  let here = all.indexOf(document.activeElement);
  if (here < 0) here = all.findIndex((row) => row.closest('[data-open=true]'));
  const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
  const wide = window.matchMedia('(min-width: 1101px)').matches;
  if (next.hasAttribute('hx-get') && wide && !shown(next) && !coming(next)) next.click();
  return true;
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
