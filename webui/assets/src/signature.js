// A pad to sign on, with pen, finger or mouse. Drawing is never the only way: a scan or a witness does as well.
import { announce, say } from './page.js';
import { upload } from './files.js';

export function attachPads(root) {
  for (const box of root.querySelectorAll('[data-pad]')) new Pad(box);
}

class Pad {
  constructor(box) {
    this.box = box;
    this.canvas = box.querySelector('canvas');
    this.field = box.querySelector('input[data-pad-value]');
    this.status = box.querySelector('[data-pad-status]');
    if (this.canvas) this.prepare();
    // Whoever signs and presses the button at once has signed: the button waits until the image has arrived.
    box.closest('form')?.addEventListener('settle', (event) => {
      if (this.timer) { clearTimeout(this.timer); this.keep(); }
      if (this.keeping) event.detail.push(this.keeping);
    });
    box.querySelector('[data-pad-clear]')?.addEventListener('click', () => this.clear());
    for (const choice of box.querySelectorAll('input[data-pad-method]')) {
      choice.addEventListener('change', () => this.method(choice.value));
    }
    const chosen = box.querySelector('input[data-pad-method]:checked');
    if (chosen) this.method(chosen.value);
  }

  prepare() {
    const pen = this.canvas.getContext('2d');
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = 'round';
    pen.strokeStyle = '#10182b';
    this.pen = pen;
    let drawing = false;
    const at = (event) => {
      const frame = this.canvas.getBoundingClientRect();
      return [(event.clientX - frame.left) * this.canvas.width / frame.width, (event.clientY - frame.top) * this.canvas.height / frame.height];
    };
    this.canvas.addEventListener('pointerdown', (event) => {
      drawing = true;
      this.canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
      event.preventDefault();
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (!drawing) return;
      for (const step of event.getCoalescedEvents?.() || [event]) pen.lineTo(...at(step));
      pen.stroke();
      this.marked = true;
    });
    const end = () => {
      if (!drawing) return;
      drawing = false;
      clearTimeout(this.timer);
      if (this.marked) this.timer = setTimeout(() => this.keep(), 700);
    };
    this.canvas.addEventListener('pointerup', end);
    this.canvas.addEventListener('pointercancel', end);
  }

  method(name) {
    for (const part of this.box.querySelectorAll('[data-pad-part]')) part.hidden = part.dataset.padPart !== name;
  }

  keep() {
    this.timer = null;
    this.keeping = this.send().finally(() => { this.keeping = null; });
  }

  async send() {
    const blob = await new Promise((done) => this.canvas.toBlob(done, 'image/png'));
    try {
      const told = await upload(this.box.dataset.pad, new File([blob], 'signature.png', { type: 'image/png' }));
      this.field.value = JSON.stringify(told.value);
      this.field.dispatchEvent(new Event('change', { bubbles: true }));
      this.say(say('signed'));
    } catch (error) { this.say(error.message); }
  }

  clear() {
    clearTimeout(this.timer);
    this.timer = null;
    this.box.querySelector('[data-pad-image]')?.remove();
    if (this.canvas) {
      this.canvas.hidden = false;
      this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    }
    this.marked = false;
    this.field.value = '';
    this.field.dispatchEvent(new Event('change', { bubbles: true }));
    this.say(say('sign-cleared'));
  }

  say(sentence) {
    if (this.status) this.status.textContent = sentence;
    announce(sentence);
  }
}
