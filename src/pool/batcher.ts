// The micro-batcher: requests that arrive in one turn of the event loop go to a worker together.
//
// How a batch travels (all of this on the event loop's thread; only `Runner.run` leaves it):
//   submit      a request joins the queue, or is refused when the queue is full
//   dispatch    when the loop turns (setImmediate), when a batch is full, or when a running batch comes back:
//               while the runner has room, up to `maxBatch` requests that still have a reader leave as one batch;
//               few requests are shared out among idle workers rather than left to one
//   deliver     the answers come back in one buffer, and each request's callback gets its slice
// While the workers are busy the queue grows, so batches get larger exactly when that pays.

import { type BatchTimes, failureOf, type Job, type JobResult, readBatch } from './answers.ts';
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
  answered(batch: BatchTimes & { readonly size: number }): void;
  /** A batch was lost with its worker. */
  lost(error: unknown): void;
}

/** A request in the queue. */
export interface Ticket {
  /** Set, it saves the work if that has not yet begun. */
  cancelled: boolean;
  /** On the clock of `performance.now()`: a request that has not left the queue by then fails with `deadline_exceeded`. */
  deadlineMs: number;
}

interface Waiting extends Ticket {
  readonly job: Job;
  readonly done: (result: JobResult) => void;
  readonly sinceMs: number;
}

/** A batch is not split below this: a task costs more than so few queries. */
const smallestShare = 4;

/** What becomes of a request whose time is over before a worker is free. */
export const lateFailure: JobResult = {
  failure: {
    code: 'deadline_exceeded',
    message:
      'No worker was free within the time that the request gave; ask for less, later, or with more time.',
  },
};

/** Whether somebody still waits for it; one whose time is over is told so. */
function isWanted({ cancelled, deadlineMs, done }: Waiting, nowMs: number): boolean {
  if (cancelled) return false;
  if (nowMs < deadlineMs) return true;
  done(lateFailure);
  return false;
}

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
  submit(
    job: Job,
    done: (result: JobResult) => void,
    deadlineMs = Number.POSITIVE_INFINITY,
  ): Ticket | undefined {
    const { queue, maxBatch } = this.#options;
    if (this.#queue.length >= queue) this.#clear();
    if (this.#queue.length >= queue) return undefined;
    const waiting: Waiting = { job, done, sinceMs: performance.now(), cancelled: false, deadlineMs };
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

  /** Takes out of the queue what nobody waits for any more. */
  #clear(): void {
    if (this.#queue.some(({ cancelled }) => cancelled))
      this.#queue = this.#queue.filter(({ cancelled }) => !cancelled);
  }

  #dispatch(): void {
    const { runner } = this.#options;
    const nowMs = performance.now();
    while (this.#running < runner.capacity && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#share()).filter((waiting) => isWanted(waiting, nowMs));
      if (batch.length > 0) void this.#run(batch, nowMs);
    }
  }

  /** What one batch takes: an even share of the queue for each idle worker or, where none is idle, each free place. */
  #share(): number {
    const { runner, maxBatch } = this.#options;
    const idle = runner.workers - this.#running;
    const places = idle > 0 ? idle : runner.capacity - this.#running;
    return Math.min(maxBatch, Math.max(smallestShare, Math.ceil(this.#queue.length / places)));
  }

  async #run(batch: readonly Waiting[], nowMs: number): Promise<void> {
    this.#running++;
    const results = await this.#answer(batch, nowMs);
    this.#running--;
    // The next batch leaves before this one's answers are written, so that the worker does not wait for that.
    this.#dispatch();
    for (const [i, { done, cancelled }] of batch.entries()) {
      const result = results[i];
      if (!cancelled && result !== undefined) done(result);
    }
  }

  async #answer(batch: readonly Waiting[], nowMs: number): Promise<JobResult[]> {
    const { runner, observer } = this.#options;
    for (const { sinceMs } of batch) observer.waited((nowMs - sinceMs) / 1000);
    try {
      const { results, spent } = readBatch(await runner.run(batch.map(({ job }) => job)));
      observer.answered({ size: batch.length, ...spent });
      return results;
    } catch (error) {
      observer.lost(error);
      const { code, message } = failureOf(error);
      return batch.map(() => ({ failure: { code, message } }));
    }
  }
}
