// The load itself: autocannon with one list of requests a connection. Latencies are collected here, in
// microseconds: autocannon's own histogram counts whole milliseconds, which is longer than most answers take.

import autocannon, { type Client, type Request, type Result } from 'autocannon';
import { build, type Histogram } from 'hdr-histogram-js';

export interface DriveOptions {
  readonly url: string;
  /** The products to ask for, in order; dealt out to the connections. */
  readonly products: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly rate?: number | undefined;
}

export interface DriveResult {
  readonly seconds: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly latencyMs: Readonly<Record<'mean' | 'p50' | 'p90' | 'p99' | 'p99_9' | 'max', number>>;
  /** Connections that broke and requests that timed out. */
  readonly errors: number;
  readonly non2xx: number;
  /** Bytes read, headers included. */
  readonly bytes: number;
}

const longestMicros = 60_000_000;

function requestsOf(products: readonly string[], connections: number, turn: number): Request[] {
  return products
    .filter((_, i) => i % connections === turn)
    .map((product) => ({ path: `/v1/products/${encodeURIComponent(product)}/bought-together` }));
}

/** Runs the load for the given time. */
export async function drive(options: DriveOptions): Promise<DriveResult> {
  const micros = build({ lowestDiscernibleValue: 1, highestTrackableValue: longestMicros });
  const result = await run(options, (responseMs) => {
    micros.recordValue(Math.min(longestMicros, Math.max(1, Math.round(responseMs * 1000))));
  });
  return {
    seconds: result.duration,
    requests: micros.totalCount,
    requestsPerSecond: Math.round(micros.totalCount / result.duration),
    latencyMs: latencies(micros),
    errors: result.errors,
    non2xx: result.non2xx,
    bytes: result.throughput.total,
  };
}

function run(options: DriveOptions, onResponse: (milliseconds: number) => void): Promise<Result> {
  const { url, products, connections, seconds, rate } = options;
  let dealt = 0;
  const settings = {
    url,
    connections,
    duration: seconds,
    headers: { accept: 'application/json' },
    setupClient: (client: Client) => client.setRequests(requestsOf(products, connections, dealt++)),
    ...(rate !== undefined && { overallRate: rate }),
  };
  return new Promise((resolve, reject) => {
    const started = autocannon(settings, (error, result) => (error ? reject(error) : resolve(result)));
    started.on('response', (_client, _status, _bytes, milliseconds) => onResponse(milliseconds));
  });
}

function latencies(micros: Histogram): DriveResult['latencyMs'] {
  // A percentile is the upper end of its bucket, which may lie above the largest value.
  const at = (percentile: number): number =>
    Math.min(micros.getValueAtPercentile(percentile), micros.maxValue) / 1000;
  return {
    mean: Math.round(micros.mean) / 1000,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p99_9: at(99.9),
    max: micros.maxValue / 1000,
  };
}
