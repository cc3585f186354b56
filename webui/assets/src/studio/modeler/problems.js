// The problems of the draft: asked of the server while one draws, listed, marked on the elements, mended at a click.
import { announce, icon } from '../../page.js';
import { ask, later, the, told, w } from './told.js';
import { drawn } from './xml.js';

const PAUSE = 200;
const LOOKS = { error: ['alert-octagon', 'late'], warning: ['alert-triangle', 'risk'], hint: ['info-circle', 'blue'] };
const ORDER = Object.keys(LOOKS);

/** The middle of a flow's middle part, counted from the corner of the flow. */
function onLine(points) {
  const at = Math.floor((points.length - 1) / 2), [from, to] = [points[at], points[Math.min(at + 1, points.length - 1)]];
  const least = (axis) => Math.min(...points.map((point) => point[axis]));
  return { top: (from.y + to.y) / 2 - least('y') - 24, left: (from.x + to.x) / 2 - least('x') - 16 };
}

/** Where a file that is not this drawing is edited. */
function elsewhere(file) {
  if (file.endsWith('/pack.yaml')) return told.addresses.roles;
  const kind = file.endsWith('.bpmn') ? 'process' : file.endsWith('.dmn') ? 'table' : file.startsWith('forms/registers/') ? 'register' : 'form';
  return file.endsWith('.scenario.yaml') ? '' : told.addresses[kind] + encodeURIComponent(file);
}

