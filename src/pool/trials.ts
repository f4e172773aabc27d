// The thread of trials: one thread beside the workers that answers by what the server does not serve, a label beside its own
// or a policy that somebody tries. It starts with the first question and ends when nobody has asked for a while; it never
// takes a core from the workers that wants one, and what it dies of costs only what it had in hand.

import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { failureOf, type Job, type JobResult, readBatch } from './answers.ts';
import { lateFailure, type Ticket } from './batcher.ts';
import type { Inspected, PolicyQuestion, TrialBatch, TrialSide } from './trials-side.ts';
import { nextNumber, type Version } from './version.ts';

export type { Inspected } from './trials-side.ts';

export interface TrialOptions {
  /** Artifacts that labels point at now, by id; the thread lets go of all others. */
  readonly artifacts: () => readonly string[];
  /** Told of a thread that died. */
  readonly onError: (error: unknown) => void;
  /** Requests that may wait. */
  readonly queue?: number;
  readonly idleMs?: number;
  /** The thread's file, where it is not this folder's own. */
  readonly worker?: URL;
}

interface Asked extends Ticket {
  readonly version: Version;
  readonly job: Job;
  readonly done: (result: JobResult) => void;
}

interface Question extends Omit<PolicyQuestion, 'artifacts'> {
  readonly resolve: (inspected: Inspected) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests that go to the thread at once: the fewer, the less is lost with it, and the sooner a policy is looked at. */
const together = 8;

/** Tried policies of one release that keep their numbers, so that the thread knows them again. */
const remembered = 64;

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const ownWorker = new URL(`./trials-worker${extname(import.meta.url)}`, import.meta.url);

const stopping = (): SepetError => new SepetError('shutting_down', 'The server is stopping.');

export class Trials {
  readonly #options: Required<TrialOptions>;
  #asked: Asked[] = [];
  /** Before all requests: somebody is typing. */
  readonly #questions: Question[] = [];
  readonly #tried = new WeakMap<Version, Map<string, Version>>();
  #pool: Piscina | undefined;
  #isBusy = false;
  #isClosed = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: TrialOptions) {
    const idleMs = limits.trialIdleSeconds.default * 1000;
    this.#options = { queue: limits.trials.default, idleMs, worker: ownWorker, ...options };
  }

  /** Whether the thread is there. */
  get isRunning(): boolean {
    return this.#pool !== undefined;
  }

  /** Requests and questions that wait. */
  get waiting(): number {
    return this.#asked.length + this.#questions.length;
  }

  /** The release with this policy alone; the same one for the same policy. */
  tried(
    version: Version,
    { document, hash }: { readonly document: PolicyDocument; readonly hash: string },
  ): Version {
    const known = this.#tried.get(version) ?? new Map<string, Version>();
    this.#tried.set(version, known);
    const tried = known.get(hash) ?? { ...version, policies: [document], number: nextNumber() };
    known.delete(hash);
    known.set(hash, tried);
    if (known.size > remembered) known.delete(known.keys().next().value as string);
    return tried;
  }

