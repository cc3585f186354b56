// The words of the token simulation stand in its markup: they are translated where they appear.
import { lang } from '../../page.js';
import { known, translate } from './words.js';

const OWN = '.bts-toggle-mode, .bts-palette, .bts-log, .bts-notifications, .bts-set-animation-speed, .bts-scopes, .bts-context-pad, .bts-element-notification';

const english = (said) => /[A-Za-z]{3}/.test(said) && !/[\u4e00-\u9fff]/.test(said);

class SimulationWords {
  constructor(canvas, eventBus) {
    if (lang() !== 'zh') return;
    eventBus.once('diagram.init', () => {
      const root = canvas.getContainer();
      new MutationObserver((changes) => {
        for (const change of changes) {
          for (const node of change.addedNodes) this.into(node.nodeType === 1 ? node : node.parentElement);
        }
      }).observe(root, { childList: true, subtree: true });
      this.into(root);
    });
  }

  into(node) {
    if (!node?.closest) return;
    const parts = node.closest(OWN) ? [node] : node.querySelectorAll(OWN);
    for (const part of parts) this.word(part);
  }

  word(part) {
    const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      const said = text.data.trim();
      // A name that somebody wrote is none of ours: there only what the dictionary knows is replaced.
      const free = text.parentElement.closest('.bts-text');
      if (text.parentElement.closest('.bts-scope')) continue; // the id of a run
      if (english(said) && (!free || known(said) || / (started|finished|canceled)$/.test(said))) text.data = text.data.replace(said, this.say(said));
    }
    for (const one of [part, ...part.querySelectorAll('[title], [aria-label]')]) {
      for (const name of ['title', 'aria-label']) {
        const said = one.getAttribute(name);
        if (said && english(said)) one.setAttribute(name, this.say(said));
      }
    }
  }

  say(said) {
    const [, named, what] = /^(.+) (started|finished|canceled)$/.exec(said) || [];
    if (named) return `${known(named) ? translate(named) : named} ${translate(what)}`;
    const [, words, id] = /^(.*?(?:instance|speed =) )(\S+)$/.exec(said) || [null, said, ''];
    return translate(words.trim() + (id ? ' {id}' : ''), { id: known(id) ? translate(id) : id });
  }
}
SimulationWords.$inject = ['canvas', 'eventBus'];

export default { __init__: ['simulationWords'], simulationWords: ['type', SimulationWords] };
