// The dialog of a verb: it opens when its body has come, a list of people narrows while one types, a way back runs out.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { now } from './page.js';

export function startOperations() {
  const dialog = document.getElementById('operation');
  document.addEventListener('htmx:afterSwap', (event) => {
    if (event.detail.target?.id !== 'operation-body') {
      if (dialog.open && dialog.contains(event.detail.requestConfig?.elt)) dialog.close(); // done: the page shows it
      return;
    }
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

/** On a telephone the bar of a task keeps its first button; all others go behind 更多, in their order. */
function gather(root) {
  if (!window.matchMedia('(max-width: 760px)').matches) return;
  for (const menu of root.querySelectorAll('.actions > [data-rest]')) {
    const list = menu.querySelector('.menu-list');
    const rest = [...menu.parentElement.children].filter((one) => one.matches('button, form')).slice(1);
    list.prepend(...rest);
    menu.hidden = !list.children.length;
  }
}

/** A menu in a box that scrolls would be cut off by it: it floats above the page, where there is room. */
function float(menu) {
  const list = menu.querySelector('.menu-list');
  const place = () => {
    const button = menu.querySelector('summary').getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = list;
    const below = button.bottom + 4 + height <= window.innerHeight;
    list.style.left = `${Math.max(8, button.right - width)}px`;
    list.style.top = `${below ? button.bottom + 4 : Math.max(8, button.top - 4 - height)}px`;
  };
  const close = () => { menu.open = false; };
  list.classList.add('floats');
  menu.addEventListener('toggle', () => {
    if (menu.open) place();
    window[menu.open ? 'addEventListener' : 'removeEventListener']('scroll', close, true);
  });
}

export function attachOperations(root) {
  gather(root);
  for (const menu of root.querySelectorAll('.scroll-x details.menu')) float(menu);
  for (const button of root.querySelectorAll('[data-unfolds]')) {
    button.addEventListener('click', () => {
      for (const line of button.parentElement.querySelectorAll('[data-folded]')) line.hidden = false;
      button.parentElement.querySelector('[data-folded] a')?.focus();
      button.remove();
    });
  }
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
    const left = () => Math.max(0, Math.round((new Date(back.dataset.until) - now()) / 1000));
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
