// What is measured of the process itself, beside prom-client's own metrics.

import { createRequire } from 'node:module';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry, type Summary } from 'prom-client';
import { nativeInfo } from '../native/index.ts';

/** Always 1; the labels tell what runs. */
export function watchBuild(registry: Registry): void {
  const { version } = createRequire(import.meta.url)('sepet/package.json') as { version: string };
  const labels = { version, node: process.versions.node, kernel: nativeInfo().kernel };
  new Gauge({
    name: 'sepet_build_info',
    help: 'Always 1; the labels say what runs: release, Node.js, kernel of the native code.',
    labelNames: ['version', 'node', 'kernel'],
    registers: [registry],
    aggregator: 'first',
  }).set(labels, 1);
}

/** Between two looks. Each costs a turn of the event loop, also of an idle one. */
const lookMs = 10;
const quantiles = [0.5, 0.9, 0.99, 1];

/**
 * How late the event loop comes to what is due: quantiles since the last reading, sum and count since the start. The
 * measure of prom-client (`nodejs_eventloop_lag_*`) has the pause between two looks in it; this one has not.
 */
export class EventLoopDelay {
  readonly name = 'sepet_event_loop_delay_seconds';
  readonly help = 'How late the event loop came to what was due; quantiles since the last reading.';
  readonly type = 'summary';
  /** Of several processes the worst one's. */
  readonly aggregator = 'max';
  readonly #monitor: IntervalHistogram;
  #sum = 0;
  #count = 0;

  constructor(registry: Registry) {
    this.#monitor = monitorEventLoopDelay({ resolution: lookMs });
    this.#monitor.enable();
    registry.registerMetric(this as unknown as Summary);
  }

  async get() {
    const { name, help, type, aggregator } = this;
    const monitor = this.#monitor;
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - lookMs / 1e3);
    const { count } = monitor;
    if (count > 0) this.#sum += count * late(monitor.mean);
    this.#count += count;
    const found = quantiles.map((quantile) => ({
      labels: { quantile },
      value: count === 0 ? 0 : late(monitor.percentile(quantile * 100)),
    }));
    monitor.reset();
    const values = [
      ...found,
      { metricName: `${name}_sum`, labels: {}, value: this.#sum },
      { metricName: `${name}_count`, labels: {}, value: this.#count },
    ];
    return { name, help, type, aggregator, values };
  }

  reset(): void {
    this.#monitor.reset();
  }
}
