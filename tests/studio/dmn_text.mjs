// Runs the table editor's own modules outside of a browser: paths as JSON on stdin, what came of each as JSON on stdout.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [assets] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(assets, path)));
const { DmnModdle } = await load('node_modules/dmn-moddle/dist/index.js');
const { inTheMannerOf, notesIn, notesOut } = await load('src/studio/editors/dmn_text.js');
const { chinese } = await load('src/studio/editors/dmn_chinese.js');

async function written(text, change = () => {}) {
  const moddle = new DmnModdle();
  const { rootElement } = await moddle.fromXML(text, 'dmn:Definitions');
  notesIn(rootElement);
  change(rootElement);
  const back = notesOut(rootElement, moddle);
  const { xml } = await moddle.toXML(rootElement, { format: true });
  back();
  return inTheMannerOf(text, xml);
}

/** Texts that the editor's packages translate, read off their sources. */
function texts(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return texts(path);
    if (!name.endsWith('.js')) return [];
    return [...readFileSync(path, 'utf8').matchAll(/translate\(\s*'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1].replace(/\\(.)/g, '$1'));
  });
}

const paths = JSON.parse(readFileSync(0, 'utf8'));
const tables = {};
for (const path of paths) {
  const text = readFileSync(path, 'utf8');
  const noted = (root) => {
    const rule = root.drgElement.find((one) => one.decisionLogic?.rule?.length)?.decisionLogic.rule[0];
    if (rule) rule.description = '新的说明';
  };
  tables[path] = { same: await written(text), noted: await written(text, noted) };
}
const packages = ['decision-table', 'shared', 'literal-expression'].map((name) => join(assets, `node_modules/dmn-js-${name}/lib`));
process.stdout.write(JSON.stringify({ tables, unsaid: [...new Set(packages.flatMap(texts))].filter((text) => !(text in chinese)) }));
