// Several lines at once: what is chosen, which verbs hold for all of it, and what became of each line.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { announce, csrf, icon, say } from './page.js';
import { refresh } from './live.js';

const HEAP = 50;
const picked = new Map();
let anchor = null;

const list = () => document.querySelector('.list-rows');
const bar = () => document.querySelector('[data-bulk]');
const boxes = () => [...document.querySelectorAll('.item:not(.gone) .pick input')];

export function startBulk() {
  if (!bar()) return;
  list().addEventListener('change', (event) => { if (event.target.matches('.pick input')) note(event.target); });
  list().addEventListener('click', (event) => {
    if (event.target.matches('.pick input') && event.shiftKey && anchor) upTo(event.target);
    if (event.target.matches('.pick input')) anchor = event.target.value;
  });
  document.querySelector('[data-picks-all]')?.addEventListener('change', (event) => {
    for (const box of boxes()) { box.checked = event.target.checked; note(box); }
  });
  document.querySelector('[data-picks-none]').addEventListener('click', none);
  bar().addEventListener('submit', ask);
  document.addEventListener('submit', run);
  document.addEventListener('bihuan:list', restore);
}

/** X: choose the line that has the focus or is open; with Shift and J or K the neighbours come along. */
export function toggle(link, on) {
  const box = link?.closest('.item')?.querySelector('.pick input');
  if (!box) return false;
  box.checked = on ?? !box.checked;
  note(box);
  anchor = box.value;
  return true;
}

function upTo(box) {
  const all = boxes();
  const from = all.findIndex((one) => one.value === anchor), to = all.indexOf(box);
  if (from < 0) return;
  for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) { one.checked = box.checked; note(one); }
}

function note(box) {
  const item = box.closest('.item');
  if (box.checked) picked.set(box.value, { ...item.dataset });
  else picked.delete(box.value);
  item.classList.toggle('picked', box.checked);
  show();
}

function none() {
  picked.clear();
  restore();
}

/** After the list was drawn anew: what is still there stays chosen. */
function restore() {
  const there = new Set(boxes().map((box) => box.value));
  for (const task of picked.keys()) if (!there.has(task)) picked.delete(task);
  for (const box of boxes()) {
    box.checked = picked.has(box.value);
    box.closest('.item').classList.toggle('picked', box.checked);
  }
  show();
}

function show() {
  const form = bar(), all = [...picked.values()];
  form.hidden = !all.length;
  document.querySelector('.list')?.classList.toggle('picking', all.length > 0);
  form.querySelector('[data-picked]').textContent = say('picked', { n: all.length });
  for (const button of form.querySelectorAll('[data-needs]')) {
    const why = all.length ? refusal(button.dataset.needs, all) : '';
    button.setAttribute('aria-disabled', why ? 'true' : 'false');
    button.title = why;
  }
  const every = document.querySelector('[data-picks-all]');
  if (every) {
    every.checked = all.length > 0 && all.length === boxes().length;
    every.indeterminate = all.length > 0 && all.length < boxes().length;
  }
}

/** Why a verb does not hold for all that is chosen; empty where it does. */
function refusal(needs, all) {
  const has = (name) => all.filter((one) => name in one).length;
  if (needs === 'free' && has('free') < all.length) return say('bulk-free', { n: all.length - has('free') });
  if (needs === 'taken' && has('free')) return say('bulk-taken', { n: has('free') });
  if (['mine', 'same'].includes(needs) && has('mine') < all.length) return say('bulk-mine', { n: all.length - has('mine') });
  if (needs === 'same' && new Set(all.map((one) => `${one.process}/${one.step}`)).size > 1) return say('bulk-same');
  return '';
}

async function ask(event) {
  event.preventDefault();
  const button = event.submitter;
  if (!button || button.getAttribute('aria-disabled') === 'true') { if (button?.title) announce(button.title); return; }
  const dialog = document.getElementById('bulk');
  const query = new URLSearchParams({ verb: button.value, view: bar().elements.view.value });
  for (const task of picked.keys()) query.append('task', task);
  await htmx.ajax('GET', `${bar().action}?${query}`, { target: '#bulk-body', swap: 'innerHTML' });
  dialog.showModal();
  dialog.querySelector('[data-closes]').focus();
  dialog.querySelector('select, textarea, input:not([type=hidden])')?.focus();
}

async function run(event) {
  const form = event.target;
  if (!form.matches('[data-bulk-run]')) return;
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  const tasks = sent.getAll('task'), wrong = form.querySelector('[data-bulk-wrong]'), bar_ = form.querySelector('[data-bulk-progress]');
  const rows = [];
  for (const button of form.querySelectorAll('.btn')) button.disabled = true;
  bar_.hidden = tasks.length <= HEAP;
  wrong.hidden = true;
  for (let done = 0; done < tasks.length; done += HEAP) {
    sent.delete('task');
    for (const task of tasks.slice(done, done + HEAP)) sent.append('task', task);
    const answer = await fetch(form.action, { method: 'POST', body: sent, credentials: 'same-origin',
      headers: { Accept: 'application/json', 'X-CSRFToken': csrf() } }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok || !told?.rows) {
      wrong.textContent = [told?.sentence, ...(told?.fields || []).map((one) => one.sentence)].filter(Boolean).join(' ') || say('bulk-failed');
      wrong.hidden = false;
      break;
    }
    rows.push(...told.rows);
    bar_.value = done + HEAP;
  }
  for (const button of form.querySelectorAll('.btn')) button.disabled = false;
  if (rows.length) finish(form, rows);
}

/** "成功 11 · 未成功 1：TS-… 已被 李娜 认领"; those that failed stay chosen. */
function finish(form, rows) {
  const failed = rows.filter((one) => !one.ok);
  for (const one of rows) if (one.ok) picked.delete(one.task);
  const words = say(failed.length ? 'bulk-partly' : 'bulk-done', { n: rows.length - failed.length, m: failed.length });
  announce(words);
  const box = document.createElement('div');
  box.className = 'stack';
  box.tabIndex = -1;
  const head = document.createElement('p');
  head.innerHTML = icon(failed.length ? 'alert-triangle' : 'circle-check', failed.length ? 't-late' : 't-ok');
  head.append(' ' + words);
  box.append(head);
  if (failed.length) {
    const lines = document.createElement('ul');
    lines.className = 'bulk-failed';
    for (const one of failed) {
      const line = document.createElement('li');
      const number = document.createElement('b');
      number.textContent = one.number || one.task;
      line.append(number, ' ', one.sentence);
      lines.append(line);
    }
    box.append(lines);
  }
  form.replaceChildren(box);
  box.focus();
  restore();
  refresh(true);
}
