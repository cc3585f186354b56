// Two people saved the same drawing: nothing is lost. One's own can be kept as a draft of its own, or as a file.
import { ask, told, w } from './told.js';

export function conflict(saving) {
  const dialog = document.getElementById('conflict');
  const own = (name) => dialog.querySelector(`[data-own=${name}]`);
  let mine = '';
  own('branch')?.addEventListener('click', async () => {
    const answer = await ask(told.addresses.branch, { files: { [told.file]: mine } }).catch(() => null);
    if (!answer?.ok) { dialog.querySelector('[data-wrong]').textContent = answer?.data.error || w('save-failed'); return; }
    leave(saving, answer.data.url);
  });
  own('file').addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([mine], { type: 'application/xml' }));
    link.download = told.file.split('/').pop();
    link.click();
  });
  own('theirs').addEventListener('click', () => leave(saving, location.href));
  return (xml, sentence) => {
    mine = xml;
    dialog.querySelector('[data-wrong]').textContent = sentence || '';
    dialog.showModal();
  };
}

function leave(saving, address) {
  saving.forget();
  saving.box.dataset.kept = 'yes';
  location.assign(address);
}
