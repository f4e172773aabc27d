// The built `sepet train fm` as people use it: stopped, resumed, misused.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fmScore } from '../../src/native/index.ts';
import { fmCheckpointPath, openFmModel } from '../../src/training/fm/files.ts';
import { auc } from '../../src/training/fm/judge.ts';
import { sepetCommand } from '../shops.ts';
import { fmRows, libsvmOf } from './fm-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-fm-command-'));
const rows = join(folder, 'rows.svm');
const out = join(folder, 'fm.sepet');
afterAll(() => rmSync(folder, { recursive: true }));

const start = (...options: string[]): ChildProcess =>
  spawn(process.execPath, [sepetCommand, 'train', 'fm', rows, '--out', out, ...options], { stdio: 'pipe' });

async function finish(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const seen = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    seen.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    seen.stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...seen };
}

/** Long enough to be killed in the middle: it never stops early. */
const long = [
  '--deterministic',
  '--epochs',
  '60',
  '--patience',
  '60',
  '--factors',
  '64',
  '--checkpoint-every',
  '0',
];

describe('sepet train fm', () => {
  let straight: Buffer;

  beforeAll(async () => {
    writeFileSync(rows, libsvmOf(fmRows(20_000, 5)));
    const run = await finish(start(...long));
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/best, kept/);
    straight = readFileSync(out);
  });

  it('gives the same bytes again', async () => {
    rmSync(out);
    expect((await finish(start(...long))).code).toBe(0);
    expect(readFileSync(out).equals(straight)).toBe(true);
  });

  it('goes on after Ctrl-C to the same bytes', async () => {
    const interrupted = async (): Promise<{ code: number | null; stderr: string }> => {
      rmSync(out, { force: true });
      const child = start(...long);
      const ended = finish(child);
      while (!existsSync(fmCheckpointPath(out)) && child.exitCode === null) await sleep(2);
      child.kill('SIGINT');
      return ended;
    };
    let { code, stderr } = await interrupted();
    // Through before the signal came, as this process was not given its turn: again.
    for (let tries = 0; tries < 20 && code === 0; tries++) ({ code, stderr } = await interrupted());
    expect(code).toBe(130);
    expect(stderr).toMatch(/Stopped in epoch \d+\. Go on with the same command and --resume/);
    expect(existsSync(out)).toBe(false);
    const other = await finish(start('--resume', '--factors', '8'));
    expect(other.stderr).toMatch(/factorsEach 8 \(it has 64\).*\[checkpoint_mismatch\]/);
    const resumed = await finish(start('--resume'));
    expect(resumed.stderr).toMatch(/Going on after epoch \d+/);
    expect(readFileSync(out).equals(straight)).toBe(true);
    expect(existsSync(fmCheckpointPath(out))).toBe(false);
  });

  it('leaves a model that foretells, and says so in JSON', async () => {
    const run = await finish(start('--json', '--learning-rate', '0.3'));
    const summary = JSON.parse(run.stdout);
    const { model, manifest } = openFmModel(out);
    expect(manifest.position.best).toBe(summary.bestEpoch);
    const unseen = fmRows(2000, 99);
    const scores = new Float32Array(2000);
    fmScore(model, unseen, scores);
    expect(auc(scores, unseen.labels)).toBeGreaterThan(0.95);
    expect(summary.history[summary.bestEpoch].validationAuc).toBeGreaterThan(0.95);
  });

  it('keeps the model before when training diverges', async () => {
    const before = readFileSync(out);
    const run = await finish(start('--learning-rate', '1000000'));
    expect(run.stderr).toMatch(/\[training_diverged\]/);
    expect(readFileSync(out).equals(before)).toBe(true);
    expect(existsSync(fmCheckpointPath(out))).toBe(false);
  });

  it('reads its options strictly', async () => {
    expect((await finish(start('--loss', 'hinge'))).stderr).toMatch(/Allowed choices are logistic, squared/);
    expect((await finish(start('--deterministic', '--threads', '2'))).stderr).toMatch(/\[option_invalid\]/);
    expect((await finish(start('--factors', '65'))).stderr).toMatch(/1 to 64.*\[option_invalid\]/);
    const missing = await finish(start('--validation', join(folder, 'none.svm')));
    expect(missing.stderr).toMatch(/\[input_missing\]/);
  });
});
