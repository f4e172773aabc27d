// One side's message to the other: jobs go to a worker as plain objects, and a whole batch of answers comes
// back as ONE ArrayBuffer, transferred rather than copied. In 32-bit words, then bytes:
//
//   count, micros, search micros, encode micros |
//   per answer: end, failed, missing, reason, items of each source | body bytes …
//
// `end` is where the answer's body stops, counted from the first body byte; it starts where its predecessor
// stopped. A failure's body is JSON with `code`, `message` and, for a bug, `stack` (for the log only).

import { type ErrorCode, SepetError } from '../base/errors.ts';
import type { Encoding } from '../recommend/encode.ts';
import { JsonBytes } from '../recommend/json-bytes.ts';
import { type Filled, isFailure, type Source, sources } from '../recommend/recommender.ts';
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

/** What an answer is before it is written. */
interface Drafted {
  readonly filled: Filled;
}

/** What answers a batch: it chooses first, all of it, and writes then. Of its drafts nobody else knows more. */
export interface Answering {
  draft(requests: readonly RecommendRequest[]): readonly (Drafted | { readonly error: JobFailure })[];
  write(draft: Drafted, encoding: Encoding, out: JsonBytes): void;
  searchMs(): number;
}

const microsSince = (startedMs: number): number => Math.round((performance.now() - startedMs) * 1000);

/** The bodies of the batch that this thread answers. */
const out = new JsonBytes();

/** Answers a batch, synchronously, on the thread that owns the recommender. Never throws. */
export function answerBatch(recommender: Answering, jobs: readonly Job[]): ArrayBuffer {
  const startedMs = performance.now();
  const searchedMs = recommender.searchMs();
  const outcomes = draft(recommender, jobs);
  const searchMicros = Math.round((recommender.searchMs() - searchedMs) * 1000);
  const encodingMs = performance.now();
  const header = new Uint32Array(batchWords + answerWords * jobs.length);
  out.cut(0);
  for (let i = 0; i < jobs.length; i++) {
    const words = batchWords + answerWords * i;
    write(recommender, outcomes[i], (jobs[i] as Job).encoding, { header, words });
    header[words] = out.length;
  }
  header[0] = jobs.length;
  header[1] = microsSince(startedMs);
  header[2] = searchMicros;
  header[3] = microsSince(encodingMs);
  const all = new Uint8Array(header.byteLength + out.length);
  all.set(new Uint8Array(header.buffer));
  all.set(out.view(0, out.length), header.byteLength);
  return all.buffer;
}

type Outcome = Drafted | { readonly error: JobFailure };

const withoutTower: JobFailure = {
  code: 'option_invalid',
  message: 'tower cannot be taken: no user tower answers here.',
};

/** Why a job is not for the recommender. */
const refusalOf = ({ request, refused }: Job): JobFailure | undefined =>
  refused ?? (request.tower !== undefined && request.towered === undefined ? withoutTower : undefined);

/** A batch that throws is taken apart, so that one poisonous request costs only its own answer. */
function draft(recommender: Answering, jobs: readonly Job[]): readonly Outcome[] {
  const refusals = jobs.map(refusalOf);
  if (refusals.some((refusal) => refusal !== undefined)) {
    const asked = jobs.filter((_, i) => refusals[i] === undefined);
    const answers = asked.length === 0 ? [] : [...draft(recommender, asked)];
    return refusals.map((error) => (error === undefined ? (answers.shift() as Outcome) : { error }));
  }
  try {
    return recommender.draft(jobs.map(({ request }) => request));
  } catch (error) {
    if (jobs.length === 1) return [{ error: failureOf(error) }];
    return jobs.flatMap((job) => draft(recommender, [job]));
  }
}

/** An answer's words in the batch's header, which are 0 so far. */
interface Account {
  readonly header: Uint32Array;
  readonly words: number;
}

/** Writes the body of an answer, and all of its words but the first. */
function write(
  recommender: Answering,
  outcome: Outcome | undefined,
  encoding: Encoding,
  account: Account,
): void {
  const start = out.length;
  try {
    if (outcome === undefined) throw new Error('The recommender left a request without an answer.');
    if (isFailure(outcome)) writeFailure(outcome.error, account);
    else {
      recommender.write(outcome, encoding, out);
      writeAccount(outcome.filled, account);
    }
  } catch (error) {
    out.cut(start);
    writeFailure(failureOf(error), account);
  }
}

function writeFailure(failure: JobFailure, { header, words }: Account): void {
  header[words + 1] = 1;
  out.text(JSON.stringify(failure));
}

function writeAccount(filled: Filled, { header, words }: Account): void {
  const reason = reasonOf(filled);
  header[words + 2] = filled.missing;
  header[words + 3] = reason === undefined ? 0 : 1 + shortReasons.indexOf(reason);
  for (let i = 0; i < sources.length; i++) header[words + 4 + i] = filled.from[sources[i] as Source] ?? 0;
}

/** Expected failures keep their code; anything else is `internal`, with its stack for the log. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof SepetError) return { code: error.code, message: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message: 'The request failed inside; the log holds the details.', stack };
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
