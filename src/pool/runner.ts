// Who answers a batch: threads (threads.ts), with the calling thread's help where they have all they can take, or the calling
// thread alone (`workers: 0`, for tiny machines and as the baseline that the threads are measured against). All give the same bytes.

import { setImmediate } from 'node:timers/promises';
import type { Recommender } from '../recommend/recommender.ts';
import { type Answering, answerBatch, type Job } from './answers.ts';
import { Recent } from './recent.ts';
import { Swaps } from './swaps.ts';
import { liftJobs, type Tower } from './tower.ts';
import type { Version } from './version.ts';
import type { Versions } from './versions.ts';

export interface Runner {
  /**
   * Batches that may run at once; more would only wait inside. Fewer while a thread makes itself ready for a version, 0 where
   * it is the only one.
   */
  readonly capacity: number;
  /** Threads that share the work; 0 is the caller's own. */
  readonly workers: number;
  /**
   * Resolves to the batch as `readBatch` reads it, answered whole by the version that is served now. Rejects where
   * the worker died.
   */
  run(jobs: readonly Job[]): Promise<ArrayBuffer>;
  /** Does the same here and now, on the calling thread; absent where that cannot be, or is what `run` does. */
  readonly answer?: (jobs: readonly Job[]) => ArrayBuffer;
  /**
   * Answers later batches by this version, which every thread opens first; what has begun is answered by the one
   * before. Resolves to whether it is served: not where a newer one came before its turn, or the runner closed. Rejects
   * where it cannot be opened or does not answer; the one before stays.
   */
  swap(version: Version): Promise<boolean>;
  /** Ends the threads. Batches must be finished; a swap under way comes to nothing. */
  close(): Promise<void>;
}

/** A runner on the calling thread whose jobs a user tower lifts first. */
export const lifted = (runner: Runner, tower: Tower): Runner => ({
  ...{ capacity: runner.capacity, workers: runner.workers },
  run: async (jobs) => runner.run(await liftJobs(tower, jobs)),
  swap: (version) => runner.swap(version),
  close: () => runner.close(),
});

type OwnVersions = Versions<Answering & Pick<Recommender, 'popularIds'>>;

/** Threads, and beside them the calling thread, whose versions have this one open, as they will each that is swapped to. */
export function helped(threads: Runner, versions: OwnVersions, first: Version): Runner {
  let current = versions.prepare(first);
  return {
    get capacity() {
      return threads.capacity;
    },
    workers: threads.workers,
    run: (jobs) => threads.run(jobs),
    answer: (jobs) => answerBatch(current, jobs),
    swap: async (version) => {
      const isServed = await threads.swap(version);
      if (isServed) current = versions.prepare(version);
      return isServed;
    },
    close: () => threads.close(),
  };
}

/** Answers on the calling thread, whose versions have this one open; they stay the caller's to let go of. */
export function inlineRunner(versions: OwnVersions, first: Version): Runner {
  let current = versions.prepare(first);
  const recent = new Recent();
  const swaps = new Swaps(
    {
      prepare: async (version) => void answerBatch(versions.prepare(version), recent.jobs),
      switch: (version) => {
        current = versions.prepare(version);
      },
      keepOnly: async () => {},
    },
    first,
  );
  return {
    capacity: 1,
    workers: 0,
    run: async (jobs) => {
      recent.add(jobs);
      // Never inside the handler of the request that filled the batch: uWebSockets.js has that socket corked
      // until it returns, and answers to the others would leave header by header (measured: a quarter of the speed).
      await setImmediate();
      return answerBatch(current, jobs);
    },
    swap: (version) => swaps.swap(version),
    close: async () => swaps.close(),
  };
}
