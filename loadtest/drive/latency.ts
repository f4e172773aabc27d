// Latencies in microseconds, and what is said of them. Beside the HDR histogram, which tells percentiles, coarse
// buckets are counted for pictures: the library does not tell the counts it holds.

import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** Milliseconds. */
export type Latencies = Readonly<Record<'mean' | 'p50' | 'p90' | 'p99' | 'p99_9' | 'max', number>>;

/** How latencies travel between threads. */
export interface EncodedLatency {
  readonly histogram: string;
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

const longestMicros = 600_000_000;
const bucketsPerDecade = 20;
const shownPercentiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999];

const round = (value: number): number => Number(value.toPrecision(4));

export class Latency {
  readonly #histogram: Histogram;
  readonly #buckets = new Map<number, number>();

  /** Three significant digits are kept, or fewer. */
  constructor(digits: 1 | 2 | 3 = 3) {
    this.#histogram = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: longestMicros,
      numberOfSignificantValueDigits: digits,
    });
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  recordMs(milliseconds: number, count = 1): void {
    const micros = Math.min(longestMicros, Math.max(1, Math.round(milliseconds * 1000)));
    this.#histogram.recordValueWithCount(micros, count);
    const bucket = Math.ceil(Math.log10(micros / 1000) * bucketsPerDecade - 1e-9);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
  }

  /** Takes in what another thread, or another slice of time, has counted. */
  add({ histogram, buckets }: EncodedLatency): void {
    this.#histogram.add(decodeFromCompressedBase64(histogram));
    for (const [bucket, count] of buckets)
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
  }

  encode(): EncodedLatency {
    return { histogram: encodeIntoCompressedBase64(this.#histogram), buckets: [...this.#buckets] };
  }

  atMs(percentile: number): number {
    if (this.count === 0) return 0;
    // A percentile is the upper end of its bucket, which may lie above the largest value.
    return Math.min(this.#histogram.getValueAtPercentile(percentile), this.#histogram.maxValue) / 1000;
  }

  summary(): Latencies {
    const mean = this.count === 0 ? 0 : Math.round(this.#histogram.mean) / 1000;
    const [p50, p90, p99] = [this.atMs(50), this.atMs(90), this.atMs(99)];
    return { mean, p50, p90, p99, p99_9: this.atMs(99.9), max: this.atMs(100) };
  }

  /** Counts by the upper end of their bucket in milliseconds, twenty buckets a power of ten; empty ones are left out. */
  buckets(): [upToMs: number, count: number][] {
    return [...this.#buckets]
      .toSorted(([a], [b]) => a - b)
      .map(([bucket, count]) => [round(10 ** (bucket / bucketsPerDecade)), count]);
  }

  /** As far out as the count bears. */
  percentiles(): [percentile: number, ms: number][] {
    return shownPercentiles
      .filter((percentile) => (1 - percentile / 100) * this.count > 0.999)
      .map((percentile) => [percentile, this.atMs(percentile)]);
  }
}
