// The training loop of a factorization machine: epochs over rows in a new order each, cut into slices of a fraction of a
// second. Between slices everything that matters is the state, so that is where a run is saved, stopped and resumed.
// It overfits within a few epochs, so it ends when the validation rows have been foretold worse for a while, and the
// best machine is what stays. Synchronous: it runs in a worker thread, or wherever blocking does no harm.

import { Random } from '../../base/random.ts';
import {
  type Averaged,
  type FmModel,
  fmScore,
  fmTrain,
  type KernelName,
  type Machine,
  modelOf,
  newMachine,
  type SparseRows,
  trainedOf,
} from '../../native/index.ts';
import { auc, logLoss, squaredLoss } from './judge.ts';
import type { FmRows } from './rows.ts';

export interface FmParameters {
  readonly factorsEach: number;
  readonly loss: 'logistic' | 'squared';
  /** At most; fewer where the validation rows say so. */
  readonly epochs: number;
  /** Epochs without a better one before training ends. */
  readonly patience: number;
  readonly learningRate: number;
  readonly l2: number;
  readonly seed: number;
  /** Items drawn as negatives for each positive row; only where rows have items. */
  readonly negatives: number;
  /** They are drawn in proportion to their training rows to this power: 0 is uniform, 1 by popularity. */
  readonly alpha: number;
  /** One thread, so that the same data and parameters give the same bits on the same kernel. */
  readonly deterministic: boolean;
}

export interface FmData {
  /** Whole rows or, where there are items, what stands beside them. */
  readonly train: FmRows;
  readonly items?: FmItems;
  /** One a training row; all 1 where absent. */
  readonly weights?: Float32Array;
  /** Whole rows. */
  readonly validation: FmRows;
  readonly features: number;
  /** Columns of which what training did not meet is taken for the average. */
  readonly averaged?: readonly Averaged[];
}

/** Items of which each training row has one. */
export interface FmItems {
  readonly rows: SparseRows;
  /** Of each training row. */
  readonly item: Uint32Array;
  /** Training rows of each item. */
  readonly counts: Float64Array;
}

/** What an epoch came to. */
export interface Epoch {
  /** Mean over the training rows, each taken just before its step. */
  readonly trainLoss: number;
  readonly validationLoss: number;
  /** Of a logistic machine on the validation rows. */
  readonly validationAuc?: number;
}

export interface FmPosition {
  readonly epoch: number;
  readonly slice: number;
  readonly lossSum: number;
  readonly lossRows: number;
  readonly history: readonly Epoch[];
  /** Of `history`, the one whose machine is kept; -1 before the first. */
  readonly best: number;
}

export interface FmState {
  readonly machine: Machine;
  readonly best: FmModel;
  readonly position: FmPosition;
}

export interface FmLoopOptions {
  readonly threads: number;
  readonly kernel?: KernelName;
  /** Counters of native/fm.ts. */
  readonly progress?: BigInt64Array;
  /** How many of the rows' features make a slice; part of what the bits depend on. */
  readonly sliceFeatures?: number;
  /** Called between slices; false stops there. */
  readonly onSlice?: (state: FmState) => boolean;
}

/** Numbers of rows' features in a slice: a fifth of a second or so on one core. */
const usualSlice = 10_000_000;
const deviation = 0.05;

/** Slices in an epoch: of data and parameters alone, so that a resumed run cuts where the first one did. */
function slicesOf(
  { train, items }: FmData,
  { factorsEach, negatives }: FmParameters,
  sliceFeatures: number,
): number {
  const itemFeatures = items === undefined ? 0 : items.rows.features.length / items.counts.length;
  const features = train.features.length + train.labels.length * itemFeatures * (1 + negatives);
  return Math.max(1, Math.ceil((features * (factorsEach / 16)) / sliceFeatures));
}

export function initialFmState({ features }: FmData, { factorsEach, seed }: FmParameters): FmState {
  const machine = newMachine(features, { factorsEach, deviation, seed });
  const position = { epoch: 0, slice: 0, lossSum: 0, lossRows: 0, history: [], best: -1 };
  return { machine, best: modelOf(machine), position };
}

/** Whether nothing is left to do. */
export const isFinished = (
  { epoch, history, best }: FmPosition,
  { epochs, patience }: FmParameters,
): boolean => epoch >= epochs || history.length - 1 - best >= patience;

function judge(model: FmModel, { validation }: FmData, { loss }: FmParameters): Omit<Epoch, 'trainLoss'> {
  const { labels } = validation;
  const scores = new Float32Array(labels.length);
  fmScore(model, validation, scores);
  if (loss === 'squared') return { validationLoss: squaredLoss(scores, labels) };
  return { validationLoss: logLoss(scores, labels), validationAuc: auc(scores, labels) };
}

function endEpoch(state: FmState, data: FmData, parameters: FmParameters): FmState {
  const { machine, position } = state;
  const { epoch, lossSum, lossRows, history } = position;
  const now = trainedOf(machine, data.averaged);
  const judged = { trainLoss: lossSum / lossRows, ...judge(now, data, parameters) };
  const before = history[position.best]?.validationLoss ?? Number.POSITIVE_INFINITY;
  const isBest = judged.validationLoss < before;
  return {
    machine,
    best: isBest ? now : state.best,
    position: {
      ...{ epoch: epoch + 1, slice: 0, lossSum: 0, lossRows: 0 },
      history: [...history, judged],
      best: isBest ? epoch : position.best,
    },
  };
}

/**
 * Trains from `start` to the end, or until `onSlice` says stop, updating the machine in place. Throws what fmTrain
 * throws.
 */
export function runFmLoop(
  data: FmData,
  parameters: FmParameters,
  start: FmState,
  { threads, kernel, progress, sliceFeatures = usualSlice, onSlice }: FmLoopOptions,
): FmState {
  const { train, items, weights } = data;
  const rows = train.labels.length;
  const slices = slicesOf(data, parameters, sliceFeatures);
  const { loss, learningRate, l2, alpha } = parameters;
  const negatives = items === undefined ? 0 : parameters.negatives;
  let state = start;
  while (!isFinished(state.position, parameters)) {
    const { epoch } = state.position;
    const order = new Random(parameters.seed + (epoch + 1) * 2 ** 32).shuffle(
      Uint32Array.from({ length: rows }, (_, row) => row),
    );
    for (let { slice } = state.position; slice < slices; slice++) {
      const begin = Math.floor((slice * rows) / slices);
      const end = Math.floor(((slice + 1) * rows) / slices);
      const step = fmTrain(state.machine, {
        ...{ contexts: train, labels: train.labels, order: order.subarray(begin, end) },
        ...(weights && { weights }),
        ...(items && { items: items.rows, item: items.item, counts: items.counts }),
        ...{ loss, learningRate, l2, negatives, alpha, threads },
        // Each call draws anew, and the same again where a run is resumed.
        seed: parameters.seed + (epoch * slices + slice) * 2 ** 32,
        ...(kernel && { kernel }),
        ...(progress && { progress }),
      });
      const { position } = state;
      const lossSum = position.lossSum + step.loss * step.examples;
      const lossRows = position.lossRows + step.examples;
      state = { ...state, position: { ...position, slice: slice + 1, lossSum, lossRows } };
      if (slice + 1 === slices) state = endEpoch(state, data, parameters);
      if (onSlice?.(state) === false) return state;
    }
  }
  return state;
}
