// The list is exact: every 30 seconds it is asked for again (304 when nothing changed). A line that somebody took is
// struck through, says who, and leaves after five seconds; new lines are announced, never pushed under the cursor.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { announce, icon, say } from './page.js';
import { focusTask } from './keys.js';
import { showTimes } from './times.js';

const EVERY = 30000, GONE = 5000;
let etag = '';
let latest; // what the pane was last asked to show

export function startLive() {
  const list = document.querySelector('[data-live]');
  if (list) {
    etag = list.dataset.etag || '';
    setInterval(() => refresh(), EVERY);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
    document.addEventListener('bihuan:changed', () => refresh(true));
    mark();
  }
  // Which task is on its way into the pane: pressing its line again must not fetch it twice.
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (event.detail.target?.id !== 'pane') return;
    latest = event.detail.xhr;
    const id = event.detail.pathInfo?.requestPath?.match(/\/tasks\/([^/?]+)(\?|$)/)?.[1];
    if (id) event.detail.target.dataset.loading = id;
  });
  // A task that was only looked up comes too late once something else was asked for: it would show what was.
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (target?.id === 'pane' && requestConfig?.verb === 'get' && xhr !== latest) event.detail.shouldSwap = false;
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (event.detail.xhr === latest) delete event.detail.target?.dataset?.loading;
  });
  document.addEventListener('htmx:afterSwap', (event) => {
    mark();
    if (event.detail.target?.closest?.('[data-live]')) document.dispatchEvent(new CustomEvent('bihuan:list'));
    if (event.detail.target?.dataset?.enters) {
      delete event.detail.target.dataset.enters;
      focusTask();
    }
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.item > a[hx-get]');
    // Narrow screens open the task as a page of its own: htmx must not take the click.
    if (link && !window.matchMedia('(min-width: 1101px)').matches) {
      event.preventDefault();
      event.stopPropagation();
      window.location.href = link.href;
    }
  }, true);
  if (list) openFirst(); // last: what is on its way must be known, or a key pressed meanwhile fetches it again
}

/** The line after the one in the pane: where to go on after submitting. */
document.addEventListener('htmx:configRequest', (event) => {
  if (!event.detail.elt.matches('form[data-task]')) return;
  const all = [...document.querySelectorAll('.item:not(.gone)')];
  const here = all.findIndex((item) => item.dataset.open === 'true');
  const next = all[here + 1] || all[here - 1];
  event.detail.formData.set('following', next?.dataset.id || '');
});

/** On a wide screen the first task is open from the start: the clerk came to work on it. */
function openFirst() {
  if (!window.matchMedia('(min-width: 1101px)').matches || document.querySelector('.pane [data-task-id]')) return;
  const link = document.querySelector('.item > a[hx-get]');
  if (link) htmx.ajax('GET', link.getAttribute('hx-get'), { target: '#pane', swap: 'innerHTML' });
}

/** Which line is the one in the pane. */
function mark() {
  const open = document.querySelector('.pane [data-task-id]')?.dataset.taskId;
  for (const item of document.querySelectorAll('.item')) {
    const chosen = item.dataset.id === open;
    item.dataset.open = chosen;
    const link = item.querySelector('a');
    if (chosen) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

export async function refresh(now = false) {
  const list = document.querySelector('[data-live]');
  if (!list || document.hidden) return;
  const had = [...list.querySelectorAll('.item')].map((item) => item.dataset.id);
  const url = new URL(list.dataset.live, window.location.href);
  let answer;
  try {
    answer = await fetch(url, { credentials: 'same-origin', cache: 'no-store',
      headers: { 'If-None-Match': etag, 'X-Had': had.slice(0, 100).join(',') } });
  } catch { return; }
  if (answer.status === 304 || !answer.ok || answer.redirected) return;
  etag = answer.headers.get('ETag') || '';
  const holder = document.createElement('div');
  holder.innerHTML = await answer.text();
  merge(list, holder, had, now);
}

function merge(list, fresh, had, now) {
  const ids = new Set([...fresh.querySelectorAll('.item')].map((item) => item.dataset.id));
  const gone = JSON.parse(fresh.querySelector('[data-gone]')?.textContent || '{}');
  const news = [...ids].filter((id) => !had.includes(id));
  for (const box of fresh.querySelectorAll('[data-count]')) {
    for (const target of document.querySelectorAll(`[data-count="${box.dataset.count}"]`)) target.textContent = box.textContent;
  }
  const total = document.querySelector('[data-total]'), counted = fresh.querySelector('[data-of-total]');
  if (total && counted) total.textContent = counted.textContent;
  let said = '';
  for (const item of list.querySelectorAll('.item')) {
    // Lines of later pages are not asked for again: only what became of them is told.
    if (ids.has(item.dataset.id) || (item.closest('[data-later]') && !gone[item.dataset.id])) continue;
    const sentence = gone[item.dataset.id] || say('row-gone');
    strike(item, sentence);
    warn(item.dataset.id, gone[item.dataset.id]);
    said = sentence;
    if (now) item.remove();
    else setTimeout(() => item.remove(), GONE);
  }
  if (now || !news.length) {
    setTimeout(() => swap(list, fresh), now || !said ? 0 : GONE);
  } else {
    offer(list, fresh, news.length);
    said = [said, say('news', { n: news.length })].filter(Boolean).join(' ');
  }
  if (said) announceSeldom(said);
}

/** A line that left: struck through, with the sentence why, until it goes. */
function strike(item, sentence) {
  item.classList.add('gone');
  const box = item.querySelector('.pick input');
  if (box) box.disabled = true;
  const meta = item.querySelector('.meta');
  if (meta) meta.textContent = sentence;
}

/** The task in the pane has been taken or finished by somebody: say so above the form, which stays. */
function warn(id, sentence) {
  const head = document.querySelector(`.pane [data-task-id="${CSS.escape(id)}"]`);
  if (!sentence || !head || document.querySelector('.pane .overtaken')) return;
  const note = document.createElement('div');
  note.className = 'note risk overtaken';
  note.setAttribute('role', 'alert');
  note.innerHTML = icon('users');
  const words = document.createElement('span');
  words.textContent = `${sentence}${say('overtaken')}`;
  note.append(words);
  document.querySelector('.pane #panel-work')?.prepend(note);
}

/** At most one sentence in 30 seconds is spoken. */
let spoke = -EVERY;
function announceSeldom(sentence) {
  const at = performance.now();
  if (at - spoke < EVERY - 1000) return;
  spoke = at;
  announce(sentence);
}

function offer(list, fresh, count) {
  list.querySelector('.news')?.remove();
  const bar = document.createElement('div');
  bar.className = 'news';
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-line btn-s';
  button.textContent = say('news-show', { n: count });
  button.addEventListener('click', () => { swap(list, fresh); list.querySelector('.item > a')?.focus(); });
  bar.append(button);
  list.prepend(bar);
}

function swap(list, fresh) {
  const focused = document.activeElement?.closest?.('.item')?.dataset.id;
  const rows = fresh.querySelector('[data-rows-of-list]');
  if (!rows) return;
  list.replaceChildren(...rows.cloneNode(true).childNodes);
  htmx.process(list);
  showTimes(list);
  mark();
  document.dispatchEvent(new CustomEvent('bihuan:list'));
  if (focused) list.querySelector(`.item[data-id="${CSS.escape(focused)}"] > a`)?.focus();
}
