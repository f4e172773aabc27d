// The micro-batcher: requests that arrive in one turn of the event loop go to a worker together.
//
// How a batch travels (all of this on the event loop's thread; only `Runner.run` leaves it):
//   submit      a request joins the queue, or is refused when the queue is full
//   dispatch    when the loop turns (setImmediate), when a batch is full, or when a running batch comes back:
//               while the runner has room, up to `maxBatch` requests that still have a reader leave as one batch;
//               few requests are shared out among idle workers rather than left to one
//   deliver     the answers come back in one buffer, and each request's callback gets its slice
// While the workers are busy the queue grows, so batches get larger exactly when that pays.

import { failureOf, type Job, type JobResult, readBatch } from './answers.ts';
import type { Runner } from './runner.ts';

export interface BatcherOptions {
  readonly runner: Runner;
  readonly maxBatch: number;
  /** Requests that may wait; those already with a worker are not counted. */
  readonly queue: number;
  readonly observer: BatchObserver;
}

/** Told what the metrics need, in seconds. */
export interface BatchObserver {
  /** A request left the queue. */
  waited(seconds: number): void;
  /** A batch was answered. */
  answered(batch: { size: number; workerSeconds: number }): void;
  /** A batch was lost with its worker. */
  lost(error: unknown): void;
}

/** A request in the queue. Setting `cancelled` saves the work if it has not yet begun. */
export interface Ticket {
  cancelled: boolean;
}

interface Waiting extends Ticket {
  readonly job: Job;
  readonly done: (result: JobResult) => void;
  readonly sinceMs: number;
}

/** A batch is not split below this: a task costs more than so few queries. */
const smallestShare = 4;

export class Batcher {
  readonly #options: BatcherOptions;
  #queue: Waiting[] = [];
  #running = 0;
  #scheduled = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Batches that are with a worker. */
  get running(): number {
    return this.#running;
  }

  /**
   * Queues a job; `done`, which must not throw, is called once, later, unless the ticket is cancelled in time.
   * Returns undefined when the queue is full.
   */
  submit(job: Job, done: (result: JobResult) => void): Ticket | undefined {
    const { queue, maxBatch } = this.#options;
    if (this.#queue.length >= queue) return undefined;
    const waiting: Waiting = { job, done, sinceMs: performance.now(), cancelled: false };
    this.#queue.push(waiting);
    if (this.#queue.length >= maxBatch) this.#dispatch();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#dispatch();
      });
    }
    return waiting;
  }

  #dispatch(): void {
    const { runner } = this.#options;
    while (this.#running < runner.capacity && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#share()).filter((waiting) => !waiting.cancelled);
      if (batch.length > 0) void this.#run(batch);
    }
  }

  /** What one batch takes: an even share of the queue for each idle worker or, where none is idle, each free place. */
  #share(): number {
    const { runner, maxBatch } = this.#options;
    const idle = runner.workers - this.#running;
    const places = idle > 0 ? idle : runner.capacity - this.#running;
    return Math.min(maxBatch, Math.max(smallestShare, Math.ceil(this.#queue.length / places)));
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#running++;
    const results = await this.#answer(batch);
    this.#running--;
    // The next batch leaves before this one's answers are written, so that the worker does not wait for that.
    this.#dispatch();
    for (const [i, { done, cancelled }] of batch.entries()) {
      const result = results[i];
      if (!cancelled && result !== undefined) done(result);
    }
  }

  async #answer(batch: readonly Waiting[]): Promise<JobResult[]> {
    const { runner, observer } = this.#options;
    const nowMs = performance.now();
    for (const { sinceMs } of batch) observer.waited((nowMs - sinceMs) / 1000);
    try {
      const { results, workerSeconds } = readBatch(await runner.run(batch.map(({ job }) => job)));
      observer.answered({ size: batch.length, workerSeconds });
      return results;
    } catch (error) {
      observer.lost(error);
      const { code, message } = failureOf(error);
      return batch.map(() => ({ failure: { code, message } }));
    }
  }
}
