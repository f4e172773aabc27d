// The load: autocannon's connections in one or several threads, whose counts are put together.

import { Worker } from 'node:worker_threads';
import type { Job, ThreadMessage, ThreadOutcome } from './job.ts';
import { type Latencies, Latency } from './latency.ts';

export interface DriveOptions extends Omit<Job, 'texts' | 'sliceSeconds' | 'rate'> {
  readonly texts: readonly string[];
  readonly threads: number;
  readonly rate?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Progress {
  readonly answers: number;
  readonly failures: number;
}

/** A point of the curves over time. */
export interface CurvePoint {
  /** End of the slice, from the beginning of the measurement. */
  readonly atSeconds: number;
  readonly requestsPerSecond: number;
  readonly failuresPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What was measured, whatever drove. */
export interface DriveResult {
  readonly driver: 'autocannon' | 'wrk';
  readonly threads: number;
  readonly connections: number;
  readonly rate?: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Answers to the requests that were due in the measured time, whatever their status. */
  readonly requests: number;
  /** Answers that came in the measured time, a second. */
  readonly requestsPerSecond: number;
  /** Those of 2xx. */
  readonly goodPerSecond: number;
  /** Of 2xx, from the time a request was due; unanswered ones count with what they waited. */
  readonly latencyMs: Latencies;
  /** From the time a request was sent, at a constant rate: without the waiting that a stall imposes on those behind it. */
  readonly sentLatencyMs?: Latencies;
  /** Of answers that are not 2xx, where there are any, from the time a request was sent. */
  readonly refusedMs?: Latencies;
  readonly statuses: Readonly<Record<string, number>>;
  readonly non2xx: number;
  readonly errors: number;
  readonly unanswered: number;
  /** Bytes read, headers included. */
  readonly bytes: number;
  /** Latencies of 2xx: counts by upper end in ms. */
  readonly histogram: readonly (readonly [upToMs: number, count: number])[];
  readonly percentiles: readonly (readonly [percentile: number, ms: number])[];
  readonly curve: readonly CurvePoint[];
  readonly versions?: Readonly<Record<string, number>>;
  /** Share of the time in which the busiest driver thread was busy. */
  readonly driverBusy?: number;
}

const mostSlices = 60;
const narrowestSliceSeconds = 0.2;
const startedFresh = 50_000_000;

/** Runs the load for the given time, or until the signal; what was measured until then is returned. */
export async function drive(options: DriveOptions): Promise<DriveResult> {
  const { threads, seconds } = options;
  const sliceSeconds = Math.max(narrowestSliceSeconds, seconds / mostSlices);
  const progress = new Array<Progress>(threads);
  const outcomes = await Promise.all(
    Array.from({ length: threads }, (_, index) =>
      runThread(jobOf(options, index, sliceSeconds), options.signal, (own) => {
        progress[index] = own;
        const sum = (of: (one: Progress) => number) => progress.reduce((total, one) => total + of(one), 0);
        options.onProgress?.({ answers: sum((one) => one.answers), failures: sum((one) => one.failures) });
      }),
    ),
  );
  return put(outcomes, options, sliceSeconds);
}

/** A thread's share: every nth request, its part of the connections and of the rate. */
function jobOf(options: DriveOptions, index: number, sliceSeconds: number): Job {
  const { texts, threads, connections, rate, firstFresh, url, warmupSeconds, seconds } = options;
  const share = Math.floor(connections / threads) + (index < connections % threads ? 1 : 0);
  return {
    url,
    texts: texts.length < threads ? texts : texts.filter((_, i) => i % threads === index),
    firstFresh: firstFresh + index * startedFresh,
    connections: share,
    warmupSeconds,
    seconds,
    ...(rate !== undefined && { rate: rate / threads }),
    graceSeconds: options.graceSeconds,
    sliceSeconds,
    watchVersions: options.watchVersions,
  };
}

function runThread(
  job: Job,
  signal: AbortSignal | undefined,
  onProgress: (progress: Progress) => void,
): Promise<ThreadOutcome> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: job });
    const stop = (): void => thread.postMessage('stop');
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    thread.on('message', (message: ThreadMessage) => {
      if (message.kind === 'progress') onProgress(message);
      else if (message.kind === 'done') resolve(message.outcome);
      else reject(new Error(message.message));
    });
    thread.on('error', reject);
    thread.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new Error('A driver thread ended without a result.'));
    });
  });
}

