// The drawing of a case, with its tokens. The bpmn.io mark stays as it is delivered: visible and uncovered.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { FONT, labelRoom } from './label_room.js';
import { lang, say } from './page.js';

export function attachDiagrams(root) {
  const boxes = [...root.querySelectorAll('[data-diagram]')];
  if (root.matches?.('[data-diagram]')) boxes.push(root);
  for (const box of boxes) {
    if (box.dataset.drawn) continue;
    box.dataset.drawn = 'soon';
    // A drawing in a closed tab has no size yet.
    if (box.clientHeight) draw(box);
    else document.addEventListener('shown', () => { if (box.clientHeight && box.dataset.drawn === 'soon') draw(box); });
  }
}

async function draw(box) {
  box.dataset.drawn = 'drawing';
  const told = JSON.parse(document.getElementById(box.dataset.diagram).textContent);
  const viewer = new NavigatedViewer({
    container: box,
    textRenderer: { defaultStyle: { fontFamily: FONT, fontSize: 12, fontWeight: 500 }, externalStyle: { fontSize: 12, fontWeight: 400 } },
    bpmnRenderer: { defaultStrokeColor: '#5d6775', defaultFillColor: '#ffffff', defaultLabelColor: '#1c2430' },
  });
  const answer = await fetch(told.xml, { credentials: 'same-origin' });
  if (!answer.ok) { box.dataset.drawn = 'failed'; return; }
  try {
    await viewer.importXML(await answer.text());
  } catch {
    // A process may be published without a picture: it runs all the same, so the page says so and goes on.
    viewer.destroy();
    box.dataset.drawn = 'none';
    box.classList.add('blank');
    box.textContent = say('no-drawing');
    return;
  }
  const canvas = viewer.get('canvas'), registry = viewer.get('elementRegistry'), overlays = viewer.get('overlays');
  if (lang() === 'en') translate(viewer);
  const marker = (ids, name) => { for (const id of ids || []) if (registry.get(id)) canvas.addMarker(id, name); };
  marker(told.done, 'is-done');
  marker(told.active, 'is-now');
  marker(told.late, 'is-late');
  marker(told.flows, 'is-taken');
  for (const [id, look] of Object.entries(told.heat || {})) marker([id], look);
  for (const [id, pill] of Object.entries(told.pills || {})) {
    const shape = registry.get(id);
    if (!shape || !shape.width) continue;
    const label = document.createElement('div');
    label.className = `pill ${pill.look || ''}`;
    label.textContent = pill.text;
    overlays.add(id, { position: { top: -12, left: shape.width / 2 }, html: label, scale: { min: 0.9, max: 1 } });
  }
  const now = (told.active || []).map((id) => registry.get(id)).find((one) => one?.width);
  fit(canvas, box, LEGIBLE, now);
  const section = box.closest('[data-diagram-box]');
  const zoom = (factor) => canvas.zoom(canvas.zoom() * factor);
  section.querySelector('[data-zoom=in]')?.addEventListener('click', () => zoom(1.2));
  section.querySelector('[data-zoom=out]')?.addEventListener('click', () => zoom(1 / 1.2));
  section.querySelector('[data-zoom=fit]')?.addEventListener('click', () => fit(canvas, box, SMALLEST));
  new ResizeObserver(() => { if (box.clientWidth && box.clientWidth !== box.lastWidth) { box.lastWidth = box.clientWidth; canvas.resized(); fit(canvas, box, LEGIBLE, now); } }).observe(box);
  box.dataset.drawn = 'yes';
}

const MARGIN = 12, SMALLEST = 0.2, LEGIBLE = 10 / 12;

/**
 * As wide as the page and as high as the drawing needs. Where that is smaller than `smallest` (at first: text of 10 px)
 * it shows the part with the step that waits `now`, else the left, to be dragged; the button shows the whole.
 */
function fit(canvas, box, smallest, now) {
  const { inner } = canvas.viewbox();
  const width = box.clientWidth;
  const scale = Math.max(smallest, Math.min(1, (width - 2 * MARGIN) / inner.width));
  box.style.height = `${Math.round(Math.max(200, Math.min(inner.height * scale + 2 * MARGIN, Math.max(420, window.innerHeight * 0.85))))}px`;
  canvas.resized();
  const seen = width / scale, left = inner.x - MARGIN / scale, right = inner.x + inner.width + MARGIN / scale - seen;
  const wanted = now ? now.x + now.width / 2 - seen / 2 : left;
  const x = right <= left ? inner.x - (seen - inner.width) / 2 : Math.min(right, Math.max(left, wanted));
  canvas.viewbox({ x, y: inner.y - MARGIN / scale, width: seen, height: box.clientHeight / scale });
}

/** English names where the reader's language is English: the drawing itself is Chinese and carries them beside. */
export function translate(viewer) {
  const registry = viewer.get('elementRegistry'), factory = viewer.get('graphicsFactory');
  for (const shape of registry.getAll()) {
    const drawn = shape.businessObject;
    const name = englishOf(drawn?.processRef || drawn);
    if (!name) continue;
    drawn.name = name;
    if (shape.labelTarget) widen(shape, name);
    factory.update(shape.waypoints ? 'connection' : 'shape', shape, registry.getGraphics(shape));
  }
}

/** The box of a label was made for a few Chinese letters: it grows away from what it belongs to. */
function widen(label, text) {
  const { more, left } = labelRoom(label, text);
  label.width += more;
  label.x -= left;
}

function englishOf(drawn) {
  for (const part of drawn?.extensionElements?.values || []) {
    for (const one of part.$type === 'camunda:properties' ? part.$children || [] : []) {
      if (one.name === 'bihuan:name_en') return one.value;
    }
  }
  return '';
}
