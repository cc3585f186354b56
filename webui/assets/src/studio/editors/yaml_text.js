// The file as text: YAML with completion by its schema, the server's problems at their lines as one types.
import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, defaultHighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { offers } from './yaml_schema.js';

/** An editor in `place`; `changed(text)` after each change. */
export function textEditor(place, { text, schema, editable, label, changed }) {
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), yaml(), indentUnit.of('  '),
        syntaxHighlighting(defaultHighlightStyle), highlightSelectionMatches(), search({ top: true }), lintGutter(),
        autocompletion({ override: [offers(schema)] }), EditorView.lineWrapping,
        EditorState.readOnly.of(!editable), EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => { if (update.docChanged) changed(update.state.doc.toString()); }),
      ],
    }),
  });
  return {
    view,
    replace(now) {
      if (now !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: now } });
    },
    /** Problems with lines as marks. */
    mark(problems) {
      const { doc } = view.state;
      view.dispatch(setDiagnostics(view.state, problems.filter((one) => one.line).map((one) => {
        const line = doc.line(Math.min(one.line, doc.lines));
        const from = line.from + (line.length - line.text.trimStart().length);
        return { from, to: Math.max(line.to, from), severity: one.severity === 'hint' ? 'info' : one.severity, message: one.text };
      })));
    },
    go(number) {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: 'center' }) });
      view.focus();
    },
  };
}
