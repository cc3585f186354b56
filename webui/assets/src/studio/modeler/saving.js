// Drafts save themselves: two seconds after the last change, and never lost: until the server has a change, this
// device keeps it. Who comes second keeps both.
import { announce } from '../../page.js';
import { ask, later, told, w } from './told.js';
import { drawn } from './xml.js';

const PAUSE = 2000, AGAIN = 10000;
const slot = `studio:${told.draft}:${told.file}`;

/** What this device still holds of the drawing, if anything. */
export function keptHere() {
  try { return JSON.parse(localStorage.getItem(slot)); } catch { return null; }
}

export class Saving {
  constructor(box, saved, onConflict) {
    this.box = box;
    this.onConflict = onConflict;
    this.revision = told.revision;
    this.saved = saved; // as this editor writes it: opening a drawing saves nothing
    this.sending = null;
    this.stopped = false;
    this.soon = later(PAUSE, () => this.save());
    this.retry = later(AGAIN, () => this.save());
    addEventListener('online', () => this.save());
    addEventListener('beforeunload', (event) => { if (this.box.dataset.kept === 'no') event.preventDefault(); });
  }

  /** Something was done to the drawing: not saved until proved otherwise. */
  touched() {
    if (this.stopped) return;
    this.say('soon');
    this.soon();
  }

  /** The drawing changed: keep it here at once, on the server soon. */
  changed(xml) {
    if (this.stopped || xml === this.saved) return;
    this.keep(xml);
    this.say('soon');
    this.soon();
  }

  keep(xml) {
    try { localStorage.setItem(slot, JSON.stringify({ content: xml, revision: this.revision, at: Date.now() })); } catch { /* full: the server has the last one */ }
  }

  forget() { localStorage.removeItem(slot); }

  async save() {
    this.soon.cancel();
    this.retry.cancel();
    if (this.stopped) return;
    while (this.sending) await this.sending;
    const xml = await drawn();
    if (xml === this.saved) { this.forget(); this.say('yes'); return; }
    this.sending = this.send(xml);
    try { await this.sending; } finally { this.sending = null; }
  }

  async send(xml) {
    this.say('now');
    let answer;
    try {
      answer = await ask(told.addresses.file, { content: xml, revision: this.revision }, { method: 'PUT' });
    } catch {
      this.keep(xml);
      this.say('no');
      this.retry();
      return;
    }
    if (answer.ok) {
      this.revision = answer.data.revision;
      this.saved = xml;
      if ((await drawn()) === xml) { this.forget(); this.say('yes'); } else this.soon();
    } else if (answer.status === 409) {
      this.stopped = true;
      this.keep(xml);
      this.say('no', answer.data.error);
      this.onConflict(xml, answer.data.error);
    } else {
      this.keep(xml);
      this.say('no', answer.data.error || w('save-failed'));
      if (answer.status >= 500 || answer.status === 429) this.retry();
    }
  }

  /** What the head of the page shows; ``state``: yes, soon, now, no. */
  say(state, sentence = '') {
    this.box.dataset.kept = state === 'yes' ? 'yes' : 'no';
    if (state === 'soon') return;
    const event = { yes: 'saved', now: 'saving', no: 'unsaved' }[state];
    document.dispatchEvent(new CustomEvent(`bihuan:${event}`, { detail: { path: told.file, revision: this.revision, sentence } }));
    if (state === 'no') announce(sentence || w('save-offline'));
  }
}
