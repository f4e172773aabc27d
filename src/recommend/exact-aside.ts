// Repeats answers by exact scan, in a thread of its own behind all others: what the graph should have found, beside what
// was served. Nothing waits for it, and it does not keep the process alive.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Overlay } from '../catalog/overlay.ts';
import type { Pages } from '../native/index.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Encoding } from './encode.ts';
import type { SearchKind } from './recommender.ts';
import type { RecommendRequest } from './request.ts';

/** What is served, as a thread can open it. */
export interface ExactVersion {
  readonly file: string;
  readonly artifact: string;
  readonly policies: readonly PolicyDocument[];
  readonly overlay?: Overlay;
  readonly pages: Pages;
  readonly rerank?: number;
}

/** An answer that was served. */
export interface ServedAnswer {
  readonly request: RecommendRequest;
  readonly encoding: Encoding;
  /** Its memory moves to the thread. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** About when it was made. */
  readonly nowMs: number;
}

/**
 * What came of it: the share of the exact answer's first ten that was served, and how vectors were searched for the served
 * one; or why there is none. `empty`: the exact answer has no items. `differs`: the version answers otherwise than was
 * served, as happens at a swap.
 */
export type ExactOutcome =
  | { readonly result: 'compared'; readonly recall: number; readonly way: SearchKind }
  | { readonly result: 'empty' | 'differs' }
  | { readonly result: 'failed'; readonly message: string };

export type ToExact = { readonly follow: ExactVersion } | { readonly served: ServedAnswer };

/** What the thread is told at its start; versions come as messages, or the first one would stay for good. */
export interface ExactStart {
  /** Of one core's time. */
  readonly load: number;
}

export interface ExactOptions extends ExactStart {
  readonly version: ExactVersion;
  /** The thread's file, where it is not this folder's own. */
  readonly worker?: URL;
}

export interface ExactAside {
  /** One outcome is told for each answer, in any order, or none after `ended`. */
  compare(served: ServedAnswer): void;
  /** Later answers are of this version; those that wait count as `differs`. */
  follow(version: ExactVersion): void;
  stop(): void;
}

export interface ExactListener {
  outcome(outcome: ExactOutcome): void;
  /** The thread is gone, by itself. */
  ended(error: Error): void;
}

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const ownWorker = new URL(`./exact-worker${extname(import.meta.url)}`, import.meta.url);
/** It makes a few lists at a time: a small young generation keeps it from taking tens of MB. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** Starts the thread, which opens the version on the memory that the process has it in. */
export function startExact(
  { worker = ownWorker, version, load }: ExactOptions,
  { outcome, ended }: ExactListener,
): ExactAside {
  const thread = new Worker(worker, { workerData: { load } satisfies ExactStart, resourceLimits });
  thread.unref();
  let isStopped = false;
  const end = (error: Error): void => {
    if (!isStopped) ended(error);
    isStopped = true;
  };
  thread.on('message', outcome);
  thread.on('error', end);
  thread.on('exit', (code) => end(new Error(`The thread ended with ${code}.`)));
  const follow = (followed: ExactVersion): void => thread.postMessage({ follow: followed } satisfies ToExact);
  follow(version);
  return {
    compare: (served) => thread.postMessage({ served } satisfies ToExact, [served.body.buffer]),
    follow,
    stop: () => {
      isStopped = true;
      void thread.terminate();
    },
  };
}
