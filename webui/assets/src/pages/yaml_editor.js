// Forms, registers and packs of a draft: list, preview and properties, or the file as YAML; both the same text.
import { ready, say } from '../page.js';
import { branch } from '../studio/files.js';
import { editOf, REDRAWS } from '../studio/editors/controls.js';
import { attachProblems } from '../studio/editors/problems.js';
import { attachRows } from '../studio/editors/rows.js';
import { Sheet } from '../studio/editors/sheet.js';

ready(() => {
  const box = document.querySelector('[data-sheet]');
  if (!box) return;
  const data = JSON.parse(document.getElementById('sheet-data').textContent);
  const sheet = new Sheet(box, data);
  const panes = { list: box.querySelector('[data-list]'), preview: box.querySelector('[data-preview]'), properties: box.querySelector('[data-properties]') };
  let text = null;
  const names = () => [...new Set([...sheet.fields, ...data.names])];
  const feel = async () => {
    if (!panes.properties.querySelector('[data-feel-editor]:not([data-on])')) return;
    const { attachFeel } = await import('../studio/editors/feel_boxes.js');
    attachFeel(panes.properties, box.dataset.feel, names, sheet.editable);
  };
  const show = (pane) => {
    box.dataset.pane = pane;
    for (const button of box.querySelectorAll('[data-show]')) button.setAttribute('aria-pressed', String(button.dataset.show === pane));
  };
  const locked = () => {
    if (!sheet.editable) panes.properties.querySelectorAll('input, select, textarea, button').forEach((one) => { one.disabled = true; });
  };
  const mark = () => {
    panes.preview?.querySelectorAll('.chosen').forEach((one) => one.classList.remove('chosen'));
    const row = panes.list.querySelector('[aria-current=true]')?.closest('[data-key]'), key = row?.dataset.key;
    const there = key && panes.preview?.querySelector(`[data-${row.matches('.section') ? 'section' : 'field'}="${CSS.escape(key)}"]`);
    if (!there) return;
    there.classList.add('chosen');
    const room = panes.preview.getBoundingClientRect(), at = there.getBoundingClientRect();
    if (at.top < room.top || at.bottom > room.bottom) panes.preview.scrollTop += at.top - room.top - 60;
  };
  const go = (problem) => {
    if (text && !box.querySelector('[data-yaml]').hidden) { text.go(problem.line || 1); return; }
    const key = problem.element?.split('.')[0];
    const row = key && panes.list.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (row) sheet.act({ chosen: JSON.parse(row.dataset.row) }, { show: 'properties' });
    else openText().then(() => text.go(problem.line || 1));
  };

  sheet.on((told, how) => {
    redraw(panes.list, told.list);
    if (panes.preview) redraw(panes.preview, told.preview);
    if (!how.keep) redraw(panes.properties, told.properties);
    else redrawHead(panes.properties, told.properties);
    text?.replace(sheet.text);
    box.querySelector('[data-undo]').disabled = !sheet.past.length;
    box.querySelector('[data-redo]').disabled = !sheet.future.length;
    if (how.show && matchMedia('(max-width: 900px)').matches) show(how.show);
    if (how.focus) {
      const field = panes.properties.querySelector(`[data-name=${how.focus}] :is(input, textarea), [data-name=title] input, [data-name=zh] input`);
      field?.focus();
      field?.select();
    }
    locked();
    feel();
    mark();
  });
  const problems = attachProblems(sheet, { go });
  problems.on((found) => text?.mark(found));
  attachRows(sheet);
  attachControls(sheet, panes.properties);
  attachPreview(sheet, panes);
  attachConflict(sheet);

  for (const button of box.querySelectorAll('[data-show]')) button.addEventListener('click', () => show(button.dataset.show));
  box.querySelector('[data-undo]').addEventListener('click', () => sheet.undo());
  box.querySelector('[data-redo]').addEventListener('click', () => sheet.redo());
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, textarea, select, [contenteditable=true], .cm-editor') || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) { event.preventDefault(); sheet.undo(); }
    if (key === 'y' || (key === 'z' && event.shiftKey)) { event.preventDefault(); sheet.redo(); }
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') { event.preventDefault(); sheet.file.flush(); }
  });

  async function openText() {
    const place = box.querySelector('[data-yaml]');
    box.querySelector('.sheet-panes').hidden = true;
    place.hidden = false;
    for (const button of box.querySelectorAll('[data-mode]')) button.setAttribute('aria-pressed', String(button.dataset.mode === 'yaml'));
    const line = Number(panes.list.querySelector('[aria-current=true]')?.closest('[data-line]')?.dataset.line);
    if (text) { if (line > 1) text.go(line); return; }
    const { textEditor } = await import('../studio/editors/yaml_text.js');
    let timer = 0;
    text = textEditor(place, {
      text: sheet.text, schema: data.schema, editable: sheet.editable, label: 'YAML',
      changed: (typed) => {
        if (typed === sheet.text) return;
        sheet.became(typed, true);
        problems.soon();
        clearTimeout(timer);
        timer = setTimeout(() => sheet.act({}), 400);
      },
    });
    text.mark(sheet.problems);
    if (line > 1) text.go(line);
  }
  function closeText() {
    box.querySelector('[data-yaml]').hidden = true;
    box.querySelector('.sheet-panes').hidden = false;
    for (const button of box.querySelectorAll('[data-mode]')) button.setAttribute('aria-pressed', String(button.dataset.mode === 'panes'));
    sheet.act({});
  }
  for (const button of box.querySelectorAll('[data-mode]')) {
    button.addEventListener('click', () => (button.dataset.mode === 'yaml' ? openText() : closeText()));
  }
  locked();
  feel();
  mark();
  if (box.querySelector('#sheet-new [aria-invalid]')) document.getElementById('sheet-new').showModal();
});

