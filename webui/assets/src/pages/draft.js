// The head of a draft: whether all is saved, who edits, who wants to take over. Told and asked every half minute.
import { announce, icon, ready, say, send } from '../page.js';

const EVERY = 30000;

ready(() => {
  const box = document.querySelector('[data-draft]');
  if (!box) return;
  showSaving(box.querySelector('[data-saved]'));
  let editing = box.dataset.editing;
  const here = async () => {
    if (document.hidden) return;
    let answer;
    try { answer = await send(`${box.dataset.base}/here`, new URLSearchParams()); } catch { return; }
    if (!answer.ok) return;
    const told = await answer.json();
    const may = told.editing || (told.free && editing) ? 'yes' : '';
    if (editing && !may && told.editor) {
      announce(say('studio-lost', { name: told.editor }));
      window.location.reload();
    } else if (!editing && told.editing) {
      announce(say('studio-given'));
      window.location.reload();
    } else if (told.editing && told.wanted && !box.querySelector('[data-who] form')) {
      window.location.reload();
    }
    editing = may;
  };
  setInterval(here, EVERY);
  document.addEventListener('visibilitychange', here);
});

function showSaving(place) {
  const show = (sentence, look, failed) => {
    place.innerHTML = `${icon(look, 'i-s')}<span></span>`;
    place.lastChild.textContent = sentence;
    place.classList.toggle('failed', Boolean(failed));
  };
  document.addEventListener('bihuan:saving', () => show(say('studio-saving'), 'cloud-up'));
  document.addEventListener('bihuan:saved', () => show(say('studio-saved', { at: clock() }), 'cloud-check'));
  document.addEventListener('bihuan:unsaved', (event) => {
    const why = event.detail?.sentence;
    show(why ? say('studio-unsaved', { why }) : say('studio-offline'), 'cloud-off', true);
  });
}

const clock = () => new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
