// Trying a table: values for what it asks, the row that answers lit, what comes out; what is wrong with it beside.
import { icon, say } from '../../page.js';
import { ask } from '../files.js';

const WAIT = 350;
const SIGNS = { error: ['late', 'alert-octagon'], warning: ['risk', 'alert-triangle'], hint: ['blue', 'info-circle'] };
const make = (tag, of = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), of);
  made.append(...inside);
  return made;
};

export class Trial {
  /** `shown()` is the id of the decision on screen, `text()` the table as it is now. */
  constructor(box, { text, shown, findRule }) {
    Object.assign(this, { box, text, shown, findRule, typed: {}, heads: [], drawn: '', timer: 0, round: 0 });
    this.inputs = box.querySelector('[data-trial-inputs]');
    this.result = box.querySelector('[data-trial-result]');
    this.findings = box.querySelector('[data-findings]');
    this.light = make('style');
    document.head.append(this.light);
    this.inputs.addEventListener('input', () => this.soon());
  }

  soon() { clearTimeout(this.timer); this.timer = setTimeout(() => this.run(), WAIT); }

  async run() {
    const mine = (this.round += 1), decision = this.shown();
    const text = await this.text();
    const values = this.values();
    let told;
    try { told = await ask(this.box.dataset.table, { text, decision, values }); } catch { return; }
    if (mine !== this.round || !told.heads) return;
    this.heads = told.heads;
    this.draw(decision);
    this.answer(told.trial);
    this.tell(told.problems);
  }

  values() {
    const found = {};
    for (const field of this.inputs.querySelectorAll('[data-input]')) found[field.dataset.input] = feel(field.value.trim(), field.dataset.kind);
    return found;
  }

  draw(decision) {
    const head = this.heads.find((one) => one.id === decision) || this.heads[0];
    const shape = JSON.stringify(head?.inputs || []);
    if (shape === this.drawn) return;
    this.drawn = shape;
    const kept = Object.fromEntries([...this.inputs.querySelectorAll('[data-input]')].map((one) => [one.dataset.input, one.value]));
    this.inputs.replaceChildren(...(head?.inputs || []).map((one, place) => this.field(one, `try-${place}`, kept[one.name] ?? '')));
  }

  field(one, id, value) {
    const field = one.allowed.length
      ? make('select', { className: 'input', id }, make('option', { value: '', textContent: say('table-empty') }),
        ...one.allowed.map((text) => make('option', { value: text, textContent: text.replace(/^"(.*)"$/, '$1') })))
      : make('input', { className: 'input', id, autocomplete: 'off', placeholder: one.sample.replace(/^"…"$/, '') });
    field.dataset.input = one.name;
    field.dataset.kind = one.allowed.length ? 'feel' : one.type;
    field.value = value;
    const label = make('label', { htmlFor: id, textContent: one.label });
    const hint = one.label === one.name ? [] : [make('code', { className: 'small mut', textContent: one.name })];
    return make('div', { className: 'field wide' }, label, field, make('div', { className: 'wrong', id: `${id}-wrong` }), ...hint);
  }

  answer(trial) {
    for (const field of this.inputs.querySelectorAll('[data-input]')) {
      const wrong = trial?.wrong?.[field.dataset.input] || '';
      field.toggleAttribute('aria-invalid', Boolean(wrong));
      field.parentElement.querySelector('.wrong').textContent = wrong;
    }
    const rows = trial?.chosen || [];
    this.light.textContent = rows.map((id) => `[data-row-id="${CSS.escape(id)}"]`).join(', ')
      + (rows.length ? ' { background: var(--ok-soft) !important; box-shadow: inset 0 2px var(--ok-line), inset 0 -2px var(--ok-line) }' : '');
    this.box.dataset.lit = rows.join(' ');
    this.result.replaceChildren();
    if (!trial || !trial.asked) return;
    if (trial.failure) { this.result.append(make('p', { className: 'note late', textContent: trial.failure })); return; }
    this.result.append(make('p', { className: `note ${rows.length ? 'ok' : 'risk'}`, textContent: rows.length ? say('table-row', { n: trial.numbers.join('、') }) : say('table-none') }));
    if (trial.result && trial.result !== 'null') this.result.append(make('div', { className: 'label', textContent: say('table-result') }), make('code', { className: 'shown', textContent: trial.result }));
    for (const note of rows.length ? trial.notes : []) this.result.append(make('p', { className: 'hint', textContent: note }));
  }

  tell(problems) {
    this.findings.replaceChildren(...problems.map((one) => {
      const [look, sign] = SIGNS[one.severity] || SIGNS.hint;
      const tag = make('span', { className: `tag ${look}` });
      tag.innerHTML = icon(sign);
      tag.append(say(`sheet-${one.severity}`));
      return make('li', {}, tag, make('span', { textContent: one.text }));
    }));
    const words = this.box.querySelector('[data-finding-words]');
    words.textContent = problems.length ? say('sheet-problems', { n: problems.length }) : say('sheet-fine');
  }
}

/** What was typed, as FEEL: text needs no quotes where the column is text. */
function feel(typed, kind) {
  if (!typed || kind !== 'string') return typed;
  return /^".*"$/.test(typed) ? typed : JSON.stringify(typed);
}