/** Another content for a pane: what it scrolled to and what had the keyboard stay. */
function redraw(pane, html) {
  const top = pane.scrollTop, held = pane.contains(document.activeElement) ? document.activeElement : null;
  const id = held?.id, pick = held?.matches('[data-pick]') ? held.closest('[data-row]').dataset.row : null;
  const open = [...pane.querySelectorAll('details[open]')].length;
  pane.innerHTML = html;
  pane.scrollTop = top;
  if (pick !== null) (pane.querySelector('[aria-current=true]') || pane.querySelector('[data-pick]'))?.focus();
  else if (id) pane.querySelector(`#${CSS.escape(id)}`)?.focus();
  if (!open) window.htmx?.trigger(pane, 'htmx:load', { elt: pane });
}

/** The head of the panel only: what is being typed below stays. */
function redrawHead(pane, html) {
  const made = document.createElement('template');
  made.innerHTML = html;
  for (const part of ['h2', 'code']) {
    const now = made.content.querySelector(`.properties-head ${part}`), was = pane.querySelector(`.properties-head ${part}`);
    if (now && was) was.textContent = now.textContent;
  }
}

function attachControls(sheet, pane) {
  const slug = (words) => words.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40);
  const changed = (control) => {
    const edit = editOf(control);
    if (!edit) return;
    const edits = [edit], id = pane.querySelector('[data-name=id] input');
    if (control.dataset.name === 'label' && id && edit.value) { // a field that was just added gets its id from its English name
      const type = pane.querySelector('[data-name=type] select')?.value, wanted = slug(edit.value.en || '');
      if (new RegExp(`^${type}(_\\d+)?$`).test(id.value) && /^[a-z_]/.test(wanted) && wanted !== 'new_field' && !sheet.fields.includes(wanted)) {
        edits.push({ do: 'set', path: JSON.parse(id.closest('[data-at]').dataset.at), value: wanted });
        id.value = wanted;
      }
    }
    control.dataset.given = edit.do === 'remove' ? '' : 'yes';
    sheet.act({ edits }, { keep: !REDRAWS.includes(control.dataset.control) });
  };
  pane.addEventListener('change', (event) => {
    const control = event.target.closest('[data-control]');
    if (!control) return;
    if (event.target.matches('[data-chooses]')) {
      addChip(control, event.target);
    } else if (control.dataset.control === 'flag' && event.target.type === 'radio') {
      control.querySelector('[data-when-feel]').hidden = event.target.value !== 'feel';
    }
    changed(control);
  });
  pane.addEventListener('click', (event) => {
    const button = event.target.closest('[data-unchip], [data-add-option], [data-option-up], [data-option-gone]');
    if (!button) return;
    const control = button.closest('[data-control]'), row = button.closest('tr');
    if ('unchip' in button.dataset) button.closest('[data-chip]').remove();
    else if ('optionGone' in button.dataset) row.remove();
    else if ('optionUp' in button.dataset) row.previousElementSibling?.before(row);
    else {
      addOption(control);
      return;
    }
    changed(control);
  });
  pane.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.matches('textarea[data-zh], textarea[data-en], input')) {
      event.preventDefault();
      event.target.blur();
    }
  });
}

