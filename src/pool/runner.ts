// Who answers a batch: Piscina's worker threads, or the calling thread itself (`workers: 0`, for tiny machines
// and as the baseline that the pool is measured against). Both give the same bytes.

import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FixedQueue, Piscina } from 'piscina';
import type { Pages } from '../native/index.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Recommender } from '../recommend/recommender.ts';
import { answerBatch, type Job } from './answers.ts';

export interface Runner {
  /** Batches that may run at once; more would only wait inside. */
  readonly capacity: number;
  /** Threads that share the work; 0 is the caller's own. */
  readonly workers: number;
  /** Resolves to the batch as `readBatch` reads it. Rejects where the worker died. */
  run(jobs: readonly Job[]): Promise<ArrayBuffer>;
  /** Ends the threads. Batches must be finished. */
  close(): Promise<void>;
}

/** What a worker needs to open the recommender. */
export interface WorkerSetup {
  readonly file: string;
  /** At least one. */
  readonly policies: readonly PolicyDocument[];
  /** The id that the file must have: a thread that starts late must not serve another artifact. */
  readonly artifact: string;
  /** As the process has the file open, so that the threads share it. */
  readonly pages: Pages;
  readonly rerank?: number;
}

export interface PiscinaOptions {
  readonly workers: number;
  readonly setup: WorkerSetup;
  /** Told about a thread that died without a batch in hand. */
  readonly onError: (error: Error) => void;
  /** The threads' file, where it is not this folder's own. */
  readonly worker?: URL;
}

/** One batch is answered while the next already waits in the worker's port, so that it never idles between two. */
const batchesPerWorker = 2;

/** Answers on the calling thread. */
export function inlineRunner(recommender: Recommender): Runner {
  return {
    capacity: 1,
    workers: 0,
    run: async (jobs) => {
      // Never inside the handler of the request that filled the batch: uWebSockets.js has that socket corked
      // until it returns, and answers to the others would leave header by header (measured: a quarter of the speed).
      await setImmediate();
      return answerBatch(recommender, jobs);
    },
    close: async () => {},
  };
}

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const ownWorker = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Starts the threads and resolves when each has opened the artifact. */
export async function piscinaRunner(options: PiscinaOptions): Promise<Runner> {
  const { workers, setup, onError, worker = ownWorker } = options;
  const pool = new Piscina<readonly Job[], ArrayBuffer>({
    filename: fileURLToPath(worker),
    name: 'answer',
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: batchesPerWorker,
    atomics: 'sync',
    taskQueue: new FixedQueue(),
    recordTiming: false,
    workerData: setup,
  });
  pool.on('error', onError);
  try {
    // An idle thread is preferred to a busy one: as many tasks as threads reach each of them.
    await Promise.all(Array.from({ length: workers }, () => pool.run([])));
  } catch (error) {
    await pool.destroy();
    throw error;
  }
  return {
    capacity: workers * batchesPerWorker,
    workers,
    run: (jobs) => pool.run(jobs),
    close: () => pool.destroy(),
  };
}
