// From tallies to the figures that people and programs read.

import { type drawResamples, type Interval, interval95, mean, resampledMeans } from './bootstrap.ts';
import type { MethodName } from './methods.ts';
import { type MetricName, metricNames, type TaskTally } from './metrics.ts';
import type { Tallies } from './run.ts';

/** `hitRateAt10`, `ndcgAt10`, …, `mrr`, `coverage`, `popularityLift`. */
export type TaskFigures = Record<string, number>;

export interface MethodFigures {
  readonly fbt: TaskFigures;
  readonly leaveOneOut: TaskFigures;
}

export interface Comparison {
  readonly over: MethodName;
  /** FBT NDCG of word2vec over that of the other method. */
  readonly ndcgRatio: number;
  readonly interval: Interval;
}

export interface Evaluation {
  readonly kind: 'sepet-metrics';
  readonly version: 1;
  readonly methods: Record<string, MethodFigures>;
  /** 95 % bootstrap intervals over baskets, by method and task, of the figures that have one. */
  readonly intervals: Record<string, Record<keyof Tallies, Record<string, Interval>>>;
  /** word2vec against the best co-occurrence measure and against the cosine of IN with IN. */
  readonly comparisons: Record<'bestCooccurrence' | 'word2vecInIn', Comparison>;
  readonly data: Record<string, string | number | boolean>;
  readonly parameters: Record<string, number>;
  readonly hashes: Record<string, string>;
  readonly seconds: number;
}

export interface ReportContext extends Pick<Evaluation, 'data' | 'parameters' | 'hashes'> {
  readonly k: number;
  readonly catalogue: number;
  readonly resamples: ReturnType<typeof drawResamples>;
  /** Asked last. */
  readonly seconds: () => number;
}

export interface MethodResult {
  readonly name: MethodName;
  readonly tallies: Tallies;
}

const cooccurrenceNames: readonly MethodName[] = ['conditional', 'salton', 'decayed'];
const round = (value: number): number => Number(value.toFixed(5));
const roundBoth = ([low, high]: Interval): Interval => [round(low), round(high)];

/** `hitRate` at 10 is `hitRateAt10`; the reciprocal rank is `mrr` at any length. */
export function figureName(metric: MetricName, k: number): string {
  return metric === 'mrr' ? metric : `${metric}At${k}`;
}

function taskFigures(tally: TaskTally, { k, catalogue }: ReportContext): TaskFigures {
  const figures = metricNames.map((name) => [figureName(name, k), round(mean(tally.perBasket[name]))]);
  return {
    ...Object.fromEntries(figures),
    coverage: round(tally.coverage(catalogue)),
    popularityLift: round(tally.popularityLift()),
  };
}

function taskIntervals(tally: TaskTally, { k, resamples }: ReportContext): Record<string, Interval> {
  const intervals = metricNames.map((name) => {
    return [figureName(name, k), roundBoth(interval95(resampledMeans(tally.perBasket[name], resamples)))];
  });
  return Object.fromEntries(intervals);
}

/** word2vec against another method, basket by basket: the interval is of the ratio, over the same resamples. */
function compare(
  results: readonly MethodResult[],
  over: MethodName,
  { resamples }: ReportContext,
): Comparison {
  const ndcg = (name: MethodName): Float64Array => {
    const found = results.find((result) => result.name === name);
    if (found === undefined) throw new Error(`no result of ${name}`);
    return found.tallies.fbt.perBasket.ndcg;
  };
  const below = resampledMeans(ndcg(over), resamples);
  const ratios = resampledMeans(ndcg('word2vec'), resamples).map((value, i) => value / (below[i] as number));
  return {
    over,
    ndcgRatio: round(mean(ndcg('word2vec')) / mean(ndcg(over))),
    interval: roundBoth(interval95(ratios)),
  };
}

/** The whole account of an evaluation. */
export function report(results: readonly MethodResult[], context: ReportContext): Evaluation {
  const counted = results.filter(({ name }) => cooccurrenceNames.includes(name));
  const ndcg = ({ tallies }: MethodResult): number => mean(tallies.fbt.perBasket.ndcg);
  const best = counted.reduce((a, b) => (ndcg(b) > ndcg(a) ? b : a));
  const perMethod = <T>(make: (tally: TaskTally) => T): Record<string, { fbt: T; leaveOneOut: T }> =>
    Object.fromEntries(
      results.map(({ name, tallies }) => [
        name,
        { fbt: make(tallies.fbt), leaveOneOut: make(tallies.leaveOneOut) },
      ]),
    );
  return {
    kind: 'sepet-metrics',
    version: 1,
    methods: perMethod((tally) => taskFigures(tally, context)),
    intervals: perMethod((tally) => taskIntervals(tally, context)),
    comparisons: {
      bestCooccurrence: compare(results, best.name, context),
      word2vecInIn: compare(results, 'word2vecInIn', context),
    },
    data: context.data,
    parameters: context.parameters,
    hashes: context.hashes,
    seconds: context.seconds(),
  };
}