  /**
   * Queues a job for a version; `done`, which must not throw, is called once, later, unless the ticket is cancelled in
   * time. Returns undefined when the queue is full.
   */
  submit(
    version: Version,
    job: Job,
    done: (result: JobResult) => void,
    deadlineMs = Number.POSITIVE_INFINITY,
  ): Ticket | undefined {
    if (this.#isFull()) this.#asked = this.#asked.filter(({ cancelled }) => !cancelled);
    if (this.#isFull() || this.#isClosed) return undefined;
    const asked: Asked = { version, job, done, cancelled: false, deadlineMs };
    this.#asked.push(asked);
    void this.#work();
    return asked;
  }

  /**
   * Reads a policy, text or data, and holds it against a version: its names against the artifact, its placements against
   * the policies that it is to be served with. Rejects with `overloaded`, and with what opening the artifact throws.
   */
  async inspect(
    version: Version,
    policy: unknown,
    others: readonly PolicyDocument[] = [],
  ): Promise<Inspected> {
    if (this.#isFull())
      throw new SepetError('overloaded', 'Too many trials are waiting; try again in a second.');
    if (this.#isClosed) throw stopping();
    return new Promise((resolve, reject) => {
      this.#questions.push({ version, policy, others, resolve, reject });
      void this.#work();
    });
  }

  /** Ends the thread; what it has in hand fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  /** Those that labels point at, and those of what waits: part of that may have been answered by them already. */
  #artifacts(): readonly string[] {
    const waiting = [...this.#questions, ...this.#asked].map(({ version }) => version.artifact);
    return [...new Set([...this.#options.artifacts(), ...waiting])];
  }

  #isFull(): boolean {
    return this.waiting >= this.#options.queue;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    clearTimeout(this.#idle);
    // What arrives in one turn of the event loop goes together.
    await setImmediate();
    for (;;) {
      const question = this.#questions.shift();
      const batch = question === undefined ? this.#take() : [];
      if (question !== undefined) await this.#inspect(question);
      else if (batch.length > 0) await this.#answer(batch);
      else break;
    }
    this.#isBusy = false;
    if (this.#isClosed) return;
    this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs);
    this.#idle.unref();
  }

  /** The next requests of one version; those whose time is over are told so. */
  #take(): Asked[] {
    const batch: Asked[] = [];
    const nowMs = performance.now();
    for (;;) {
      const [next] = this.#asked;
      const version = batch[0]?.version.number;
      if (next === undefined || batch.length === together) return batch;
      if (version !== undefined && next.version.number !== version) return batch;
      this.#asked.shift();
      if (next.cancelled) continue;
      if (next.deadlineMs <= nowMs) next.done(lateFailure);
      else batch.push(next);
    }
  }

  async #run<Result>(name: keyof TrialSide, call: TrialBatch | PolicyQuestion): Promise<Result> {
    if (this.#isClosed) throw stopping();
    // No atomics: a thread that waits in them runs nothing, and this one tidies up when it has answered.
    this.#pool ??= new Piscina({
      filename: fileURLToPath(this.#options.worker),
      ...{ minThreads: 1, maxThreads: 1, idleTimeout: Number.POSITIVE_INFINITY },
      ...{ atomics: 'disabled', recordTiming: false },
    }).on('error', this.#options.onError);
    try {
      return (await this.#pool.run(call, { name })) as Result;
    } catch (error) {
      if (!this.#isClosed) this.#options.onError(error);
      throw error;
    }
  }

  async #inspect({ resolve, reject, ...question }: Question): Promise<void> {
    try {
      const call: PolicyQuestion = { ...question, artifacts: this.#artifacts() };
      const found = await this.#run<ReturnType<TrialSide['inspect']>>('inspect', call);
      if (!('failure' in found)) return resolve(found);
      const { code, message, stack } = found.failure;
      reject(stack === undefined ? new SepetError(code, message) : new Error(stack));
    } catch (error) {
      reject(error);
    }
  }

  async #answer(batch: readonly Asked[]): Promise<void> {
    const [{ version }] = batch as [Asked];
    const results = await this.#resultsOf(version, batch);
    for (const [i, { done, cancelled }] of batch.entries()) {
      const result = results[i];
      if (!cancelled && result !== undefined) done(result);
    }
  }

  async #resultsOf(version: Version, batch: readonly Asked[]): Promise<JobResult[]> {
    try {
      const artifacts = this.#artifacts();
      const jobs = batch.map(({ job }) => job);
      return readBatch(await this.#run<ArrayBuffer>('answer', { version, jobs, artifacts })).results;
    } catch (error) {
      const { code, message } = failureOf(error);
      return batch.map(() => ({ failure: { code, message } }));
    }
  }
}
