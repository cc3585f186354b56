// Tabs by the ARIA pattern: arrows move, one tab stop, the panel is named by its tab.
export function attachTabs(root) {
  for (const list of root.querySelectorAll('[role=tablist]')) {
    const tabs = [...list.querySelectorAll('[role=tab]')];
    const open = (tab, focus) => {
      for (const other of tabs) {
        const chosen = other === tab;
        other.setAttribute('aria-selected', chosen);
        other.tabIndex = chosen ? 0 : -1;
        const panel = document.getElementById(other.getAttribute('aria-controls'));
        if (panel) panel.hidden = !chosen;
        if (chosen && panel) panel.dispatchEvent(new Event('shown', { bubbles: true }));
      }
      if (focus) tab.focus();
    };
    for (const tab of tabs) tab.addEventListener('click', () => open(tab));
    list.addEventListener('keydown', (event) => {
      const here = tabs.indexOf(document.activeElement);
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (here >= 0 && step) { event.preventDefault(); open(tabs[(here + step + tabs.length) % tabs.length], true); }
      if (here >= 0 && event.key === 'Home') { event.preventDefault(); open(tabs[0], true); }
      if (here >= 0 && event.key === 'End') { event.preventDefault(); open(tabs.at(-1), true); }
    });
  }
}
