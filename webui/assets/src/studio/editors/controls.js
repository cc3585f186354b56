// What the controls of the property panel say: the value of each as the file would have it; undefined takes it away.
const NUMERIC = ['int', 'number', 'money', 'percent'];
const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/;

const one = (box, selector) => box.querySelector(selector);
const text = (box) => one(box, 'input, select, textarea')?.value.trim() ?? '';
const typeBeside = (box) => one(box.closest('[data-properties]'), '[data-name=type] select')?.value || '';

/** Text as a number, where a number belongs there. */
function constant(typed, type) {
  if (typed === '') return undefined;
  if (typed.startsWith('=')) return typed;
  if ((NUMERIC.includes(type)) && NUMBER.test(typed)) return Number(typed);
  if (type === 'bool' && (typed === 'true' || typed === 'false')) return typed === 'true';
  return typed;
}

const parts = (row) => Object.fromEntries([...row.querySelectorAll('[data-part]')].map((cell) => [cell.dataset.part, cell.value.trim()]));

function option({ id, zh, en }) {
  const key = NUMBER.test(id) && !id.includes('.') ? Number(id) : id;
  return zh === id && en === id ? key : { id: key, zh, en };
}

const whole = (typed) => (/^\d+$/.test(typed) ? Number(typed) : typed);

/** A limit as the file writes it; undefined while nothing is typed. */
function limit(box) {
  const how = one(box, '[data-how]')?.value, amount = one(box, '[data-amount]')?.value.trim();
  if (!how || !amount) return undefined;
  if (amount.startsWith('=')) return amount;
  const [days, time] = amount.split(/\s+/);
  if (how === 'day_time' && !time) return undefined;
  return { working_days: { working_days: whole(amount) }, working: { working: `PT${amount}H` }, duration: `PT${amount}H`, days: `P${amount}D`,
    month_day: { month_day: whole(amount) }, time: { time: amount }, day_time: { working_days: whole(days), time } }[how] ?? amount;
}

const readers = {
  words: (box) => {
    const zh = one(box, '[data-zh]').value.trim(), en = one(box, '[data-en]').value.trim();
    return zh || en ? { zh, en } : undefined;
  },
  flag: (box) => {
    const said = one(box, 'input:checked')?.value, off = JSON.parse(box.dataset.off) ?? false;
    if (said === 'feel') {
      const formula = one(box, '[data-feel-editor] textarea').value.trim();
      return formula ? `=${formula}` : null;
    }
    return (said === 'yes') === off ? undefined : said === 'yes';
  },
  bool: (box) => (one(box, 'input').checked ? true : undefined),
  feel: (box) => {
    const formula = one(box, 'textarea').value.trim();
    return formula ? `=${formula}` : undefined;
  },
  many: (box) => {
    const found = [...box.querySelectorAll('[data-chip]')].map((chip) => chip.dataset.chip);
    return found.length || box.dataset.name === '.' ? found : undefined;
  },
  list: (box) => {
    const found = text(box).split(/[,，、]/).map((item) => item.trim()).filter(Boolean);
    return found.length ? found : undefined;
  },
  options: (box) => {
    if (one(box, '[data-feel-editor]')) return readers.feel(box);
    return [...box.querySelectorAll('tbody tr')].map(parts).filter((row) => row.id).map(option);
  },
  fill: (box) => {
    const rows = [...box.querySelectorAll('tbody tr')].map(parts).filter((row) => row.field && row.column);
    return rows.length ? Object.fromEntries(rows.map((row) => [row.field, row.column])) : undefined;
  },
  limit: (box) => limit(box) ?? null,
  limits: (box) => {
    const rows = [...box.querySelectorAll('[data-severity]')].filter((row) => !one(row, '[data-kept]'));
    if (rows.length < box.querySelectorAll('[data-severity]').length) return null; // one of them is for YAML alone
    const found = rows.map((row) => [row.dataset.severity, limit(row)]).filter(([, value]) => value !== undefined);
    return found.length ? Object.fromEntries(found) : undefined;
  },
  permissions: (box) => Object.fromEntries([...box.querySelectorAll('[data-permission]')]
    .filter((cell) => cell.value).map((cell) => [cell.dataset.permission, cell.value])),
  number: (box) => (NUMBER.test(text(box)) ? Number(text(box)) : text(box) || undefined),
  value: (box) => constant(text(box), typeBeside(box)),
};

/** The edit that a changed control means; null where there is nothing to say yet. */
export function editOf(box) {
  const path = JSON.parse(box.dataset.at), kind = box.dataset.control;
  if ('key' in box.dataset) return text(box) && text(box) !== path.at(-1) ? { do: 'rename', path, value: text(box) } : null;
  const value = (readers[kind] || ((found) => text(found) || undefined))(box);
  if (value === null) return null;
  if (value === undefined) return box.dataset.given ? { do: 'remove', path } : null;
  return { do: 'set', path, value };
}

/** Kinds after which the panel itself looks different. */
export const REDRAWS = ['choice', 'choice_key', 'key', 'id'];
