// A YAML file in hand: its unsaved text, what was before and after, and the three panes the server draws of it.
import { announce, say } from '../../page.js';
import { SavedFile, ask } from '../files.js';

export class Sheet {
  constructor(box, data) {
    Object.assign(this, {
      box, text: data.text, chosen: data.chosen, element: data.element, lang: data.lang, fields: data.fields,
      problems: data.problems, past: [], future: [], last: Promise.resolve(), editable: 'editable' in box.dataset && matchMedia('(min-width: 1100px)').matches,
    });
    this.file = new SavedFile(box.dataset.path, { revision: Number(box.dataset.revision), conflict: (told, content) => this.lost(told, content) });
    this.listeners = [];
    this.asked = 0;
    for (const name of ['saved', 'unsaved']) document.addEventListener(`bihuan:${name}`, () => this.state());
  }

  /** Whether something is on its way: the page says so, for style sheets and for tests. */
  state() {
    this.box.toggleAttribute('data-busy', this.asked > 0);
    this.box.toggleAttribute('data-dirty', this.file.dirty);
  }

  on(what) { this.listeners.push(what); }

  /** Ask the server for the panes after `edits` or an addition; one after the other, each on the text before it. */
  act(asked, how = {}) {
    this.asked += 1;
    this.state();
    this.last = this.last.then(() => this.send(asked, how)).catch(() => this.tell(say('sheet-offline')))
      .finally(() => { this.asked -= 1; this.state(); });
    return this.last;
  }

  async send({ edits = [], add, chosen = this.chosen }, how) {
    if ((edits.length || add) && !this.editable) return;
    const told = await ask(this.box.dataset.sheet, { text: this.text, edits, add, chosen, element: this.element, lang: this.lang });
    if (!told.ok) {
      this.tell(say('sheet-lost', { why: told.error || told.sentence || '' }));
      if (edits.length) await this.send({ chosen }, { ...how, keep: false });
      return;
    }
    this.tell('');
    if (told.text !== this.text) this.became(told.text);
    Object.assign(this, { chosen: told.chosen, fields: told.fields, problems: told.problems });
    for (const listener of this.listeners) listener(told, how);
  }

  /** Another text, kept so that it can be undone, and saved in a moment. */
  became(text, typing = false) {
    const now = Date.now();
    if (!typing || now - (this.typedAt || 0) > 1500) this.past.push(this.text); // one step of undo for what is typed in a row
    this.typedAt = typing ? now : 0;
    if (this.past.length > 200) this.past.shift();
    this.future = [];
    this.text = text;
    this.file.save(text);
  }

  step(from, to, word) {
    if (!from.length || !this.editable) return;
    to.push(this.text);
    this.text = from.pop();
    this.file.save(this.text);
    announce(say(word));
    this.act({});
  }

  undo() { this.step(this.past, this.future, 'sheet-undo'); }

  redo() { this.step(this.future, this.past, 'sheet-redo'); }

  tell(sentence) {
    const place = this.box.querySelector('[data-wrong]');
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  lost(told, content) {
    const dialog = document.getElementById('sheet-conflict');
    dialog.dataset.mine = content;
    dialog.querySelector('[data-why]').textContent = told.error || told.sentence || '';
    dialog.showModal();
  }
}