function summed(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const record of records)
    for (const [name, count] of Object.entries(record)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function put(outcomes: readonly ThreadOutcome[], options: DriveOptions, sliceSeconds: number): DriveResult {
  const [latency, refused, service] = [new Latency(), new Latency(), new Latency()];
  for (const outcome of outcomes) {
    latency.add(outcome.latency);
    refused.add(outcome.refused);
    service.add(outcome.service);
  }
  const total = (of: (outcome: ThreadOutcome) => number) => outcomes.reduce((sum, one) => sum + of(one), 0);
  const statuses = summed(outcomes.map((outcome) => outcome.statuses));
  const requests = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const good = Object.entries(statuses).reduce((sum, [status, n]) => sum + (/^2/.test(status) ? n : 0), 0);
  const seconds = Math.max(...outcomes.map((outcome) => outcome.seconds));
  const perSecond = (count: number): number => (seconds > 0 ? Math.round((10 * count) / seconds) / 10 : 0);
  return {
    driver: 'autocannon',
    threads: options.threads,
    connections: options.connections,
    ...(options.rate !== undefined && { rate: options.rate, sentLatencyMs: service.summary() }),
    warmupSeconds: options.warmupSeconds,
    seconds: Math.round(seconds * 1000) / 1000,
    requests,
    requestsPerSecond: perSecond(total(({ completed }) => completed.good + completed.other)),
    goodPerSecond: perSecond(total(({ completed }) => completed.good)),
    latencyMs: latency.summary(),
    ...(refused.count > 0 && { refusedMs: refused.summary() }),
    statuses,
    non2xx: requests - good,
    errors: total((one) => one.errors),
    unanswered: total((one) => one.unanswered),
    bytes: total((one) => one.bytes),
    histogram: latency.buckets(),
    percentiles: latency.percentiles(),
    curve: curveOf(outcomes, sliceSeconds, seconds),
    ...(options.watchVersions && { versions: summed(outcomes.map((outcome) => outcome.versions)) }),
    driverBusy: Math.round(1000 * Math.max(...outcomes.map((outcome) => outcome.busy))) / 1000,
  };
}

/** The last slices may lie beyond the end: answers that were waited for. */
function curveOf(outcomes: readonly ThreadOutcome[], sliceSeconds: number, seconds: number): CurvePoint[] {
  const measured = Math.ceil(seconds / sliceSeconds - 1e-3);
  const counted = Math.max(0, ...outcomes.map(({ slices }) => slices.length));
  // One slice beyond is what was under way at the end, and no curve of its own.
  const count = counted <= measured + 1 ? Math.min(counted, measured) : counted;
  return Array.from({ length: count }, (_, index) => {
    const parts = outcomes.flatMap(({ slices }) => slices[index] ?? []);
    const latency = new Latency(2);
    for (const part of parts) latency.add(part.latency);
    const leftSeconds = seconds - index * sliceSeconds;
    // Neither a cut slice nor the whole ones of the grace.
    const width = leftSeconds > 1e-3 ? Math.min(sliceSeconds, leftSeconds) : sliceSeconds;
    const answers = parts.reduce((sum, part) => sum + part.answers, 0);
    const failures = parts.reduce((sum, part) => sum + part.failures, 0);
    return {
      atSeconds: Math.round(1000 * (index * sliceSeconds + width)) / 1000,
      requestsPerSecond: Math.round(answers / width),
      failuresPerSecond: Math.round(failures / width),
      p50Ms: latency.atMs(50),
      p99Ms: latency.atMs(99),
    };
  });
}
