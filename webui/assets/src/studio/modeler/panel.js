// The groups of the properties panel: ours, and those of BPMN events that need nothing of ours.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { h } from '@bpmn-io/properties-panel/preact';

import { condition, conditional, message, timer } from './groups/flows.js';
import { deadline, operations } from './groups/limits.js';
import { listed } from './groups/cases.js';
import { adHoc, connectorInputs, handed, mapped, several } from './groups/loops.js';
import { hints, naming } from './groups/naming.js';
import { distribution, people, starting } from './groups/people.js';
import { fields, recent, register, state, work } from './groups/work.js';
import { the } from './told.js';

const OURS = [
  naming, people, work, connectorInputs, register, condition, conditional, timer, message, deadline, operations, fields, several, adHoc,
  (element) => handed(element, 'camunda:In'), (element) => handed(element, 'camunda:Out'),
  (element) => mapped(element, 'inputParameters'), (element) => mapped(element, 'outputParameters'),
  starting, listed, state, distribution, hints, recent,
];
const KEPT = new Set(['compensation', 'error', 'signal', 'link', 'escalation']);
const AFTER_BPMN = 500;

class OwnGroups {
  constructor(propertiesPanel, translate) {
    this.translate = translate;
    propertiesPanel.registerProvider(AFTER_BPMN, this);
  }

  getGroups(shown) {
    // The paper itself stands for the process of its only pool.
    const pools = is(shown, 'bpmn:Collaboration') ? shown.children.filter((one) => one.businessObject.processRef) : [];
    const element = pools.length === 1 ? pools[0] : shown;
    const about = (group) => (element === shown ? group : { ...group, entries: group.entries.map((entry) => instead(entry, element)) });
    return (groups) => [
      ...OURS.map((make) => make(element)).filter(Boolean).map((group) => about({ translate: this.translate, ...group })),
      ...groups.filter((group) => KEPT.has(group.id)).map((group) => ({ ...group, shouldOpen: true, translate: this.translate })),
    ];
  }
}
OwnGroups.$inject = ['propertiesPanel', 'translate'];

/** An entry that is about another element than the one selected. */
const instead = (entry, element) => ({ ...entry, component: (props) => h(entry.component, { ...props, element }) });

/** Look at the selected element again: the lists one may choose from have changed. */
export const redraw = () => the.get('eventBus').fire('propertiesPanel.providersChanged');

export default { __init__: ['ownGroups'], ownGroups: ['type', OwnGroups] };
