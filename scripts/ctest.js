// Builds and runs the C++ tests: `node scripts/ctest.js [--sanitize]`. With --sanitize they run under the address
// and undefined-behaviour sanitizers, and again under the thread sanitizer.

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { root, run, runScript } from './setup.js';

/** Builds in `folder` with the given sanitizers and runs ctest. Returns how many tests passed and failed. */
export function runCtest({ folder, sanitize = '' }) {
  const jobs = String(availableParallelism());
  process.stderr.write(`sepet: C++ tests${sanitize && ` under the ${sanitize} sanitizer`}\n`);
  run('cmake', ['-S', '.', '-B', folder, '-DSEPET_WERROR=ON', `-DSEPET_SANITIZE=${sanitize}`]);
  run('cmake', ['--build', folder, '-j', jobs]);
  // ctest's own exit code counts failures too; the closing line holds both numbers.
  const output = run('sh', ['-c', `ctest --test-dir ${folder} -j ${jobs} --output-on-failure || true`]);
  const [, failed, total] = /(\d+) tests? failed out of (\d+)/.exec(output) ?? [];
  if (total === undefined) throw new Error(`ctest ran nothing in ${folder}:\n${output}`);
  process.stderr.write(Number(failed) > 0 ? output : `sepet: ${total} C++ tests passed\n`);
  return { passed: Number(total) - Number(failed), failed: Number(failed) };
}

export const sanitizedRuns = [
  { folder: 'build-asan', sanitize: 'address,undefined' },
  { folder: 'build-tsan', sanitize: 'thread' },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(root);
  runScript(() => {
    const runs = process.argv.includes('--sanitize') ? sanitizedRuns : [{ folder: 'build-test' }];
    if (runs.map(runCtest).some(({ failed }) => failed > 0)) process.exit(1);
  });
}
