// The training loop: epochs over baskets in a new order each, cut into slices of a fraction of a second. Between slices
// everything that matters is (matrices, position), so that is where a run is saved, stopped and resumed.
// Synchronous: it runs in a worker thread (worker.ts), or wherever blocking does no harm.

import { Random } from '../../base/random.ts';
import { type KernelName, word2vecTrain } from '../../native/index.ts';
import { basketWeights, countProducts, type TrainingData, tokensPerEpoch } from './data.ts';
import type { TrainParameters } from './parameters.ts';

/** Where a run stands: the next slice, and what was measured until then. */
export interface Position {
  readonly epoch: number;
  readonly slice: number;
  /** Products trained so far. */
  readonly tokens: number;
  readonly seconds: number;
  /** Mean loss of each finished epoch. */
  readonly losses: readonly number[];
  /** Loss of the epoch at work: sum over products, and how many. */
  readonly lossSum: number;
  readonly lossTokens: number;
}

export interface State {
  /** V × dims. */
  readonly in: Float32Array;
  readonly out: Float32Array;
  readonly position: Position;
}

export interface LoopOptions {
  readonly threads: number;
  readonly kernel?: KernelName;
  /** Counters of native/word2vec.ts. */
  readonly progress?: BigInt64Array;
  /** Called between slices; false stops there. */
  readonly onSlice?: (state: State) => boolean;
}

/** Products in a slice at 64 dims and 16 negatives: a fifth of a second or so on one core. */
const sliceTokens = 1_000_000;

/** Slices in an epoch: of data and parameters alone, so that a resumed run cuts where the first one did. */
export function slicesPerEpoch(parameters: TrainParameters, tokens: number): number {
  const work = (parameters.dims / 64) * ((parameters.maxBasket + parameters.negatives) / 36);
  return Math.max(1, Math.ceil((tokens * work) / sliceTokens));
}

/** IN rows small and random, OUT rows zero, and both zero for products that no basket holds. */
export function initialState(data: TrainingData, parameters: TrainParameters): State {
  const { dims, seed } = parameters;
  const random = new Random(seed);
  const counts = countProducts(data);
  const start = new Float32Array(data.products * dims);
  for (let row = 0; row < data.products; row++) {
    if (counts[row] === 0) continue;
    for (let t = row * dims; t < (row + 1) * dims; t++) start[t] = (random.float() - 0.5) / dims;
  }
  const position = { epoch: 0, slice: 0, tokens: 0, seconds: 0, losses: [], lossSum: 0, lossTokens: 0 };
  return { in: start, out: new Float32Array(data.products * dims), position };
}

/**
 * Trains from `start` to the end, or until `onSlice` says stop, updating the matrices in place. The returned position
 * has epoch = epochs when it is finished. Throws what word2vecTrain throws.
 */
export function runLoop(
  data: TrainingData,
  parameters: TrainParameters,
  start: State,
  options: LoopOptions,
): State {
  const counts = countProducts(data);
  const weights = basketWeights(data, parameters.halfLifeDays);
  const slices = slicesPerEpoch(parameters, tokensPerEpoch(data, parameters.maxBasket));
  const rate = (baskets: number): number =>
    parameters.learningRate * Math.max(0, 1 - baskets / (parameters.epochs * data.baskets));
  let position = start.position;
  for (let { epoch, slice } = position; epoch < parameters.epochs; epoch++, slice = 0) {
    const random = new Random(parameters.seed + (epoch + 1) * 2 ** 32);
    const seed = random.next();
    const order = random.shuffle(upTo(data.baskets));
    for (; slice < slices; slice++) {
      const begin = Math.floor((slice * data.baskets) / slices);
      const end = Math.floor(((slice + 1) * data.baskets) / slices);
      const began = performance.now();
      const step = word2vecTrain({
        ...parameters,
        items: data.items,
        offsets: data.offsets,
        weights,
        counts,
        order: order.subarray(begin, end),
        in: start.in,
        out: start.out,
        learningRate: rate(epoch * data.baskets + begin),
        learningRateEnd: rate(epoch * data.baskets + end),
        seed,
        threads: options.threads,
        ...(options.kernel && { kernel: options.kernel }),
        ...(options.progress && { progress: options.progress }),
      });
      position = advance(position, step, (performance.now() - began) / 1000, slices);
      const wanted = options.onSlice?.({ in: start.in, out: start.out, position }) ?? true;
      if (!wanted) return { in: start.in, out: start.out, position };
    }
  }
  return { in: start.in, out: start.out, position };
}

function advance(
  before: Position,
  step: { readonly tokens: number; readonly loss: number },
  seconds: number,
  slices: number,
): Position {
  const lossSum = before.lossSum + step.loss * step.tokens;
  const lossTokens = before.lossTokens + step.tokens;
  const totals = { tokens: before.tokens + step.tokens, seconds: before.seconds + seconds };
  if (before.slice + 1 < slices) {
    const { epoch, losses } = before;
    return { ...totals, epoch, slice: before.slice + 1, losses, lossSum, lossTokens };
  }
  const losses = [...before.losses, lossTokens === 0 ? 0 : lossSum / lossTokens];
  return { ...totals, epoch: before.epoch + 1, slice: 0, losses, lossSum: 0, lossTokens: 0 };
}

function upTo(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}
