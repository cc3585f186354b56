// Fields that come and go while one types. FEEL runs in the browser for an instant answer (loaded only where a form has
// such rules); the answer of the server, which comes with each saved draft, always wins.
import { answers, typed } from './feel.js';
import { say, send } from './page.js';

let feel;

export function attachFields(root) {
  for (const form of root.querySelectorAll('form[data-rules]')) {
    const box = form.querySelector('script[data-rules-for]');
    const rules = box ? JSON.parse(box.textContent) : { fields: [], context: {} };
    if (!rules.fields.length) continue;
    const run = async () => {
      feel ??= await import('feelin');
      answer(form, rules);
    };
    form.addEventListener('change', run);
    form.addEventListener('input', (event) => { if (event.target.matches('select, input[type=radio], input[type=checkbox]')) run(); });
  }
  for (const input of root.querySelectorAll('input[data-money]')) {
    input.addEventListener('focus', () => {
      if (input.readOnly || !input.value.includes(',')) return;
      input.value = input.value.replace(/,/g, '');
      input.select(); // changing the value dropped the selection: typing would have added to the old amount
    });
    input.addEventListener('blur', () => { input.value = grouped(input.value); });
    if (document.activeElement !== input) input.value = grouped(input.value);
  }
  for (const input of root.querySelectorAll('[aria-invalid=true]')) {
    input.addEventListener('input', () => input.removeAttribute('aria-invalid'), { once: true });
  }
  for (const select of root.querySelectorAll('input[data-lookup]')) lookup(select);
}

/** "18600" and "1.86万" as "18,600.00"; what is no amount stays as typed, for the server to say so. */
export function grouped(text) {
  const raw = text.trim().replace(/[,，\s¥￥]/g, '');
  const match = raw.match(/^(-?\d+)(\.\d+)?(万)?$/);
  if (!match) return text;
  let [whole, part] = [match[1], (match[2] || '').slice(1)];
  if (match[3]) {
    part = part.padEnd(4, '0');
    whole = (whole + part.slice(0, 4)).replace(/^(-?)0+(?=\d)/, '$1');
    part = part.slice(4);
  }
  if (part.length > 2) return text;
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',') + '.' + part.padEnd(2, '0');
}

/** What stands in the form now, as FEEL sees it. */
function values(form, rules) {
  const known = {};
  for (const [id, kind] of Object.entries(rules.kinds)) {
    const inputs = [...form.elements].filter((item) => item.name === `f.${id}`);
    if (!inputs.length) continue;
    if (kind === 'multi') {
      const chosen = inputs.filter((item) => item.checked).map((item) => item.value);
      known[id] = chosen.length ? chosen : null;
    } else {
      const input = inputs[0].type === 'radio' ? inputs.find((item) => item.checked) : inputs[0];
      known[id] = input ? typed(feel, input.value, kind, rules) : null;
    }
  }
  return known;
}

function answer(form, rules) {
  applyAnswers(form, answers(feel, rules, values(form, rules), performance.now() / 1000));
}

/** Show, hide and mark fields as {id: {visible, required, text}} says. */
export function applyAnswers(form, answers) {
  for (const [id, told] of Object.entries(answers)) {
    const section = id.startsWith('section:') && form.querySelector(`[data-section="${CSS.escape(id.slice(8))}"]`);
    if (section) {
      if (told.visible !== undefined) section.hidden = !told.visible;
      continue;
    }
    const field = form.querySelector(`[data-field="${CSS.escape(id)}"]`);
    if (!field) continue;
    if (told.visible !== undefined) {
      field.hidden = !told.visible;
      if ('disabled' in field) field.disabled = !told.visible;
    }
    if (told.required !== undefined) {
      const mark = field.querySelector('.req');
      if (mark) mark.hidden = !told.required;
      for (const input of field.querySelectorAll('[aria-required]')) input.setAttribute('aria-required', told.required);
    }
    if (told.text !== undefined) {
      const shown = field.querySelector('[data-computed]');
      if (shown) shown.textContent = told.text || '–';
    }
  }
}

/** A reference into a register: the text searches, the chosen record fills the other fields. */
function lookup(input) {
  const kept = document.getElementById(input.dataset.lookup);
  const list = document.getElementById(input.getAttribute('list'));
  if (!kept || !list) return;
  let timer;
  input.addEventListener('input', () => {
    const option = [...list.options].find((item) => item.value === input.value);
    kept.value = option ? option.dataset.value : '';
    if (option) {
      if (input.dataset.fill) fill(input, kept);
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const answer = await fetch(`${input.dataset.search}?q=${encodeURIComponent(input.value)}`, { credentials: 'same-origin' });
      if (!answer.ok) return;
      list.replaceChildren(...(await answer.json()).map((found) => {
        const item = document.createElement('option');
        item.value = found.label;
        item.dataset.value = JSON.stringify(found.value);
        return item;
      }));
    }, 250);
  });
  input.title ||= say('lookup-hint');
}

/** What the chosen record puts into other fields of its form, or of its row. What one may not see looks masked and stays
 * empty: the server fills it in. */
async function fill(input, kept) {
  const columns = Object.entries(JSON.parse(input.dataset.fill)); // field to fill, column of the record
  const chosen = JSON.parse(kept.value);
  const body = new FormData();
  for (const [, column] of columns) body.append('column', column);
  const answer = await send(input.dataset.fillFrom.replace(/\/0\/fill$/, `/${chosen.id}/fill`), body).catch(() => null);
  const told = answer?.ok ? await answer.json().catch(() => ({})) : {};
  const beside = kept.name.slice(0, kept.name.lastIndexOf('.') + 1);
  for (const [name, column] of columns) {
    const other = input.form.elements.namedItem(beside + name);
    if (!other || !('value' in other) || other.readOnly || !told[column]) continue;
    other.value = told[column].text;
    if ('placeholder' in other) other.placeholder = told[column].masked;
    other.dispatchEvent(new Event('input', { bubbles: true }));
    other.dispatchEvent(new Event('change', { bubbles: true }));
  }
}
