// The head of a draft: whether all is saved, who edits, who wants to take over. Told and asked every half minute.
import { announce, csrf, icon, ready, say, send } from '../page.js';

const EVERY = 30000;

/** Let editors of this page save what is not saved yet; how many had something. */
async function flush() {
  const waits = [];
  document.dispatchEvent(new CustomEvent('bihuan:flush', { detail: { waits } }));
  await Promise.allSettled(waits);
  return waits.length;
}

// Whoever hands over saves first.
document.addEventListener('submit', async (event) => {
  if (!event.target.matches('[data-who] form')) return;
  event.preventDefault();
  const { submitter, target } = event;
  await flush();
  if (submitter?.name) target.append(Object.assign(document.createElement('input'), { type: 'hidden', name: submitter.name, value: submitter.value }));
  target.submit();
});

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
      if (!await flush()) window.location.reload(); // else its editor says what became of it, and offers a branch
    } else if (!editing && told.editing) {
      announce(say('studio-given'));
      window.location.reload();
    } else if (told.editing && told.wanted && !box.querySelector('[data-who] form')) {
      asked(box, told.wanted);
    }
    editing = may;
  };
  setInterval(here, EVERY);
  document.addEventListener('visibilitychange', here);
});

/** Somebody asks to take over: said without disturbing the drawing, answered with a button. */
function asked(box, name) {
  announce(say('studio-wanted', { name }));
  const form = Object.assign(document.createElement('form'), { method: 'post', action: `${box.dataset.base}/hand-over`, className: 'row' });
  form.innerHTML = `<span class="tag risk">${icon('hand-grab')}<span></span></span><input type="hidden" name="csrf_token">` +
    '<button class="btn btn-s btn-line"></button><button class="btn btn-s btn-bare" name="no" value="1"></button>';
  form.querySelector('.tag span').textContent = say('studio-wanted', { name });
  form.elements.csrf_token.value = csrf();
  const [give, keep] = form.querySelectorAll('button');
  [give.textContent, keep.textContent] = [say('studio-hand-over'), say('studio-keep')];
  box.querySelector('[data-who]').replaceChildren(form);
}

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
