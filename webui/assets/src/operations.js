// The dialog of a verb: it opens when its body has come, a list of people narrows while one types, a way back runs out.
import htmx from 'htmx.org/dist/htmx.esm.js';

export function startOperations() {
  const dialog = document.getElementById('operation');
  document.addEventListener('htmx:afterSwap', (event) => {
    if (event.detail.target?.id !== 'operation-body') return;
    if (!dialog.open) dialog.showModal();
    document.querySelectorAll('details.menu[open]').forEach((menu) => { menu.open = false; });
    const first = dialog.querySelector('[data-focus]') || dialog.querySelector('[aria-invalid=true], select, textarea, input:not([type=hidden])');
    first?.focus();
  });
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const menu = event.target.closest?.('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); event.stopPropagation(); }
  });
}

export function attachOperations(root) {
  for (const search of root.querySelectorAll('[data-narrows]')) {
    const list = document.getElementById(search.dataset.narrows);
    search.addEventListener('input', () => {
      const wanted = search.value.trim().toLowerCase();
      for (const line of list.children) line.hidden = Boolean(wanted) && !line.textContent.toLowerCase().includes(wanted) && !line.querySelector('input').value.includes(wanted);
    });
    search.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
  }
  for (const place of root.querySelectorAll('[data-asks]')) {
    fetch(place.dataset.asks, { credentials: 'same-origin' }).then((answer) => (answer.ok ? answer.json() : null))
      .then((told) => { place.textContent = told ? told.words : '–'; }).catch(() => { place.textContent = '–'; });
  }
  for (const every of root.querySelectorAll('[data-picks-every]')) {
    every.addEventListener('change', () => {
      for (const box of every.form.querySelectorAll(`[name=${every.dataset.picksEvery}]`)) box.checked = every.checked;
    });
  }
  for (const back of root.querySelectorAll('[data-until]')) {
    const left = () => Math.max(0, Math.round((new Date(back.dataset.until) - Date.now()) / 1000));
    const words = back.textContent;
    const tick = () => {
      const seconds = left();
      if (!seconds || !back.isConnected) { back.remove(); clearInterval(timer); } else back.textContent = `${words} ${seconds} s`;
    };
    const timer = setInterval(tick, 500);
    tick();
    htmx.process(back);
  }
}
