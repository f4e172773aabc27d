// The pages and the widget. Both builds write into dist/ui, which the server reads: files with a hash in their names below
// assets/, everything that compresses also as .gz and .br, and widget.js under a name that shops can rely on.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/ui', import.meta.url));
const client = fileURLToPath(new URL('../src/client/index.ts', import.meta.url));

const isText = /\.(html|js|css|svg|json|webmanifest|txt)$/;

/** Compresses what was written, once, so that the server need not. */
function compress(): Plugin {
  return {
    name: 'sepet-compress',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
        if (!isText.test(name)) continue;
        const file = join(outDir, name);
        const bytes = readFileSync(file);
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        };
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

const shared = {
  root,
  base: '/ui/',
  resolve: { alias: { 'sepet/client': client } },
};

/** `vite build` makes the pages; `vite build --mode widget` the widget, beside them. */
export default defineConfig(({ mode }) =>
  mode === 'widget'
    ? {
        ...shared,
        plugins: [compress()],
        build: {
          outDir,
          emptyOutDir: false,
          target: 'es2022',
          lib: {
            entry: join(root, 'src/widget/bought-together.ts'),
            formats: ['es'],
            fileName: () => 'widget.js',
          },
          rolldownOptions: { output: { codeSplitting: false, minify: true } },
        },
      }
    : {
        ...shared,
        plugins: [compress()],
        build: {
          outDir,
          // Several people who build at once would empty it under each other's feet.
          emptyOutDir: process.env.SEPET_UI_KEEP === undefined,
          target: 'es2022',
          // Modules are inlined nowhere and preloads need no inline script: the pages allow none.
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
          rolldownOptions: {
            input: { index: join(root, 'index.html'), shop: join(root, 'shop/index.html') },
          },
        },
      },
);
