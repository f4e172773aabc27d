// Formatters and linters: `node scripts/check.js [--write]`. clang-format is taken where the machine has it.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runPackage, runScript } from './setup.js';

export function check({ write = false } = {}) {
  runPackage('@biomejs/biome', 'biome', ['check', '--error-on-warnings', ...(write ? ['--write'] : [])]);
  // The pages and their tests know a browser's names, so setup does not compile them.
  for (const project of ['ui', join('test', 'ui')]) runPackage('typescript', 'tsc', ['-p', project]);
  if (spawnSync('clang-format', ['--version']).error) {
    process.stderr.write('sepet: clang-format is not installed, C++ formatting was not checked\n');
    return;
  }
  const sources = run('git', ['ls-files', '-co', '--exclude-standard', 'native']).trim().split('\n');
  const cpp = sources.filter((file) => /\.(cc|h)$/.test(file));
  run('clang-format', [...(write ? ['-i'] : ['--dry-run', '--Werror']), ...cpp]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runScript(() => check({ write: process.argv.includes('--write') }));
}
