// Two drawings side by side: what was added, changed and removed is marked on both, and both move together.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { lang, ready, say } from '../page.js';
import { translate } from '../viewer.js';

const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif';
const MARGIN = 14;

ready(async () => {
  const island = document.getElementById('differing-drawings');
  const drawings = island ? JSON.parse(island.textContent) : {};
  for (const box of document.querySelectorAll('[data-differs]')) await show(box, drawings[box.dataset.differs]);
});
document.addEventListener('change', (event) => { if (event.target.matches('[data-sends]')) event.target.form.requestSubmit(); });

async function show(box, told) {
  const sides = {};
  for (const name of ['before', 'after']) {
    const place = box.querySelector(`[data-side=${name}]`);
    const viewer = told[name] && await draw(place, told[name], told.marks, name);
    if (viewer) sides[name] = viewer;
    else { place.classList.add('blank'); place.textContent = say('no-drawing'); place.dataset.drawn = 'none'; }
  }
  if (sides.before && sides.after) together(sides.before, sides.after);
  for (const button of box.querySelectorAll('[data-shows]')) {
    button.addEventListener('click', () => focus(box, sides, button.dataset.shows));
  }
  for (const viewer of Object.values(sides)) {
    viewer.on('element.click', ({ element }) => {
      const button = box.querySelector(`[data-shows="${CSS.escape(element.id.replace(/_label$/, ''))}"]`);
      if (button) { button.scrollIntoView({ block: 'nearest' }); button.focus(); mark(box, button); }
    });
  }
}

async function draw(place, xml, marks, side) {
  const viewer = new NavigatedViewer({
    container: place,
    textRenderer: { defaultStyle: { fontFamily: FONT, fontSize: 12, fontWeight: 500 }, externalStyle: { fontSize: 12 } },
    bpmnRenderer: { defaultStrokeColor: '#5d6775', defaultFillColor: '#ffffff', defaultLabelColor: '#1c2430' },
  });
  try { await viewer.importXML(xml); } catch { viewer.destroy(); return null; }
  const canvas = viewer.get('canvas'), registry = viewer.get('elementRegistry');
  if (lang() === 'en') translate(viewer);
  for (const [id, change] of Object.entries(marks)) {
    if (registry.get(id) && !(change === 'added' && side === 'before')) canvas.addMarker(id, `is-${change}`);
  }
  fit(canvas);
  place.dataset.drawn = 'yes';
  return viewer;
}

/** All of it with a little room around, but never enlarged. */
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, (outer.width - 2 * MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height);
  const width = outer.width / scale, height = outer.height / scale;
  canvas.viewbox({ x: inner.x - (width - inner.width) / 2, y: inner.y - (height - inner.height) / 2, width, height });
}

/** What is moved or enlarged on one side is so on the other. */
function together(one, other) {
  let moving = false;
  const follow = (from, to) => from.on('canvas.viewbox.changed', () => {
    if (moving) return;
    moving = true;
    const { x, y, width, height } = from.get('canvas').viewbox();
    to.get('canvas').viewbox({ x, y, width, height });
    moving = false;
  });
  const { x, y, width, height } = other.get('canvas').viewbox();
  one.get('canvas').viewbox({ x, y, width, height });
  follow(one, other);
  follow(other, one);
}

function mark(box, button) {
  for (const one of box.querySelectorAll('[data-shows]')) one.classList.toggle('chosen', one === button);
}

function focus(box, sides, id) {
  mark(box, box.querySelector(`[data-shows="${CSS.escape(id)}"]`));
  for (const viewer of [sides.after, sides.before].filter(Boolean)) {
    const canvas = viewer.get('canvas'), registry = viewer.get('elementRegistry');
    for (const element of registry.getAll()) canvas.removeMarker(element, 'is-chosen');
    const element = registry.get(id);
    if (!element) continue;
    canvas.addMarker(id, 'is-chosen');
    canvas.scrollToElement(id, 60);
  }
}
