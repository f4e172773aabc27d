// `npm test`: sets up, builds, checks the style, runs the C++ tests (sanitized; plain too where SEPET_THOROUGH=1) and the TypeScript
// tests, and closes with a line that counts all of them.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.js';
import { runCtest, sanitizedRuns } from './ctest.js';
import { runPackage, runScript, setup } from './setup.js';

function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-test-'));
  const report = join(folder, 'vitest.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    runPackage('vitest', 'vitest', ['run', ...reporters], { show: true });
  } catch {
    // The report says what failed; without one, reading it fails in turn.
  }
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  rmSync(folder, { recursive: true });
  const { numPassedTests, numFailedTests, numPendingTests, success } = JSON.parse(text);
  // A file that cannot even be loaded fails the run without a failed test.
  const failed = success ? 0 : Math.max(1, numFailedTests);
  return { passed: numPassedTests, failed, skipped: numPendingTests };
}

function styleCheck() {
  try {
    check();
    return { passed: 1, failed: 0 };
  } catch (error) {
    process.stderr.write(`sepet: style check failed (npm run format mends most): ${error.message}\n`);
    return { passed: 0, failed: 1 };
  }
}

runScript(() => {
  setup();
  // The sanitized builds run the same tests as the plain one.
  const plain = process.env.SEPET_THOROUGH === '1' ? [{ folder: 'build-test' }] : [];
  const runs = [styleCheck(), ...[...plain, ...sanitizedRuns].map(runCtest), runVitest()];
  const sum = (key) => runs.reduce((total, run) => total + (run[key] ?? 0), 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed${skipped}\n`);
  process.exit(sum('failed') > 0 ? 1 : 0);
});
