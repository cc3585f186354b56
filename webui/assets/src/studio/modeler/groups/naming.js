// What every element has: names in two languages, id, what it is for.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { area, attribute, ours, text } from '../entries.js';
import { the, w } from '../told.js';
import { holder } from '../xml.js';

const ID = /^[A-Za-z_][\w.-]*$/;

export function naming(element) {
  const thing = element.businessObject;
  const entries = [];
  if (is(thing, 'bpmn:TextAnnotation')) entries.push(area('name_zh', w('note'), ...attribute('text')));
  else entries.push(...names(element));
  entries.push(text('id', w(thing.processRef || is(thing, 'bpmn:Process') ? 'process-key' : 'id'), (one) => holder(one).id,
    (one, id) => attribute('id')[1](one, id), { validate: (id) => wrongId(element, id), disabled: is(holder(element), 'bpmn:Process') }));
  return { id: 'naming', label: w('group-naming'), entries, shouldOpen: true };
}

function names(element) {
  // A pool and its process have one name: both change in one step of undo.
  const rename = (one, name) => {
    const process = one.businessObject.processRef;
    the.get('commandStack').execute('properties-panel.multi-command-executor', [
      { cmd: 'element.updateProperties', context: { element: one, properties: { name } } },
      ...(process ? [{ cmd: 'element.updateModdleProperties', context: { element: one, moddleElement: process, properties: { name } } }] : []),
    ]);
  };
  return [text('name_zh', w('name-zh'), (one) => one.businessObject.name, rename), text('name_en', w('name-en'), ...ours('name_en'))];
}

function wrongId(element, id) {
  if (!id) return w('id-missing');
  if (!ID.test(id)) return w('id-wrong');
  const known = holder(element).$model.ids.assigned(id);
  return known && known !== holder(element) ? w('id-taken') : null;
}

/** What it is for: of a process its description, of a step how it is conducted. */
export function hints(element) {
  const whole = is(holder(element), 'bpmn:Process');
  const described = [(one) => holder(one).get('documentation')[0]?.text, (one, value) => describe(one, value)];
  const entries = whole
    ? [area('documentation', w('documentation-zh'), ...described), area('documentation_en', w('documentation-en'), ...ours('documentation_en'))]
    : [area('hint_zh', w('hint-zh'), ...ours('hint_zh')), area('hint_en', w('hint-en'), ...ours('hint_en')), area('documentation', w('documentation'), ...described)];
  return { id: 'hints', label: w(whole ? 'group-purpose' : 'group-hints'), entries };
}

function describe(element, value) {
  const thing = holder(element);
  const made = value ? [the.get('bpmnFactory').create('bpmn:Documentation', { text: value })] : [];
  for (const one of made) one.$parent = thing;
  the.get('modeling').updateModdleProperties(element, thing, { documentation: made });
}
