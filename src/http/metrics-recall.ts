// What is measured of live recall.

import { Counter, type Registry } from 'prom-client';
import type { ExactOutcome } from '../recommend/exact-aside.ts';
import type { SearchKind } from '../recommend/recommender.ts';
import type { RecallObserver } from './live-recall.ts';
import { CountedHistogram, type Series } from './metrics-counted.ts';

/** Of ten items so many are right. */
const tenths = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const ways: readonly SearchKind[] = ['graph', 'scan', 'everything', 'eligible', 'none'];
const results: readonly (ExactOutcome['result'] | 'dropped')[] = [
  ...(['compared', 'empty', 'differs', 'failed', 'dropped'] as const),
];

/** The observer that counts into the registry. */
export function recallMetrics(registry: Registry): RecallObserver {
  const recall = new CountedHistogram({
    name: 'sepet_live_recall',
    help: "Share of the exact answer's first ten that was served, of answers drawn at random, by how vectors were searched.",
    buckets: tenths,
    registry,
  });
  const series = new Map<SearchKind, Series>(ways.map((way) => [way, recall.series({ way })]));
  const samples = new Counter({
    name: 'sepet_live_recall_samples_total',
    help: 'Answers drawn to be repeated by exact scan, by what came of them.',
    labelNames: ['result'],
    registers: [registry],
  });
  for (const result of results) samples.inc({ result }, 0);
  return {
    outcome: (outcome) => {
      samples.inc({ result: outcome.result });
      if (outcome.result === 'compared') series.get(outcome.way)?.observe(outcome.recall);
    },
    dropped: () => samples.inc({ result: 'dropped' }),
  };
}
