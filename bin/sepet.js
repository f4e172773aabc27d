#!/usr/bin/env node
import { existsSync, statSync } from 'node:fs';

const at = (path) => new URL(`../dist/${path}`, import.meta.url);
const writtenMs = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// Few files start faster than many; those of the compiler are taken where they are younger.
const bundle = 'bundle/cli/main.js';
const main = at(writtenMs(bundle) > writtenMs('.tsbuildinfo') ? bundle : 'src/cli/main.js');
if (!existsSync(main)) {
  console.error('sepet is not built yet. Run: npm run build');
  process.exit(1);
}
await import(main.href);
