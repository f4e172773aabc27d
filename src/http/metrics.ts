// What is measured, in Prometheus' terms: seconds, base units. docs/operations.md tells what to watch.

import { performance } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobResult } from '../pool/answers.ts';
import type { BatchObserver } from '../pool/batcher.ts';
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

interface Labels {
  readonly route: string;
  readonly status: string;
}

/** The server's metrics; one instance a server. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'route' | 'status'>;
  readonly #labels = new Map<string, Map<number, Labels>>();
  readonly #items: Counter<'source'>;
  readonly #missing: Counter;
  readonly #short: Counter;
  readonly #aborted: Counter;
  readonly #errors: Counter;
  readonly #swaps: Counter<'result'>;
  /** Handed to the batcher. */
  readonly observer: BatchObserver;

  constructor(onLost: (error: unknown) => void) {
    const registers = [this.registry];
    const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
    const histogram = (name: string, help: string, buckets: number[]): Histogram =>
      new Histogram({ name, help, buckets, registers });
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'sepet_http_request_duration_seconds',
      help: 'From the request being read to its answer being handed to the socket.',
      labelNames: ['route', 'status'],
      buckets: latencySeconds,
      registers,
    });
    this.#aborted = counter('sepet_http_aborted_total', 'Requests whose client left before the answer.');
    this.#items = new Counter({
      name: 'sepet_fill_items_total',
      help: 'Recommended items by source.',
      labelNames: ['source'],
      registers,
    });
    this.#missing = counter('sepet_fill_missing_items_total', 'Items that were wanted and not found.');
    this.#short = counter('sepet_fill_short_answers_total', 'Answers with fewer items than wanted.');
    this.#errors = counter('sepet_batches_lost_total', 'Batches that were lost with their worker.');
    this.#swaps = new Counter({
      name: 'sepet_swaps_total',
      help: 'Versions that came to replace the one served: swapped or refused.',
      labelNames: ['result'],
      registers,
    });
    for (const result of ['swapped', 'refused'] satisfies SwapResult[]) this.#swaps.inc({ result }, 0);
    const waited = histogram('sepet_queue_wait_seconds', 'A request waiting for its batch.', stageSeconds);
    const compute = histogram('sepet_batch_compute_seconds', 'A worker answering a batch.', stageSeconds);
    const sizes = histogram('sepet_batch_size', 'Requests in a batch.', batchSizes);
    this.observer = {
      waited: (seconds) => waited.observe(seconds),
      answered: ({ size, workerSeconds }) => {
        sizes.observe(size);
        compute.observe(workerSeconds);
      },
      lost: (error) => {
        this.#errors.inc();
        onLost(error);
      },
    };
  }

  #gauge(name: string, help: string, read: () => number): void {
    const registers = [this.registry];
    new Gauge({
      name,
      help,
      registers,
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
    );
    this.#watchArtifact(gauges);
  }

  #watchArtifact({ served, isDamaged }: Gauges): void {
    const info = () => served().recommender.info;
    new Gauge({
      name: 'sepet_artifact_info',
      help: 'Always 1; the labels say what is served.',
      labelNames: ['artifact', 'policy', 'name'],
      registers: [this.registry],
      collect() {
        const { artifact, policy, manifest } = info();
        this.reset();
        this.set({ artifact, policy, name: manifest.name }, 1);
      },
    });
    this.#gauge('sepet_artifact_products', 'Products in the artifact.', () => info().products);
    this.#gauge('sepet_artifact_damaged', '1 where verification found damage.', () => Number(isDamaged()));
    const registers = [this.registry];
    new Gauge({
      name: 'sepet_artifact_bytes',
      help: 'Size of the artifact.',
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
      help: 'Bytes of the artifact that lie in huge pages.',
      registers,
    });
    this.#gauge('sepet_artifact_dimensions', 'Dimensions of a vector.', () => info().dims);
  }

  /** Gauges of a server that follows a store. */
  watchStore(release: () => ServedRelease | undefined, sinceContact: () => number): void {
    this.#gauge('sepet_release_revision', "The label's revision.", () => release()?.revision ?? 0);
    this.#gauge('sepet_deltas_revision', 'The latest delta that answers know.', () => release()?.deltas ?? 0);
    this.#gauge('sepet_store_last_contact_seconds', 'Seconds since the store answered.', sinceContact);
  }

  swapped(result: SwapResult): void {
    this.#swaps.inc({ result });
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.observe(this.#labelsOf(route, status), seconds);
  }

  /** Label objects are kept: making them would cost more than counting. */
  #labelsOf(route: string, status: number): Labels {
    let byStatus = this.#labels.get(route);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#labels.set(route, byStatus);
    }
    let labels = byStatus.get(status);
    if (labels === undefined) {
      labels = { route, status: String(status) };
      byStatus.set(status, labels);
    }
    return labels;
  }

  aborted(): void {
    this.#aborted.inc();
  }

  filled(result: Exclude<JobResult, { failure: object }>): void {
    const { embedding, cooccurrence, fallback, missing } = result;
    if (embedding > 0) this.#items.inc({ source: 'embedding' }, embedding);
    if (cooccurrence > 0) this.#items.inc({ source: 'cooccurrence' }, cooccurrence);
    if (fallback > 0) this.#items.inc({ source: 'fallback' }, fallback);
    if (missing === 0) return;
    this.#short.inc();
    this.#missing.inc(missing);
  }
}
