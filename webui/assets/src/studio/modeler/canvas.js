// How drawings look, in the modeler and to those who only read.
import { FONT } from '../../label_room.js';

export const LOOKS = {
  textRenderer: { defaultStyle: { fontFamily: FONT, fontSize: 12, fontWeight: 500 }, externalStyle: { fontSize: 12, fontWeight: 400 } },
  bpmnRenderer: { defaultStrokeColor: '#3f4855', defaultFillColor: '#ffffff', defaultLabelColor: '#1c2430' },
};

const SMALLEST = 0.55;

/** The whole drawing, or its beginning where it would be too small to read. */
export function fit(canvas, room = { left: 24, top: 24 }) {
  canvas.resized();
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const wide = outer.width - room.left - 24, high = outer.height - room.top - 24;
  const scale = Math.max(SMALLEST, Math.min(1, wide / inner.width, high / inner.height));
  const spare = Math.max(0, (wide / scale - inner.width) / 2), over = Math.max(0, (high / scale - inner.height) / 2);
  canvas.viewbox({ x: inner.x - room.left / scale - spare, y: inner.y - room.top / scale - over, width: outer.width / scale, height: outer.height / scale });
}
