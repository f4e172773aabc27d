// Training on baskets is killed in the middle of epochs and goes on: the bytes are those of a run that nobody disturbed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fmCheckpointPath, readFmCheckpoint } from '../../src/training/fm/files.ts';
import { askedFolder, askedSpec } from './asked-world.ts';
import type { DataFolder } from './train-world.ts';

const trainer = join(import.meta.dirname, '../../dist/src/training/fm/train.js');
let folder: DataFolder;
let out: string;

/** A process that trains, in twenty slices an epoch, with a checkpoint after each. */
function start(resume = false): ChildProcess {
  const parameters = { factorsEach: 32, epochs: 8, patience: 8, deterministic: true };
  const options = { parameters, spec: askedSpec, checkpointSeconds: 0, sliceFeatures: 2000, resume };
  const script = `const { trainFm } = await import(${JSON.stringify(pathToFileURL(trainer))});
    await trainFm([${JSON.stringify(folder.dir)}], ${JSON.stringify(out)}, ${JSON.stringify(options)});`;
  const file = join(folder.dir, `train-${resume}.mjs`);
  writeFileSync(file, script);
  return spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'inherit'] });
}

beforeAll(async () => {
  folder = await askedFolder(400, 8);
  out = join(folder.dir, 'fm.sepet');
});
afterAll(() => folder?.remove());

it('goes on after SIGKILL at random points to the bytes of a straight run', async () => {
  const [code] = await once(start(), 'exit');
  expect(code).toBe(0);
  const straight = readFileSync(out);
  rmSync(out);
  const points: unknown[] = [];
  for (let kills = 0; kills < 2; ) {
    const child = start(kills > 0);
    const ended = once(child, 'exit');
    const before = existsSync(fmCheckpointPath(out)) ? readFmCheckpoint(out)?.state.position : undefined;
    // It has written a checkpoint of its own.
    for (;;) {
      await sleep(5);
      // Where this process was not given its turn, the child may be through: what was killed before counts.
      if (child.exitCode !== null) break;
      if (!existsSync(fmCheckpointPath(out))) continue;
      const { epoch, slice } = readFmCheckpoint(out)?.state.position ?? { epoch: 0, slice: 0 };
      if (epoch > (before?.epoch ?? 0) || slice > (before?.slice ?? 0)) break;
    }
    await sleep(Math.random() * 30);
    child.kill('SIGKILL');
    const [code] = await ended;
    expect(code === null || code === 0).toBe(true);
    if (existsSync(out)) {
      if (kills > 0) break;
      rmSync(out);
      continue;
    }
    kills++;
    const { epoch, slice } = readFmCheckpoint(out)?.state.position ?? {};
    points.push({ epoch, slice });
  }
  if (!existsSync(out)) expect((await once(start(true), 'exit'))[0]).toBe(0);
  expect(readFileSync(out).equals(straight), `killed at ${JSON.stringify(points)}`).toBe(true);
});
