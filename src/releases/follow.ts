// Follows a label: a thread of its own (follow-worker.ts) watches the store, downloads and verifies, and hands over what
// is ready to be served; here it is served, and what came of it is told back. So the event loop never waits for a store,
// a hash or a verification.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log, LogFields, LogLevel } from '../base/log.ts';
import type { Pages } from '../native/index.ts';
import type { Ready } from './follow-release.ts';

export interface FollowOptions {
  /** As `openStore` takes it. */
  readonly store: string;
  readonly label: string;
  readonly pollSeconds: number;
  readonly pages: Pages;
  /** The folder of caches; the user's own where absent. */
  readonly cache?: string;
  /** In PEM form; without, signatures are not asked for. */
  readonly publicKeys?: string;
  /** Goes on trying where there is nothing to serve at the start, rather than giving up. */
  readonly isPatient?: boolean;
}

/** A release that is ready to be served, and where it comes from. */
export interface FollowedRelease extends Omit<Ready, 'deltas' | 'report'> {
  readonly release: {
    readonly store: string;
    readonly label: string;
    readonly revision: number;
    /** `sha256:` of the artifact's file. */
    readonly file: string;
    readonly deltas: number;
  };
}

export interface FollowEvents {
  /** Serves it from now on; one at a time. Rejects where that cannot be done. */
  serve(release: FollowedRelease): Promise<void>;
  /** Something that the store says cannot be served; the log says it already. */
  refused(): void;
  /** Nothing is served yet, and why; the log says it already. Told to who is patient. */
  missing?(failure: FailureMessage): void;
  readonly log: Log;
}

export interface Follower {
  /** Resolves when the first release is served. Rejects where there is none to serve, unless it is waited for. */
  readonly started: Promise<void>;
  /** Seconds since the store answered, or since the start. */
  readonly sinceContact: () => number;
  /**
   * Looks at the store now, without waiting for the next look. Resolves to whether something else is served since; rejects
   * with why what the store says cannot be had or served, while what was served is served on.
   */
  readonly look: () => Promise<boolean>;
  /** Ends the thread, wherever it is. */
  readonly stop: () => void;
}

export interface FailureMessage {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What came of a look that was asked for. */
export interface Looked {
  /** How many had asked when it began. */
  readonly asked: number;
  readonly isNew: boolean;
  readonly failure?: FailureMessage;
}

/** What the thread says. */
export type FromThread =
  | { readonly kind: 'ready'; readonly release: FollowedRelease }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields?: LogFields }
  | { readonly kind: 'refused' }
  | ({ readonly kind: 'looked' } & Looked)
  | { readonly kind: 'failed'; readonly failure: FailureMessage };

/** What it is told: what came of the release that it handed over, or to look at the store now. */
export type ToThread =
  | { readonly kind: 'outcome'; readonly failure?: FailureMessage }
  | { readonly kind: 'look' };

export interface ThreadData extends FollowOptions {
  /** One float64: the system's steady clock in seconds when the store last answered. */
  readonly contact: SharedArrayBuffer;
  /** Whether something is served already: a thread that replaces one that died. */
  readonly isServing: boolean;
}

const threadGone = 'The thread that follows the store died; it is replaced within a minute.';

/** Of the system, alike in all threads. */
export const steadySeconds = (): number => Number(process.hrtime.bigint()) / 1e9;

export function failureMessage(error: unknown): FailureMessage {
  if (error instanceof SepetError) return { code: error.code, message: error.message };
  return {
    code: 'internal',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const worker = new URL(`./follow-worker${extname(import.meta.url)}`, import.meta.url);

/** Starts to follow. What is served first comes from the store or, where that is away or wrong, from the cache. */
export function follow(options: FollowOptions, events: FollowEvents): Follower {
  const contact = new SharedArrayBuffer(8);
  const contactSeconds = new Float64Array(contact);
  contactSeconds[0] = steadySeconds();
  const { promise: started, resolve, reject } = promiseParts();
  const { log } = events;
  let isServing = false;
  let isStopped = false;
  let thread: Worker;
  let isAlive = false;
  /** Who waits for a look, by how many had asked this thread before. */
  let looking: { number: number; resolve: (isNew: boolean) => void; reject: (error: unknown) => void }[] = [];
  let asked = 0;

  async function serve(release: FollowedRelease): Promise<void> {
    let outcome: ToThread = { kind: 'outcome' };
    try {
      await events.serve(release);
      isServing = true;
      resolve();
    } catch (error) {
      // The thread has tried the release: what fails here first is the server's own start.
      if (!isServing) reject(error);
      outcome = { kind: 'outcome', failure: failureMessage(error) };
    }
    thread.postMessage(outcome);
  }

  function heard(message: FromThread): void {
    if (isStopped) return;
    if (message.kind === 'ready') void serve(message.release);
    else if (message.kind === 'log') log[message.level](message.message, message.fields);
    else if (message.kind === 'refused') events.refused();
    else if (message.kind === 'looked') looked(message);
    else if (options.isPatient === true) events.missing?.(message.failure);
    else reject(new SepetError(message.failure.code, message.failure.message));
  }

  /** A look answers those who asked before it began. */
  function looked({ asked, isNew, failure }: Looked): void {
    const answered = looking.filter(({ number }) => number <= asked);
    looking = looking.filter(({ number }) => number > asked);
    for (const { resolve, reject } of answered)
      if (failure === undefined) resolve(isNew);
      else reject(new SepetError(failure.code, failure.message));
  }

  function gone(code: ErrorCode, message: string): void {
    isAlive = false;
    looked({ asked, isNew: false, failure: { code, message } });
  }

  function died(error: Error): void {
    if (isStopped) return;
    gone('store_unreachable', threadGone);
    if (!isServing && options.isPatient !== true) {
      reject(error);
      return;
    }
    log.error(`the thread that follows the store died and is replaced: ${error.stack}`);
    setTimeout(start, limits.backoffSeconds.default * 1000).unref();
  }

  function start(): void {
    if (isStopped) return;
    const workerData: ThreadData = { ...options, contact, isServing };
    thread = new Worker(worker, { workerData });
    thread.on('message', heard).on('error', died);
    asked = 0;
    isAlive = true;
  }

  start();
  return {
    started,
    sinceContact: () => steadySeconds() - (contactSeconds[0] ?? 0),
    look: () =>
      new Promise((resolve, reject) => {
        if (!isAlive) throw new SepetError('store_unreachable', threadGone);
        looking.push({ number: ++asked, resolve, reject });
        thread.postMessage({ kind: 'look' } satisfies ToThread);
      }),
    stop: () => {
      isStopped = true;
      gone('shutting_down', 'The server is stopping.');
      void thread.terminate();
    },
  };
}

function promiseParts(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let parts: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    parts = { resolve, reject };
  });
  if (parts === undefined) throw new Error('A promise runs its executor at once.');
  return { promise, ...parts };
}
