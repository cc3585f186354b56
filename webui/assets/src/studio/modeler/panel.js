// The groups of the properties panel: ours, and those of BPMN events that need nothing of ours.
import { condition, conditional, message, timer } from './groups/flows.js';
import { deadline, operations } from './groups/limits.js';
import { listed } from './groups/cases.js';
import { connectorInputs, handed, mapped, several } from './groups/loops.js';
import { hints, naming } from './groups/naming.js';
import { distribution, people, starting } from './groups/people.js';
import { register, state, work } from './groups/work.js';
import { the } from './told.js';

const OURS = [
  naming, people, work, connectorInputs, register, condition, conditional, timer, message, deadline, operations, several,
  (element) => handed(element, 'camunda:In'), (element) => handed(element, 'camunda:Out'),
  (element) => mapped(element, 'inputParameters'), (element) => mapped(element, 'outputParameters'),
  starting, listed, state, distribution, hints,
];
const KEPT = new Set(['compensation', 'error', 'signal', 'link', 'escalation', 'adHocCompletion']);
const AFTER_BPMN = 500;

class OwnGroups {
  constructor(propertiesPanel, translate) {
    this.translate = translate;
    propertiesPanel.registerProvider(AFTER_BPMN, this);
  }

  getGroups(element) {
    return (groups) => [
      ...OURS.map((make) => make(element)).filter(Boolean).map((group) => ({ translate: this.translate, ...group })),
      ...groups.filter((group) => KEPT.has(group.id)).map((group) => ({ ...group, shouldOpen: true, translate: this.translate })),
    ];
  }
}
OwnGroups.$inject = ['propertiesPanel', 'translate'];

/** Look at the selected element again: the lists one may choose from have changed. */
export const redraw = () => the.get('eventBus').fire('propertiesPanel.providersChanged');

export default { __init__: ['ownGroups'], ownGroups: ['type', OwnGroups] };
