// Attachments: dropped, pasted, taken or chosen; sent at once, kept in the form as facts about the file.
import { announce, icon, say, send } from './page.js';

export function attachFiles(root) {
  for (const box of root.querySelectorAll('[data-upload]')) {
    const input = box.querySelector('input[type=file]');
    if (!input) continue;
    input.addEventListener('change', async () => { await take(box, input.files); input.value = ''; });
    box.addEventListener('dragover', (event) => { event.preventDefault(); box.classList.add('over'); });
    box.addEventListener('dragleave', () => box.classList.remove('over'));
    box.addEventListener('drop', (event) => {
      event.preventDefault();
      box.classList.remove('over');
      take(box, event.dataTransfer.files);
    });
    box.addEventListener('paste', (event) => { if (event.clipboardData.files.length) take(box, event.clipboardData.files); });
    box.addEventListener('click', (event) => {
      const button = event.target.closest('[data-remove]');
      if (!button) return;
      const item = button.closest('li');
      announce(say('file-removed', { name: item.dataset.name }));
      item.remove();
      input.focus();
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }
}

function take(box, files) {
  const taking = taken(box, files).finally(() => form?.removeEventListener('settle', wait));
  const form = box.closest('form'), wait = (event) => event.detail.push(taking);
  form?.addEventListener('settle', wait);
  return taking;
}

async function taken(box, files) {
  const list = box.querySelector('.file-list');
  const wrong = box.querySelector('[data-upload-wrong]');
  wrong.textContent = '';
  for (const file of files) {
    if (list.children.length >= Number(box.dataset.most || 20)) {
      wrong.textContent = say('file-most', { most: box.dataset.most });
      return;
    }
    const item = document.createElement('li');
    item.dataset.name = file.name;
    item.innerHTML = icon('cloud-up');
    item.append(say('file-sending', { name: file.name }));
    list.append(item);
    try {
      const told = await upload(box.dataset.upload, file);
      kept(item, box.dataset.name, told);
      announce(say('file-sent', { name: file.name }));
    } catch (error) {
      item.remove();
      wrong.innerHTML = icon('alert-circle', 'i-s');
      wrong.append(error.message);
      announce(error.message);
    }
  }
  box.closest('form')?.draft?.soon(100);
}

export async function upload(url, file) {
  const body = new FormData();
  body.append('file', file, file.name || 'image.png');
  let answer;
  try { answer = await send(url, body); } catch { throw new Error(say('file-offline')); }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.sentence || say('file-failed'));
  return told;
}

function kept(item, name, told) {
  item.innerHTML = icon(told.type.startsWith('image/') ? 'photo' : 'paperclip');
  const link = document.createElement('a');
  link.className = 'cut grow';
  link.href = told.url;
  link.textContent = told.name;
  const size = document.createElement('span');
  size.className = 'mut small nowrap';
  size.textContent = told.size_text;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = name;
  field.value = JSON.stringify(told.value);
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.className = 'btn btn-bare btn-s btn-i';
  remove.dataset.remove = '';
  remove.setAttribute('aria-label', say('file-remove', { name: told.name }));
  remove.innerHTML = icon('trash');
  item.append(link, size, field, remove);
}
