// The micro-batcher: requests that arrive in one turn of the event loop go to a worker together.
//
// How a batch travels (all of this on the event loop's thread; only `Runner.run` leaves it):
//   submit      a request joins the queue, or is refused when the queue is full
//   dispatch    when the loop turns (setImmediate), when a batch is full, or when a running batch comes back:
//               while the runner has room, up to `maxBatch` requests that still have a reader leave as one batch;
//               few requests are shared out among idle workers rather than left to one
//   help        what the workers have no room for the event loop answers itself, a little in each of its turns, where it can
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
  /** A batch was answered, by a worker or by the event loop. */
  answered(batch: BatchTimes & { readonly size: number; readonly by: 'worker' | 'loop' }): void;
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

/** So long the event loop answers in one of its turns, by what requests took lately, and so many at most. */
const helpSeconds = 0.0004;
const mostHelped = 8;
/** One that takes longer is none of its business: sockets wait meanwhile. */
const longestHelpSeconds = 0.001;
/** What a batch says about how long a request takes, beside the batches before it. */
const newShare = 1 / 8;

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
  #helping = false;
  /** A request's mean, lately; unknown until a worker has answered one. */
  #requestSeconds: number | undefined;

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
    const nowMs = performance.now();
    while (this.#running < this.#capacity && this.#queue.length > 0) {
      const batch = this.#take(this.#share(), nowMs);
      if (batch.length > 0) void this.#run(batch);
    }
    if (this.#helping || this.#queue.length === 0 || this.#helpful === 0) return;
    this.#helping = true;
    // After what the sockets and the workers have brought meanwhile.
    setImmediate(() => {
      this.#helping = false;
      this.#help();
      this.#dispatch();
    });
  }

  /** With nobody to help, requests would wait for ever. */
  get #capacity(): number {
    const { capacity, answer } = this.#options.runner;
    return answer === undefined ? Math.max(1, capacity) : capacity;
  }

  /** How many requests the event loop answers in a turn; 0 where they take too long and workers are there for them. */
  get #helpful(): number {
    const { capacity, answer } = this.#options.runner;
    if (answer === undefined) return 0;
    const seconds = this.#requestSeconds ?? longestHelpSeconds;
    if (capacity > 0 && seconds >= longestHelpSeconds) return 0;
    return Math.max(1, Math.min(mostHelped, Math.floor(helpSeconds / seconds)));
  }

  /** Takes so many out of the queue, without those that nobody waits for. */
  #take(count: number, nowMs: number): Waiting[] {
    const batch = this.#queue.splice(0, count).filter((waiting) => isWanted(waiting, nowMs));
    for (const { sinceMs } of batch) this.#options.observer.waited((nowMs - sinceMs) / 1000);
    return batch;
  }

  /** What one batch takes: an even share of the queue for each idle worker or, where none is idle, each free place. */
  #share(): number {
    const { runner, maxBatch } = this.#options;
    const idle = runner.workers - this.#running;
    const places = idle > 0 ? idle : this.#capacity - this.#running;
    const helpers = this.#helpful > 0 ? 1 : 0;
    return Math.min(maxBatch, Math.max(smallestShare, Math.ceil(this.#queue.length / (places + helpers))));
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#running++;
    const lost = (error: unknown): Lost => ({ error });
    const answered = await this.#options.runner.run(batch.map(({ job }) => job)).catch(lost);
    this.#running--;
    const results = this.#read(batch, answered, 'worker');
    // The next batch leaves before this one's answers are written, so that the worker does not wait for that.
    this.#dispatch();
    deliver(batch, results);
  }

  #help(): void {
    const { answer } = this.#options.runner;
    const batch = this.#take(this.#helpful, performance.now());
    if (answer === undefined || batch.length === 0) return;
    deliver(batch, this.#read(batch, answer(batch.map(({ job }) => job)), 'loop'));
  }

  /** What came of a batch, an error where it was lost; and what that says about later ones. */
  #read(batch: readonly Waiting[], answered: ArrayBuffer | Lost, by: 'worker' | 'loop'): JobResult[] {
    const { observer } = this.#options;
    const size = batch.length;
    if (!(answered instanceof ArrayBuffer)) {
      const { code, message } = failureOf(answered.error);
      observer.lost(answered.error);
      return batch.map(() => ({ failure: { code, message } }));
    }
    const { results, spent } = readBatch(answered);
    observer.answered({ size, by, ...spent });
    const seconds = spent.workerSeconds / size;
    const before = this.#requestSeconds ?? seconds;
    this.#requestSeconds = before + newShare * (seconds - before);
    return results;
  }
}

/** A batch whose worker died. */
interface Lost {
  readonly error: unknown;
}

function deliver(batch: readonly Waiting[], results: readonly JobResult[]): void {
  for (const [i, { done, cancelled }] of batch.entries()) {
    const result = results[i];
    if (!cancelled && result !== undefined) done(result);
  }
}
