// Factorization machines (Rendle 2010): training, scoring, and folding into vectors for a search. F features, k factors each;
// factors are kept in rows of `fmWidth(k)` floats, whole registers, of which those beyond k stay zero.

import { binding, native } from './binding.ts';
import type { KernelName } from './index.ts';

/** Floats that a feature's k factors take. */
export const fmWidth = (factorsEach: number): number => Math.ceil(factorsEach / 16) * 16;

/** Sparse rows: row r has the features[offsets[r]] up to features[offsets[r + 1]] (excluded). */
export interface SparseRows {
  /** Rows + 1. */
  readonly offsets: Uint32Array;
  readonly features: Uint32Array;
  /** One for each feature; all 1 where absent. */
  readonly values?: Float32Array;
}

/** The parameters in training, each beside the sum of its squared gradients. Made by `newMachine`. */
export interface Machine {
  /** k, 1 to 64. */
  readonly factorsEach: number;
  /** w0 and its sum. */
  readonly bias: Float32Array;
  /** 2 F: w and its sum. */
  readonly linear: Float32Array;
  /** F * 2 fmWidth(k): a feature's factors, then their sums. */
  readonly factors: Float32Array;
}

/** What scoring needs: a machine without the state of its training. */
export interface FmModel {
  readonly factorsEach: number;
  readonly bias: number;
  /** F. */
  readonly linear: Float32Array;
  /** F * fmWidth(k). */
  readonly factors: Float32Array;
}

/** One pass of training. E examples: a context each and, where there are items, one of the I items. */
export interface FmTrainCall {
  readonly contexts: SparseRows;
  readonly items?: SparseRows;
  /** Each example's item, where there are items. */
  readonly item?: Uint32Array;
  /** Logistic: 0 or 1. */
  readonly labels: Float32Array;
  /** One an example; all 1 where absent. */
  readonly weights?: Float32Array;
  /** One an item: negatives are drawn in proportion to counts^alpha. */
  readonly counts?: Float64Array;
  /** The examples of this call in the order of training. */
  readonly order: Uint32Array;
  readonly loss: 'logistic' | 'squared';
  readonly learningRate: number;
  readonly l2: number;
  /** Other items drawn, label 0, in the context of an example whose label is above 0. */
  readonly negatives: number;
  readonly alpha: number;
  readonly seed: number;
  /** With one, the result depends on the arguments and the kernel alone; with more, threads race (Hogwild). */
  readonly threads: number;
  readonly kernel?: KernelName;
  /** Shared counters, laid out as `fmCounters`. */
  readonly progress?: BigInt64Array;
}

export interface FmStep {
  /** Examples trained, with the drawn ones. */
  readonly examples: number;
  /** Mean loss over them, each taken just before its step. */
  readonly loss: number;
}

/** Places in `progress`. All but `cancel` and `total` are added to, so one array can run through many calls. */
export const fmCounters = { cancel: 0, done: 1, total: 2, examples: 3, lossMicro: 4 } as const;

const contextFields = ({ offsets, features, values }: SparseRows) => ({
  contextOffsets: offsets,
  contextFeatures: features,
  contextValues: values,
});
const itemFields = ({ offsets, features, values }: SparseRows) => ({
  itemOffsets: offsets,
  itemFeatures: features,
  itemValues: values,
});

/** A machine over `features` whose factors are drawn, uniform with the given deviation. Throws argument_invalid. */
export function newMachine(
  features: number,
  { factorsEach, deviation, seed }: { factorsEach: number; deviation: number; seed: number },
): Machine {
  const machine = {
    factorsEach,
    bias: new Float32Array(2),
    linear: new Float32Array(2 * features),
    factors: new Float32Array(2 * features * fmWidth(factorsEach)),
  };
  native(() => binding.fmInitialize({ ...machine, deviation, seed }));
  return machine;
}

