// Builds everything the browser loads, from npm packages and src/, into ../static/vendor.
// Run by assets.py, which knows when the result is stale; ASSETS_OUT says where it goes.
import esbuild from 'esbuild';
import { PurgeCSS } from 'purgecss';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const out = process.env.ASSETS_OUT || '../static/vendor';

/** Class names that our own style sheets define: Tabler's rules for them are left out. */
function ours() {
  const css = fs.readdirSync('src/css').map((name) => fs.readFileSync(path.join('src/css', name), 'utf8')).join('\n');
  const names = new Set([...css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/\.([a-z][\w-]*)(?=[^{}]*\{)/g)].map((match) => match[1]));
  return [...names];
}

/** Tabler's CSS, reduced to the classes that templates and scripts mention and that we do not define ourselves. */
const tabler = {
  name: 'tabler',
  setup(build) {
    build.onResolve({ filter: /^tabler$/ }, () => ({ path: 'tabler', namespace: 'tabler' }));
    build.onLoad({ filter: /.*/, namespace: 'tabler' }, async () => {
      const css = fs.readFileSync('node_modules/@tabler/core/dist/css/tabler.css', 'utf8');
      const [purged] = await new PurgeCSS().purge({
        content: ['../templates/**/*.html', 'src/**/*.js'],
        css: [{ raw: css }],
        variables: true,
        blocklist: ours(),
        keyframes: true,
        fontFace: true,
      });
      return { contents: purged.css, loader: 'css' };
    });
  },
};

/** One SVG file with a <symbol> for each icon named in src/icons.json, instead of a web font of 5,000. */
function sprite() {
  const names = JSON.parse(fs.readFileSync('src/icons.json', 'utf8'));
  const symbols = names.map((name) => {
    const svg = fs.readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, 'utf8');
    const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${inner.replace(/\s*\n\s*/g, '')}</symbol>`;
  });
  fs.writeFileSync(path.join(out, 'icons.svg'),
    `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`);
}

/** Which packages went into the bundles, with their licences: from what esbuild really took. */
function notices(metafile) {
  const taken = new Set(['@tabler/core', '@tabler/icons']);
  for (const input of Object.keys(metafile.inputs)) {
    const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (match) taken.add(match[1]);
  }
  const parts = [...taken].sort().map((name) => {
    const root = path.join('node_modules', name);
    const about = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    const file = fs.readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? fs.readFileSync(path.join(root, file), 'utf8').trim() : '';
    return `${name} ${about.version} (${about.license || 'see below'})\n\n${text}\n`;
  });
  fs.writeFileSync(path.join(out, 'THIRD-PARTY.txt'), parts.join('\n' + '-'.repeat(80) + '\n\n'));
}

/** Content stamps of the files pages name, for their addresses: app.js?v=1a2b3c4d. */
function manifest() {
  const stamps = {};
  for (const name of fs.readdirSync(out).filter((entry) => /\.(js|css|svg)$/.test(entry))) {
    stamps[name] = createHash('sha256').update(fs.readFileSync(path.join(out, name))).digest('hex').slice(0, 10);
  }
  fs.writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(stamps, null, 1) + '\n');
}

/** Pages with a script or style sheet of their own: every file of src/pages is one bundle. */
function pages() {
  if (!fs.existsSync('src/pages')) return [];
  const files = fs.readdirSync('src/pages').filter((name) => /\.(js|css)$/.test(name));
  return files.map((name) => ({ in: `src/pages/${name}`, out: path.parse(name).name }));
}

fs.mkdirSync(out, { recursive: true });
const result = await esbuild.build({
  entryPoints: [
    { in: 'src/app.js', out: 'app' }, { in: 'src/style.css', out: 'style' }, { in: 'src/diagram.css', out: 'diagram' },
    { in: 'src/print.css', out: 'print' }, ...pages(),
  ],
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  metafile: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  assetNames: 'fonts/[name]-[hash]',
  loader: { '.woff': 'empty', '.woff2': 'dataurl', '.ttf': 'empty', '.eot': 'empty', '.svg': 'dataurl' },
  plugins: [tabler],
  logLevel: 'warning',
});
sprite();
notices(result.metafile);
manifest();
for (const [file, about] of Object.entries(result.metafile.outputs)) {
  console.log(`assets: ${path.basename(file)} ${(about.bytes / 1024).toFixed(0)} KB`);
}
