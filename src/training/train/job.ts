// The one message each way between the thread that watches a training run and the worker that does it.

import type { TrainingData } from './data.ts';
import type { ModelManifest } from './files.ts';
import type { Position, State } from './loop.ts';

export interface TrainJob {
  readonly dir: string;
  readonly data: TrainingData;
  readonly start: State;
  readonly manifest: Omit<ModelManifest, 'kind' | 'position' | 'createdAt'>;
  readonly checkpointSeconds: number;
  /** Shared counters: those of word2vecCounters, then `stopCounter`. */
  readonly progress: BigInt64Array;
}

/** The counter in which 1 asks the worker to stop after its slice, with a checkpoint. */
export const stopCounter = 6;

export interface Outcome {
  readonly finished: boolean;
  readonly position: Position;
}

export function newCounters(): BigInt64Array {
  return new BigInt64Array(new SharedArrayBuffer((stopCounter + 1) * BigInt64Array.BYTES_PER_ELEMENT));
}

/** The job's large buffers, which move to the worker instead of being copied. */
export function transfers({ data, start }: TrainJob): ArrayBuffer[] {
  const arrays = [data.items, data.offsets, data.timeSeconds, start.in, start.out];
  const buffers = arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
  return [...new Set(buffers)];
}
