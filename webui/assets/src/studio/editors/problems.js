// What is wrong with the file, below the panes and at the lines it belongs to; asked again a moment after each change.
import { announce, icon, say } from '../../page.js';
import { check, mend } from '../files.js';

const WAIT = 500;
const SIGNS = { error: ['late', 'alert-octagon'], warning: ['risk', 'alert-triangle'], hint: ['blue', 'info-circle'] };

export function attachProblems(sheet, { go }) {
  const list = sheet.box.querySelector('[data-problems]'), words = sheet.box.querySelector('[data-problem-words]');
  let timer = 0, round = 0;
  const listeners = [];
  const show = (problems) => {
    sheet.problems = problems;
    words.textContent = problems.length ? say('sheet-problems', { n: problems.length }) : say('sheet-fine');
    list.replaceChildren(...problems.map((one) => line(one, sheet, go)));
    badges(sheet, problems);
    listeners.forEach((listener) => listener(problems));
  };
  const ask = async () => {
    const mine = (round += 1), text = sheet.text;
    words.textContent = say('sheet-checking');
    let told = {};
    try { told = await check({ [sheet.box.dataset.path]: text }); } catch { /* offline: the own problems stay */ }
    if (mine !== round) return;
    const found = (told.problems || sheet.problems).filter((one) => !one.file || one.file === sheet.box.dataset.path);
    show(found);
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); };
  sheet.on(() => { show(sheet.problems); soon(); });
  show(sheet.problems);
  soon();
  return { soon, on: (listener) => listeners.push(listener), redraw: () => badges(sheet, sheet.problems) };
}

function line(one, sheet, go) {
  const item = document.createElement('li'), button = document.createElement('button');
  const [look, sign] = SIGNS[one.severity] || SIGNS.hint;
  button.type = 'button';
  button.className = 'problem';
  button.innerHTML = `<span class="tag ${look}">${icon(sign)}<span></span></span><span class="grow"></span><span class="mut small nowrap"></span>`;
  button.querySelector('.tag span').textContent = say(`sheet-${one.severity}`);
  button.children[1].textContent = one.text;
  button.children[2].textContent = one.line ? say('sheet-line', { n: one.line }) : '';
  button.addEventListener('click', () => go(one));
  item.append(button);
  for (const fix of (one.fixes || []).filter((found) => found.path === sheet.box.dataset.path && sheet.editable)) {
    const choose = document.createElement('button');
    choose.type = 'button';
    choose.className = 'btn btn-line btn-s';
    choose.textContent = fix.label || say('sheet-fix');
    choose.addEventListener('click', async () => {
      const made = await mend(fix.name, { [sheet.box.dataset.path]: sheet.text }).catch(() => ({}));
      if (made.ok) { sheet.became(made.content); sheet.act({}); } else if (made.sentence) announce(made.sentence);
    });
    item.append(choose);
  }
  return item;
}

/** The number of problems of each line of the list, and those of the chosen one above its properties. */
function badges(sheet, problems) {
  for (const row of sheet.box.querySelectorAll('[data-list] [data-key]')) {
    const badge = row.querySelector('[data-badge]');
    if (!badge) continue;
    const own = problems.filter((one) => one.element?.split('.')[0] === row.dataset.key && one.severity !== 'hint');
    badge.hidden = !own.length;
    badge.textContent = own.length || '';
  }
  const here = sheet.box.querySelector('[data-problems-here]');
  const chosen = sheet.box.querySelector('[data-list] [aria-current=true]')?.closest('[data-key]')?.dataset.key;
  here?.replaceChildren(...problems.filter((one) => chosen && one.element?.split('.')[0] === chosen).map((one) => {
    const item = document.createElement('li');
    item.className = one.severity === 'error' ? 'wrong' : 'hint t-risk';
    item.textContent = one.text;
    return item;
  }));
}
