// The list of what a file holds: choosing a line, moving it by buttons, keys and drag, adding and removing.
import { announce, say } from '../../page.js';

const MOVES = ['fields', 'columns', 'sections', 'rules', 'values'];
const pathOf = (row) => JSON.parse(row.dataset.row);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function attachRows(sheet) {
  const list = sheet.box.querySelector('[data-list]');
  list.addEventListener('click', (event) => {
    const pick = event.target.closest('[data-pick]');
    if (pick) sheet.act({ chosen: pathOf(pick.closest('[data-row]')) }, { show: 'properties' });
  });
  list.addEventListener('keydown', (event) => {
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      shift(sheet, event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const all = [...list.querySelectorAll('[data-pick]')], at = all.indexOf(document.activeElement);
      if (at < 0) return;
      event.preventDefault();
      all[Math.min(Math.max(at + (event.key === 'ArrowUp' ? -1 : 1), 0), all.length - 1)].focus();
    }
  });
  sheet.box.addEventListener('click', (event) => {
    const button = event.target.closest('[data-add], [data-up], [data-down], [data-remove-entry]');
    if (!button) return;
    if ('add' in button.dataset) {
      button.closest('details')?.removeAttribute('open');
      sheet.act({ add: { kind: button.dataset.add, type: button.dataset.type, near: sheet.chosen } }, { focus: 'label', show: 'properties' });
      announce(say('sheet-added'));
    } else if ('removeEntry' in button.dataset) {
      sheet.act({ edits: [{ do: 'remove', path: sheet.chosen }] });
      announce(say('sheet-gone'));
    } else shift(sheet, 'up' in button.dataset ? -1 : 1);
  });
  drag(sheet, list);
}

/** Up or down within its list, or into the section beside it. */
function shift(sheet, by) {
  const path = sheet.chosen, index = path.at(-1), home = path.slice(0, -1);
  if (typeof index !== 'number' || !MOVES.includes(home.at(-1))) return;
  const to = index + by;
  if (to >= 0 && to < count(sheet, home)) move(sheet, path, home, to);
  else if (home.at(-1) === 'fields' && home[0] === 'sections') {
    const into = ['sections', home[1] + by, 'fields'];
    const there = count(sheet, into);
    if (there) move(sheet, path, into, by < 0 ? there : 0);
  }
}

const count = (sheet, home) => [...sheet.box.querySelectorAll('[data-list] [data-row]')]
  .map(pathOf).filter((path) => path.length === home.length + 1 && same(path.slice(0, -1), home)).length;

function move(sheet, path, into, index) {
  sheet.act({ edits: [{ do: 'move', path, into, index }] });
  announce(say('sheet-moved'));
}

function drag(sheet, list) {
  let held = null;
  const clear = () => list.querySelectorAll('.over, .under').forEach((row) => row.classList.remove('over', 'under'));
  list.addEventListener('dragstart', (event) => {
    const row = event.target.closest('[draggable]');
    held = row && sheet.editable ? pathOf(row) : null;
    if (held) event.dataTransfer.effectAllowed = 'move';
  });
  list.addEventListener('dragover', (event) => {
    const row = target(event, held);
    clear();
    if (!row) return;
    event.preventDefault();
    row.classList.add(isAbove(event, row) ? 'over' : 'under');
  });
  list.addEventListener('dragend', () => { held = null; clear(); });
  list.addEventListener('drop', (event) => {
    const row = target(event, held);
    clear();
    if (!row) return;
    event.preventDefault();
    const aim = pathOf(row), into = aim.slice(0, -1), home = held.slice(0, -1);
    let index = aim.at(-1) + (isAbove(event, row) ? 0 : 1);
    if (same(into, home) && held.at(-1) < index) index -= 1;
    if (!same(into, home) || index !== held.at(-1)) move(sheet, held, into, index);
    held = null;
  });
}

function target(event, held) {
  const row = held && event.target.closest('[data-row]');
  if (!row) return null;
  const aim = pathOf(row);
  return aim.at(-2) === held.at(-2) && !same(aim, held) && !same(aim.slice(0, held.length), held) ? row : null;
}

function isAbove(event, row) {
  const box = (row.querySelector('[data-pick]') || row).getBoundingClientRect();
  return event.clientY < box.top + box.height / 2;
}
