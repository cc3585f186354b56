// Where a place in a YAML text stands: the path of keys to it, and whether a key or a value is being typed there.

const KEY = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#'"{[][^:#]*?))\s*:(?:\s|$)/;

/** A line taken apart: dashes at its start, the key it begins with, columns of both. */
function taken(line) {
  let column = line.length - line.trimStart().length;
  let rest = line.slice(column);
  const dashes = [];
  while (/^-(\s|$)/.test(rest)) {
    dashes.push(column);
    const inner = rest.slice(1);
    column += 1 + (inner.length - inner.trimStart().length);
    rest = inner.trimStart();
  }
  const key = rest.match(KEY);
  return { column, dashes, rest, key: key ? (key[1] ?? key[2] ?? key[3]).trim() : null, blank: !rest || rest.startsWith('#') };
}

/** Path of the block that a line of this column lies in; numbers stand for items of lists. */
function above(lines, at, column) {
  const path = [];
  let limit = column;
  for (let row = at; row >= 0 && limit > 0; row -= 1) {
    const line = taken(lines[row]);
    if (line.blank && !line.dashes.length) continue;
    if (row !== at && line.key !== null && line.column < limit) {
      path.unshift(line.key);
      limit = line.column;
    }
    for (const dash of [...line.dashes].reverse()) {
      if (dash < limit) {
        path.unshift(0);
        limit = dash + 1;
        const owner = lines.slice(0, row).map(taken).findLastIndex((one) => one.key !== null && (one.column < dash || (one.column === dash && !one.dashes.length)));
        if (owner >= 0) {
          const found = taken(lines[owner]);
          path.unshift(found.key);
          limit = found.column;
        }
      }
    }
  }
  return path;
}

/** `{path, kind: 'key' | 'value', key, typed, siblings}` of a place; `path` leads to the mapping it is in. */
export function placeAt(text, position) {
  const before = text.slice(0, position), lines = before.split('\n'), line = lines.at(-1);
  const open = [];
  let quote = '', part = '';
  const head = taken(line);
  for (const sign of head.rest) {
    if (quote) { if (sign === quote) quote = ''; part += sign; continue; }
    if (sign === '"' || sign === "'") { quote = sign; part += sign; continue; }
    if (sign === '{' || sign === '[') { open.push({ sign, key: keyOf(part), keys: [] }); part = ''; continue; }
    if (sign === '}' || sign === ']') { open.pop(); part = ''; continue; }
    if (sign === ',' && open.length) { open.at(-1).keys.push(keyOf(part)); part = ''; continue; }
    part += sign;
  }
  const own = above(lines, lines.length - 1, head.column);
  if (!open.length) {
    const value = head.rest.match(KEY);
    if (value) return { path: own, kind: 'value', key: head.key, typed: head.rest.slice(value[0].length).trimStart(), siblings: [] };
    return { path: own, kind: 'key', key: null, typed: head.rest, siblings: siblings(text.split('\n'), lines.length - 1, head.column) };
  }
  const path = [...own];
  for (const { sign, key } of open) {
    if (key) path.push(key);
    if (sign === '[') path.push(0);
  }
  const inner = part.trimStart().match(/^([^:]+):\s?(.*)$/);
  if (open.at(-1).sign === '[') return { path: path.slice(0, -1), kind: 'value', key: 0, typed: part.trimStart(), siblings: [] };
  if (inner) return { path, kind: 'value', key: inner[1].trim(), typed: inner[2], siblings: [] };
  return { path, kind: 'key', key: null, typed: part.trimStart(), siblings: open.at(-1).keys.filter(Boolean) };
}

const keyOf = (part) => part.match(/(?:^|\s)["']?([\w*.-]+)["']?\s*:/)?.[1] || '';

/** Keys that the mapping of a line has already. */
function siblings(lines, at, column) {
  const found = [];
  for (const step of [-1, 1]) {
    for (let row = at + step; row >= 0 && row < lines.length; row += step) {
      const line = taken(lines[row]);
      if (line.blank) continue;
      if (line.column < column) break;
      if (line.column === column && line.key !== null) found.push(line.key);
      if (line.column === column && line.dashes.length) break;
    }
  }
  return found;
}
