// What was copied in one drawing can be pasted in any other, in this window and the next: the browser keeps it.
const SLOT = 'bihuan:copied';

class Copying {
  constructor(eventBus, clipboard, moddle) {
    const take = () => { const tree = kept(moddle); if (tree) clipboard.set(tree); };
    eventBus.on('copyPaste.elementsCopied', ({ tree }) => {
      try { localStorage.setItem(SLOT, JSON.stringify(tree)); } catch { /* full: it can still be pasted here */ }
    });
    const elsewhere = (event) => { if (event.key === SLOT) take(); };
    window.addEventListener('storage', elsewhere);
    eventBus.on('diagram.destroy', () => window.removeEventListener('storage', elsewhere));
    take();
  }
}
Copying.$inject = ['eventBus', 'clipboard', 'moddle'];

function kept(moddle) {
  try { return JSON.parse(localStorage.getItem(SLOT), reviver(moddle)); } catch { return null; }
}

/** Plain data becomes elements again, one for each id; what this drawing's language does not know stays behind. */
function reviver(moddle) {
  const made = new Map();
  return (_key, value) => {
    if (Array.isArray(value)) return value.filter((one) => one !== null);
    if (!value || typeof value.$type !== 'string') return value;
    const { $type, ...said } = value;
    if (said.id && made.has(said.id)) return made.get(said.id);
    let element;
    try { element = moddle.create($type, said); } catch { return null; }
    if (said.id) made.set(said.id, element);
    return element;
  };
}

export default { __init__: ['copying'], copying: ['type', Copying] };
