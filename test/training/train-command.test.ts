// The built `sepet train` as people and supervisors use it: killed, resumed, misused.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapFile } from '../../src/native/index.ts';
import { withDatabase } from '../../src/tables/duckdb.ts';
import { checkpointPath, modelPath } from '../../src/training/train/files.ts';
import { train } from '../../src/training/train/train.ts';
import { type DataFolder, plantedFolder } from './train-world.ts';

const command = fileURLToPath(new URL('../../bin/sepet.js', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sepet train dir …`; `kill` is sent as soon as `when` holds, asked often after training has started. */
function sepetTrain(dir: string, options: string[], kill?: { signal: NodeJS.Signals; when: () => boolean }) {
  const child = spawn(process.execPath, [command, 'train', dir, ...options], { stdio: 'pipe' });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    seen.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    seen.stderr += chunk;
  });
  const timer = setInterval(() => {
    if (kill && seen.stderr.includes('epochs') && kill.when()) {
      clearInterval(timer);
      child.kill(kill.signal);
    }
  }, 10);
  return new Promise<Run>((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(timer);
      resolve({ code, signal, ...seen });
    });
  });
}

/** The same, again where it was through before the signal came: this process may not have been given its turn. */
async function sepetTrainStopped(...[dir, options, kill]: Required<Parameters<typeof sepetTrain>>) {
  for (let tries = 0; ; tries++) {
    const run = await sepetTrain(dir, options, { signal: kill.signal, when: kill.when });
    if (run.code !== 0 || tries === 20) return run;
  }
}

const long = ['--deterministic', '--dims', '16', '--epochs', '1500', '--negatives', '8'];

describe('sepet train', () => {
  let folder: DataFolder;
  let straight: { in: Float32Array; out: Float32Array };
  const model = () => {
    const file = mapFile(modelPath(folder.dir));
    return { in: file.f32('w2v.in').slice(), out: file.f32('w2v.out').slice() };
  };

  beforeAll(async () => {
    folder = await plantedFolder(1000, 5);
    const run = await sepetTrain(folder.dir, long);
    expect(run.code, run.stderr).toBe(0);
    straight = model();
  });
  afterAll(() => folder.remove());

  it('leaves a checkpoint on Ctrl-C, says how to go on, and goes on to the same bits', async () => {
    let asked = 0;
    const stopped = await sepetTrainStopped(folder.dir, long, {
      signal: 'SIGINT',
      when: () => ++asked % 20 === 0,
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/Stopped in epoch \d+ of 1500\. Continue with: sepet train .* --resume/);
    expect(existsSync(checkpointPath(folder.dir))).toBe(true);
    const resumed = await sepetTrain(folder.dir, ['--resume', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ parameters: { epochs: 1500, dims: 16 }, threads: 1 });
    expect(model()).toEqual(straight);
    expect(existsSync(checkpointPath(folder.dir))).toBe(false);
  });

  it('loses at most a checkpoint interval to kill -9', async () => {
    const killed = await sepetTrainStopped(folder.dir, [...long, '--checkpoint-every', '0.1'], {
      signal: 'SIGKILL',
      when: () => existsSync(checkpointPath(folder.dir)),
    });
    expect(killed.signal).toBe('SIGKILL');
    const other = await sepetTrain(folder.dir, ['--resume', '--dims', '8']);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/--dims 8 \(it has 16\).*\[checkpoint_mismatch\]/);
    const resumed = await sepetTrain(folder.dir, ['--resume']);
    expect(resumed.stderr).toMatch(/Going on from the checkpoint: \d+ of 1500 epochs are done/);
    expect(model()).toEqual(straight);
  });

  it('writes no model when training diverges and keeps the one before', async () => {
    const before = model();
    const run = await sepetTrain(folder.dir, ['--learning-rate', '100000', '--epochs', '5']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/row \d+ became .*\[training_diverged\]/);
    expect(run.stderr).not.toMatch(/NaN or infinite.*NaN or infinite/);
    expect(model()).toEqual(before);
    expect(existsSync(checkpointPath(folder.dir))).toBe(false);
  });

  it('reads its options strictly', async () => {
    const split = await sepetTrain(folder.dir, ['--split', 'tain']);
    expect(split.code).not.toBe(0);
    expect(split.stderr).toMatch(/Allowed choices are train, all/);
    const threads = await sepetTrain(folder.dir, ['--deterministic', '--threads', '2']);
    expect(threads.stderr).toMatch(/\[option_invalid\]/);
  });
});

describe('data that cannot be trained on', () => {
  it('is missing or empty by name', async () => {
    await expect(train('/nowhere/at/all')).rejects.toMatchObject({ code: 'input_missing' });
    const folder = await plantedFolder(30, 6);
    try {
      const file = `${folder.dir}/baskets.parquet`;
      await withDatabase((database) =>
        database.run(`COPY (FROM (FROM read_parquet('${file}') WHERE false)) TO '${file}' (FORMAT parquet)`),
      );
      await expect(train(folder.dir)).rejects.toMatchObject({ code: 'data_empty' });
    } finally {
      folder.remove();
    }
  });
});
