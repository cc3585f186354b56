// The modeler: bpmn-js with our properties, problems, drafts that save themselves, and undo over all of it.
import Modeler from 'bpmn-js/lib/Modeler';
import ColourPicker from 'bpmn-js-color-picker';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import TokenSimulation from 'bpmn-js-token-simulation';
import CamundaBehaviour from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import Minimap from 'diagram-js-minimap';

import { announce, lang } from '../../page.js';
import { LOOKS, fit } from './canvas.js';
import { learnRecent, refresh } from './choices.js';
import { conflict } from './conflict.js';
import Copying from './copying.js';
import EnglishNames, { Editing } from './english.js';
import { History } from './history.js';
import Offered from './limits.js';
import OwnGroups, { redraw } from './panel.js';
import { Problems } from './problems.js';
import { Saving, keptHere } from './saving.js';
import SimulationWords from './simulation.js';
import { ask, later, the, told, w } from './told.js';
import Words from './words.js';
import { drawn, english, shownFirst } from './xml.js';

const ROOM = { left: 104, top: 24 };

export async function open(box) {
  the.editable = true;
  the.nameOf = (drawing) => (lang() === 'en' && english(drawing)) || drawing?.name || '';
  const canvasBox = box.querySelector('#drawing-canvas');
  the.modeler = new Modeler({
    ...LOOKS, container: canvasBox, moddleExtensions: { camunda },
    minimap: { open: false },
    additionalModules: [Words, BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, OwnGroups, CamundaBehaviour, ColourPicker,
      CreateAppendAnythingModule, Minimap, TokenSimulation, SimulationWords, EnglishNames, Editing, Offered, Copying],
  });
  window.bihuanModeler = the.modeler; // for tests, and for whoever is curious
  const kept = keptHere(), restored = kept && kept.revision === told.revision && kept.content !== told.content;
  if (!(await shownFirst(restored ? kept.content : told.content, box))) { await onlyProblems(box); return; }
  fit(the.get('canvas'), ROOM);
  the.get('propertiesPanel').attachTo('#properties');
  setTimeout(redraw); // it was drawn for the paper before anything stood on it

  const saving = new Saving(box, restored ? told.content : await drawn(), (xml, sentence) => clash(xml, sentence));
  const clash = conflict(saving);
  const problems = new Problems(box, { onXml: (xml) => { history.keep(xml); saving.changed(xml); }, onMend: (mended) => mend(mended, history) });
  const history = new History(later(60, () => { buttons(box, history); }));
  the.get('eventBus').on(['commandStack.changed', 'import.done'], () => { saving.touched(); problems.soon(); });
  the.get('eventBus').on('elements.changed', () => { if (!the.get('selection').get().length) redraw(); });
  the.get('eventBus').on('import.done', () => setTimeout(() => problems.mark()));
  document.addEventListener('problems', async () => refresh(await drawn()));
  document.addEventListener('choices', redraw);
  bar(box, { history, saving, problems });
  keys(box, { saving });
  leaving(box, saving);
  if (restored) { announce(w('restored')); box.querySelector('[data-restored]').hidden = false; await saving.save(); }
  else if (kept && kept.revision !== told.revision && kept.content !== told.content) { saving.stopped = true; clash(kept.content, ''); }
  new ResizeObserver(() => the.get('canvas').resized()).observe(canvasBox);
  box.dataset.ready = String(Math.round(performance.now()));
  await problems.check();
  await learnRecent();
}

/** A drawing that cannot be shown still says why. */
async function onlyProblems(box) {
  the.editable = false;
  box.dataset.mode = 'read';
  box.dataset.ready = String(Math.round(performance.now()));
  await new Problems(box).check();
}

/** A fix of the drawing is one step of undo; a fix of another file is saved at once. */
async function mend(mended, history) {
  if (mended.path === told.file) { await history.replace(mended.content); return; }
  const address = told.addresses.files + mended.path.split('/').map(encodeURIComponent).join('/');
  const now = await (await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } })).json();
  const answer = await ask(address, { content: mended.content, revision: now.revision ?? 0 }, { method: 'PUT' });
  announce(answer.ok ? w('mended-elsewhere', { file: mended.path }) : answer.data.sentence || w('save-failed'));
}

function buttons(box, history) {
  box.querySelector('[data-do=undo]').disabled = !history.canUndo();
  box.querySelector('[data-do=redo]').disabled = !history.canRedo();
}

function bar(box, { history, saving, problems }) {
  const acts = {
    undo: () => history.undo(), redo: () => history.redo(), save: () => saving.save(), tidy: (button) => tidy(button, history),
    fit: () => fit(the.get('canvas'), ROOM), in: () => the.get('zoomScroll').stepZoom(1), out: () => the.get('zoomScroll').stepZoom(-1),
    map: (button) => { const map = the.get('minimap'); map.toggle(); button.setAttribute('aria-pressed', String(map.isOpen())); },
    simulate: () => the.get('toggleMode').toggleMode(),
    properties: (button) => button.setAttribute('aria-pressed', String(!box.classList.toggle('no-properties'))),
    next: () => problems.step(1),
  };
  for (const button of box.querySelectorAll('[data-do]')) button.addEventListener('click', () => acts[button.dataset.do](button));
  the.get('eventBus').on('tokenSimulation.toggleMode', ({ active }) => box.querySelector('[data-do=simulate]').setAttribute('aria-pressed', String(active)));
  buttons(box, history);
}

/** The server lays the drawing out anew; undo brings the old one back. */
async function tidy(button, history) {
  button.setAttribute('aria-busy', 'true');
  try {
    const answer = await ask(told.addresses.tidy, { content: await drawn() });
    if (!answer.ok) { announce(answer.data.error || w('tidy-failed')); return; }
    await history.replace(answer.data.content);
    fit(the.get('canvas'), ROOM);
    announce(w('tidied'));
  } catch { announce(w('tidy-failed')); } finally { button.removeAttribute('aria-busy'); }
}

/** Links lead away only after what was drawn is saved. */
function leaving(box, saving) {
  document.addEventListener('click', async (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || box.dataset.kept === 'yes') return;
    event.preventDefault();
    await saving.save();
    location.assign(link.href);
  });
  document.addEventListener('visibilitychange', () => { if (document.hidden && box.dataset.kept === 'no') saving.save(); });
}

/** On the drawing letters are bpmn-js' own: the page's do not hear them, only F8 and Ctrl S, which come first. */
function keys(box, { saving }) {
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') { event.preventDefault(); saving.save(); }
  }, true);
  box.querySelector('#drawing-canvas').addEventListener('keydown', (event) => event.stopPropagation());
}
