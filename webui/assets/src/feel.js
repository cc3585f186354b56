// FEEL in the browser, made to answer as the server does: values as they were sent or typed, the server's clock, and no
// answer at all where this side cannot tell. `feel` is the module `feelin`, given by whoever loaded it.

/** A value that only the server can read. */
export const UNKNOWN = Symbol('unknown');

const NUMBERS = ['int', 'number', 'money'];
const TEXTS = ['text', 'longtext', 'phone', 'email', 'idno', 'enum'];

/** A value as the server sent it: moments and durations come as {"@": text}. */
export function decoded(feel, value) {
  if (Array.isArray(value)) return value.map((item) => decoded(feel, item));
  if (value === null || typeof value !== 'object') return value;
  if ('@' in value) return moment(feel, value['@']);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decoded(feel, inner)]));
}

function moment(feel, text) {
  return feel.evaluate(`@"${text.replace(/["\\]/g, '')}"`).value ?? null;
}

/** What somebody typed into a field of this kind, or UNKNOWN where the server reads more than this does. */
export function typed(feel, text, kind, rules) {
  const raw = text.trim();
  if (raw === '') return null;
  if (kind === 'bool') return raw === 'true' ? true : raw === 'false' ? false : UNKNOWN;
  if (NUMBERS.includes(kind)) return number(raw);
  if (kind === 'date') return /^\d{4}-\d\d-\d\d$/.test(raw) ? moment(feel, raw) ?? UNKNOWN : UNKNOWN;
  if (kind === 'datetime') return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(raw) ? local(feel, raw, rules) : UNKNOWN;
  return TEXTS.includes(kind) ? raw : UNKNOWN;
}

function number(raw) {
  const plain = raw.replace(/[,，\s¥￥]/g, '');
  if (!/^-?\d+(\.\d+)?$/.test(plain) || plain.replace(/[-.]/g, '').length > 15) return UNKNOWN;
  return Number(plain);
}

/** A moment typed without a zone is one of the case's zone; where its clocks change the server must say which. */
function local(feel, raw, rules) {
  const offset = /(?:Z|[+-]\d\d:\d\d)$/.exec(rules.now || '')?.[0];
  if (!offset || !steady(rules.zone)) return UNKNOWN;
  return moment(feel, (raw.length === 16 ? `${raw}:00` : raw) + offset) ?? UNKNOWN;
}

function steady(zone) {
  if (!zone) return false;
  const year = new Date().getUTCFullYear();
  const shown = [...Array(12).keys()].map((month) => new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(new Date(Date.UTC(year, month, 15))).find((part) => part.type === 'timeZoneName').value);
  return new Set(shown).size === 1;
}

/** {id: {visible, required}} for the rules whose names are all known; `seconds` have gone by since the page was made. */
export function answers(feel, rules, values, seconds = 0) {
  const context = { ...clock(feel, rules, seconds) };
  const unknown = new Set();
  for (const [name, value] of Object.entries(rules.context)) context[name] = decoded(feel, value);
  for (const [name, value] of Object.entries(values)) {
    if (value === UNKNOWN) unknown.add(name);
    else context[name] = value;
  }
  const told = {};
  for (const rule of rules.fields) {
    told[rule.id] = {};
    if (rule.uses.some((name) => unknown.has(name))) continue;
    for (const what of ['visible', 'required']) {
      if (!rule[what]) continue;
      const answer = ask(feel, rule[what], context);
      if (answer === true || answer === false) told[rule.id][what] = answer;
    }
  }
  return told;
}

/** The value of a text, undefined where it fails. */
export function ask(feel, text, context) {
  try {
    return feel.evaluate(text, context).value;
  } catch {
    return undefined; // the server will say
  }
}

function clock(feel, rules, seconds) {
  if (!rules.now) return { now: () => null, today: () => null };
  const now = feel.evaluate(`@"${rules.now}" + @"PT${Math.floor(seconds)}S"`).value;
  const today = feel.evaluate('date(moment)', { moment: now }).value;
  return { now: () => now, today: () => today };
}
