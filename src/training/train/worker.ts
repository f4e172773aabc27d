// The thread that trains: native calls block it, so progress and stopping go through shared counters.

import { rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import type { ThreadFailure } from '../../base/threads.ts';
import { checkpointPath, type ModelManifest, modelPath, writeState } from './files.ts';
import { type Outcome, stopCounter, type TrainJob } from './job.ts';
import { runLoop, type State } from './loop.ts';

function run({ dir, data, start, manifest, checkpointSeconds, progress }: TrainJob): Outcome {
  const { epochs } = manifest.parameters;
  let saved = performance.now();
  const save = (path: string, kind: ModelManifest['kind'], state: State): void => {
    const createdAt = new Date().toISOString();
    writeState(path, { ...manifest, kind, position: state.position, createdAt }, state);
    saved = performance.now();
  };
  const onSlice = (state: State): boolean => {
    if (state.position.epoch === epochs) return true;
    const stop = Atomics.load(progress, stopCounter) !== 0n;
    if (stop || performance.now() - saved >= checkpointSeconds * 1000)
      save(checkpointPath(dir), 'sepet-checkpoint', state);
    return !stop;
  };
  const end = runLoop(data, manifest.parameters, start, { threads: manifest.threads, progress, onSlice });
  const finished = end.position.epoch === epochs;
  if (finished) {
    save(modelPath(dir), 'sepet-model', end);
    rmSync(checkpointPath(dir), { force: true });
  }
  return { finished, position: end.position };
}

function outcome(job: TrainJob): Outcome | ThreadFailure {
  try {
    return run(job);
  } catch (error) {
    if (!(error instanceof SepetError)) throw error;
    // A checkpoint of a run that diverges leads to the same end again.
    if (error.code === 'training_diverged') rmSync(checkpointPath(job.dir), { force: true });
    return { code: error.code, message: error.message };
  }
}

parentPort?.postMessage(outcome(workerData as TrainJob));
