// Looks for undefined behaviour in the C++ core: `npm run check:native`. The tests run under the address and
// undefined-behaviour sanitizers and again under the thread sanitizer; then the file reader and all that reads
// sections gets a million damaged files under the former.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCtest, sanitizedRuns } from './ctest.js';
import { root, run, runScript } from './setup.js';

const help = `npm run check:native [-- options]

  --files N   damaged files to open and search, default 1000000
  --seed S    from which they follow, default 1
  --help      this text

Build folders: ${sanitizedRuns.map(({ folder }) => folder).join(', ')}.
`;

/** Feeds the damaged files to the fuzzer that runCtest built in `folder`. Returns its report. */
function fuzz({ folder, files, seed }) {
  process.stderr.write(`sepet: ${files} damaged files, seed ${seed}\n`);
  const threads = String(availableParallelism());
  return run(join(folder, 'fuzz_damage_test_cc'), ['--files', files, '--seed', seed, '--threads', threads]);
}

export function checkNative({ files, seed }) {
  const results = sanitizedRuns.map(runCtest);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  if (failed > 0) throw new Error(`${failed} C++ tests failed under a sanitizer`);
  const begin = Date.now();
  process.stdout.write(fuzz({ folder: sanitizedRuns[0].folder, files, seed }));
  const seconds = ((Date.now() - begin) / 1000).toFixed(0);
  const runs = sanitizedRuns.map(({ sanitize }, i) => `${results[i].passed} tests clean under ${sanitize}`);
  process.stdout.write(
    `check:native: ${runs.join(', ')}; ${files} damaged files did no harm in ${seconds} s\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(root);
  runScript(() => {
    const { values } = parseArgs({
      options: {
        files: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    });
    const { help: wantsHelp, ...numbers } = values;
    if (wantsHelp) return process.stdout.write(help);
    for (const [name, value] of Object.entries(numbers))
      if (!/^\d+$/.test(value)) throw new Error(`--${name} must be a whole number, not ${value}`);
    checkNative(numbers);
  });
}
