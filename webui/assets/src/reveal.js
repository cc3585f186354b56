// A masked value shown for a minute: the server writes down who asked, the page masks it again by itself.
import { announce, say, send } from './page.js';

export function attachReveals(root) {
  for (const button of root.querySelectorAll('[data-reveal]')) {
    const value = button.previousElementSibling;
    const words = button.querySelector('span');
    const masked = value.textContent;
    const label = words.textContent;
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      timer = 0;
      value.textContent = masked;
      words.textContent = label;
      button.setAttribute('aria-pressed', 'false');
    };
    button.addEventListener('click', async () => {
      if (timer) return hide();
      const body = new FormData();
      for (const name of ['field', 'form', 'filled']) if (button.dataset[name]) body.set(name, button.dataset[name]);
      const answer = await send(button.dataset.reveal, body).catch(() => null);
      const told = await answer?.json().catch(() => null);
      if (!answer?.ok || !told) {
        announce(told?.sentence || say('reveal-failed'));
        value.title = told?.sentence || say('reveal-failed');
        words.textContent = told?.sentence || say('reveal-failed');
        return undefined;
      }
      value.textContent = told.display;
      words.textContent = say('reveal-hide');
      button.setAttribute('aria-pressed', 'true');
      announce(say('revealed', { value: told.display }));
      timer = setTimeout(hide, told.seconds * 1000);
      return undefined;
    });
  }
}
