// A reader of English sees the English names on the drawing; the Chinese ones stay in the file.
import BaseRenderer from 'diagram-js/lib/draw/BaseRenderer';

import { labelRoom } from '../../label_room.js';
import { lang } from '../../page.js';
import { english, setProperty } from './xml.js';

const BEFORE_BPMN = 1500;

class EnglishNames extends BaseRenderer {
  constructor(eventBus, bpmnRenderer) {
    super(eventBus, BEFORE_BPMN);
    this.inner = bpmnRenderer;
  }

  canRender(element) { return lang() === 'en' && Boolean(english(element.businessObject)) && this.inner.canRender(element); }

  /** Draw with the English name in place of the Chinese one; the label gets the room that it needs. */
  named(element, visuals, draw) {
    const drawing = element.businessObject, { name } = drawing, { width } = element;
    const { more, left } = element.labelTarget ? labelRoom(element, english(drawing)) : { more: 0, left: 0 };
    drawing.name = english(drawing);
    try {
      if (more) element.width = width + more;
      const drawn = draw();
      if (left) for (const text of visuals.querySelectorAll('text')) text.setAttribute('transform', `translate(${-left} 0)`);
      return drawn;
    } finally {
      drawing.name = name;
      if (more) element.width = width;
    }
  }

  drawShape(visuals, element, attributes) { return this.named(element, visuals, () => this.inner.drawShape(visuals, element, attributes)); }
  drawConnection(visuals, element, attributes) { return this.named(element, visuals, () => this.inner.drawConnection(visuals, element, attributes)); }
  getShapePath(element) { return this.inner.getShapePath(element); }
}
EnglishNames.$inject = ['eventBus', 'bpmnRenderer'];

/** Who reads English names types English names; a step that has none at all gets both. */
class EnglishEditing {
  constructor(labelEditingProvider) {
    if (lang() !== 'en') return;
    const { activate, update } = labelEditingProvider;
    labelEditingProvider.activate = function (element) {
      const context = activate.call(this, element);
      if (context) context.text = english(element.businessObject) || context.text;
      return context;
    };
    labelEditingProvider.update = function (element, text, ...more) {
      const drawing = element.businessObject, target = element.labelTarget || element;
      if (!drawing.name || !('name' in drawing)) update.call(this, element, text, ...more);
      if (drawing.$type !== 'bpmn:TextAnnotation') setProperty(target, 'bihuan:name_en', text.trim() || undefined);
      else update.call(this, element, text, ...more);
    };
  }
}
EnglishEditing.$inject = ['labelEditingProvider'];

export const Editing = { __init__: ['englishEditing'], englishEditing: ['type', EnglishEditing] };
export default { __init__: ['englishNames'], englishNames: ['type', EnglishNames] };
