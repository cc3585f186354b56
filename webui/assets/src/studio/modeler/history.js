// Undo over everything: the steps of bpmn-js, and before them whole drawings (a tidied one, a quick fix).
import { the } from './told.js';
import { drawn } from './xml.js';

const KEPT = 60;

export class History {
  constructor(onChange) {
    this.past = [];
    this.future = [];
    this.since = [];
    this.onChange = onChange;
    this.busy = false;
    const actions = the.get('editorActions');
    for (const [name, act] of [['undo', () => this.undo()], ['redo', () => this.redo()]]) {
      actions.unregister(name);
      actions.register(name, act);
    }
    the.get('eventBus').on('commandStack.changed', ({ trigger }) => {
      if (trigger === 'execute' && !this.busy) this.future = [];
      this.onChange();
    });
  }

  /** A drawing on the way, kept so that undo reaches behind the next whole one. */
  keep(xml) {
    if (this.since.at(-1) !== xml) this.since.push(xml);
    if (this.since.length > KEPT) this.since.shift();
  }

  canUndo() { return the.get('commandStack').canUndo() || this.past.length > 0; }
  canRedo() { return the.get('commandStack').canRedo() || this.future.length > 0; }

  /** Put another drawing in place of this one, as one step that can be undone. */
  async replace(xml) {
    const before = await drawn();
    this.past.push(...this.since.filter((one) => one !== before), before);
    this.past.splice(0, Math.max(0, this.past.length - KEPT));
    this.future = [];
    await this.show(xml);
  }

  async undo() {
    const stack = the.get('commandStack');
    if (stack.canUndo()) stack.undo();
    else if (this.past.length && !this.busy) {
      this.future.push(await drawn());
      await this.show(this.past.pop());
    }
  }

  async redo() {
    const stack = the.get('commandStack');
    if (stack.canRedo()) stack.redo();
    else if (this.future.length && !this.busy) {
      this.past.push(await drawn());
      await this.show(this.future.pop());
    }
  }

  /** Import a drawing; place and selection stay. */
  async show(xml) {
    this.busy = true;
    const canvas = the.get('canvas'), { x, y, width, height } = canvas.viewbox();
    const chosen = the.get('selection').get().map((element) => element.id);
    try {
      await the.modeler.importXML(xml);
      canvas.viewbox({ x, y, width, height });
      const registry = the.get('elementRegistry');
      the.get('selection').select(chosen.map((id) => registry.get(id)).filter(Boolean));
    } finally {
      this.busy = false;
      this.since = [];
    }
    this.onChange();
  }
}
