// What is measured, in Prometheus' terms: seconds, base units. docs/operations.md tells what to watch.

import { performance } from 'node:perf_hooks';
import { type Aggregator, Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { JobResult, ShortReason } from '../pool/answers.ts';
import type { BatchObserver } from '../pool/batcher.ts';
import { type Source, sources } from '../recommend/recommender.ts';
import type { ResultCache } from './cache.ts';
import type { Asked } from './desk.ts';
import { CountedHistogram, countedSeries, type Series } from './metrics-counted.ts';
import { EventLoopDelay, watchBuild } from './metrics-process.ts';
import type { Served, ServedRelease } from './served.ts';

const latencySeconds = [
  0.0001, 0.00025, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
];
const stageSeconds = [
  0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5,
];
const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export interface Gauges {
  /** Requests that wait for a worker. */
  waiting(): number;
  /** Batches that are with a worker. */
  running(): number;
  /** Open TCP connections. */
  connections(): number;
  /** Threads that answer. */
  readonly workers: number;
  served(): Pick<Served, 'recommender'>;
  /** Whether verification found the artifact damaged. */
  isDamaged(): boolean;
}

/** What came of a version that was to replace another. */
export type SwapResult = 'swapped' | 'refused';

/** The server's metrics; one instance a server. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: CountedHistogram;
  readonly #series = new Map<string, Map<number, Series>>();
  /** Plain numbers, as they change with every request. */
  readonly #items = Object.fromEntries(sources.map((source) => [source, 0])) as Record<Source, number>;
  #missing = 0;
  readonly #short: Record<ShortReason, number> = { rules: 0, catalogue: 0, sources: 0 };
  readonly #aborted: Counter;
  readonly #helped: Counter;
  readonly #errors: Counter;
  readonly #swaps: Counter<'result'>;
  readonly #asked: Record<Asked, number> = { hit: 0, miss: 0, joined: 0 };
  /** Handed to the batcher. */
  readonly observer: BatchObserver;

  constructor(onLost: (error: unknown) => void) {
    const registers = [this.registry];
    const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
    const { registry } = this;
    const histogram = (name: string, help: string, buckets: readonly number[]): Series =>
      countedSeries({ name, help, buckets, registry });
    collectDefaultMetrics({ register: registry });
    new EventLoopDelay(registry);
    watchBuild(registry);
    this.#requests = new CountedHistogram({
      name: 'sepet_http_request_duration_seconds',
      help: 'From the request being read to its answer being handed to the socket.',
      buckets: latencySeconds,
      registry,
    });
    this.#aborted = counter('sepet_http_aborted_total', 'Requests whose client left before the answer.');
    this.#helped = counter(
      'sepet_event_loop_answers_total',
      'Requests that the event loop answered itself, as the workers had all they could take.',
    );
    this.#errors = counter('sepet_batches_lost_total', 'Batches that were lost with their worker.');
    this.#swaps = new Counter({
      name: 'sepet_swaps_total',
      help: 'Versions that came to replace the one served: swapped or refused.',
      labelNames: ['result'],
      registers,
    });
    for (const result of ['swapped', 'refused'] satisfies SwapResult[]) this.#swaps.inc({ result }, 0);
    this.#watchAnswers();
    const waited = histogram('sepet_queue_wait_seconds', 'A request waiting for its batch.', stageSeconds);
    const compute = histogram(
      'sepet_batch_compute_seconds',
      'A worker, or the event loop, answering a batch.',
      stageSeconds,
    );
    const stages = new CountedHistogram({
      name: 'sepet_batch_stage_seconds',
      help: 'Where the time of a batch goes: the index, the policy (filters, ranks, fallbacks), the encoding of bodies.',
      buckets: stageSeconds,
      registry,
    });
    const [search, filter, encode] = ['search', 'filter', 'encode'].map((stage) =>
      stages.series({ stage }),
    ) as [Series, Series, Series];
    const sizes = histogram('sepet_batch_size', 'Requests in a batch.', batchSizes);
    this.observer = {
      waited: (seconds) => waited.observe(seconds),
      answered: ({ size, by, workerSeconds, searchSeconds, encodeSeconds }) => {
        sizes.observe(size);
        if (by === 'loop') this.#helped.inc(size);
        compute.observe(workerSeconds);
        search.observe(searchSeconds);
        filter.observe(Math.max(0, workerSeconds - searchSeconds - encodeSeconds));
        encode.observe(encodeSeconds);
      },
      lost: (error) => {
        this.#errors.inc();
        onLost(error);
      },
    };
  }

  /** Of several processes the values are added up, unless `aggregator` says otherwise. */
  #gauge(name: string, help: string, read: () => number, aggregator: Aggregator = 'sum'): void {
    const registers = [this.registry];
    new Gauge({
      name,
      help,
      registers,
      aggregator,
      collect() {
        this.set(read());
      },
    });
  }

  /** Gauges that are read when the metrics are. */
  watch(gauges: Gauges): void {
    this.#gauge('sepet_queue_depth', 'Requests waiting for a worker.', gauges.waiting);
    this.#gauge('sepet_batches_running', 'Batches with a worker.', gauges.running);
    this.#gauge('sepet_http_connections', 'Open connections.', gauges.connections);
    const { workers } = gauges;
    this.#gauge('sepet_workers', 'Worker threads; 0 means that the event loop answers.', () => workers);
    let last = performance.eventLoopUtilization();
    this.#gauge(
      'sepet_event_loop_utilisation',
      'Share of the time since the last reading that it was busy.',
      () => {
        const now = performance.eventLoopUtilization();
        const { utilization } = performance.eventLoopUtilization(now, last);
        last = now;
        return utilization;
      },
      'average',
    );
    this.#watchArtifact(gauges);
  }

  #watchArtifact({ served, isDamaged }: Gauges): void {
    const info = () => served().recommender.info;
    new Gauge({
      name: 'sepet_artifact_info',
      help: 'Always 1; the labels say what is served.',
      labelNames: ['artifact', 'policy', 'name'],
      aggregator: 'max',
      registers: [this.registry],
      collect() {
        const { artifact, policy, manifest } = info();
        this.reset();
        this.set({ artifact, policy, name: manifest.name }, 1);
      },
    });
    this.#gauge('sepet_artifact_products', 'Products in the artifact.', () => info().products, 'max');
    this.#gauge(
      'sepet_artifact_damaged',
      '1 where verification found damage.',
      () => Number(isDamaged()),
      'max',
    );
    const registers = [this.registry];
    new Gauge({
      name: 'sepet_artifact_bytes',
      help: 'Size of the artifact.',
      aggregator: 'max',
      registers,
      collect() {
        // Asking takes milliseconds where pages are huge, so once for both.
        const { bytes, hugeBytes } = served().recommender.memory();
        this.set(bytes);
        huge.set(hugeBytes);
      },
    });
    const huge = new Gauge({
      name: 'sepet_artifact_huge_page_bytes',
      aggregator: 'max',
      help: 'Bytes of the artifact that lie in huge pages.',
      registers,
    });
    this.#gauge('sepet_artifact_dimensions', 'Dimensions of a vector.', () => info().dims, 'max');
  }

  /** Gauges of a server that follows a store. */
  watchStore(release: () => ServedRelease | undefined, sinceContact: () => number): void {
    this.#gauge('sepet_release_revision', "The label's revision.", () => release()?.revision ?? 0, 'min');
    this.#gauge(
      'sepet_deltas_revision',
      'The latest delta that answers know.',
      () => release()?.deltas ?? 0,
      'min',
    );
    this.#gauge('sepet_store_last_contact_seconds', 'Seconds since the store answered.', sinceContact, 'max');
  }

  /** Gauges of the result cache. */
  watchCache(cache: Pick<ResultCache, 'entries' | 'bytes'>): void {
    this.#gauge('sepet_cache_entries', 'Answers that are kept.', () => cache.entries);
    this.#gauge('sepet_cache_bytes', 'Memory that they take, nearly.', () => cache.bytes);
  }

  asked(result: Asked): void {
    this.#asked[result]++;
  }

  swapped(result: SwapResult): void {
    this.#swaps.inc({ result });
  }

  request(route: string, status: number, seconds: number): void {
    this.#seriesOf(route, status).observe(seconds);
  }

  #seriesOf(route: string, status: number): Series {
    let byStatus = this.#series.get(route);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#series.set(route, byStatus);
    }
    let series = byStatus.get(status);
    if (series === undefined) {
      series = this.#requests.series({ route, status: String(status) });
      byStatus.set(status, series);
    }
    return series;
  }

  aborted(): void {
    this.#aborted.inc();
  }

  filled(result: Exclude<JobResult, { failure: object }>): void {
    const { items, missing, reason } = result;
    for (let i = 0; i < sources.length; i++) this.#items[sources[i] as Source] += items[i] as number;
    if (reason === undefined) return;
    this.#short[reason]++;
    this.#missing += missing;
  }

  #watchAnswers(): void {
    const registers = [this.registry];
    /** A counter by one label, whose values are kept elsewhere. */
    const counts = (name: string, help: string, label: string, values: Readonly<Record<string, number>>) =>
      new Counter({
        ...{ name, help, registers, labelNames: [label] },
        collect() {
          this.reset();
          for (const [value, count] of Object.entries(values)) this.inc({ [label]: value }, count);
        },
      });
    counts(
      'sepet_cache_requests_total',
      'Requests whose answer may be kept: hit, miss, or joined to an equal one under way.',
      'result',
      this.#asked,
    );
    counts('sepet_fill_items_total', 'Recommended items by source.', 'source', this.#items);
    counts(
      'sepet_fill_short_answers_total',
      'Answers with fewer items than wanted: the rules, the catalogue or the sources had no more.',
      'reason',
      this.#short,
    );
    const missing = () => this.#missing;
    new Counter({
      name: 'sepet_fill_missing_items_total',
      help: 'Items that were wanted and not found.',
      registers,
      collect() {
        this.reset();
        this.inc(missing());
      },
    });
  }
}
