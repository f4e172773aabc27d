// Live recall: a small share of the answers is repeated by exact scan in a thread beside (recommend/exact-aside.ts), and
// the share of the exact list that was served is counted. On the event loop a request costs one random number; one that is
// drawn costs a copy of its body.

import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import {
  type ExactAside,
  type ExactOutcome,
  type ExactVersion,
  type ServedAnswer,
  startExact,
} from '../recommend/exact-aside.ts';
import { Budget } from './budget.ts';

export interface LiveRecallOptions {
  /** Of the answers, 0 to 1. */
  readonly share: number;
  /** What is served first. */
  readonly version: ExactVersion;
  readonly log: Log;
  readonly rate?: number;
  readonly load?: number;
  /** The thread's file, where it is not the one of src/recommend. */
  readonly worker?: URL;
}

/** Told what the metrics need. */
export interface RecallObserver {
  outcome(outcome: ExactOutcome): void;
  /** There was no time for an answer that was drawn. */
  dropped(): void;
}

/** A thread that died is not missed so much that it should die again at once. */
const restartMs = 60_000;

export class LiveRecall {
  readonly #share: number;
  readonly #log: Log;
  readonly #start: { readonly load: number; readonly worker?: URL };
  readonly #budget: Budget;
  #version: ExactVersion;
  #observer: RecallObserver | undefined;
  #thread: ExactAside | undefined;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** Answers with the thread. */
  #waiting = 0;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: LiveRecallOptions) {
    const { share, version, log, rate = limits.recallRate.default } = options;
    const { load = limits.recallLoad.default, worker } = options;
    this.#share = share;
    this.#version = version;
    this.#log = log;
    this.#start = { load, ...(worker && { worker }) };
    this.#budget = new Budget(rate);
  }

  observe(observer: RecallObserver): void {
    this.#observer = observer;
  }

  /** Looks at an answer that is being served. The body is copied where it is drawn. */
  offer(job: Pick<ServedAnswer, 'request' | 'encoding'>, body: Uint8Array): void {
    // The thread that compares has no user tower.
    if (job.request.tower !== undefined) return;
    if (Math.random() >= this.#share || this.#isClosed) return;
    const thread = this.#waiting < limits.recallWaiting.default && this.#budget.take() && this.#running();
    if (!thread) {
      this.#observer?.dropped();
      return;
    }
    this.#waiting++;
    const { request, encoding } = job;
    thread.compare({ request, encoding, body: Uint8Array.from(body), nowMs: Date.now() });
  }

  /** From now on this is what answers. */
  follow(version: ExactVersion): void {
    this.#version = version;
    this.#hasFailed = false;
    this.#thread?.follow(version);
  }

  close(): void {
    this.#isClosed = true;
    this.#thread?.stop();
    this.#thread = undefined;
  }

  /** The thread, started with the first answer that is drawn; undefined where it died a short while ago. */
  #running(): ExactAside | undefined {
    if (this.#thread !== undefined || performance.now() < this.#notBeforeMs) return this.#thread;
    this.#thread = startExact(
      { version: this.#version, ...this.#start },
      { outcome: (outcome) => this.#told(outcome), ended: (error) => this.#ended(error) },
    );
    return this.#thread;
  }

  #told(outcome: ExactOutcome): void {
    this.#waiting--;
    this.#observer?.outcome(outcome);
    if (outcome.result !== 'failed' || this.#hasFailed) return;
    // Once a version: what fails, fails for all of it.
    this.#hasFailed = true;
    this.#log.warn(`recall could not be measured: ${outcome.message}`);
  }

  #ended(error: Error): void {
    for (; this.#waiting > 0; this.#waiting--)
      this.#observer?.outcome({ result: 'failed', message: error.message });
    this.#thread = undefined;
    this.#notBeforeMs = performance.now() + restartMs;
    this.#log.error(
      `the thread that measures recall died and is started again in a minute: ${error.message}`,
    );
  }
}
