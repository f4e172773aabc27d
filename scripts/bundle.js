// Puts what `sepet` and its threads load into few files, dist/bundle: a thread that starts reads one instead of 250, which
// takes a third of the processor time. Runs after tsc, on what that wrote; bin/sepet.js says when it is taken.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'dist', 'src');
const outDir = join(root, 'dist', 'bundle');

/** Libraries of many small files. The others stay where npm put them: some have binaries or threads of their own. */
const bundled =
  /^(zod|yaml|commander|prom-client|lru-cache|fastest-levenshtein|cli-table3|cli-progress)(\/|$)/;
const isOwn = (id) => id.startsWith('.') || id.startsWith('/') || id.startsWith('\0');
const isInside = (from) => from !== undefined && /\/node_modules\//.test(from);

/** A file finds others beside itself: as in dist/src, so in dist/bundle, wherever in there its code comes to lie. */
const places = {
  name: 'sepet-places',
  transform(code, id) {
    if (!id.startsWith(source) || !code.includes('import.meta.url')) return null;
    const place = relative(source, id);
    return { code: code.replaceAll('import.meta.url', `__placeOf('${place}')`), map: null };
  },
  renderChunk(code, { fileName }) {
    const up = '../'.repeat(fileName.split('/').length - 1) || './';
    const placed = (_, __, place) => `new URL('${up}${place}', import.meta.url).href`;
    return { code: code.replace(/__placeOf\((['"`])([^'"`]+)\1\)/g, placed), map: null };
  },
};

/** The folders of the packages that something was taken from. */
const packages = new Set();
const whose = {
  name: 'sepet-whose',
  generateBundle(_, chunks) {
    for (const { moduleIds = [] } of Object.values(chunks))
      for (const id of moduleIds) {
        const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [];
        if (folder !== undefined) packages.add(folder);
      }
  },
};

/** What their licences ask of whoever hands copies on. */
function writeLicences() {
  const texts = [...packages].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  writeFileSync(join(outDir, 'LICENCES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

async function bundle(name, output) {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [places, whose],
    ssr: { noExternal: true },
    build: {
      ...{ ssr: true, outDir, emptyOutDir: false, target: 'node20', minify: false, copyPublicDir: false },
      rolldownOptions: {
        input: { [name]: join(source, `${name}.js`) },
        external: (id, from) =>
          !isOwn(id) && !bundled.test(id) && !(isInside(from) && !id.startsWith('node:')),
        output: {
          format: 'esm',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          ...output,
        },
      },
    },
  });
}

rmSync(outDir, { recursive: true, force: true });
const isThread = /(^|\/|-)worker\.js$/;
const threads = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  isThread.test(file),
);
for (const file of threads) await bundle(file.slice(0, -'.js'.length), { codeSplitting: false });
await bundle(join('cli', 'main'), {});
writeLicences();
