// What a driver is told, and what it tells.

import type { EncodedLatency } from './latency.ts';

export interface Job {
  readonly url: string;
  /** The bytes of the requests as latin1 text. */
  readonly texts: readonly string[];
  readonly firstFresh: number;
  readonly connections: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Requests a second; undefined where each connection asks again as soon as it has its answer. */
  readonly rate?: number;
  /** How long is waited at the end for answers that are due. */
  readonly graceSeconds: number;
  /** Width of a slice of the curves. */
  readonly sliceSeconds: number;
  /** Whether the bodies are searched for the version they name. */
  readonly watchVersions: boolean;
}

/** A piece of the curve over time. */
export interface Slice {
  readonly answers: number;
  readonly failures: number;
  readonly latency: EncodedLatency;
}

export interface ThreadOutcome {
  readonly seconds: number;
  /** Requests that were due in the measured time; in a closed loop, those that were sent. */
  readonly due: number;
  /** Answers that came in the measured time, to whatever request: what the server gets done. */
  readonly completed: { readonly good: number; readonly other: number };
  /** Answers to these requests by status, whenever they came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** From the time a request was due to its answer, 2xx. */
  readonly latency: EncodedLatency;
  /** All other answers, from the time they were sent: how fast the server turns away. */
  readonly refused: EncodedLatency;
  /** From the time a request was sent: what coordinated omission would let one see. */
  readonly service: EncodedLatency;
  /** Connections that broke while an answer was due. */
  readonly errors: number;
  /** Requests without an answer at the end of the grace. */
  readonly unanswered: number;
  readonly bytes: number;
  readonly slices: readonly Slice[];
  /** Answers by `artifact policy`, where asked for. */
  readonly versions: Readonly<Record<string, number>>;
  /** Share of the time in which the thread's event loop was busy. */
  readonly busy: number;
}

/** What a thread tells while it runs. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly answers: number; readonly failures: number }
  | { readonly kind: 'done'; readonly outcome: ThreadOutcome }
  | { readonly kind: 'failed'; readonly message: string };
