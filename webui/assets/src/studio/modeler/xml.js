// The drawing as text, and its English names.
import { ask, the, told } from './told.js';

const ENTITIES = { '&#34;': '&quot;', '&#38;': '&amp;', '&#60;': '&lt;', '&#62;': '&gt;', '&#39;': "'" };

/** The drawing as it is now: as bpmn-moddle writes it, with entities as other tools write them (fewer lines of a diff). */
export async function drawn() {
  const { xml } = await the.modeler.saveXML({ format: true });
  return xml.replace(/&#(?:34|38|60|62|39);/g, (entity) => ENTITIES[entity]);
}

/** Show a drawing for the first time; one that was never drawn is laid out. Whether it can be shown. */
export async function shownFirst(xml, box) {
  try {
    await the.modeler.importXML(xml);
  } catch {
    const answer = await ask(told.addresses.tidy, { content: xml }).catch(() => null);
    try {
      if (!answer?.ok) throw new Error('no drawing');
      await the.modeler.importXML(answer.data.content);
    } catch {
      box.querySelector('[data-unreadable]').hidden = false;
      return false;
    }
  }
  return true;
}

const PROPERTIES = 'camunda:Properties';

/** What carries the properties of an element on the canvas: of a pool it is its process. */
export function holder(element) {
  const drawing = element.businessObject || element;
  return drawing.processRef || drawing;
}

const listed = (thing) => thing?.extensionElements?.get('values') || [];

export function property(thing, name) {
  for (const part of listed(thing)) {
    if (part.$type === PROPERTIES) for (const one of part.get('values') || []) if (one.name === name) return one.value ?? '';
  }
  return undefined;
}

export const english = (thing) => property(thing?.processRef || thing, 'bihuan:name_en') || '';

/** Set one ``camunda:property``; without a value it goes. One step of undo. */
export function setProperty(element, name, value) { setProperties(element, { [name]: value }); }

export function setProperties(element, given, thing = holder(element)) {
  const factory = the.get('bpmnFactory');
  const parts = [...listed(thing)];
  const at = parts.findIndex((part) => part.$type === PROPERTIES);
  let values = at < 0 ? [] : [...(parts[at].get('values') || [])];
  for (const [name, value] of Object.entries(given)) {
    const found = values.findIndex((one) => one.name === name);
    const made = value === undefined || value === null ? [] : [factory.create('camunda:Property', { name, value })];
    if (found >= 0) values.splice(found, 1, ...made);
    else values = values.concat(made);
  }
  const made = values.length ? [factory.create(PROPERTIES, { values })] : [];
  if (at >= 0) parts.splice(at, 1, ...made);
  else parts.push(...made);
  setParts(element, thing, parts);
}

/** The extension elements of one camunda type, replaced by ``made`` (none: taken away). */
export function setPart(element, type, made, thing = holder(element)) {
  const parts = listed(thing).filter((part) => part.$type !== type);
  setParts(element, thing, made ? [made, ...parts] : parts);
}

function setParts(element, thing, parts) {
  const extensionElements = parts.length ? the.get('bpmnFactory').create('bpmn:ExtensionElements', { values: parts }) : undefined;
  if (extensionElements) {
    extensionElements.$parent = thing;
    for (const part of parts) { part.$parent = extensionElements; for (const one of part.values || []) one.$parent = part; }
  }
  the.get('modeling').updateModdleProperties(element, thing, { extensionElements });
}

export const part = (thing, type) => listed(thing).find((one) => one.$type === type);

/** Set attributes of an element (or of something within it), in one step of undo. */
export function set(element, given, thing = holder(element)) {
  if (thing === element.businessObject) the.get('modeling').updateProperties(element, given);
  else the.get('modeling').updateModdleProperties(element, thing, given);
}
