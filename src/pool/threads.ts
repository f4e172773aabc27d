// Piscina's threads as a runner. All bookkeeping is on the event loop's thread: which version is current, how many
// batches each version has out, which thread is busy with a swap. A thread knows versions by number; one that does not
// know a batch's (it replaced one that died) says so, and gets the batch again with the version.

import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FixedQueue, Piscina, type PiscinaTask, queueOptionsSymbol } from 'piscina';
import { SepetError } from '../base/errors.ts';
import type { Job } from './answers.ts';
import { Recent } from './recent.ts';
import type { Runner } from './runner.ts';
import { Swaps } from './swaps.ts';
import type { Version } from './version.ts';
import type { Batch, Prepared, Preparing, WorkerSide } from './worker-side.ts';

export interface PiscinaOptions {
  readonly workers: number;
  /** What is served first. */
  readonly version: Version;
  /** Told about a thread that died without a batch in hand. */
  readonly onError: (error: Error) => void;
  /** The threads' file, where it is not this folder's own. */
  readonly worker?: URL;
}

/** One batch is answered while the next already waits in the worker's port, so that it never idles between two. */
const batchesPerWorker = 2;

/** Answers are garbage soon: with less they are collected too often, with more it only takes memory. */
const maxYoungGenerationSizeMb = 12;

/** As busy as no thread ever is: it gets a batch only where it is the only one. */
const occupiedUsage = 1000;

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const ownWorker = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
/** That of threads that run a user tower before each batch. */
export const towerWorker = new URL(`./tower-worker${extname(import.meta.url)}`, import.meta.url);

/** Starts the threads and resolves when each has opened the version. Throws what opening throws. */
export async function piscinaRunner(options: PiscinaOptions): Promise<Runner> {
  const threads = new Threads(options);
  try {
    await threads.start();
  } catch (error) {
    await threads.close();
    throw error;
  }
  return threads;
}

/** A version and the batches that it has to answer. */
interface Live {
  readonly version: Version;
  running: number;
  /** Called when the last one is answered. */
  onIdle?: () => void;
}

type Candidate = { readonly id: number; readonly currentUsage: number };

class Threads implements Runner {
  readonly workers: number;
  readonly #pool: Piscina;
  readonly #swaps: Swaps;
  readonly #live = new Map<number, Live>();
  readonly #recent = new Recent();
  #current: Live;
  /** The thread that makes itself ready or lets go: batches go to the others meanwhile. */
  #occupied: number | undefined;
  #isClosed = false;

  constructor({ workers, version, onError, worker = ownWorker }: PiscinaOptions) {
    this.workers = workers;
    this.#pool = new Piscina({
      filename: fileURLToPath(worker),
      name: 'answer' satisfies keyof WorkerSide,
      minThreads: workers,
      maxThreads: workers,
      resourceLimits: { maxYoungGenerationSizeMb },
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: batchesPerWorker,
      atomics: 'sync',
      taskQueue: new FixedQueue(),
      recordTiming: false,
      loadBalancer: (task, workers) => this.#choose(task, workers),
    });
    // A thread that is ended in the middle of a call may still answer, and the pool knows nothing of it any more.
    this.#pool.on('error', (error) => this.#isClosed || onError(error));
    this.#current = this.#enter(version);
    this.#swaps = new Swaps(
      {
        prepare: (next) => this.#prepare(next),
        switch: (next) => {
          this.#current = this.#enter(next);
        },
        keepOnly: (kept) => this.#keepOnly(kept),
      },
      version,
    );
  }

  get capacity(): number {
    const free = this.workers - (this.#occupied === undefined ? 0 : 1);
    return free * batchesPerWorker;
  }

  async start(): Promise<void> {
    const { version } = this.#current;
    await Promise.all(this.#threads().map((thread) => this.#prepareIn(thread, version)));
  }

  async run(jobs: readonly Job[]): Promise<ArrayBuffer> {
    const live = this.#current;
    const { version } = live;
    const batch: Batch = { number: version.number, jobs };
    live.running++;
    try {
      const answers: ArrayBuffer = await this.#pool.run(batch);
      const whole: ArrayBuffer =
        answers.byteLength > 0 ? answers : await this.#pool.run({ ...batch, version });
      // Only now: what ends a thread must not end the next one while it makes itself ready.
      this.#recent.add(jobs);
      return whole;
    } finally {
      live.running--;
      if (live.running === 0) live.onIdle?.();
    }
  }

  swap(version: Version): Promise<boolean> {
    return this.#swaps.swap(version);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#swaps.close();
    return this.#pool.destroy();
  }

  #enter(version: Version): Live {
    const live = { version, running: 0 };
    this.#live.set(version.number, live);
    return live;
  }

  #threads(): number[] {
    return this.#pool.threads.map(({ threadId }) => threadId);
  }

  /** The least busy thread, or the one that a task asks for. Piscina keeps to no limit here: the batcher does. */
  #choose<Worker extends Candidate>(task: PiscinaTask, workers: readonly Worker[]): Worker | null {
    const { thread } = (task[queueOptionsSymbol] ?? {}) as { thread?: number };
    let best: Worker | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const worker of workers) {
      const { id, currentUsage } = worker;
      if (id === thread) return worker;
      const usage = id === this.#occupied ? currentUsage + occupiedUsage : currentUsage;
      if (usage < least) [best, least] = [worker, usage];
    }
    return best;
  }

  /** Runs a function in this thread, or in another where it is gone or not up yet. Rejects where the thread dies. */
  #call<Result>(name: keyof WorkerSide, thread: number, argument: object): Promise<Result> {
    return this.#pool.run({ ...argument, [queueOptionsSymbol]: { thread } }, { name });
  }

  async #prepareIn(thread: number, version: Version): Promise<void> {
    const preparing: Preparing = { version, recent: this.#recent.jobs };
    const { failure } = await this.#call<Prepared>('prepare', thread, preparing);
    if (failure !== undefined) throw new SepetError(failure.code, failure.stack ?? failure.message);
  }

  /** One thread after the other: the rest goes on answering. A thread that is not up yet learns it by a batch. */
  async #inEachThread(work: (thread: number) => Promise<void>): Promise<void> {
    try {
      for (const thread of this.#threads()) {
        this.#occupied = thread;
        await work(thread);
      }
    } finally {
      this.#occupied = undefined;
    }
  }

  #prepare(version: Version): Promise<void> {
    return this.#inEachThread((thread) => this.#prepareIn(thread, version));
  }

  async #keepOnly({ number }: Version): Promise<void> {
    for (const other of [...this.#live.values()].filter(({ version }) => version.number !== number)) {
      if (other.running > 0)
        await new Promise<void>((resolve) => {
          other.onIdle = resolve;
        });
      this.#live.delete(other.version.number);
    }
    // What a thread that dies had open goes with it.
    await this.#inEachThread((thread) => this.#call<void>('keepOnly', thread, { number }).catch(() => {}));
  }
}
