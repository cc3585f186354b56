// How much room the English of a label needs where its box was made for a few Chinese letters.
export const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif';

const WIDEST = 92, pen = document.createElement('canvas').getContext('2d');

/** How many pixels wider the box must be, and how many of them to its left: it grows away from what it belongs to. */
export function labelRoom(label, text) {
  pen.font = `12px ${FONT}`;
  const longest = Math.max(...text.split(' ').map((word) => pen.measureText(word).width));
  const wide = Math.ceil(Math.max(Math.min(WIDEST, pen.measureText(text).width), longest)) + 6;
  const more = Math.max(0, wide - label.width);
  const target = label.labelTarget, middle = label.x + label.width / 2;
  const line = target.waypoints ? upright(target.waypoints, label) : target.x + target.width / 2;
  if (!target.waypoints && Math.abs(middle - line) < 5) return { more, left: more / 2 };
  return { more, left: line !== null && middle < line ? more : 0 };
}

/** Where the vertical part of a flow beside a label runs, if one does. */
function upright(points, label) {
  let found = null;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    const beside = Math.min(from.y, to.y) <= label.y + label.height && Math.max(from.y, to.y) >= label.y;
    const gap = Math.abs(from.x - label.x - label.width / 2);
    if (Math.abs(from.x - to.x) < 1 && beside && (!found || gap < found.gap)) found = { x: from.x, gap };
  }
  return found && found.x;
}