/** A copy of what scoring needs. */
export function modelOf({ factorsEach, bias, linear, factors }: Machine): FmModel {
  const width = fmWidth(factorsEach);
  const features = linear.length / 2;
  const kept = new Float32Array(features * width);
  for (let f = 0; f < features; f++)
    kept.set(factors.subarray(2 * width * f, 2 * width * f + width), width * f);
  return {
    factorsEach,
    bias: bias[0] as number,
    linear: linear.filter((_, i) => i % 2 === 0),
    factors: kept,
  };
}

/** Features of which those without a step stand for all of them. */
export interface Averaged {
  readonly first: number;
  /** Of each feature from `first` on, how much of it a training row has on the average. */
  readonly shares: Float32Array;
  /** Those that may: their numbers, counted from `first`. */
  readonly fills: readonly number[];
}

/**
 * As `modelOf`, but that features without a step yet weigh nothing, as what they were drawn with would be noise where they are
 * met later; or, where they stand for others, what those weigh on the average.
 */
export function trainedOf(machine: Machine, averaged: readonly Averaged[] = []): FmModel {
  const model = modelOf(machine);
  const { linear, factors } = model;
  const width = fmWidth(machine.factorsEach);
  // Sums of squared gradients begin with 1.
  const isDrawn = (f: number): boolean => linear[f] === 0 && machine.linear[2 * f + 1] === 1;
  const drawn = linear.map((_, f) => Number(isDrawn(f)));
  drawn.forEach((is, f) => {
    if (is === 1) factors.fill(0, width * f, width * (f + 1));
  });
  for (const { first, shares, fills } of averaged) {
    const mean = new Float64Array(width + 1);
    shares.forEach((share, i) => {
      const f = first + i;
      for (let t = 0; t < width; t++)
        mean[t] = (mean[t] as number) + share * (factors[width * f + t] as number);
      mean[width] = (mean[width] as number) + share * (linear[f] as number);
    });
    for (const f of fills.map((i) => first + i)) {
      if (drawn[f] !== 1) continue;
      factors.set(mean.subarray(0, width), width * f);
      linear[f] = mean[width] as number;
    }
  }
  return model;
}

/**
 * Trains by stochastic gradient descent with AdaGrad, updating the machine in place. Synchronous and long: call it from a
 * worker thread. Throws argument_invalid (types, lengths, a feature or item out of range, a label that the loss cannot
 * have), training_diverged, cancelled.
 */
export function fmTrain(machine: Machine, { contexts, items, ...call }: FmTrainCall): FmStep {
  return native(() =>
    binding.fmTrain({ ...machine, ...call, ...contextFields(contexts), ...(items && itemFields(items)) }),
  );
}

/** Scores whole rows into `scores`. Throws argument_invalid. */
export function fmScore(model: FmModel, rows: SparseRows, scores: Float32Array, kernel?: KernelName): void {
  native(() => binding.fmScore({ ...model, ...contextFields(rows), scores, kernel }));
}

export interface ScoreItemsCall {
  readonly contexts: SparseRows;
  readonly items: SparseRows;
  /** The items to score. */
  readonly list: Uint32Array;
  /** Out: contexts * list. */
  readonly scores: Float32Array;
  readonly kernel?: KernelName;
}

/** Scores items in contexts, each context summed up once. Throws argument_invalid. */
export function fmScoreItems(model: FmModel, { contexts, items, ...call }: ScoreItemsCall): void {
  native(() => binding.fmScoreItems({ ...model, ...call, ...contextFields(contexts), ...itemFields(items) }));
}

/**
 * One side of a score as vectors of k + 1 values: the sum s of the factors, then b + p. An item's vector and a context's whose
 * last value is replaced by 1 have an inner product that orders items as the scores do: the score is that, w0, and the
 * context's own last value. Throws argument_invalid.
 */
export function fmFold(model: FmModel, { offsets, features, values }: SparseRows): Float32Array {
  const vectors = new Float32Array(Math.max(0, offsets.length - 1) * (model.factorsEach + 1));
  const rows = { rowOffsets: offsets, rowFeatures: features, rowValues: values };
  native(() => binding.fmFold({ ...model, ...rows, vectors }));
  return vectors;
}
