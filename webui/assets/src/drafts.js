// What was typed is kept: on the server two seconds after the last key, on this device while there is no network.
import { announce, icon, lang, say, send } from './page.js';
import { applyAnswers } from './fields.js';

const WAIT = 2000;

export function attachDrafts(root) {
  for (const form of root.querySelectorAll('form[data-draft]')) new Draft(form);
}

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.draft;
    this.box = form.querySelector('[data-saved]') || document.querySelector('[data-saved]');
    this.kept = `draft:${this.url}`;
    this.last = this.text();
    form.addEventListener('input', () => this.soon());
    form.addEventListener('change', () => this.soon(300));
    form.addEventListener('focusout', () => this.changed() && this.soon(300));
    form.addEventListener('submit', () => { clearTimeout(this.timer); this.sent = true; });
    form.addEventListener('htmx:afterRequest', (event) => {
      if (event.detail.elt === form) this.sent = false;
    });
    form.draft = this;
    this.restore();
    this.back = () => (this.form.isConnected ? this.save() : window.removeEventListener('online', this.back));
    window.addEventListener('online', this.back);
  }

  text() {
    const data = new FormData(this.form);
    data.delete('csrf_token');
    data.delete('once');
    return new URLSearchParams([...data].filter(([, value]) => typeof value === 'string')).toString();
  }

  changed() { return this.text() !== this.last; }

  soon(wait = WAIT) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    if (this.sent || !this.changed() || !this.form.isConnected) return;
    const text = this.text();
    try {
      const answer = await send(this.url, text, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
      if (!answer.ok) { this.refused(answer); return; }
      const told = await answer.json();
      this.last = text;
      localStorage.removeItem(this.kept);
      this.show('cloud-check', say('draft-saved', { at: told.at }), false);
      if (told.fields) applyAnswers(this.form, told.fields);
      document.body.dispatchEvent(new CustomEvent('bihuan:drafted'));
    } catch {
      localStorage.setItem(this.kept, text);
      this.show('cloud-off', say('offline'), true);
      announce(say('offline'));
    }
  }

  async refused(answer) {
    let told = {};
    try { told = await answer.json(); } catch { /* a page instead of an answer */ }
    localStorage.setItem(this.kept, this.text());
    this.show('alert-circle', told.sentence || say('draft-failed'), true);
  }

  /** Bring back what this device kept while the network was away. */
  restore() {
    const kept = localStorage.getItem(this.kept);
    if (!kept) return;
    for (const [name, value] of new URLSearchParams(kept)) {
      const field = this.form.elements.namedItem(name);
      if (field && 'value' in field && field.type !== 'file' && !field.readOnly) field.value = value;
    }
    this.soon(300);
  }

  show(name, sentence, off) {
    if (!this.box) return;
    this.box.classList.toggle('off', off);
    this.box.innerHTML = icon(name, 'i-s');
    this.box.append(' ' + sentence);
    this.box.lang = lang() === 'en' ? 'en' : 'zh-CN';
  }
}
