// One side's message to the other: jobs go to a worker as plain objects, and a whole batch of answers comes
// back as ONE ArrayBuffer, transferred rather than copied. In 32-bit words, then bytes:
//
//   count, micros, search micros, encode micros |
//   per answer: end, failed, missing, reason, items of each source | body bytes …
//
// `end` is where the answer's body stops, counted from the first body byte; it starts where its predecessor
// stopped. A failure's body is JSON with `code`, `message` and, for a bug, `stack` (for the log only).

import { type ErrorCode, SepetError } from '../base/errors.ts';
import { type Encoding, encodeAnswer } from '../recommend/encode.ts';
import {
  type Filled,
  isFailure,
  type RecommendAnswer,
  type Recommender,
  sources,
} from '../recommend/recommender.ts';
import type { RecommendRequest } from '../recommend/request.ts';

export interface Job {
  readonly request: RecommendRequest;
  readonly encoding: Encoding;
  /** What kept it from the recommender. */
  readonly refused?: JobFailure;
}

export interface JobFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Only where something failed that should not have. */
  readonly stack?: string;
}

/**
 * Why an answer is short: the rules leave too few, the catalogue holds too few, or the policy's sources and lists came to their
 * ends before all products were looked at.
 */
export const shortReasons = ['rules', 'catalogue', 'sources'] as const;
export type ShortReason = (typeof shortReasons)[number];

function reasonOf({ missing, exhausted, filteredBy, outside = 0 }: Filled): ShortReason | undefined {
  if (missing === 0) return undefined;
  if (exhausted !== true) return 'sources';
  return filteredBy !== undefined || outside > 0 ? 'rules' : 'catalogue';
}

/** What came of one job: the encoded answer and its account, or a failure. */
export type JobResult =
  | { readonly failure: JobFailure }
  | {
      readonly failure?: never;
      /** A view on the batch's buffer. */
      readonly body: Uint8Array;
      /** Items that were wanted and not found. */
      readonly missing: number;
      /** Why some were not found. */
      readonly reason: ShortReason | undefined;
      /** Items by source, in the order of `sources`. */
      readonly items: Uint32Array;
    };

const batchWords = 4;
const answerWords = 4 + sources.length;
const utf8 = new TextEncoder();

/** What answers a batch. */
export type Answering = Pick<Recommender, 'recommend' | 'searchMs'>;

const microsSince = (startedMs: number): number => Math.round((performance.now() - startedMs) * 1000);

/** Answers a batch, synchronously, on the thread that owns the recommender. Never throws. */
export function answerBatch(recommender: Answering, jobs: readonly Job[]): ArrayBuffer {
  const startedMs = performance.now();
  const searchedMs = recommender.searchMs();
  const outcomes = recommend(recommender, jobs);
  const searchMicros = Math.round((recommender.searchMs() - searchedMs) * 1000);
  const encodingMs = performance.now();
  const header = new Uint32Array(batchWords + answerWords * jobs.length);
  const bodies: Uint8Array[] = [];
  let end = 0;
  for (const [i, job] of jobs.entries()) {
    const { body, words } = encode(outcomes[i], job.encoding);
    bodies.push(body);
    end += body.length;
    header.set([end, ...words], batchWords + answerWords * i);
  }
  header.set([jobs.length, microsSince(startedMs), searchMicros, microsSince(encodingMs)]);
  return join(header, bodies, end);
}

type Outcome = RecommendAnswer | { readonly error: JobFailure };

const withoutTower: JobFailure = {
  code: 'option_invalid',
  message: 'tower cannot be taken: no user tower answers here.',
};

/** Why a job is not for the recommender. */
const refusalOf = ({ request, refused }: Job): JobFailure | undefined =>
  refused ?? (request.tower !== undefined && request.towered === undefined ? withoutTower : undefined);

/** A batch that throws is taken apart, so that one poisonous request costs only its own answer. */
function recommend(recommender: Answering, jobs: readonly Job[]): Outcome[] {
  const refusals = jobs.map(refusalOf);
  if (refusals.some((refusal) => refusal !== undefined)) {
    const asked = jobs.filter((_, i) => refusals[i] === undefined);
    const answers = asked.length === 0 ? [] : recommend(recommender, asked);
    return refusals.map((error) => (error === undefined ? (answers.shift() as Outcome) : { error }));
  }
  try {
    return recommender.recommend(jobs.map(({ request }) => request));
  } catch (error) {
    if (jobs.length === 1) return [{ error: failureOf(error) }];
    return jobs.flatMap((job) => recommend(recommender, [job]));
  }
}

function encode(outcome: Outcome | undefined, encoding: Encoding): { body: Uint8Array; words: number[] } {
  try {
    if (outcome === undefined) throw new Error('The recommender left a request without an answer.');
    if (isFailure(outcome)) return encodeFailure(outcome.error);
    const { missing, from } = outcome.filled;
    const reason = reasonOf(outcome.filled);
    const words = [0, missing, reason === undefined ? 0 : 1 + shortReasons.indexOf(reason)];
    for (const source of sources) words.push(from[source] ?? 0);
    return { body: encodeAnswer(outcome, encoding), words };
  } catch (error) {
    return encodeFailure(failureOf(error));
  }
}

const encodeFailure = (failure: JobFailure): { body: Uint8Array; words: number[] } => ({
  body: utf8.encode(JSON.stringify(failure)),
  words: [1],
});

/** Expected failures keep their code; anything else is `internal`, with its stack for the log. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof SepetError) return { code: error.code, message: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message: 'The request failed inside; the log holds the details.', stack };
}

function join(header: Uint32Array, bodies: readonly Uint8Array[], bytes: number): ArrayBuffer {
  const all = new Uint8Array(header.byteLength + bytes);
  all.set(new Uint8Array(header.buffer));
  let at = header.byteLength;
  for (const body of bodies) {
    all.set(body, at);
    at += body.length;
  }
  return all.buffer;
}

export interface BatchResult {
  readonly results: JobResult[];
  /** Spent on the whole batch where it was answered. */
  readonly spent: BatchTimes;
}

/** Where the time of a batch went; what is left of `worker` is the policy's: filters, ranks, fallbacks. */
export interface BatchTimes {
  readonly workerSeconds: number;
  readonly searchSeconds: number;
  readonly encodeSeconds: number;
}

/** Takes a batch apart again. Bodies are views on `buffer`. */
export function readBatch(buffer: ArrayBuffer): BatchResult {
  const [count = 0, micros = 0, search = 0, encode = 0] = new Uint32Array(buffer, 0, batchWords);
  const header = new Uint32Array(buffer, batchWords * 4, answerWords * count);
  const bodies = new Uint8Array(buffer, (batchWords + answerWords * count) * 4);
  const results: JobResult[] = [];
  let start = 0;
  for (let i = 0; i < count; i++) {
    const words = header.subarray(answerWords * i, answerWords * (i + 1));
    const [end = 0, failed, missing = 0, why = 0] = words;
    const reason = shortReasons[why - 1];
    const body = bodies.subarray(start, end);
    if (failed === 1) results.push({ failure: readFailure(body) });
    else results.push({ body, missing, reason, items: words.subarray(4) });
    start = end;
  }
  const spent = { workerSeconds: micros / 1e6, searchSeconds: search / 1e6, encodeSeconds: encode / 1e6 };
  return { results, spent };
}

const readFailure = (body: Uint8Array): JobFailure =>
  JSON.parse(new TextDecoder().decode(body)) as JobFailure;
