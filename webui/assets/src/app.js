// What every page needs. Each module attaches itself to what htmx has brought in, so a swapped pane works like a page.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { attachDrafts } from './drafts.js';
import { attachFields } from './fields.js';
import { attachFiles } from './files.js';
import { attachPads } from './signature.js';
import { attachTables } from './rows.js';
import { attachTabs } from './tabs.js';
import { startBulk } from './bulk.js';
import { attachKeys, startKeys } from './keys.js';
import { attachReveals } from './reveal.js';
import { startLive } from './live.js';
import { attachPresence } from './presence.js';
import { attachOperations, startOperations } from './operations.js';
import { attachPhrases } from './phrases.js';
import { ago, due, duration, startTimes, showTimes } from './times.js';
import { csrf, ready } from './page.js';

window.htmx = htmx;
window.bihuan = { ago, due, duration };
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  // The server answers refusals with something to show: they are swapped like any other answer.
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '[45]..', swap: true, error: true },
  ],
});

document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = csrf();
  // A button outside its form (form="…") is not seen by htmx: its name and value say which decision was taken.
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name) event.detail.formData.set(button.name, button.value);
});

function attach(root) {
  attachTabs(root);
  attachTables(root);
  attachFields(root);
  attachFiles(root);
  attachPads(root);
  attachDrafts(root);
  attachDialogs(root);
  attachReveals(root);
  attachOperations(root);
  attachPhrases(root);
  attachPresence(root);
  attachKeys(root);
  showTimes(root);
}

// A form that was sent is not sent again until it is answered.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // What is still on its way (a signature, an attachment) belongs to the form.
  const waits = [];
  form.dispatchEvent(new CustomEvent('settle', { detail: waits }));
  if (waits.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    Promise.allSettled(waits).then(() => form.isConnected && form.requestSubmit(event.submitter));
    return;
  }
  if (form.method === 'post' && !form.matches('[hx-post], [data-bulk-run]')) {
    form.dataset.sent = '1';
    setTimeout(() => delete form.dataset.sent, 10000);
  }
}, true);
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

function attachDialogs(root) {
  for (const button of root.querySelectorAll('[data-opens]')) {
    button.addEventListener('click', () => document.getElementById(button.dataset.opens)?.showModal());
  }
  for (const button of root.querySelectorAll('[data-closes]')) {
    button.addEventListener('click', () => button.closest('dialog')?.close());
  }
  for (const choice of root.querySelectorAll('[data-submits]')) choice.addEventListener('change', () => choice.form.requestSubmit());
  for (const box of root.querySelectorAll('[data-remembers]')) remembered(box, box.dataset.remembers);
  for (const box of root.querySelectorAll('[data-letters]')) remembered(box, 'letters');
  for (const button of root.querySelectorAll('[data-prints]')) button.addEventListener('click', () => window.print());
  for (const toast of root.querySelectorAll('.toast-line[data-leaves]')) {
    let timer = setTimeout(() => toast.remove(), 8000);
    toast.addEventListener('pointerenter', () => clearTimeout(timer));
    toast.addEventListener('pointerleave', () => { timer = setTimeout(() => toast.remove(), 4000); });
  }
}

/** A switch of this person on this device. */
function remembered(box, name) {
  const kept = localStorage.getItem(`switch:${name}`);
  if (kept !== null) box.checked = kept === 'on';
  else if (name === 'letters') box.checked = true;
  box.addEventListener('change', () => {
    localStorage.setItem(`switch:${name}`, box.checked ? 'on' : 'off');
    document.documentElement.dataset[name] = box.checked ? 'on' : 'off';
  });
}

/** After a link from outside the strict cookie comes only with the next request: ask once, then go where it led. */
async function comeBack() {
  const form = document.querySelector('form[data-sign-in]');
  const next = form?.querySelector('[name=next]')?.value;
  if (!next || sessionStorage.getItem('came') === next) return;
  sessionStorage.setItem('came', next);
  const answer = await fetch(form.dataset.signIn, { credentials: 'same-origin' }).catch(() => null);
  if (answer?.ok && (await answer.json()).signed_in) window.location.replace(window.location.href);
}

ready(() => {
  document.documentElement.dataset.letters = localStorage.getItem('switch:letters') || 'on';
  comeBack();
  startKeys();
  attach(document);
  startLive();
  startOperations();
  startBulk();
  startTimes();
  const summary = document.querySelector('[data-focus]');
  summary?.focus();
});
htmx.onLoad((root) => {
  if (root === document.body || !root.querySelectorAll) return;
  attach(root);
  root.querySelector('[data-focus]')?.focus();
  if (root.querySelector('[data-diagram]') || root.matches('[data-diagram]')) loadDiagrams(root);
  if (root.querySelector('[data-chart]')) loadCharts(root);
});

async function loadCharts(root) {
  const { attachCharts } = await import('./charts.js');
  attachCharts(root);
}
ready(() => { if (document.querySelector('[data-chart]')) loadCharts(document); });

// The drawing is heavy: its bundle comes only when a drawing is on the page.
async function loadDiagrams(root) {
  const { attachDiagrams } = await import('./viewer.js');
  attachDiagrams(root);
}
ready(() => { if (document.querySelector('[data-diagram]')) loadDiagrams(document); });
