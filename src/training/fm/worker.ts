// The thread that trains a factorization machine: native calls block it, so progress and stopping go through shared
// counters.

import { rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import type { ThreadFailure } from '../../base/threads.ts';
import { fmCheckpointPath, writeFmCheckpoint, writeFmModel } from './files.ts';
import { epochCounter, type FmJob, type FmOutcome, stopCounter } from './job.ts';
import { type FmState, initialFmState, isFinished, runFmLoop } from './loop.ts';

function run(job: FmJob): FmOutcome {
  const { out, data, manifest, threads, progress, checkpointSeconds, sliceFeatures } = job;
  const { parameters } = manifest;
  let savedMs = performance.now();
  const onSlice = (state: FmState): boolean => {
    const { position } = state;
    Atomics.store(progress, epochCounter, BigInt(position.epoch));
    if (isFinished(position, parameters)) return true;
    const stops = Atomics.load(progress, stopCounter) !== 0n;
    if (stops || performance.now() - savedMs >= checkpointSeconds * 1000) {
      writeFmCheckpoint(fmCheckpointPath(out), { ...manifest, position }, state);
      savedMs = performance.now();
    }
    return !stops;
  };
  const start = job.start ?? initialFmState(data, parameters);
  const { best, position } = runFmLoop(data, parameters, start, {
    ...{ threads, progress, onSlice },
    ...(sliceFeatures !== undefined && { sliceFeatures }),
  });
  const finished = isFinished(position, parameters);
  if (finished) {
    writeFmModel(out, { ...manifest, position }, { model: best, fitted: job.fitted });
    rmSync(fmCheckpointPath(out), { force: true });
  }
  return { finished, position };
}

function outcome(job: FmJob): FmOutcome | ThreadFailure {
  try {
    return run(job);
  } catch (error) {
    if (!(error instanceof SepetError)) throw error;
    // A checkpoint of a run that diverges leads to the same end again.
    if (error.code === 'training_diverged') rmSync(fmCheckpointPath(job.out), { force: true });
    return { code: error.code, message: error.message };
  }
}

parentPort?.postMessage(outcome(workerData as FmJob));
