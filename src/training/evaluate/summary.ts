// From the tallies of one method to its figures and their intervals. What is kept of a method is small, whatever the number of baskets.

import { type Interval, interval95, mean, resampledMeans, resampledRatios } from './bootstrap.ts';
import type { MethodName } from './methods.ts';
import { type MetricName, metricNames, type TaskTally } from './metrics.ts';
import type { Judged, Tallies } from './run.ts';
import type { SliceMetric, SliceTally } from './slices.ts';

/** `hitRateAt10`, `ndcgAt10`, …, `mrr`, `coverage`, `popularityLift`, `novelty`; of further lengths `ndcgAt20`, …, `coverageAt20`. */
export type TaskFigures = Record<string, number>;
export type Intervals = Record<string, Interval>;

/** Figures of one method in one slice. */
export interface SliceResult {
  readonly lists: number;
  readonly figures: TaskFigures;
  readonly intervals: Intervals;
}

export interface MethodSummary {
  readonly name: MethodName;
  readonly figures: Record<keyof Tallies, TaskFigures>;
  readonly intervals: Record<keyof Tallies, Intervals>;
  /** FBT's NDCG and leave-one-out's hit rate in each resample, to compare methods by. */
  readonly resampled: Record<keyof Tallies, Float64Array>;
  /** By slicing and slice. */
  readonly slices: readonly (readonly Record<keyof Tallies, SliceResult>[])[];
}

export interface SummaryOptions {
  /** The main length. */
  readonly k: number;
  /** Products that are ranked. */
  readonly catalogue: number;
  readonly resamples: readonly Uint16Array[];
}

export const rounded = (value: number): number => Number(value.toFixed(5));
export const roundedBoth = ([low, high]: Interval): Interval => [rounded(low), rounded(high)];

/** `hitRate` at 10 is `hitRateAt10`; the reciprocal rank is `mrr` at any length. */
export function figureName(metric: MetricName, k: number): string {
  return metric === 'mrr' ? metric : `${metric}At${k}`;
}

const tasks = ['fbt', 'leaveOneOut'] as const;
const perTask = <T>(make: (task: keyof Tallies) => T): Record<keyof Tallies, T> => ({
  fbt: make('fbt'),
  leaveOneOut: make('leaveOneOut'),
});

/** The means over baskets. */
function means(tally: TaskTally, k: number, names: readonly MetricName[]): TaskFigures {
  return Object.fromEntries(names.map((name) => [figureName(name, k), rounded(mean(tally.perBasket[name]))]));
}

function intervalsOf(
  tally: TaskTally,
  k: number,
  names: readonly MetricName[],
  resamples: readonly Uint16Array[],
): Intervals {
  return Object.fromEntries(
    names.map((name) => [
      figureName(name, k),
      roundedBoth(interval95(resampledMeans(tally.perBasket[name], resamples))),
    ]),
  );
}

/** Those whose name says their length. */
const byLength = metricNames.filter((name) => name !== 'mrr');

/** The account of one method. */
export function summarise(name: MethodName, judged: Judged, options: SummaryOptions): MethodSummary {
  const { k, catalogue, resamples } = options;
  const others = [...judged.at];
  return {
    name,
    figures: perTask((task) => ({
      ...means(judged[task], k, metricNames),
      coverage: rounded(judged[task].coverage(catalogue)),
      popularityLift: rounded(judged[task].popularityLift()),
      novelty: rounded(judged[task].novelty()),
      ...Object.assign(
        {},
        ...others.map(([length, tallies]) => ({
          ...means(tallies[task], length, byLength),
          [`coverageAt${length}`]: rounded(tallies[task].coverage(catalogue)),
        })),
      ),
    })),
    intervals: perTask((task) => ({
      ...intervalsOf(judged[task], k, metricNames, resamples),
      ...Object.assign(
        {},
        ...others.map(([length, tallies]) => intervalsOf(tallies[task], length, byLength, resamples)),
      ),
    })),
    resampled: {
      fbt: resampledMeans(judged.fbt.perBasket.ndcg, resamples),
      leaveOneOut: resampledMeans(judged.leaveOneOut.perBasket.hitRate, resamples),
    },
    slices: sliceResults(judged, options),
  };
}

/** Of each slice of each slicing, both tasks. */
export function sliceResults(judged: Judged, options: SummaryOptions): MethodSummary['slices'] {
  return judged.slices.map((slicing) =>
    slicing.fbt.slicing.names.map(
      (_, slice) =>
        Object.fromEntries(tasks.map((task) => [task, sliceResult(slicing[task], slice, options)])) as Record<
          keyof Tallies,
          SliceResult
        >,
    ),
  );
}

function sliceResult(tally: SliceTally, slice: number, { k, resamples }: SummaryOptions): SliceResult {
  const lists = tally.lists[slice] as number;
  if (lists === 0) return { lists, figures: {}, intervals: {} };
  const weights = tally.column(slice, 'weight');
  const metrics: readonly SliceMetric[] = ['hitRate', 'ndcg'];
  const columns = metrics.map((metric) => [figureName(metric, k), tally.column(slice, metric)] as const);
  return {
    lists,
    figures: Object.fromEntries(columns.map(([name, sums]) => [name, rounded(mean(sums) / mean(weights))])),
    intervals: Object.fromEntries(
      columns.map(([name, sums]) => [
        name,
        roundedBoth(interval95(resampledRatios(sums, weights, resamples))),
      ]),
    ),
  };
}
