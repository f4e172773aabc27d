// The pictures of a report: one or several results in each, in colours of their own.

import type { DriveResult } from '../drive/drive.ts';
import { chartOf, type Point } from './chart.ts';
import type { SearchStep } from './report.ts';
import { linear, logMs, nines, until } from './scale.ts';

export interface Named {
  readonly name: string;
  readonly result: DriveResult;
}

const bucketRatio = 10 ** (1 / 20);
const percent = (value: number): string => `${Number(value.toPrecision(3))} %`;
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
const least = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Number.MAX_VALUE);

/** How latencies are spread; the share of all answers in each bucket. */
export function histogramChart(named: readonly Named[]): string {
  const shares = named.map(({ result: { histogram } }): Point[] => {
    const total = histogram.reduce((sum, [, count]) => sum + count, 0);
    return histogram.map(([upTo, count]): Point => [upTo, (100 * count) / Math.max(1, total)]);
  });
  const all = shares.flat();
  if (all.length === 0) return '';
  const ends = all.map(([upTo]) => upTo);
  return chartOf({
    title: 'Latencies',
    x: logMs(least(ends) / bucketRatio, most(ends)),
    y: linear(most(all.map(([, share]) => share)), percent),
    xName: 'latency, logarithmic',
    yName: 'share of answers',
    series: named.map(({ name }, i) => ({
      name,
      kind: 'bars',
      colour: i + 1,
      points: shares[i] ?? [],
      from: (upTo) => upTo / bucketRatio,
    })),
  });
}

/** Latency by percentile, nines equally far apart. */
export function percentileChart(named: readonly Named[], boundMs?: number): string {
  const all = named.flatMap(({ result }) => result.percentiles);
  if (all.length === 0) return '';
  const times = [...all.map(([, ms]) => ms), ...(boundMs === undefined ? [] : [boundMs])];
  return chartOf({
    title: 'Latency by percentile',
    x: nines(most(all.map(([percentile]) => percentile))),
    y: logMs(least(times), most(times)),
    xName: 'percentile',
    yName: 'latency, logarithmic',
    series: named.map(({ name, result }, i) => ({
      name,
      kind: 'line',
      colour: i + 1,
      points: result.percentiles,
    })),
    ...(boundMs !== undefined && { level: { y: boundMs, text: `${boundMs} ms` } }),
  });
}

/** Answers a second over time. */
export function rateChart(named: readonly Named[]): string {
  const curves = named.map(({ result }) => result.curve);
  const all = curves.flat();
  if (all.length === 0) return '';
  const series = named.flatMap(({ name, result: { curve } }, i) => {
    const points = curve.map(({ atSeconds, requestsPerSecond }): Point => [atSeconds, requestsPerSecond]);
    const failed = curve.map(({ atSeconds, failuresPerSecond }): Point => [atSeconds, failuresPerSecond]);
    const hasFailed = named.length === 1 && failed.some(([, count]) => count > 0);
    const answered = { name, kind: named.length === 1 ? 'area' : 'line', colour: i + 1, points } as const;
    return hasFailed
      ? [answered, { name: 'not 2xx, or failed', kind: 'line', colour: 4, points: failed } as const]
      : [answered];
  });
  return chartOf({
    title: 'Answers of 2xx a second over time',
    x: until(most(all.map(({ atSeconds }) => atSeconds))),
    y: linear(most(series.flatMap(({ points }) => points.map(([, y]) => y)))),
    xName: 'seconds',
    yName: 'answers a second',
    series,
  });
}

/** Median and p99 over time. */
export function latencyChart(named: readonly Named[]): string {
  const all = named.flatMap(({ result }) => result.curve).filter(({ p50Ms }) => p50Ms > 0);
  if (all.length === 0) return '';
  const times = all.flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms]);
  const quantiles = [
    { of: 'p50', key: 'p50Ms', kind: 'line' },
    { of: 'p99', key: 'p99Ms', kind: 'line' },
  ] as const;
  return chartOf({
    title: 'Latency over time',
    x: until(most(all.map(({ atSeconds }) => atSeconds))),
    y: logMs(least(times), most(times)),
    xName: 'seconds',
    yName: 'latency, logarithmic',
    series: named.flatMap(({ name, result: { curve } }, i) =>
      quantiles.map(({ of, key, kind }, q) => ({
        name: named.length === 1 ? of : `${name}, ${of}`,
        kind,
        colour: named.length === 1 ? 1 + 2 * q : 1 + i,
        isDashed: named.length > 1 && q === 1,
        points: curve.filter((slice) => slice[key] > 0).map((slice): Point => [slice.atSeconds, slice[key]]),
      })),
    ),
  });
}

/** What a search tried: median and p99 by rate. */
export function searchChart(steps: readonly SearchStep[], p99Ms: number): string {
  const sorted = steps.toSorted((a, b) => a.rate - b.rate);
  if (sorted.length === 0) return '';
  const points = (of: (step: SearchStep) => number, some = sorted): Point[] =>
    some.map((step): Point => [step.rate, of(step)]);
  const p99 = (step: SearchStep): number => step.result.latencyMs.p99;
  const p50 = (step: SearchStep): number => step.result.latencyMs.p50;
  const times = [...sorted.flatMap((step) => [p50(step), p99(step)]), p99Ms];
  return chartOf({
    title: 'Latency by rate',
    x: linear(most(sorted.map(({ rate }) => rate))),
    y: logMs(least(times), most(times)),
    xName: 'requests a second',
    yName: 'latency, logarithmic',
    level: { y: p99Ms, text: `bound, ${p99Ms} ms` },
    series: [
      { name: 'p50', kind: 'line', colour: 1, points: points(p50) },
      { name: 'p99', kind: 'line', colour: 3, points: points(p99) },
      {
        name: 'holds',
        kind: 'dots',
        colour: 2,
        points: points(
          p99,
          sorted.filter(({ holds }) => holds),
        ),
      },
      {
        name: 'does not',
        kind: 'dots',
        colour: 4,
        points: points(
          p99,
          sorted.filter(({ holds }) => !holds),
        ),
      },
    ],
  });
}
