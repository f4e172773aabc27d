// The text in which Prometheus reads metrics, and the arithmetic that it does on them: what grew between two readings, and
// quantiles of histograms. As Prometheus has them: prometheus.io/docs/instrumenting/exposition_formats and
// prometheus.io/docs/prometheus/latest/querying/functions (histogram_quantile, increase).

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by the metric's name. */
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

export type Match = (labels: Readonly<Record<string, string>>) => boolean;

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const label = /([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };

const numbers: Readonly<Record<string, number>> = {
  ...{ '+Inf': Number.POSITIVE_INFINITY, Inf: Number.POSITIVE_INFINITY },
  ...{ '-Inf': Number.NEGATIVE_INFINITY, NaN: Number.NaN },
};
const numberOf = (text: string): number => numbers[text] ?? Number(text);

function labelsOf(text: string): Record<string, string> {
  const found = [...text.matchAll(label)];
  return Object.fromEntries(
    found.map(([, name = '', value = '']) => [
      name,
      value.replace(/\\[n"\\]/g, (one) => escapes[one] ?? one),
    ]),
  );
}

/** Reads the text format, or of it the metrics that are wanted. Comments and what is no sample are passed over. */
export function parseMetrics(text: string, isWanted: (name: string) => boolean = () => true): Metrics {
  const metrics = new Map<string, Sample[]>();
  for (const one of text.split('\n')) {
    const found = one.startsWith('#') ? null : line.exec(one.trim());
    if (found === null) continue;
    const [, name = '', labels = '', value = ''] = found;
    if (!isWanted(name)) continue;
    const samples = metrics.get(name) ?? [];
    samples.push({ labels: labelsOf(labels), value: numberOf(value) });
    metrics.set(name, samples);
  }
  return metrics;
}

const all: Match = () => true;

/** The sum of a metric's samples; undefined where it has none that match. */
export function sumOf(metrics: Metrics, name: string, match: Match = all): number | undefined {
  const samples = (metrics.get(name) ?? []).filter(({ labels }) => match(labels));
  return samples.length === 0 ? undefined : samples.reduce((sum, { value }) => sum + value, 0);
}

const keyOf = (labels: Sample['labels']): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * How much each counter of a name grew from one reading to the next. One that fell was begun anew, with its process, and has grown by
 * what it shows; one that was not there before has grown by all of it.
 */
export function growth(before: Metrics, after: Metrics, name: string, match: Match = all): Sample[] {
  const old = new Map((before.get(name) ?? []).map(({ labels, value }) => [keyOf(labels), value]));
  return (after.get(name) ?? [])
    .filter(({ labels }) => match(labels))
    .map(({ labels, value }) => {
      const then = old.get(keyOf(labels)) ?? 0;
      return { labels, value: value < then ? value : value - then };
    });
}

/** Values added up by one of their labels, or by a group of its values. */
export function sumBy(
  samples: readonly Sample[],
  name: string,
  group: (value: string) => string = (value) => value,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { labels, value } of samples) {
    const key = group(labels[name] ?? '');
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
}

export const total = (samples: readonly Sample[]): number =>
  samples.reduce((sum, { value }) => sum + value, 0);

/**
 * The quantile of a histogram's `_bucket` samples, whose counts are of all up to `le`: linear within its bucket, whose lower
 * end is 0 for the first one. Where it lies above the last bound, that bound. Undefined of an empty histogram.
 */
export function histogramQuantile(quantile: number, buckets: readonly Sample[]): number | undefined {
  const counts = [...sumBy(buckets, 'le')]
    .map(([le, count]) => ({ bound: numberOf(le), count }))
    .sort((a, b) => a.bound - b.bound);
  const observations = counts.at(-1)?.count ?? 0;
  if (!(observations > 0)) return undefined;
  const rank = quantile * observations;
  const found = counts.findIndex(({ count }) => count >= rank);
  const { bound, count } = counts[found] ?? { bound: Number.POSITIVE_INFINITY, count: 0 };
  const below = counts[found - 1] ?? { bound: Math.min(0, bound), count: 0 };
  if (bound === Number.POSITIVE_INFINITY) return counts.at(-2)?.bound;
  const within = count - below.count;
  return within === 0 ? bound : below.bound + ((bound - below.bound) * (rank - below.count)) / within;
}
