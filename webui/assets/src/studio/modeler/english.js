// A reader of English sees the English names on the drawing; the Chinese ones stay in the file.
import BaseRenderer from 'diagram-js/lib/draw/BaseRenderer';

import { lang } from '../../page.js';
import { english } from './xml.js';

const BEFORE_BPMN = 1500;

class EnglishNames extends BaseRenderer {
  constructor(eventBus, bpmnRenderer) {
    super(eventBus, BEFORE_BPMN);
    this.inner = bpmnRenderer;
  }

  canRender(element) { return lang() === 'en' && Boolean(english(element.businessObject)) && this.inner.canRender(element); }

  named(element, draw) {
    const drawing = element.businessObject, name = drawing.name;
    drawing.name = english(drawing);
    try { return draw(); } finally { drawing.name = name; }
  }

  drawShape(visuals, element, attributes) { return this.named(element, () => this.inner.drawShape(visuals, element, attributes)); }
  drawConnection(visuals, element, attributes) { return this.named(element, () => this.inner.drawConnection(visuals, element, attributes)); }
  getShapePath(element) { return this.inner.getShapePath(element); }
}
EnglishNames.$inject = ['eventBus', 'bpmnRenderer'];

export default { __init__: ['englishNames'], englishNames: ['type', EnglishNames] };
