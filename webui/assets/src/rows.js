// Rows of a table field: added from a template the server drew, removed, numbered. Names are f.<field>.<row>.<column>.
import { announce, say } from './page.js';
import { attachFiles } from './files.js';
import { attachFields } from './fields.js';

export function attachTables(root) {
  for (const box of root.querySelectorAll('[data-rows]')) {
    const body = box.querySelector('tbody');
    const pattern = box.querySelector('template');
    if (!pattern) continue;
    box.querySelector('[data-add-row]')?.addEventListener('click', () => {
      const index = Math.max(-1, ...[...body.rows].map((row) => Number(row.dataset.row))) + 1;
      const holder = document.createElement('tbody');
      holder.innerHTML = pattern.innerHTML.replaceAll('__row__', index);
      const row = holder.rows[0];
      row.dataset.row = index;
      body.append(row);
      number(body);
      attachFiles(row);
      attachFields(row);
      row.querySelector('input:not([type=hidden]), select, textarea')?.focus();
      announce(say('row-added', { n: body.rows.length }));
    });
    body.addEventListener('click', (event) => {
      const button = event.target.closest('[data-remove-row]');
      if (!button) return;
      const row = button.closest('tr');
      const near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      number(body);
      (near?.querySelector('[data-remove-row]') || box.querySelector('[data-add-row]'))?.focus();
      announce(say('row-removed', { n: body.rows.length }));
      body.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }
}

function number(body) {
  [...body.rows].forEach((row, index) => { row.querySelector('[data-no]').textContent = index + 1; });
}
