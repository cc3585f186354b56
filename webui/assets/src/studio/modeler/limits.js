// What the engine refuses is not offered: templates of other vendors, links to their documentation.
const HIDDEN = /^(replace-with-rpa|replace-with-agentic)|choreography|conversation/i;
const LATE = 500;

class Offered {
  constructor(popupMenu) {
    for (const menu of ['bpmn-replace', 'bpmn-append', 'bpmn-create']) popupMenu.registerProvider(menu, LATE, this);
  }

  getPopupMenuEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([key]) => !HIDDEN.test(key)));
  }
}
Offered.$inject = ['popupMenu'];

export default { __init__: ['offered'], offered: ['type', Offered] };