export class Problems {
  constructor(box, { onMend, onXml } = {}) {
    this.box = box;
    this.list = box.querySelector('[data-problem-list]');
    this.onMend = onMend;
    this.onXml = onXml || (() => {});
    this.found = [];
    this.at = -1;
    this.round = 0;
    this.soon = later(PAUSE, () => this.check());
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'F8' || event.isComposing) return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    }, true);
    box.addEventListener('click', (event) => {
      const row = event.target.closest('[data-at]');
      if (!row) return;
      const mend = event.target.closest('[data-mend]');
      if (mend) this.mend(Number(row.dataset.at), Number(mend.dataset.mend), mend);
      else if (event.target.closest('[data-show]')) this.show(Number(row.dataset.at));
    });
    box.querySelector('[data-check-now]')?.addEventListener('click', () => this.check());
  }

  /** Ask the server about what is drawn now, saved or not. */
  async check() {
    this.soon.cancel();
    const round = ++this.round, xml = the.editable ? await drawn() : told.content;
    this.onXml(xml);
    this.box.setAttribute('aria-busy', 'true');
    let answer;
    try {
      answer = await ask(told.addresses.check, { files: the.editable ? { [told.file]: xml } : {} });
    } catch { answer = null; }
    if (round !== this.round) return;
    this.box.removeAttribute('aria-busy');
    const note = this.box.querySelector('[data-check-words]');
    if (!answer?.ok) { note.textContent = answer?.data.error || w('check-failed'); return; }
    note.textContent = w('check-done');
    this.take(answer.data.problems, xml);
  }

  take(found, xml) {
    const rank = (one) => ORDER.indexOf(one.severity) * 2 + (one.file === told.file ? 0 : 1);
    this.found = found.map((one) => ({ ...one, about: xml })).sort((a, b) => rank(a) - rank(b));
    const said = JSON.stringify(found.map((one) => [one.code, one.file, one.element, one.text, one.fixes?.length]));
    if (said !== this.said) {
      this.said = said;
      const held = this.list.contains(document.activeElement);
      if (this.at >= this.found.length) this.at = -1;
      this.write();
      if (held) this.list.children[Math.max(this.at, 0)]?.querySelector('[data-show]').focus();
    }
    this.mark();
    this.box.dataset.checked = String(this.round);
    document.dispatchEvent(new CustomEvent('problems', { detail: this.found }));
  }

  count(severity) { return this.found.filter((one) => one.severity === severity).length; }

  write() {
    for (const severity of ORDER) {
      const tag = this.box.querySelector(`[data-count-of=${severity}]`);
      tag.hidden = !this.count(severity);
      tag.querySelector('b').textContent = this.count(severity);
    }
    this.box.querySelector('[data-none]').hidden = this.found.length > 0;
    this.list.replaceChildren(...this.found.map((one, at) => this.row(one, at)));
  }

  row(one, at) {
    const row = document.createElement('li');
    row.dataset.at = at;
    row.dataset.code = one.code;
    if (at === this.at) row.setAttribute('aria-current', 'true');
    const [sign, look] = LOOKS[one.severity];
    const tag = document.createElement('span');
    tag.className = `tag ${look}`;
    tag.innerHTML = icon(sign);
    tag.append(w(one.severity));
    const away = one.file !== told.file && elsewhere(one.file);
    const where = document.createElement(away ? 'a' : 'button');
    if (away) where.href = away; else where.type = 'button';
    where.className = 'problem-go';
    where.dataset.show = '';
    const name = document.createElement('b'), text = document.createElement('span');
    name.textContent = this.place(one);
    text.textContent = one.text;
    where.append(name, text);
    row.append(tag, where);
    for (const [n, fix] of ((this.onMend && one.fixes) || []).entries()) {
      const mend = document.createElement('button');
      mend.type = 'button';
      mend.className = 'btn btn-line btn-s';
      mend.dataset.mend = n;
      mend.innerHTML = icon('bulb');
      mend.append(fix.label);
      row.append(mend);
    }
    return row;
  }

  place(one) {
    const drawing = this.element(one)?.businessObject;
    if (one.file !== told.file) return one.file.split('/').pop() + (one.element ? ` · ${one.element}` : '');
    return the.nameOf(drawing) || one.element || w('whole-drawing');
  }

  element(one) {
    if (one.file !== told.file || !one.element) return null;
    const registry = the.get('elementRegistry');
    return registry.get(one.element) || registry.find((shape) => shape.businessObject?.processRef?.id === one.element);
  }

  /** A mark with the number of its problems on each element. */
  mark() {
    const canvas = the.get('canvas'), overlays = the.get('overlays');
    overlays.remove({ type: 'problem' });
    for (const shape of the.get('elementRegistry').getAll()) {
      for (const severity of ORDER) if (canvas.hasMarker(shape, `has-${severity}`)) canvas.removeMarker(shape, `has-${severity}`);
    }
    const places = new Map();
    for (const [at, one] of this.found.entries()) {
      const shape = this.element(one);
      if (!shape || shape === canvas.getRootElement()) continue;
      const known = places.get(shape);
      if (known) known.n += 1; else places.set(shape, { at, n: 1, severity: one.severity, text: one.text });
    }
    for (const [shape, { at, n, severity, text }] of places) {
      canvas.addMarker(shape, `has-${severity}`);
      const badge = document.createElement('button');
      badge.type = 'button';
      badge.className = `problem-badge ${LOOKS[severity][1]}`;
      badge.title = text;
      badge.setAttribute('aria-label', `${w(severity)} ${n}${w('colon')}${text}`);
      badge.tabIndex = -1; // the list below leads there by keyboard
      badge.innerHTML = icon(LOOKS[severity][0], 'i-s');
      badge.append(String(n));
      badge.addEventListener('click', () => this.show(at));
      const position = shape.waypoints ? onLine(shape.waypoints) : { top: -12, left: -12 };
      overlays.add(shape, 'problem', { position, html: badge, scale: { min: 0.8, max: 1 } });
    }
  }

  step(by) {
    if (!this.found.length) { announce(w('no-problems')); return; }
    this.show((this.at + by + this.found.length) % this.found.length, true);
  }

  /** Select the element of a problem and bring it into view. */
  show(at, focus = false) {
    this.at = at;
    const one = this.found[at], shape = this.element(one);
    for (const row of this.list.children) row.toggleAttribute('aria-current', Number(row.dataset.at) === at);
    const row = this.list.children[at];
    row.setAttribute('aria-current', 'true');
    row.scrollIntoView({ block: 'nearest' });
    if (focus) row.querySelector('[data-show]').focus();
    announce(`${w(one.severity)}${w('colon')}${this.place(one)} ${one.text}`);
    if (!shape) return;
    the.get('canvas').scrollToElement(shape, { top: 90, bottom: 60, left: 90, right: 90 });
    if (the.editable) the.get('selection').select(shape);
  }

  /** What a fix makes of the drawing that was checked; the server says so where it no longer fits. */
  async make(one, fix) {
    const answer = await ask(told.addresses.mend, { fix: fix.name, files: the.editable ? { [told.file]: one.about } : {} });
    if (answer.ok) await this.onMend(answer.data); else announce(answer.data.sentence || w('check-failed'));
  }

  async mend(at, n, button) {
    const one = this.found[at];
    button.disabled = true;
    try {
      // A fix is made for the drawing that was checked: if one drew on since, ask again first.
      if (one.about !== (await drawn())) {
        await this.check();
        const again = this.found.find((other) => other.code === one.code && other.element === one.element && other.file === one.file);
        if (again) await this.make(again, again.fixes.find((fix) => fix.label === one.fixes[n].label) || again.fixes[0]);
      } else await this.make(one, one.fixes[n]);
    } finally { button.disabled = false; }
    await this.check();
  }
}
