// Builds the index, and arranges its rows, in a worker thread, so that this one can show progress and take Ctrl-C.

import { Worker } from 'node:worker_threads';
import type { IndexSections } from '../../artifact/vectors.ts';
import { outcomeOf } from '../../base/threads.ts';
import type { ArrangeCellsCall, CellOrder } from '../../native/index.ts';
import type { CellArranger } from './cells.ts';
import type { IndexCall, IndexCounters } from './index-sections.ts';

export interface IndexProgress {
  /** Rows' worth of work. */
  readonly done: number;
  readonly total: number;
  /** What is indexed. */
  readonly of: IndexedPart;
}

/** An artifact has up to three indexes made: that of `similar` is only asked while it is built. */
export type IndexedPart = 'embedding' | 'similar' | 'fm';

export type IndexBuilder = (call: IndexCall, of: IndexedPart) => Promise<IndexSections>;

const tickMs = 100;
/** What the codes take of the time; int8 copy and cells take next to nothing (measured, 20,000 x 65). */
const codesShare = 0.1;

const newCounters = (): BigInt64Array =>
  new BigInt64Array(new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT));

/** What the thread is to do. */
export type IndexWork =
  | { readonly call: IndexCall; readonly counters: IndexCounters }
  | { readonly arrange: ArrangeCellsCall };

const workerOf = (workerData: IndexWork): Worker =>
  new Worker(new URL('./index-worker.js', import.meta.url), { workerData });

/** A copy that threads share. */
function shared(values: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

/** The part of the whole work that is done, from 0 to 1; undefined before it has begun. */
function shareDone({ graph, codes }: IndexCounters, rows: number): number | undefined {
  const total = Number(Atomics.load(graph, 2));
  if (total === 0) return undefined;
  const share = Math.min(1, Number(Atomics.load(graph, 1)) / total);
  return (1 - codesShare) * share + codesShare * Math.min(1, Number(Atomics.load(codes, 1)) / rows);
}

/** A builder in a worker thread. Throws `cancelled` once `signal` is aborted, and what buildIndex throws. */
export function indexInWorker(options: {
  signal?: AbortSignal;
  onProgress?: (progress: IndexProgress) => void;
}): IndexBuilder {
  return async (call, of) => {
    const counters = { graph: newCounters(), codes: newCounters() };
    const vectors = shared(call.vectors);
    const worker = workerOf({ call: { ...call, vectors }, counters });
    const cancel = (): void => {
      for (const counter of [counters.graph, counters.codes]) Atomics.store(counter, 0, 1n);
    };
    if (options.signal?.aborted) cancel();
    options.signal?.addEventListener('abort', cancel);
    const rows = vectors.length / call.dims;
    const timer = setInterval(() => {
      const share = shareDone(counters, rows);
      if (share !== undefined) options.onProgress?.({ done: Math.floor(share * rows), total: rows, of });
    }, tickMs);
    try {
      const { sections } = await outcomeOf<{ readonly sections: IndexSections }>(worker);
      return sections;
    } finally {
      clearInterval(timer);
      options.signal?.removeEventListener('abort', cancel);
      await worker.terminate();
    }
  };
}

/** Arranges rows in a worker thread, to the end: it takes seconds where the index takes minutes. Throws what arrangeCells throws. */
export const arrangeInWorker: CellArranger = async (call) => {
  const worker = workerOf({ arrange: { ...call, vectors: shared(call.vectors) } });
  try {
    const { cells } = await outcomeOf<{ readonly cells: CellOrder }>(worker);
    return cells;
  } finally {
    await worker.terminate();
  }
};
