// The files of a draft, for every editor of the studio: read, saved by themselves a moment after the last change, checked.
// Nothing typed is lost: what cannot be saved stays in the page and is tried again; what somebody else overtook can be
// kept as a branch of the draft. Tells the head of the page: bihuan:saving, bihuan:saved, bihuan:unsaved {sentence};
// the head asks with bihuan:flush {waits} before it leaves the page.
import { csrf } from '../page.js';

const WAIT = 700, AGAIN = 5000;
const base = () => document.querySelector('[data-draft]').dataset.base;
const address = (path) => `${base()}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`bihuan:${name}`, { detail }));

/** Ask or tell the server in JSON: `{status, ok, ...answer}`. Throws only where nobody answers. */
export async function ask(url, body, method = 'POST') {
  const answer = await fetch(url, {
    method, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body),
    headers: { 'X-CSRFToken': csrf(), Accept: 'application/json', 'Content-Type': 'application/json', 'X-Requested-With': 'fetch' },
  });
  const told = await answer.json().catch(() => ({}));
  return { ...told, status: answer.status, ok: answer.ok };
}

/** Whether this page may save: the person edits the draft, or nobody does. */
export const editing = () => Boolean(document.querySelector('[data-draft]')?.dataset.editing);

/** `{content, revision, live}` of a file. */
export const readFile = (path) => ask(address(path), undefined, 'GET');

/** Problems of the draft with these unsaved files: `{problems: [{code, severity, file, element, line, text, fixes}]}`. */
export const check = (files = {}) => ask(`${base()}/check`, { files });

/** What the fix with this name makes of the files it was offered for: `{path, content}`; not saved. */
export const mend = (fix, files = {}) => ask(`${base()}/mend`, { fix, files });

/** Keep `files` as a copy of the draft; goes there. */
export async function branch(files) {
  const told = await ask(`${base()}/branch`, { files });
  if (told.ok) window.location.href = told.url;
  return told;
}

/** One file that saves itself. `conflict(answer, content)` is called when somebody else saved or edits meanwhile. */
export class SavedFile {
  constructor(path, { revision = 0, conflict } = {}) {
    Object.assign(this, { path, revision, conflict, pending: null, busy: false, timer: 0, stopped: false });
    window.addEventListener('beforeunload', (event) => { if (this.dirty) event.preventDefault(); });
    window.addEventListener('online', () => this.flush());
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.flush(); });
    document.addEventListener('bihuan:flush', (event) => { if (this.dirty) event.detail.waits.push(this.flush()); });
  }

  get dirty() { return this.pending !== null || this.busy; }

  /** Save `content` a moment from now, or at once. */
  save(content, { now = false } = {}) {
    this.pending = content;
    clearTimeout(this.timer);
    if (now) return this.flush();
    this.timer = setTimeout(() => this.flush(), WAIT);
    return Promise.resolve();
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.pending === null || this.busy || this.stopped) return;
    const content = this.pending;
    this.pending = null;
    this.busy = true;
    tell('saving');
    let told;
    try { told = await ask(address(this.path), { content, revision: this.revision }, 'PUT'); } catch { told = { offline: true }; }
    this.busy = false;
    if (told.ok) {
      this.revision = told.revision;
      tell('saved', { path: this.path, revision: told.revision });
      if (this.pending !== null) await this.flush();
      return;
    }
    this.pending ??= content;
    tell('unsaved', { path: this.path, sentence: told.error || told.sentence || '' });
    if (told.conflict) {
      this.stopped = true;
      this.conflict?.(told, this.pending);
    } else if (told.offline || told.status >= 500) {
      this.timer = setTimeout(() => this.flush(), AGAIN);
    }
  }
}
