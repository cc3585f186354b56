// Every text of bpmn-js and its additions in Chinese. What falls through is kept, so that a test finds it.
import shared from 'bpmn-js-i18n/translations/zn.js';
import drawing from 'bpmn-js-i18n-zh/lib/bpmn-js/index.js';
import panel from 'bpmn-js-i18n-zh/lib/properties-panel/index.js';

import { lang } from '../../page.js';
import own from './chinese.js';

const CHINESE = { ...shared, ...drawing, ...panel, ...own };

/** Texts that no dictionary has: none, says a test. */
export const fallen = new Set();
window.bihuanFallen = fallen;

/** Whether a text has its Chinese. */
export const known = (text) => text in CHINESE;

export function translate(template, parts = {}) {
  let text = template;
  if (lang() === 'zh') {
    text = CHINESE[template];
    if (text === undefined) {
      if (/[A-Za-z]{2}/.test(template)) fallen.add(template);
      text = template;
    }
  }
  return text.replace(/{([^}]+)}/g, (_, key) => parts[key] ?? `{${key}}`);
}

export default { translate: ['value', translate] };
