// Facts the server wrote into the page: language, the words scripts need, the token against forged requests.
export function ready(run) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', run);
  else run();
}

export const lang = () => (document.documentElement.lang.startsWith('en') ? 'en' : 'zh');

export const csrf = () => document.querySelector('meta[name=csrf-token]')?.content || '';

let words;
/** A sentence of the page by its key, with {parts} filled in. */
export function say(key, parts = {}) {
  if (!words) {
    words = {};
    for (const id of ['words', 'studio-words']) {
      const box = document.getElementById(id);
      if (box) Object.assign(words, JSON.parse(box.textContent));
    }
  }
  return (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? '');
}

/** Say something to a reader of the screen without moving anything: at most one sentence at a time. */
export function announce(sentence) {
  const box = document.getElementById('announcer');
  if (box) box.textContent = sentence;
}

/** The moment by the server's clock: a clerk's machine may be minutes off. */
const skew = (() => {
  const told = Date.parse(document.documentElement.dataset.now || '');
  return Number.isNaN(told) ? 0 : told - Date.now();
})();
export const now = () => Date.now() + skew;

export function icon(name, extra = '') {
  const base = document.documentElement.dataset.icons;
  return `<svg class="i ${extra}" aria-hidden="true"><use href="${base}#${name}"></use></svg>`;
}

export async function send(url, body, options = {}) {
  return fetch(url, {
    method: 'POST', body, credentials: 'same-origin', ...options,
    headers: { 'X-CSRFToken': csrf(), Accept: 'application/json', 'X-Requested-With': 'fetch', ...(options.headers || {}) },
  });
}