function addChip(control, select) {
  const key = select.value, words = select.selectedOptions[0].textContent;
  select.value = '';
  if (!key || control.querySelector(`[data-chip="${CSS.escape(key)}"]`)) return;
  const chip = document.createElement('span'), gone = document.createElement('button');
  chip.className = 'tag blue';
  chip.dataset.chip = key;
  chip.textContent = words;
  gone.type = 'button';
  gone.dataset.unchip = '';
  gone.textContent = '×';
  gone.setAttribute('aria-label', `${say('sheet-remove')} ${words}`);
  chip.append(gone);
  control.querySelector('[data-chips]').append(chip);
}

function addOption(control) {
  const row = control.querySelector('template').content.cloneNode(true), body = control.querySelector('tbody');
  const id = row.querySelector('[data-part=id]');
  if (id) {
    const taken = [...body.querySelectorAll('[data-part=id]')].map((cell) => cell.value);
    let number = taken.length + 1;
    while (taken.includes(`option_${number}`)) number += 1;
    id.value = `option_${number}`;
    row.querySelector('[data-part=zh]').value = `选项 ${number}`;
    row.querySelector('[data-part=en]').value = `Option ${number}`;
  }
  body.append(row);
  body.lastElementChild.querySelector('[data-part=zh], select')?.focus();
  if (id) body.dispatchEvent(new Event('change', { bubbles: true }));
}

function attachPreview(sheet, panes) {
  if (!panes.preview) return;
  panes.preview.addEventListener('change', (event) => {
    if (!event.target.matches('[data-preview-at]')) return;
    sheet.element = event.target.value;
    sheet.act({}, { keep: true });
  });
  panes.preview.addEventListener('click', (event) => {
    const tongue = event.target.closest('[data-preview-lang]');
    if (tongue) { sheet.lang = tongue.dataset.previewLang; sheet.act({}, { keep: true }); return; }
    const field = event.target.closest('[data-field]');
    const row = field && panes.list.querySelector(`li[data-key="${CSS.escape(field.dataset.field)}"]`);
    if (row && JSON.stringify(sheet.chosen) !== row.dataset.row) sheet.act({ chosen: JSON.parse(row.dataset.row) });
  });
  panes.preview.addEventListener('submit', (event) => event.preventDefault());
}

function attachConflict(sheet) {
  const dialog = document.getElementById('sheet-conflict'), path = sheet.box.dataset.path;
  const own = (name) => dialog.querySelector(`[data-own=${name}]`);
  own('branch').addEventListener('click', async () => {
    sheet.file.pending = null;
    const told = await branch({ [path]: dialog.dataset.mine });
    if (!told.ok) dialog.querySelector('[data-why]').textContent = told.error || told.sentence || '';
  });
  own('file').addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([dialog.dataset.mine], { type: 'text/yaml' }));
    link.download = path.split('/').pop();
    link.click();
  });
  own('theirs').addEventListener('click', () => { sheet.file.pending = null; window.location.reload(); });
}
