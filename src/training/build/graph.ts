// Builds the graph in a worker thread, so that this one can show progress and take Ctrl-C.

import { Worker } from 'node:worker_threads';
import { type ErrorCode, SepetError } from '../../base/errors.ts';
import type { BuildGraphCall } from '../../native/index.ts';

export interface GraphProgress {
  readonly done: number;
  readonly total: number;
}

export type GraphCall = Omit<BuildGraphCall, 'progress'>;

/** Makes the bytes of a `graph` section. */
export type GraphBuilder = (call: GraphCall) => Promise<Uint8Array>;

type Outcome = { graph: Uint8Array } | { code: ErrorCode; message: string };

const tickMs = 100;

/** A builder in a worker thread. Throws `cancelled` once `signal` is aborted, and what buildGraph throws. */
export function graphInWorker(options: {
  signal?: AbortSignal;
  onProgress?: (progress: GraphProgress) => void;
}): GraphBuilder {
  return async (call) => {
    const progress = new BigInt64Array(new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT));
    const vectors = new Float32Array(new SharedArrayBuffer(call.vectors.byteLength));
    vectors.set(call.vectors);
    const worker = new Worker(new URL('./graph-worker.js', import.meta.url), {
      workerData: { ...call, vectors, progress },
    });
    const cancel = (): void => {
      Atomics.store(progress, 0, 1n);
    };
    if (options.signal?.aborted) cancel();
    options.signal?.addEventListener('abort', cancel);
    const timer = setInterval(() => {
      const total = Number(Atomics.load(progress, 2));
      if (total > 0) options.onProgress?.({ done: Number(Atomics.load(progress, 1)), total });
    }, tickMs);
    try {
      const outcome = await new Promise<Outcome>((resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
      });
      if ('code' in outcome) throw new SepetError(outcome.code, outcome.message);
      return outcome.graph;
    } finally {
      clearInterval(timer);
      options.signal?.removeEventListener('abort', cancel);
      await worker.terminate();
    }
  };
}
