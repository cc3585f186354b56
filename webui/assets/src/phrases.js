// Canned phrases for long texts: a button under the field, or / at the beginning of a line.

let kept = null;

async function phrases(form) {
  const where = `/phrases.json?task=${encodeURIComponent(form?.dataset.task || '')}`;
  if (kept?.where !== where) {
    const answer = await fetch(where, { credentials: 'same-origin' }).catch(() => null);
    kept = { where, list: answer?.ok ? await answer.json() : [] };
  }
  return kept.list;
}

export function attachPhrases(root) {
  for (const button of root.querySelectorAll('[data-phrases]')) {
    const field = document.getElementById(button.dataset.phrases);
    if (!field) continue;
    button.addEventListener('click', () => offer(field, button));
    field.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.isComposing) return;
      const before = field.value.slice(0, field.selectionStart);
      if (before === '' || before.endsWith('\n')) { event.preventDefault(); offer(field, button); }
    });
  }
}

async function offer(field, button) {
  document.querySelector('.phrase-list')?.remove();
  const list = await phrases(field.form);
  const box = document.createElement('div');
  box.className = 'phrase-list';
  box.setAttribute('role', 'listbox');
  box.setAttribute('aria-label', button.textContent.trim());
  for (const one of list) {
    const line = document.createElement('button');
    line.type = 'button';
    line.className = 'btn btn-bare';
    line.setAttribute('role', 'option');
    line.textContent = one.of ? `${one.text} · ${one.of}` : one.text;
    line.addEventListener('click', () => { put(field, one.text); box.remove(); });
    box.append(line);
  }
  const more = document.createElement('a');
  more.className = 'btn btn-bare';
  more.href = '/phrases';
  more.textContent = button.dataset.manage;
  box.append(more);
  button.after(box);
  box.querySelector('button, a').focus();
  box.addEventListener('keydown', (event) => {
    const all = [...box.children], at = all.indexOf(document.activeElement);
    if (event.key === 'Escape') { box.remove(); field.focus(); event.stopPropagation(); }
    if (event.key === 'ArrowDown') { event.preventDefault(); all[Math.min(at + 1, all.length - 1)].focus(); }
    if (event.key === 'ArrowUp') { event.preventDefault(); all[Math.max(at - 1, 0)].focus(); }
  });
  box.addEventListener('focusout', (event) => { if (!box.contains(event.relatedTarget)) box.remove(); });
}

function put(field, text) {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.focus();
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}
