// Relative words that grow old on an open page. The wording is that of webui/when.py; a test holds both together.
import { lang, now } from './page.js';

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const WEEK = { zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] };
const MONTH = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Day and clock of a moment in the zone of the page. */
function local(ms) {
  const zone = document.documentElement.dataset.zone || 'Asia/Shanghai';
  const parts = {};
  for (const { type, value } of new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(ms)) parts[type] = value;
  const day = Date.UTC(+parts.year, +parts.month - 1, +parts.day) / DAY;
  return { ...parts, index: day, week: new Date(day * DAY).getUTCDay(), clock: `${parts.hour}:${parts.minute}` };
}

export function duration(ms, tongue = lang()) {
  const zh = tongue === 'zh';
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 1) return zh ? '不到 1 分' : 'under 1 min';
  if (minutes < 60) return zh ? `${minutes} 分` : `${minutes} min`;
  const hours = Math.floor(minutes / 60), rest = minutes % 60;
  if (hours < 24) {
    const tail = rest ? (zh ? ` ${rest} 分` : ` ${rest} min`) : '';
    return (zh ? `${hours} 小时` : `${hours} h`) + tail;
  }
  const days = Math.floor(hours / 24), over = hours % 24;
  return (zh ? `${days} 天` : `${days} d`) + (over ? (zh ? ` ${over} 小时` : ` ${over} h`) : '');
}

export function ago(ms, at = now(), tongue = lang()) {
  const zh = tongue === 'zh', past = at - ms, then = local(ms), today = local(at);
  if (past < MINUTE && past > -MINUTE) return zh ? '刚刚' : 'just now';
  if (past >= 0 && past < HOUR) return zh ? `${Math.floor(past / MINUTE)} 分钟前` : `${Math.floor(past / MINUTE)} min ago`;
  return day(then, today, zh) + ' ' + then.clock;
}

function day(then, today, zh) {
  const gap = today.index - then.index;
  if (gap === 0) return zh ? '今天' : 'Today';
  if (gap === 1) return zh ? '昨天' : 'Yesterday';
  if (gap === -1) return zh ? '明天' : 'Tomorrow';
  const week = WEEK[zh ? 'zh' : 'en'][then.week];
  const month = zh ? `${then.month}-${then.day}` : `${+then.day} ${MONTH[+then.month - 1]}`;
  if (then.year !== today.year) return zh ? `${then.year}-${month}` : `${month} ${then.year}`;
  return zh ? `${month} ${week}` : `${week} ${month}`;
}

/** Words for a deadline and its state now: a task that was on time turns risky or late while the page is open. */
export function due(box, at = now(), tongue = lang()) {
  const zh = tongue === 'zh';
  const end = Date.parse(box.due), warn = box.warn ? Date.parse(box.warn) : null;
  if (at >= end) return ['late', zh ? `逾期 ${duration(at - end, tongue)}` : `${duration(at - end, tongue)} overdue`];
  if (warn !== null && at >= warn) return ['risk', zh ? `剩 ${duration(end - at, tongue)}` : `${duration(end - at, tongue)} left`];
  const then = local(end), today = local(at), gap = then.index - today.index;
  if (gap > 1 && gap <= 7) return ['normal', `${WEEK[zh ? 'zh' : 'en'][then.week]} ${then.clock}`];
  if (gap > 7) return ['normal', day(then, today, zh)];
  return ['normal', `${day(then, today, zh)} ${then.clock}`];
}

const ICONS = { late: 'alert-triangle', risk: 'hourglass-low', normal: 'clock' };

export function showTimes(root) {
  for (const box of root.querySelectorAll('time[data-ago]')) box.textContent = ago(Date.parse(box.dateTime));
  for (const box of root.querySelectorAll('[data-due]')) {
    const [state, words] = due(box.dataset);
    box.querySelector('.due-words').textContent = words;
    if (!box.classList.contains(state)) {
      box.classList.remove('late', 'risk', 'normal');
      box.classList.add(state);
      box.querySelector('use')?.setAttribute('href', `${document.documentElement.dataset.icons}#${ICONS[state]}`);
    }
  }
}

export function startTimes() {
  setInterval(() => showTimes(document), 30000);
}
