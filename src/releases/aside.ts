// Work on the labels of a store beside a server: in threads made for the occasion, so that the event loop never waits for a
// store, a hash or a comparison. Two of them, as nobody who looks at labels should wait for a comparison; each ends when
// nobody has asked for a while.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { AsideCall, AsideData, AsideFailure, AsideJob, AsideResult } from './aside-jobs.ts';
import type { ArtifactPlaces } from './cache.ts';
import type { GateOutcome } from './gate.ts';

export interface AsideOptions extends AsideData {
  /** Where artifacts lie, asked before each job. */
  readonly places: () => ArtifactPlaces;
  /** Told of a bug, or of a thread that died. */
  readonly onError: (error: unknown) => void;
  /** Time that one job may take. */
  readonly timeoutMs?: number;
  /** Jobs that may wait. */
  readonly queue?: number;
  readonly idleMs?: number;
  /** The thread's file, where it is not this folder's own. */
  readonly worker?: URL;
}

/** A failure of a job, with what the gates said where they refused. */
export class AsideError extends SepetError {
  readonly gates: readonly GateOutcome[] | undefined;

  constructor({ code, message, gates }: AsideFailure) {
    super(code, message);
    this.gates = gates;
  }
}

interface Task {
  readonly job: AsideJob;
  readonly resolve: (result: object) => void;
  readonly reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
}

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const ownWorker = new URL(`./aside-worker${extname(import.meta.url)}`, import.meta.url);

const stopping = (): SepetError => new SepetError('shutting_down', 'The server is stopping.');
const isLook = ({ kind }: AsideJob): boolean => kind === 'labels' || kind === 'history';

/** One thread: looks go to it at once, everything else in line. */
class Lane {
  readonly #options: Required<AsideOptions>;
  readonly #waiting: Task[] = [];
  readonly #running = new Map<number, Task>();
  #thread: Worker | undefined;
  #inLine: number | undefined;
  #number = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: Required<AsideOptions>) {
    this.#options = options;
  }

  run(job: AsideJob): Promise<object> {
    const { queue } = this.#options;
    if (this.#isClosed) return Promise.reject(stopping());
    if (this.#waiting.length + this.#running.size >= queue) {
      const said = `${queue} questions about releases are waiting already; try again in a second.`;
      return Promise.reject(new SepetError('overloaded', said));
    }
    return new Promise((resolve, reject) => {
      const task: Task = { job, resolve, reject };
      if (isLook(job)) this.#begin(task);
      else {
        this.#waiting.push(task);
        this.#next();
      }
    });
  }

  /** Ends the thread; what it has in hand fails, and so does what waits. What a change had not written yet is not written. */
  close(): void {
    this.#isClosed = true;
    this.#end(stopping());
    for (const { reject } of this.#waiting.splice(0)) reject(stopping());
  }

  #next(): void {
    if (this.#inLine !== undefined) return;
    const task = this.#waiting.shift();
    if (task !== undefined) this.#inLine = this.#begin(task);
  }

  #begin(task: Task): number {
    clearTimeout(this.#idle);
    const { timeoutMs, places } = this.#options;
    const number = ++this.#number;
    const thread = this.#thread ?? this.#start();
    this.#running.set(number, task);
    task.timer = setTimeout(() => this.#late(), timeoutMs);
    task.timer.unref();
    thread.postMessage({ number, job: task.job, places: places() } satisfies AsideCall);
    return number;
  }

  #start(): Worker {
    const { store, publicKeys, onError, worker } = this.#options;
    const workerData: AsideData = { store, publicKeys };
    const thread = new Worker(worker, { workerData });
    thread.unref();
    thread.on('message', (result: AsideResult) => this.#heard(result));
    thread.on('error', (error) => {
      if (this.#thread !== thread) return;
      onError(error);
      const said =
        'The thread that works on releases died; look at the history of the label, then try again.';
      this.#end(new SepetError('internal', said));
    });
    this.#thread = thread;
    return thread;
  }

  #heard(result: AsideResult): void {
    const task = this.#running.get(result.number);
    if (task === undefined) return;
    this.#running.delete(result.number);
    clearTimeout(task.timer);
    if ('result' in result) task.resolve(result.result);
    else {
      const { failure } = result;
      if (failure.stack !== undefined) this.#options.onError(new Error(failure.stack));
      task.reject(new AsideError(failure));
    }
    if (result.number === this.#inLine) this.#inLine = undefined;
    this.#next();
    this.#rest();
  }

  #rest(): void {
    if (this.#running.size > 0 || this.#isClosed) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(stopping()), this.#options.idleMs);
    this.#idle.unref();
  }

  /** A thread that is at it for so long may never end: whatever it has in hand fails. */
  #late(): void {
    const seconds = Math.round(this.#options.timeoutMs / 1000);
    this.#end(
      new SepetError(
        'release_timeout',
        `It was not done after ${seconds} seconds and was stopped. Look at the history of the label before you try again; compare fewer products.`,
      ),
    );
  }

  #end(error: SepetError): void {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
    for (const { reject, timer } of this.#running.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#running.clear();
    this.#inLine = undefined;
    if (!this.#isClosed) this.#next();
  }
}

/** Nobody has to have a key or a store open to ask: `carryOut` is all there is. */
export class ReleasesAside {
  readonly #labels: Lane;
  readonly #comparisons: Lane;

  constructor(given: AsideOptions) {
    const options = {
      timeoutMs: limits.releaseSeconds.default * 1000,
      queue: limits.releaseJobs.default,
      idleMs: limits.trialIdleSeconds.default * 1000,
      publicKeys: undefined,
      worker: ownWorker,
      ...given,
    } as Required<AsideOptions>;
    this.#labels = new Lane(options);
    this.#comparisons = new Lane(options);
  }

  /**
   * Carries out a job. Rejects with what it throws, as an `AsideError`; with `overloaded` where too many wait, `release_timeout` where it
   * takes too long, `shutting_down`.
   */
  carryOut(job: AsideJob): Promise<object> {
    return (job.kind === 'diff' ? this.#comparisons : this.#labels).run(job);
  }

  close(): void {
    this.#labels.close();
    this.#comparisons.close();
  }
}
