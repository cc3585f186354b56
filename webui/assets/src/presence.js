// Who else has this task open: told every 50 seconds (a minute counts as there) while it is on the screen, at once when one begins to type.
import { send } from './page.js';

const EVERY = 50000;

export function attachPresence(root) {
  for (const box of root.querySelectorAll('[data-present]')) watch(box);
}

function watch(box) {
  let typing = false;
  const tell = async () => {
    if (!box.isConnected) { clearInterval(timer); document.removeEventListener('input', began); return; }
    if (document.hidden) return;
    const body = new URLSearchParams({ editing: typing ? '1' : '' });
    let answer;
    try { answer = await send(box.dataset.seen, body); } catch { return; }
    if (!answer.ok) return;
    const told = await answer.json();
    if (box.textContent !== told.words) box.textContent = told.words;
    box.classList.toggle('editing', told.editing);
  };
  const began = (event) => {
    if (typing || !event.target.closest?.('form[data-task]')) return;
    typing = true;
    tell();
  };
  const timer = setInterval(tell, EVERY);
  document.addEventListener('input', began);
  tell();
}
