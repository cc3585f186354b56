// FEEL in the property panel: names are offered while one types, and the engine itself says what is wrong.
import FeelEditor from '@bpmn-io/feel-editor';
import { linter } from '@codemirror/lint';
import { EditorView } from '@codemirror/view';
import { ask } from '../files.js';

const PAUSE = 300, REST = 700;

/** Turn every box within `root` into an editor; the textarea in it keeps the text. `names()` are those on offer. */
export function attachFeel(root, address, names, editable) {
  for (const box of root.querySelectorAll('[data-feel-editor]:not([data-on])')) {
    box.dataset.on = 'yes';
    const area = box.querySelector('textarea');
    let timer = 0;
    const settle = () => { clearTimeout(timer); area.dispatchEvent(new Event('change', { bubbles: true })); };
    const place = document.createElement('div');
    area.hidden = true;
    box.append(place);
    const editor = new FeelEditor({
      container: place, value: area.value, readOnly: !editable, variables: names().map((name) => ({ name })),
      contentAttributes: { 'aria-label': box.dataset.label },
      onChange: (typed) => {
        if (typed === area.value) return;
        area.value = typed;
        clearTimeout(timer);
        timer = setTimeout(settle, REST);
      },
      extensions: [EditorView.lineWrapping, judged(address, names)],
    });
    box.addEventListener('focusout', () => { if (area.value !== area.defaultValue) { area.defaultValue = area.value; settle(); } });
    box.feel = editor;
  }
}

function judged(address, names) {
  return linter(async (view) => {
    const text = view.state.doc.toString();
    if (!text.trim()) return [];
    const told = await ask(address, { text, names: names() }).catch(() => ({}));
    return (told.findings || []).map(({ line, column, severity, text: message }) => {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
      return { from, to: Math.max(from, at.to), severity: severity === 'hint' ? 'info' : severity, message, own: true };
    });
  }, { delay: PAUSE, markerFilter: (all) => all.filter((found) => found.own || !all.some((other) => other.own)),
    tooltipFilter: (all) => all.filter((found) => found.own) });
}
