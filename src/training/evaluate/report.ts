// The whole account of an evaluation: what people and programs read.

import { type Interval, interval95 } from './bootstrap.ts';
import type { MethodName } from './methods.ts';
import type { Tallies } from './run.ts';
import type { Slicing } from './slices.ts';
import {
  figureName,
  type Intervals,
  type MethodSummary,
  rounded,
  roundedBoth,
  type SliceResult,
  type TaskFigures,
} from './summary.ts';

export type { TaskFigures } from './summary.ts';

export interface MethodFigures {
  readonly fbt: TaskFigures;
  readonly leaveOneOut: TaskFigures;
}

export interface Comparison {
  /** What is compared: `blend` where there is one, else `word2vec`. */
  readonly of: MethodName;
  readonly over: MethodName;
  /** FBT NDCG of the one over that of the other. */
  readonly ndcgRatio: number;
  /** Of `ndcgRatio`. */
  readonly interval: Interval;
  /** Leave-one-out hit rate of the one over that of the other. */
  readonly leaveOneOutRatio: number;
  readonly leaveOneOutInterval: Interval;
  /** FBT coverage of the one over that of the other. */
  readonly coverageRatio: number;
}

export interface SliceFigures {
  /** Lists that were judged. */
  readonly lists: number;
  readonly methods: Record<string, TaskFigures>;
  readonly intervals: Record<string, Intervals>;
}

/** The lists whose product asked (FBT) or product to be found (leave-one-out) is one of these. */
export interface Slice {
  readonly by: Slicing['by'];
  /** `head`, `mid`, `tail`, `cold`, or a category. */
  readonly name: string;
  readonly products: number;
  /** Training orders of the least and the most ordered of them. */
  readonly orders: readonly [least: number, most: number];
  readonly fbt: SliceFigures;
  readonly leaveOneOut: SliceFigures;
}

export interface Evaluation {
  readonly kind: 'sepet-metrics';
  readonly version: 1;
  readonly methods: Record<string, MethodFigures>;
  /** 95 % bootstrap intervals over baskets, by method and task, of the figures that have one. */
  readonly intervals: Record<string, Record<keyof Tallies, Intervals>>;
  /** The model against the best co-occurrence measure; word2vec against the cosine of its IN with IN. */
  readonly comparisons: Record<'bestCooccurrence' | 'word2vecInIn', Comparison>;
  readonly slices: readonly Slice[];
  readonly data: Record<string, string | number | boolean>;
  readonly parameters: Record<string, number>;
  readonly hashes: Record<string, string>;
  readonly seconds: number;
}

export interface SliceOutline extends Pick<Slice, 'by' | 'name' | 'products' | 'orders'> {
  /** Of each method, by name; in the order of the table. */
  readonly results: readonly (readonly [MethodName, Record<keyof Tallies, SliceResult>])[];
}

export interface ReportContext extends Pick<Evaluation, 'data' | 'parameters' | 'hashes'> {
  readonly k: number;
  readonly slices: readonly SliceOutline[];
  /** Asked last. */
  readonly seconds: () => number;
}

export const cooccurrenceNames: readonly MethodName[] = ['conditional', 'salton', 'decayed'];

/** The method that is ours: what gates and comparisons are about. */
export const modelOf = (methods: Readonly<Record<string, unknown>>): 'blend' | 'word2vec' =>
  'blend' in methods ? 'blend' : 'word2vec';

/** One method against another: intervals are of the ratios, over the same resamples. */
function compare(of: MethodSummary, over: MethodSummary, k: number): Comparison {
  const ratios = (task: keyof Tallies): Float64Array =>
    of.resampled[task].map((value, i) => value / (over.resampled[task][i] as number));
  const ratio = (task: keyof Tallies, figure: string): number =>
    rounded((of.figures[task][figure] as number) / (over.figures[task][figure] as number));
  return {
    of: of.name,
    over: over.name,
    ndcgRatio: ratio('fbt', figureName('ndcg', k)),
    interval: roundedBoth(interval95(ratios('fbt'))),
    leaveOneOutRatio: ratio('leaveOneOut', figureName('hitRate', k)),
    leaveOneOutInterval: roundedBoth(interval95(ratios('leaveOneOut'))),
    coverageRatio: ratio('fbt', 'coverage'),
  };
}

function sliceOf({ results, ...outline }: SliceOutline): Slice {
  const task = (name: keyof Tallies): SliceFigures => ({
    lists: results[0]?.[1][name].lists ?? 0,
    methods: Object.fromEntries(results.map(([method, of]) => [method, of[name].figures])),
    intervals: Object.fromEntries(results.map(([method, of]) => [method, of[name].intervals])),
  });
  return { ...outline, fbt: task('fbt'), leaveOneOut: task('leaveOneOut') };
}

/** The whole account of an evaluation. Popularity, co-occurrence, word2vec and word2vecInIn are always among the methods. */
export function report(summaries: readonly MethodSummary[], context: ReportContext): Evaluation {
  const named = Object.fromEntries(summaries.map((summary) => [summary.name, summary]));
  const take = (name: MethodName): MethodSummary => {
    const found = named[name];
    if (found === undefined) throw new Error(`no result of ${name}`);
    return found;
  };
  const ndcg = ({ figures }: MethodSummary): number => figures.fbt[figureName('ndcg', context.k)] as number;
  const best = summaries
    .filter(({ name }) => cooccurrenceNames.includes(name))
    .reduce((a, b) => (ndcg(b) > ndcg(a) ? b : a));
  return {
    kind: 'sepet-metrics',
    version: 1,
    methods: Object.fromEntries(summaries.map(({ name, figures }) => [name, figures])),
    intervals: Object.fromEntries(summaries.map(({ name, intervals }) => [name, intervals])),
    comparisons: {
      bestCooccurrence: compare(take(modelOf(named)), best, context.k),
      word2vecInIn: compare(take('word2vec'), take('word2vecInIn'), context.k),
    },
    slices: context.slices.map(sliceOf),
    data: context.data,
    parameters: context.parameters,
    hashes: context.hashes,
    seconds: context.seconds(),
  };
}
