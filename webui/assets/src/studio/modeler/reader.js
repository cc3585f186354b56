// The drawing for those who only look: narrow screens, auditors, whoever finds somebody else at work.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';

import { lang } from '../../page.js';
import { LOOKS, fit } from './canvas.js';
import EnglishNames from './english.js';
import { Problems } from './problems.js';
import { the, told } from './told.js';
import Words from './words.js';
import { english, shownFirst } from './xml.js';

export async function open(box) {
  the.editable = false;
  the.nameOf = (drawing) => (lang() === 'en' && english(drawing)) || drawing?.name || '';
  the.modeler = new NavigatedViewer({ ...LOOKS, container: box.querySelector('#drawing-canvas'), moddleExtensions: { camunda }, additionalModules: [Words, EnglishNames] });
  const problems = new Problems(box), canvas = the.get('canvas');
  if (await shownFirst(told.content, box)) fit(canvas);
  for (const button of box.querySelectorAll('[data-do]')) {
    const act = { fit: () => fit(canvas), in: () => the.get('zoomScroll').stepZoom(1), out: () => the.get('zoomScroll').stepZoom(-1), next: () => problems.step(1) }[button.dataset.do];
    if (act) button.addEventListener('click', act); else button.hidden = true;
  }
  box.dataset.ready = String(Math.round(performance.now()));
  await problems.check();
}
