// Trials of a factorization machine on a validation part: each trained by its own thread as `sepet train fm` does it, on one
// core, and judged here.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../base/limits.ts';
import { readManifest } from '../../tables/dataset.ts';
import { fmMethod } from '../evaluate/methods.ts';
import { readMachine } from '../fm/machine.ts';
import { trainFm } from '../fm/train.ts';
import { figuresOf, type JudgeOptions, judgedDepth, readJudged } from './judge.ts';
import type { Trials } from './tune.ts';

/** Reads a validation part. Throws what reading throws. */
export async function fmTrials(dir: string, judge: JudgeOptions, signal?: AbortSignal): Promise<Trials> {
  const manifest = await readManifest(dir);
  const { all, ...judged } = await readJudged(dir, judge);
  const scratch = await mkdtemp(join(dir, 'trials-'));
  let made = 0;
  return {
    judgedBaskets: judged.test.heldOut.length,
    defaultEpochs: limits.fmEpochs.default,
    async run({ factors, ...asked }, epochs, onEpoch) {
      const out = join(scratch, `${made++}.sepet`);
      let epoch = 1;
      await trainFm([dir], out, {
        parameters: {
          ...asked,
          ...(factors !== undefined && { factorsEach: factors }),
          ...{ epochs, seed: judge.seed, deterministic: true },
        },
        // A trial is short: it is trained anew, not resumed.
        checkpointSeconds: limits.checkpointSeconds.max,
        ...(signal && { signal }),
        onProgress: (now) => {
          for (; epoch < now.epoch; epoch++) onEpoch();
        },
      });
      const machine = readMachine(out, manifest);
      if (machine === undefined) throw new Error(`${out} was trained and is not there`);
      const method = fmMethod(machine, all, judged.candidates, judgedDepth(judged.k));
      const figures = await figuresOf(method, judged, signal);
      await rm(out);
      return figures;
    },
    close: () => rm(scratch, { recursive: true, force: true }),
  };
}
