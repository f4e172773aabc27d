// The one message each way between the thread that watches a factorization machine's training and the worker that does it.

import type { FittedFeatures } from '../../features/encode.ts';
import type { FmManifest } from './files.ts';
import type { FmData, FmPosition, FmState } from './loop.ts';

export interface FmJob {
  readonly out: string;
  readonly data: FmData;
  /** Goes with the model. */
  readonly fitted?: FittedFeatures;
  /** Absent at the beginning: the worker makes it. */
  readonly start?: FmState;
  readonly manifest: Omit<FmManifest, 'kind' | 'position'>;
  readonly threads: number;
  readonly checkpointSeconds: number;
  readonly sliceFeatures?: number;
  /** Shared counters: those of fmCounters, then `stopCounter`, then `epochCounter`. */
  readonly progress: BigInt64Array;
}

/** The counter in which 1 asks the worker to stop after its slice, with a checkpoint. */
export const stopCounter = 5;
/** The counter of finished epochs. */
export const epochCounter = 6;

export interface FmOutcome {
  readonly finished: boolean;
  readonly position: FmPosition;
}

export const newFmCounters = (): BigInt64Array =>
  new BigInt64Array(new SharedArrayBuffer((epochCounter + 1) * BigInt64Array.BYTES_PER_ELEMENT));
