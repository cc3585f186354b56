// Runs the page's FEEL outside of a browser: cases as JSON on stdin, answers as JSON on stdout.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [assets] = process.argv.slice(2);
const feel = await import(pathToFileURL(`${assets}/node_modules/feelin/dist/index.js`));
const page = await import(pathToFileURL(`${assets}/src/feel.js`));
const { asked, sheets, typings } = JSON.parse(readFileSync(0, 'utf8'));

const plain = (value) => (value === page.UNKNOWN ? { unknown: true } : value === undefined ? null : value);
const text = (value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? String(value) : plain(value));

process.stdout.write(JSON.stringify({
  asked: asked.map(({ expression, context }) => plain(page.ask(feel, expression, Object.fromEntries(
    Object.entries(context).map(([name, value]) => [name, page.decoded(feel, value)]))))),
  sheets: sheets.map((rules) => page.answers(feel, rules, {}, 0)),
  typings: typings.map(({ kind, raw, rules }) => {
    const value = page.typed(feel, raw, kind, rules);
    return value === page.UNKNOWN ? { unknown: true } : text(value);
  }),
}));
