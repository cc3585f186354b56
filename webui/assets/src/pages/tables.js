// A decision table of a draft: dmn-js with a row test beside it; on narrow screens and for those who only look a reader.
import { ready, say } from '../page.js';
import { SavedFile, branch } from '../studio/files.js';
import { chinese } from '../studio/editors/dmn_chinese.js';
import { english, inTheMannerOf, notesIn, notesOut } from '../studio/editors/dmn_text.js';
import { Trial } from '../studio/editors/table_trial.js';

const UNKNOWN = (window.untranslated = new Set());

/** Texts of dmn-js in the reader's language; what the dictionary lacks stays English and is remembered for a test. */
function translate(template, parts = {}) {
  const chosen = document.documentElement.lang.startsWith('zh') ? chinese[template] : template;
  if (chosen === undefined) UNKNOWN.add(template);
  return (chosen ?? template).replace(/{\s?([^}]+?)\s?}/g, (all, key) => parts[key] ?? all);
}

ready(async () => {
  const box = document.querySelector('[data-table]');
  if (!box) return;
  const data = JSON.parse(document.getElementById('table-data').textContent);
  const editable = 'editable' in box.dataset && matchMedia('(min-width: 1100px)').matches;
  const { default: Kind } = editable ? await import('dmn-js/lib/Modeler') : await import('dmn-js/lib/Viewer');
  const more = { additionalModules: [{ translate: ['value', translate] }] };
  const dmn = new Kind({ container: box.querySelector('[data-canvas]'), drd: more, decisionTable: more, literalExpression: more, boxedExpression: more });
  dmn.on('import.parse.complete', ({ definitions, element }) => { const root = definitions || element; if (root) notesIn(root); });
  let text = data.text;
  const file = new SavedFile(box.dataset.path, { revision: Number(box.dataset.revision), conflict: (told, mine) => lost(told, mine) });
  const trial = new Trial(box, { text: async () => text, shown: () => dmn.getActiveView()?.element?.id || '' });
  const written = async () => {
    const back = notesOut(dmn.getDefinitions(), dmn._moddle);
    try { return inTheMannerOf(data.text, (await dmn.saveXML({ format: true })).xml); } finally { back(); }
  };
  const changed = async () => {
    const now = await written();
    if (now === text) return;
    text = now;
    file.save(text);
    trial.soon();
  };
  const heard = new WeakSet();
  const look = () => {
    const viewer = dmn.getActiveViewer();
    if (editable && viewer && !heard.has(viewer)) {
      heard.add(viewer);
      viewer.on('commandStack.changed', () => { changed(); steps(); });
    }
    trial.soon();
    steps();
    named();
  };
  const stack = () => { try { return dmn.getActiveViewer().get('commandStack'); } catch { return null; } };
  const steps = () => {
    box.querySelector('[data-undo]')?.toggleAttribute('disabled', !stack()?.canUndo());
    box.querySelector('[data-redo]')?.toggleAttribute('disabled', !stack()?.canRedo());
  };
  const other = box.querySelector('[data-name-en]');
  const named = () => {
    if (!other) return;
    const place = english(dmn.getDefinitions(), dmn.getActiveView()?.element?.id);
    other.closest('.field').hidden = !place;
    if (place && document.activeElement !== other) other.value = place.value || '';
  };
  other?.addEventListener('change', () => {
    const place = english(dmn.getDefinitions(), dmn.getActiveView()?.element?.id);
    if (place) { place.value = other.value.trim(); changed(); }
  });
  dmn.on('views.changed', ({ views, activeView }) => {
    const tabs = box.querySelector('[data-views]');
    const drawn = Boolean(dmn.getDefinitions()?.dmnDI); // without a drawing there is no diagram of requirements to show
    box.dataset.drawn = drawn ? 'yes' : '';
    const offered = views.filter((view) => view.type !== 'drd' || drawn);
    tabs.replaceChildren(...(offered.length > 1 ? offered : []).map((view) => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.textContent = view.name || view.element.name || view.id;
      tab.setAttribute('aria-pressed', String(view === activeView));
      tab.addEventListener('click', () => dmn.open(view));
      return tab;
    }));
    tabs.hidden = offered.length < 2;
    look();
  });
  box.querySelector('[data-undo]')?.addEventListener('click', () => stack()?.undo());
  box.querySelector('[data-redo]')?.addEventListener('click', () => stack()?.redo());
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || !editable) return;
    const key = event.key.toLowerCase(), inside = event.target.closest('input, textarea, [contenteditable=true], .cm-editor');
    if (key === 's') { event.preventDefault(); file.flush(); }
    if (inside) return;
    if (key === 'z' && !event.shiftKey) { event.preventDefault(); stack()?.undo(); }
    if (key === 'y' || (key === 'z' && event.shiftKey)) { event.preventDefault(); stack()?.redo(); }
  });
  try {
    await dmn.importXML(data.text);
  } catch {
    box.querySelector('[data-canvas]').replaceChildren(Object.assign(document.createElement('p'), { className: 'note late', textContent: say('table-unreadable') }));
    trial.soon();
  }
  box.dataset.ready = '';

  function lost(told, mine) {
    const dialog = document.getElementById('sheet-conflict');
    dialog.querySelector('[data-why]').textContent = told.error || told.sentence || '';
    dialog.querySelector('[data-own=branch]').onclick = () => { file.pending = null; branch({ [box.dataset.path]: mine }); };
    dialog.querySelector('[data-own=file]').onclick = () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([mine], { type: 'text/xml' }));
      link.download = box.dataset.path.split('/').pop();
      link.click();
    };
    dialog.querySelector('[data-own=theirs]').onclick = () => { file.pending = null; window.location.reload(); };
    dialog.showModal();
  }
});
