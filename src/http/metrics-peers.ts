// The metrics of all processes behind the port as one: whichever of them Prometheus happens to ask.

import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';
import type { Peers } from '../pool/peers.ts';

const topic = 'metrics';
type Values = MetricObjectWithValues<MetricValue<string>>[];

/** Answers the others from this registry. */
export function tellMetrics(registry: Registry, peers: Peers): void {
  peers.answer(topic, () => registry.getMetricsAsJSON());
}

/** The text of all: sums, unless a metric says how else it is to be put together. */
export async function metricsOfAll(registry: Registry, peers: Peers): Promise<string> {
  if (peers.count === 1) return registry.metrics();
  return AggregatorRegistry.aggregate(await peers.ask<Values>(topic)).metrics();
}
